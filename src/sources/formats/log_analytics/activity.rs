//! Sign-ins and audited actions in a Log Analytics workspace (feed `activity`, format
//! `log-analytics`): the tables `SigninLogs`, `AADNonInteractiveUserSignInLogs` and `OfficeActivity`
//! as JSON lines, as a bare array, as an event hub's batches, as an answer of the query API, or as
//! CSV.
//!
//! Columns of sign-ins that matter: `TimeGenerated`, `CreatedDateTime`, `Id`, `UserId`,
//! `UserPrincipalName`, `UserType`, `AppId`, `ResourceIdentity` (the resource id),
//! `ResourceTenantId`, `HomeTenantId`, `CrossTenantAccessType`, `Agent`, `IsInteractive`,
//! `ResultType` (the error code), `AADTenantId`, `Category`, `Type` (the table). `OfficeActivity`
//! has records of the unified audit log: see `management_api/record.rs`, of which some members have
//! other names here (`TimeGenerated`, `OfficeId`, `OfficeWorkload`).
//!
//! Traps: the customer is `AADTenantId` or `OrganizationId`; `TenantId` is the workspace. Columns
//! that hold objects are strings with JSON text, also in JSON lines: `Agent` is unpacked, and
//! `Status` if `ResultType` is missing. Several tables may come in one stream. A record that names
//! neither category nor table is taken for a sign-in, unless it has an `OfficeWorkload`, or no id, no
//! user, no application and no result.

use crate::sources::fields::values::{Field, is_word, present, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::log_analytics::row_object::RowObject;
use crate::sources::formats::management_api::activity::ManagementActivity;
use crate::sources::formats::management_api::record::AuditRecord;
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
    actions: ManagementActivity,
    unpacked: UnpackBuffer,
    row: RowObject,
}

/// The columns of sign-ins that matter, and the keys in JSON. A table needs the first two.
const NAMES: [&str; 18] = [
    "TimeGenerated",
    "UserId",
    "Id",
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

/// The columns of actions that matter, and the keys in JSON.
const ACTION_NAMES: [&str; 9] = [
    "TimeGenerated",
    "OfficeId",
    "Operation",
    "OrganizationId",
    "UserType",
    "UserKey",
    "UserId",
    "OfficeWorkload",
    "RecordType",
];

static ACTION_KEYS: Keys<9> = Keys::of(ACTION_NAMES);

/// All columns: those of sign-ins, then those of actions.
const COLUMNS: [&str; 27] = {
    let mut all = [""; 27];
    let mut number = 0;
    while number < all.len() {
        all[number] = if number < NAMES.len() {
            NAMES[number]
        } else {
            ACTION_NAMES[number - NAMES.len()]
        };
        number += 1;
    }
    all
};
/// Where the columns of the table's name and of an action's workload are among them.
const TABLE: usize = 17;
const WORKLOAD: usize = NAMES.len() + 7;

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
            logged,
            user,
            id,
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

impl<F> Exported<F> {
    /// Whether a record of a workspace has nothing but its time that sign-ins have.
    fn is_of_another_table(&self) -> bool {
        let sign_in = &self.sign_in;
        let has = [
            &sign_in.id,
            &sign_in.user,
            &sign_in.user_name,
            &sign_in.app,
            &sign_in.created,
            &self.result,
        ];
        sign_in.logged.is_some() && has.iter().all(|field| field.is_none())
    }
}

impl Reader for LogAnalytics {
    fn new(context: &FileContext) -> LogAnalytics {
        LogAnalytics {
            sign_ins: SignInRows::new(context),
            actions: ManagementActivity::new(context),
            unpacked: UnpackBuffer::default(),
            row: RowObject::default(),
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

/// Whether a record is of the table of actions. `workload` is its column that sign-ins lack.
fn is_action<'a>(table: Option<impl Field<'a>>, workload: impl FnOnce() -> bool) -> Result<bool, Reason> {
    match text(table)?.filter(|name| !name.is_empty()) {
        Some(name) => Ok(is_word(name, "OfficeActivity")),
        None => Ok(workload()),
    }
}

impl LogAnalytics {
    fn action(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let mut audited = AuditRecord::default();
        [
            audited.time,
            audited.id,
            audited.operation,
            audited.tenant,
            audited.user_type,
            audited.user_key,
            audited.user_name,
            audited.workload,
            audited.record_type,
        ] = record.fields(&ACTION_KEYS);
        self.actions.take(&audited, at, sink)
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
        (Reason::MalformedTenant, &["AADTenantId"]),
        (Reason::UnreadableValue, &["Status{}"]),
    ];
    const HAS_TABLES: bool = true;

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let mut exported = Exported::of(record.fields(&KEYS));
        if exported.category.is_none() && is_action(exported.table, || has_workload(record))? {
            return self.action(record, at, sink);
        }
        if exported.category.is_none() && exported.table.is_none() && exported.is_of_another_table() {
            return Ok(Verdict::NotOurs);
        }
        // Many columns have empty strings where JSON would have null.
        exported.sign_in.created = filled(exported.sign_in.created);
        exported.sign_in.is_interactive = filled(exported.sign_in.is_interactive);
        self.take(&exported, at, sink)
    }
}

/// Whether a record has the workload of an action.
fn has_workload(record: Node<'_>) -> bool {
    record.field(&const { Keys::of(["OfficeWorkload"]) }).is_some()
}

/// The field, unless it is an empty string.
fn filled(field: Option<Node<'_>>) -> Option<Node<'_>> {
    field.filter(|field| !matches!(field.value(), Value::Text(text) if text.is_empty()))
}

impl TableReader for LogAnalytics {
    const COLUMNS: &'static [&'static str] = &COLUMNS;
    const NEEDED: usize = 2;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[3, 0]),
        (Reason::UnreadableTime, &[3, 0]),
        (Reason::MissingId, &[2]),
        (Reason::MissingTenant, &[15]),
        (Reason::MalformedTenant, &[15]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        if is_action(cells.cell(TABLE), || cells.cell(WORKLOAD).is_some())? {
            let mut row = std::mem::take(&mut self.row);
            let columns = (NAMES.len()..).zip(ACTION_NAMES);
            let result = row
                .of(columns, cells)
                .and_then(|json| self.action(Node::outermost(&json), at, sink));
            self.row = row;
            return result;
        }
        let exported = Exported::of(std::array::from_fn(|column| cells.cell(column)));
        self.take(&exported, at, sink)
    }
}
