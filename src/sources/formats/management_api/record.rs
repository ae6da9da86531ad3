//! A record of the Office 365 Management Activity API (the unified audit log), and which of its
//! users are persons.
//!
//! `CreationTime` (UTC, no zone), `Id`, `Operation`, `OrganizationId`, `UserType` (a number or a
//! word), `UserKey`, `UserId` (usually the user principal name, any case), `Workload`,
//! `ResultStatus` are in every record; sign-ins and directory changes have more.
//!
//! Traps: `UserKey` is the user id only if it is a GUID. Services write their own names into
//! `UserId`, in many spellings. Or they write only a well-known security id into `UserKey`, and the
//! id of the tenant in the place of a user's. Some records name nobody. Names are not stored: a
//! user who is known by name only becomes `upn:` and a hash of the tenant and the name in lower
//! case.
//!
//! A search of the audit log gives the record within another one, in a member `AuditData`
//! (`Search-UnifiedAuditLog`) or `auditData` (Graph's `auditLog/queries/{id}/records`): as an
//! object, or as its JSON text. What stands around it only repeats some of it. The PowerShell module
//! of Graph puts the record into `AuditData.AdditionalProperties`.

use crate::domain::guid::Guid;
use crate::sources::fields::user_name::id_of_name;
use crate::sources::fields::values::{guid, is_word, is_zero, present, text};
use crate::sources::formats::shared::azure_envelope::{UnpackBuffer, unpacked_object};
use crate::sources::formats::shared::graph_members::members;
use crate::sources::json::key_set::Keys;
use crate::sources::json::string::Text;
use crate::sources::json::value::{Json, Node, Value};
use crate::sources::record::Reason;

/// The column in which CSV exports have a record as JSON, and the member in which the answer of a
/// search has it.
pub const AUDIT_DATA: &str = "AuditData";

static KEYS: Keys<19> = Keys::of([
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
    "LogonError",
    "RecordType",
    "ModifiedProperties",
    AUDIT_DATA,
    "auditData",
]);

/// Security ids of services, in the place of a user's key: the system, the local service, the
/// network service.
const SERVICE_KEYS: [&str; 3] = ["S-1-5-18", "S-1-5-19", "S-1-5-20"];

/// The members of a record that matter.
#[derive(Clone, Copy, Default)]
pub struct AuditRecord<'a> {
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
    pub logon_error: Option<Node<'a>>,
    pub record_type: Option<Node<'a>>,
    pub modified: Option<Node<'a>>,
    /// The record within the answer of a search.
    searched: Option<Node<'a>>,
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

impl<'a> AuditRecord<'a> {
    pub fn of(record: Node<'a>) -> AuditRecord<'a> {
        AuditRecord::bare(record.fields(&KEYS))
    }

    /// Whether it is the answer of a search, which has the record within it.
    pub fn is_found(&self) -> bool {
        self.searched.is_some()
    }

    /// The record within the answer of a search. `unpacked` and `slot` keep what was unpacked as
    /// long as the caller looks at it.
    pub fn within(self, unpacked: &'a mut UnpackBuffer, slot: &'a mut Option<Json<'a>>) -> Result<AuditRecord<'a>, Reason> {
        let inner = unpacked_object(self.searched, unpacked, slot)?;
        Ok(inner.map_or(self, |inner| AuditRecord::bare(members(inner, &KEYS))))
    }

    fn bare(fields: [Option<Node<'a>>; 19]) -> AuditRecord<'a> {
        let mut audited = AuditRecord::default();
        let (of_cmdlet, of_graph);
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
            audited.logon_error,
            audited.record_type,
            audited.modified,
            of_cmdlet,
            of_graph,
        ] = fields;
        audited.searched = of_cmdlet.or(of_graph);
        audited
    }

    /// Who did it: the key if it is a GUID, else the name. The id of the tenant itself (`of_path`,
    /// or the one that the record names) is no person.
    pub fn who(&self, of_path: Option<Guid>) -> Result<Who, Reason> {
        let mut buffer = String::new();
        let name = match text(self.user_name)? {
            None => "",
            Some(name) => name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim(),
        };
        let key = match present(self.user_key) {
            Some(Value::Text(key)) => Some(key),
            _ => None,
        };
        let is_known_service = |key: Text<'_>| SERVICE_KEYS.iter().any(|known| is_word(key, known));
        if is_service(name) || key.is_some_and(is_known_service) {
            return Ok(Who::Service);
        }
        let key = key.and_then(guid).filter(|key| key.0 != 0);
        let of_record = match present(self.tenant) {
            Some(Value::Text(tenant)) => guid(tenant),
            _ => None,
        };
        let is_tenant = |id: Guid| Some(id) == of_record || Some(id) == of_path;
        if key.into_iter().chain(Guid::parse(name.as_bytes())).any(is_tenant) {
            return Ok(Who::Service);
        }
        Ok(key.map_or_else(|| Who::of_name(name.to_lowercase()), Who::User))
    }

    /// Whether a `UserLoggedIn` succeeded. The operation itself says so, and older records have
    /// nothing else. But a member that says that it failed wins.
    pub fn logged_in(&self) -> Result<bool, Reason> {
        let filled = |field: Option<Node<'a>>| present(field).filter(|value| !matches!(value, Value::Text(text) if text.is_empty()));
        let code_is_zero = match filled(self.error) {
            None => true,
            Some(code) => is_zero(code).ok_or(Reason::UnreadableValue)?,
        };
        let said_to_fail = matches!(filled(self.result), Some(Value::Text(word)) if is_word(word, "Failed") || is_word(word, "Failure"));
        Ok(code_is_zero && filled(self.logon_error).is_none() && !said_to_fail)
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
    /// Who has this name, in lower case.
    pub fn of_name(name: String) -> Who {
        const NOBODY: [&str; 3] = ["", "not available", "not-found"];
        match Guid::parse(name.as_bytes()) {
            Some(id) if id.0 != 0 => Who::User(id),
            Some(_) => Who::Nobody,
            None if NOBODY.contains(&name.as_str()) => Who::Nobody,
            None => Who::Named(name),
        }
    }

    /// The user id that is stored, if the record names somebody.
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
    const BEGINNINGS: [&str; 8] = [
        "s-1-",
        "app@sharepoint",
        "sharepoint\\",
        "microsoft\\",
        "nt authority\\",
        "nt service\\",
        "serviceprincipal_",
        "fim_password_service@support.",
    ];
    // The first letter rules out most names cheaply.
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
