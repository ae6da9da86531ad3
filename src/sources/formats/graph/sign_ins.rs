//! Sign-ins from Graph's `GET /auditLogs/signIns` (feed `activity`, format `graph`): pages
//! `{"value":[signIn...],"@odata.nextLink":"..."}`, a sign-in a line, or a bare array. The names
//! are those of `properties` in Azure Monitor's format.
//!
//! Traps: v1.0 has interactive sign-ins only, and does not name the tenant. So the tenant is that
//! of the path; if the path names none, it is `homeTenantId`, or for external users
//! `resourceTenantId` (the beta has both). The beta also lists sign-ins of service principals and
//! managed identities, as `signInEventTypes` says. They are not ours, nor is a directory audit in
//! the same folder.

use crate::sources::fields::values::{is_word, present};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::sign_in::{SignIn, SignInRows, succeeded};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the sign-ins of one file.
pub struct GraphSignIns {
    sign_ins: SignInRows,
}

static KEYS: Keys<16> = Keys::of([
    "id",
    "createdDateTime",
    "activityDateTime",
    "userId",
    "userPrincipalName",
    "userType",
    "appId",
    "resourceId",
    "resourceTenantId",
    "homeTenantId",
    "crossTenantAccessType",
    "agent",
    "isInteractive",
    "signInEventTypes",
    "status",
    "auditData",
]);

/// The members that matter.
#[derive(Default)]
struct Listed<'a> {
    sign_in: SignIn<Node<'a>>,
    event_types: Option<Node<'a>>,
    status: Option<Node<'a>>,
    audited: Option<Node<'a>>,
    /// A member that only records of Graph's audit log queries have. They look like sign-ins
    /// otherwise.
    of_query: Option<Node<'a>>,
}

impl Reader for GraphSignIns {
    fn new(context: &FileContext) -> GraphSignIns {
        GraphSignIns {
            sign_ins: SignInRows::new(context),
        }
    }
}

impl JsonReader for GraphSignIns {
    const LIST_KEY: &'static str = "value";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTime, &["createdDateTime"]),
        (Reason::UnreadableTime, &["createdDateTime"]),
        (Reason::MissingId, &["id"]),
        (Reason::MissingTenant, &["resourceTenantId", "homeTenantId"]),
        (Reason::UnreadableValue, &["status{}", "signInEventTypes"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let listed = Listed::of(record);
        let by_type = match kind_of(listed.event_types)? {
            Kind::User { interactive } => interactive.unwrap_or(self.sign_ins.by_file()),
            Kind::NoUser => return Ok(Verdict::NotOurs),
        };
        let sign_in = &listed.sign_in;
        let is_audited = listed.of_query.is_some() || (sign_in.created.is_none() && listed.audited.is_some());
        if is_audited {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.sign_ins.tenant_by_path(sign_in)?;
        let succeeded = || succeeded(listed.status, None::<Node<'_>>);
        self.sign_ins.take(sign_in, tenant, by_type, succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}

/// Who signed in, and how.
enum Kind {
    User { interactive: Option<bool> },
    NoUser,
}

/// Who signed in, as `signInEventTypes` says. A sign-in without it is a user's.
fn kind_of(event_types: Option<Node<'_>>) -> Result<Kind, Reason> {
    let types = match present(event_types) {
        None => return Ok(Kind::User { interactive: None }),
        Some(Value::Array(types)) => types,
        Some(_) => return Err(Reason::UnreadableValue),
    };
    if !types.items().all(|item| matches!(item.value(), Value::Text(_))) {
        return Err(Reason::UnreadableValue);
    }
    let has = |word| {
        types
            .items()
            .any(|item| matches!(item.value(), Value::Text(text) if is_word(text, word)))
    };
    if has("nonInteractiveUser") {
        Ok(Kind::User { interactive: Some(false) })
    } else if has("interactiveUser") {
        Ok(Kind::User { interactive: Some(true) })
    } else if types.items().next().is_none() {
        Ok(Kind::User { interactive: None })
    } else {
        Ok(Kind::NoUser)
    }
}

impl<'a> Listed<'a> {
    fn of(record: Node<'a>) -> Listed<'a> {
        let mut listed = Listed::default();
        let sign_in = &mut listed.sign_in;
        [
            sign_in.id,
            sign_in.created,
            listed.audited,
            sign_in.user,
            sign_in.user_name,
            sign_in.user_type,
            sign_in.app,
            sign_in.resource,
            sign_in.resource_tenant,
            sign_in.home_tenant,
            sign_in.cross_tenant,
            sign_in.agent,
            sign_in.is_interactive,
            listed.event_types,
            listed.status,
            listed.of_query,
        ] = record.fields(&KEYS);
        listed
    }
}
