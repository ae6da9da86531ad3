//! Sign-ins from Graph's `GET /auditLogs/signIns` (feed `activity`, format `graph`): pages `{"value":[signIn...],"@odata.nextLink":"..."}`,
//! a sign-in a line, or a bare array. The names are those of `properties` in Azure Monitor's form.
//!
//! Traps: v1.0 has interactive sign-ins only and does not say whose they are, so the tenant is the path's; only where the path names
//! none it is `resourceTenantId`, else `homeTenantId` (the beta has both). The beta also lists service principals and managed identities, which
//! `signInEventTypes` tells apart; they are not ours, nor is a directory audit that lies in the same folder.

use crate::sources::fields::{is_word, present};
use crate::sources::json::{Node, Value};
use crate::sources::json_file::JsonRecords;
use crate::sources::keys::Keys;
use crate::sources::output::Verdict;
use crate::sources::record::{FileContext, Position, Reason, Sink};
use crate::sources::sign_in::{SignIn, SignIns, succeeded};

/// Reads the sign-ins of one file.
pub struct GraphSignIns<'c> {
    sign_ins: SignIns<'c>,
}

const KEYS: Keys = Keys::of(&[
    b"id",
    b"createdDateTime",
    b"activityDateTime",
    b"userId",
    b"userPrincipalName",
    b"userType",
    b"appId",
    b"resourceId",
    b"resourceTenantId",
    b"homeTenantId",
    b"isInteractive",
    b"signInEventTypes",
    b"status",
]);

/// The members that matter.
#[derive(Default)]
struct Listed<'a> {
    sign_in: SignIn<Node<'a>>,
    home_tenant: Option<Node<'a>>,
    event_types: Option<Node<'a>>,
    status: Option<Node<'a>>,
    audited: Option<Node<'a>>,
}

impl<'c> GraphSignIns<'c> {
    pub fn new(context: &'c FileContext) -> GraphSignIns<'c> {
        GraphSignIns {
            sign_ins: SignIns::new(context),
        }
    }
}

impl JsonRecords for GraphSignIns<'_> {
    const BATCH: &'static [u8] = b"value";
    const LINES: bool = false;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let listed = Listed::of(record);
        let by_type = match kind_of(listed.event_types)? {
            Kind::User { interactive } => interactive,
            Kind::NoUser => return Ok(Verdict::NotOurs),
        };
        let sign_in = &listed.sign_in;
        if sign_in.created.is_none() && listed.audited.is_some() {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.sign_ins.tenant_by_path(sign_in.resource_tenant, listed.home_tenant)?;
        let succeeded = || succeeded(listed.status, None::<Node<'_>>);
        self.sign_ins.take(sign_in, tenant, by_type, succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}

/// Who signed in, and how.
enum Kind {
    User { interactive: bool },
    NoUser,
}

/// What `signInEventTypes` says; a sign-in that does not say it is a user's interactive one.
fn kind_of(event_types: Option<Node<'_>>) -> Result<Kind, Reason> {
    let types = match present(event_types) {
        None => return Ok(Kind::User { interactive: true }),
        Some(Value::Array(types)) => types,
        Some(_) => return Err(Reason::UnreadableValue),
    };
    let has = |word| {
        types
            .items()
            .any(|item| matches!(item.value(), Value::Text(text) if is_word(text, word)))
    };
    if has("nonInteractiveUser") {
        Ok(Kind::User { interactive: false })
    } else if has("interactiveUser") || types.items().next().is_none() {
        Ok(Kind::User { interactive: true })
    } else {
        Ok(Kind::NoUser)
    }
}

impl<'a> Listed<'a> {
    fn of(record: Node<'a>) -> Listed<'a> {
        let mut listed = Listed::default();
        record.members(KEYS, |key, value| {
            let sign_in = &mut listed.sign_in;
            let field = match key {
                b"id" => &mut sign_in.id,
                b"createdDateTime" => &mut sign_in.created,
                b"userId" => &mut sign_in.user,
                b"userPrincipalName" => &mut sign_in.user_name,
                b"userType" => &mut sign_in.user_type,
                b"appId" => &mut sign_in.app,
                b"resourceId" => &mut sign_in.resource,
                b"resourceTenantId" => &mut sign_in.resource_tenant,
                b"isInteractive" => &mut sign_in.is_interactive,
                b"homeTenantId" => &mut listed.home_tenant,
                b"signInEventTypes" => &mut listed.event_types,
                b"status" => &mut listed.status,
                b"activityDateTime" => &mut listed.audited,
                _ => return,
            };
            *field = Some(value);
        });
        listed
    }
}
