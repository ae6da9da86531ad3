//! Sign-ins from Graph's `GET /auditLogs/signIns` (feed `activity`, format `graph`): pages
//! `{"value":[signIn...],"@odata.nextLink":"..."}`, a sign-in a line, or a bare array. The names
//! are those of `properties` in Azure Monitor's format. What `Get-MgAuditLogSignIn` gives is the
//! same in other words, as JSON or CSV (see `shared/graph_members.rs`).
//!
//! Traps: v1.0 has interactive sign-ins only, and does not name the tenant. So the tenant is that
//! of the path; if the path names none, it is `homeTenantId`, or for external users
//! `resourceTenantId` (the beta has both). The beta also lists sign-ins of service principals and
//! managed identities, as `signInEventTypes` says. They are not ours, nor is a directory audit in
//! the same folder. `Export-Csv` leaves the name of a type in the place of the status. Then nobody
//! knows whether the sign-in succeeded, and it is a reject.
//!
//! Summarized sign-ins (`auditLogs/getSummarizedNonInteractiveSignIns`, beta) are Graph's only way
//! to the non-interactive ones: one record a user, client, resource and day, with
//! `firstSignInDateTime` in the place of `createdDateTime`, and `tenantId`. They know a user by name
//! only. Those of service principals and managed identities have no such name, and are not ours.

use crate::sources::fields::user_name::id_of_name;
use crate::sources::fields::values::{Field, array, is_word, is_zero, not_nested, present, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::azure_envelope::{UnpackBuffer, unpacked_object};
use crate::sources::formats::shared::graph_members::members;
use crate::sources::formats::shared::sign_in::{SignIn, SignInRows, succeeded};
use crate::sources::json::key_set::Keys;
use crate::sources::json::string::Text;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader};

/// Reads the sign-ins of one file.
pub struct GraphSignIns {
    sign_ins: SignInRows,
    /// Memory to unpack a status that is JSON within a string.
    unpacked: UnpackBuffer,
}

/// The members that matter, and the columns of a table, which needs the first four: without the
/// status, every sign-in of a table would seem to have failed.
const NAMES: [&str; 18] = [
    "id",
    "createdDateTime",
    "userId",
    "status",
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
    "activityDateTime",
    "auditData",
    "firstSignInDateTime",
    "tenantId",
];

static KEYS: Keys<18> = Keys::in_any_case(NAMES);

/// The fields that matter.
struct Listed<F> {
    sign_in: SignIn<F>,
    status: Option<F>,
    event_types: Option<F>,
    audited: Option<F>,
    /// A member that only records of Graph's audit log queries have. They look like sign-ins
    /// otherwise.
    of_query: Option<F>,
    /// When the first of several sign-ins was that a record sums up, and whose they are.
    first: Option<F>,
    tenant: Option<F>,
}

impl Reader for GraphSignIns {
    fn new(context: &FileContext) -> GraphSignIns {
        GraphSignIns {
            sign_ins: SignInRows::new(context),
            unpacked: UnpackBuffer::default(),
        }
    }
}

