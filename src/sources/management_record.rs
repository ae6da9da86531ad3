//! A record of the Office 365 Management Activity API (the unified audit log), and who is a person in it.
//!
//! `CreationTime` (UTC, no zone), `Id`, `Operation`, `OrganizationId`, `UserType` (a number or a word), `UserKey`, `UserId` (usually the user principal
//! name, any case), `Workload`, `ResultStatus` are in every record; sign-ins and directory changes have more.
//!
//! Traps: `UserKey` is the user id only where it is a GUID; services write their own names into `UserId`, in many spellings; some records name
//! nobody. Names are not stored: a user who is known by name only becomes `upn:` and a hash of tenant and folded name.

use crate::domain::guid::Guid;
use crate::sources::fields::{guid, is_word, present, text};
use crate::sources::json::{Node, Value};
use crate::sources::keys::Keys;
use crate::sources::record::Reason;
use crate::sources::user_name::id_of_name;

static KEYS: Keys<15> = Keys::of([
    "CreationTime",
    "Id",
    "Operation",
    "OrganizationId",
    "UserType",
    "UserKey",
    "UserId",
    "Workload",
    "ResultStatus",
    "ObjectId",
    "Target",
    "TargetContextId",
    "ApplicationId",
    "ErrorNumber",
    "ModifiedProperties",
]);

/// The members of a record that matter.
#[derive(Clone, Copy, Default)]
pub struct Audited<'a> {
    pub time: Option<Node<'a>>,
    pub id: Option<Node<'a>>,
    pub operation: Option<Node<'a>>,
    pub tenant: Option<Node<'a>>,
    pub user_type: Option<Node<'a>>,
    pub user_key: Option<Node<'a>>,
    pub user_name: Option<Node<'a>>,
    pub workload: Option<Node<'a>>,
    pub result: Option<Node<'a>>,
    pub object: Option<Node<'a>>,
    pub target: Option<Node<'a>>,
    pub target_tenant: Option<Node<'a>>,
    pub application: Option<Node<'a>>,
    pub error: Option<Node<'a>>,
    pub modified: Option<Node<'a>>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A user id that is a GUID.
    User(Guid),
    /// A user principal name in lower case.
    Named(String),
    /// The record names nobody.
    Nobody,
    /// A service.
    Service,
}

/// What kind of user a record says it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserType {
    Person,
    Guest,
    NoPerson,
    Unknown,
}

impl<'a> Audited<'a> {
    pub fn of(record: Node<'a>) -> Audited<'a> {
        let mut audited = Audited::default();
        [
            audited.time,
            audited.id,
            audited.operation,
            audited.tenant,
            audited.user_type,
            audited.user_key,
            audited.user_name,
            audited.workload,
            audited.result,
            audited.object,
            audited.target,
            audited.target_tenant,
            audited.application,
            audited.error,
            audited.modified,
        ] = record.fields(&KEYS);
        audited
    }

    /// Who did it: the key where it is a GUID, else the name.
    pub fn who(&self) -> Result<Who, Reason> {
        let mut buffer = String::new();
        let name = match text(self.user_name)? {
            None => "",
            Some(name) => name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim(),
        };
        if is_service(name) {
            return Ok(Who::Service);
        }
        let key = match present(self.user_key) {
            Some(Value::Text(key)) => guid(key).filter(|key| key.0 != 0),
            _ => None,
        };
        Ok(key.map_or_else(|| Who::of_name(name.to_lowercase()), Who::User))
    }

    pub fn user_type(&self) -> UserType {
        const TYPES: [(&str, &str, UserType); 10] = [
            ("0", "Regular", UserType::Person),
            ("2", "Admin", UserType::Person),
            ("10", "Guest", UserType::Guest),
            ("3", "DcAdmin", UserType::NoPerson),
            ("4", "System", UserType::NoPerson),
            ("5", "Application", UserType::NoPerson),
            ("6", "ServicePrincipal", UserType::NoPerson),
            ("7", "CustomPolicy", UserType::NoPerson),
            ("8", "SystemPolicy", UserType::NoPerson),
            ("9", "PartnerTechnician", UserType::NoPerson),
        ];
        let known = |is: &dyn Fn(&str) -> bool| {
            let found = TYPES.iter().find(|(number, word, _)| is(number) || is(word));
            found.map_or(UserType::Unknown, |(.., user_type)| *user_type)
        };
        match present(self.user_type) {
            Some(Value::Number(token)) => known(&|number| token == number.as_bytes()),
            Some(Value::Text(text)) => known(&|word| is_word(text, word)),
            _ => UserType::Unknown,
        }
    }
}

impl Who {
    /// Whom a name in lower case means.
    pub fn of_name(name: String) -> Who {
        const NOBODY: [&str; 3] = ["", "not available", "not-found"];
        match Guid::parse(name.as_bytes()) {
            Some(id) if id.0 != 0 => Who::User(id),
            Some(_) => Who::Nobody,
            None if NOBODY.contains(&name.as_str()) => Who::Nobody,
            None => Who::Named(name),
        }
    }

    /// The id that is stored, if it is somebody.
    pub fn user_id(&self, tenant: Guid) -> Option<String> {
        match self {
            Who::User(id) => Some(String::from_utf8_lossy(&id.text()).into_owned()),
            Who::Named(name) => Some(id_of_name(tenant, name)),
            Who::Nobody | Who::Service => None,
        }
    }
}

/// Whether a name, in any case, is that of a service.
fn is_service(name: &str) -> bool {
    const BEGINNINGS: [&str; 7] = [
        "s-1-",
        "app@sharepoint",
        "sharepoint\\",
        "microsoft\\",
        "nt authority\\",
        "nt service\\",
        "serviceprincipal_",
    ];
    // Most names are told apart by their first letter.
    let may_be = |first: &u8| {
        BEGINNINGS
            .iter()
            .any(|beginning| beginning.as_bytes()[0] == first.to_ascii_lowercase())
    };
    name.as_bytes().first().is_some_and(may_be)
        && BEGINNINGS.iter().any(|beginning| {
            let begins = name.as_bytes().get(..beginning.len());
            begins.is_some_and(|begins| begins.eq_ignore_ascii_case(beginning.as_bytes()))
        })
}
