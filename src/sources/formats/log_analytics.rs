//! Sign-ins exported from a Log Analytics workspace (feed `activity`, format `log-analytics`): the
//! tables `SigninLogs` and `AADNonInteractiveUserSignInLogs` as JSON lines, as a bare array, as an
//! event hub's batches, or as CSV.
//!
//! Columns that matter: `TimeGenerated`, `CreatedDateTime`, `Id`, `UserId`, `UserPrincipalName`,
//! `UserType`, `AppId`, `ResourceIdentity` (the resource id), `ResourceTenantId`, `HomeTenantId`,
//! `CrossTenantAccessType`, `Agent`, `IsInteractive`, `ResultType` (the error code), `AADTenantId`,
//! `Category`, `Type` (the table).
//!
//! Traps: the customer is `AADTenantId`; `TenantId` is the workspace. Columns that hold objects are
//! strings with JSON text, also in JSON lines: `Agent` is unpacked, and `Status` if `ResultType` is
//! missing. Several tables may come in one stream, and only sign-ins of users are ours. A record
//! that names neither category nor table is taken for a sign-in.

use crate::sources::fields::values::{Field, is_word, present, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::azure_envelope::{UnpackBuffer, unpacked_object};
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
pub struct LogAnalytics {
    sign_ins: SignInRows,
    unpacked: UnpackBuffer,
}

/// The columns that matter, and the keys in JSON. A table needs the first three.
const NAMES: [&str; 18] = [
    "Id",
    "TimeGenerated",
    "UserId",
    "CreatedDateTime",
    "UserPrincipalName",
    "UserType",
    "AppId",
    "ResourceIdentity",
    "ResourceTenantId",
    "HomeTenantId",
    "CrossTenantAccessType",
    "Agent",
    "IsInteractive",
    "ResultType",
    "Status",
    "AADTenantId",
    "Category",
    "Type",
];

static KEYS: Keys<18> = Keys::of(NAMES);

/// The fields of a record that matter.
struct Exported<F> {
    sign_in: SignIn<F>,
    result: Option<F>,
    status: Option<F>,
    tenant: Option<F>,
    category: Option<F>,
    table: Option<F>,
}

impl<F> Exported<F> {
    /// The fields in the order of [`NAMES`].
    fn of(fields: [Option<F>; 18]) -> Exported<F> {
        let [
            id,
            logged,
            user,
            created,
            user_name,
            user_type,
            app,
            resource,
            resource_tenant,
            home_tenant,
            cross_tenant,
            agent,
            is_interactive,
            result,
            status,
            tenant,
            category,
            table,
        ] = fields;
        Exported {
            sign_in: SignIn {
                id,
                created,
                logged,
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
            result,
            status,
            tenant,
            category,
            table,
        }
    }
}

impl Reader for LogAnalytics {
    fn new(context: &FileContext) -> LogAnalytics {
        LogAnalytics {
            sign_ins: SignInRows::new(context),
            unpacked: UnpackBuffer::default(),
        }
    }
}

impl LogAnalytics {
    fn take<'a, F: Field<'a>>(&mut self, exported: &Exported<F>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let named = |field| Ok::<_, Reason>(text(field)?.filter(|name| !name.is_empty()));
        let by_table = match named(exported.category)?.or(named(exported.table)?).map(is_interactive) {
            None => self.sign_ins.by_file(),
            Some(Some(interactive)) => interactive,
            Some(None) => return Ok(Verdict::NotOurs),
        };
        let context = &self.sign_ins.context;
        let tenant = self.sign_ins.tenants.of_record(exported.tenant, context)?;
        let unpacked = &mut self.unpacked;
        let succeeded = || {
            if named(exported.result).is_ok_and(|code| code.is_none()) {
                let mut slot = None;
                let status = unpacked_object(present(exported.status), unpacked, &mut slot)?;
                return succeeded(status, None::<Value<'_>>);
            }
            succeeded(None::<Value<'_>>, exported.result)
        };
        self.sign_ins.take(&exported.sign_in, tenant, by_table, succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}

/// Whether a category or table has interactive sign-ins of users, or others of users. `None` for
/// every other category or table.
fn is_interactive(name: Text<'_>) -> Option<bool> {
    if is_word(name, "SignInLogs") {
        Some(true)
    } else if is_word(name, "NonInteractiveUserSignInLogs") || is_word(name, "AADNonInteractiveUserSignInLogs") {
        Some(false)
    } else {
        None
    }
}

impl JsonReader for LogAnalytics {
    const LIST_KEY: &'static str = "records";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTime, &["CreatedDateTime", "TimeGenerated"]),
        (Reason::UnreadableTime, &["CreatedDateTime", "TimeGenerated"]),
        (Reason::MissingId, &["Id"]),
        (Reason::MissingTenant, &["AADTenantId"]),
        (Reason::UnreadableValue, &["Status{}"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let mut exported = Exported::of(record.fields(&KEYS));
        // Many columns have empty strings where JSON would have null.
        exported.sign_in.created = filled(exported.sign_in.created);
        exported.sign_in.is_interactive = filled(exported.sign_in.is_interactive);
        self.take(&exported, at, sink)
    }
}

/// The field, unless it is an empty string.
fn filled(field: Option<Node<'_>>) -> Option<Node<'_>> {
    field.filter(|field| !matches!(field.value(), Value::Text(text) if text.is_empty()))
}

impl TableReader for LogAnalytics {
    const COLUMNS: &'static [&'static str] = &NAMES;
    const NEEDED: usize = 3;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[3, 1]),
        (Reason::UnreadableTime, &[3, 1]),
        (Reason::MissingId, &[0]),
        (Reason::MissingTenant, &[12]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let exported = Exported::of(std::array::from_fn(|column| cells.cell(column)));
        self.take(&exported, at, sink)
    }
}