impl GraphSignIns {
    fn take<'a, F: Field<'a>>(&mut self, listed: &Listed<F>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let by_type = match kind_of(listed.event_types)? {
            Kind::User { interactive } => interactive.unwrap_or(self.sign_ins.by_file()),
            Kind::NoUser => return Ok(Verdict::NotOurs),
        };
        let sign_in = &listed.sign_in;
        let is_audited = listed.of_query.is_some() || (sign_in.created.is_none() && listed.audited.is_some());
        if is_audited {
            return Ok(Verdict::NotOurs);
        }
        if sign_in.created.is_none() && listed.first.is_some() {
            return self.take_summary(listed, at, sink);
        }
        let tenant = self.sign_ins.tenant_by_path(sign_in)?;
        let (unpacked, status) = (&mut self.unpacked, listed.status);
        let succeeded = || has_succeeded(status, unpacked);
        self.sign_ins.take(sign_in, tenant, by_type, succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }

    /// Makes the row of several sign-ins that a record sums up.
    fn take_summary<'a, F: Field<'a>>(&mut self, listed: &Listed<F>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let summed = &listed.sign_in;
        let mut buffer = String::new();
        let name = match text(summed.user_name)? {
            Some(name) => name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim().to_lowercase(),
            None => String::new(),
        };
        let is_named = |user: &Text<'_>| !user.is_empty();
        let user = text(summed.user)?.filter(is_named);
        if name.is_empty() && user.is_none() {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.sign_ins.tenants.of_record(listed.tenant, &self.sign_ins.context)?;
        let by_name = id_of_name(tenant, &name);
        let by_name = Text {
            raw: by_name.as_bytes(),
            escaped: false,
        };
        let sign_in = SignIn {
            id: present(summed.id),
            created: present(listed.first),
            logged: None,
            user: Some(Value::Text(user.unwrap_or(by_name))),
            user_name: present(summed.user_name),
            user_type: present(summed.user_type),
            app: present(summed.app),
            resource: present(summed.resource),
            resource_tenant: present(summed.resource_tenant),
            home_tenant: present(summed.home_tenant),
            cross_tenant: present(summed.cross_tenant),
            agent: present(summed.agent),
            is_interactive: present(summed.is_interactive),
        };
        let (unpacked, status) = (&mut self.unpacked, listed.status);
        let succeeded = || has_succeeded(status, unpacked);
        self.sign_ins.take(&sign_in, tenant, false, succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}

/// Whether the error code of a status is 0. In a cell of a table the status may be JSON, or the code
/// itself.
fn has_succeeded<'a>(status: Option<impl Field<'a>>, unpacked: &mut UnpackBuffer) -> Result<bool, Reason> {
    let status = present(status);
    if let Some(code @ Value::Text(_)) = status
        && let Some(is_zero) = is_zero(code)
    {
        return Ok(is_zero);
    }
    let mut slot = None;
    succeeded(unpacked_object(status, unpacked, &mut slot)?, None::<Value<'_>>)
}

impl JsonReader for GraphSignIns {
    const LIST_KEY: &'static str = "value";
    const IN_ANY_CASE: bool = true;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTime, &["createdDateTime"]),
        (Reason::UnreadableTime, &["createdDateTime"]),
        (Reason::MissingId, &["id"]),
        (Reason::MissingTenant, &["resourceTenantId", "homeTenantId"]),
        (Reason::UnreadableValue, &["status{}", "signInEventTypes[]", "agent{}"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        self.take(&Listed::of(members(record, &KEYS)), at, sink)
    }
}

impl TableReader for GraphSignIns {
    const COLUMNS: &'static [&'static str] = &NAMES;
    const NEEDED: usize = 4;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[1]),
        (Reason::UnreadableTime, &[1]),
        (Reason::MissingId, &[0]),
        (Reason::MissingTenant, &[8, 9]),
        (Reason::CutByPowershell, &[3]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let mut listed = Listed::of(std::array::from_fn(|column| cells.cell(column)));
        // Nothing else is worth telling of a table whose status was cut: all of it has to be exported
        // anew.
        if listed.status.is_some_and(|status| not_nested(status) == Reason::CutByPowershell) {
            return Err(Reason::CutByPowershell);
        }
        // `Export-Csv` writes `System.String[]` in the place of the types; whether the sign-in was
        // interactive, another column says.
        listed.event_types = None;
        self.take(&listed, at, sink)
    }
}

/// Who signed in, and how.
enum Kind {
    User { interactive: Option<bool> },
    NoUser,
}

/// Who signed in, as `signInEventTypes` says. A sign-in without it is a user's.
fn kind_of<'a>(event_types: Option<impl Field<'a>>) -> Result<Kind, Reason> {
    let Some(types) = array(event_types)? else {
        return Ok(Kind::User { interactive: None });
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

impl<F> Listed<F> {
    /// The fields in the order of [`NAMES`].
    fn of(fields: [Option<F>; 18]) -> Listed<F> {
        let [
            id,
            created,
            user,
            status,
            user_name,
            user_type,
            app,
            resource,
            resource_tenant,
            home_tenant,
            cross_tenant,
            agent,
            is_interactive,
            event_types,
            audited,
            of_query,
            first,
            tenant,
        ] = fields;
        Listed {
            sign_in: SignIn {
                id,
                created,
                logged: None,
                user,
                user_name,
                user_type,
                app,
                resource,
                resource_tenant,
                home_tenant,
                cross_tenant,
                agent,
                is_interactive,
            },
            status,
            event_types,
            audited,
            of_query,
            first,
            tenant,
        }
    }
}
