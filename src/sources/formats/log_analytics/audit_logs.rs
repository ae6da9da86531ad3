//! License changes in a Log Analytics workspace (feed `license_changes`, format `log-analytics`):
//! the table `AuditLogs` as JSON lines, as a bare array, as an event hub's batches, as an answer of
//! the query API, or as CSV.
//!
//! Columns that matter: `Id`, `ActivityDateTime`, `TimeGenerated`, `ActivityDisplayName`,
//! `OperationName`, `Result`, `ResultType`, `TargetResources`, `AADTenantId`, `Category`, `Type`
//! (the table).
//!
//! Traps: the customer is `AADTenantId`; `TenantId` is the workspace. `TargetResources` is a list in
//! a data export and JSON text in a table. Several tables may come in one stream, and only this one
//! is ours. For the events see `shared/directory_audit.rs`.

use crate::sources::fields::values::{is_word, present, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::log_analytics::row_object::RowObject;
use crate::sources::formats::shared::azure_envelope::{UnpackBuffer, unpacked_list};
use crate::sources::formats::shared::directory_audit::{DirectoryAudit, DirectoryAuditRows};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader};

/// Reads the license changes of one file.
pub struct LogAnalyticsAudit {
    audits: DirectoryAuditRows,
    unpacked: UnpackBuffer,
    row: RowObject,
}

/// The columns that matter, and the keys in JSON. A table needs the first three.
const NAMES: [&str; 11] = [
    "TimeGenerated",
    "OperationName",
    "TargetResources",
    "Id",
    "ActivityDateTime",
    "ActivityDisplayName",
    "Result",
    "ResultType",
    "AADTenantId",
    "Category",
    "Type",
];

static KEYS: Keys<11> = Keys::of(NAMES);

impl Reader for LogAnalyticsAudit {
    fn new(context: &FileContext) -> LogAnalyticsAudit {
        LogAnalyticsAudit {
            audits: DirectoryAuditRows::new(context),
            unpacked: UnpackBuffer::default(),
            row: RowObject::default(),
        }
    }
}

/// Whether a record is of the table: it says so, or it says nothing and has a column that no other
/// table has. What has no time either is no record of any table.
fn is_ours(table: Option<Node<'_>>, targets: Option<Node<'_>>, logged: Option<Node<'_>>) -> Result<bool, Reason> {
    match text(table)?.filter(|name| !name.is_empty()) {
        Some(name) => Ok(is_word(name, "AuditLogs")),
        None if targets.is_none() && logged.is_none() => Err(Reason::MissingTime),
        None => Ok(targets.is_some()),
    }
}

impl JsonReader for LogAnalyticsAudit {
    const LIST_KEY: &'static str = "records";
    const HAS_TABLES: bool = true;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTime, &["ActivityDateTime", "TimeGenerated"]),
        (Reason::UnreadableTime, &["ActivityDateTime", "TimeGenerated"]),
        (Reason::MissingId, &["Id"]),
        (Reason::MissingTenant, &["AADTenantId"]),
        (Reason::MalformedTenant, &["AADTenantId"]),
        (Reason::MissingUser, &["TargetResources[]"]),
        (Reason::MissingLicenses, &["TargetResources[].modifiedProperties[]"]),
        (Reason::UnreadableValue, &["TargetResources[].modifiedProperties[]"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let [
            logged,
            operation,
            targets,
            id,
            happened,
            activity,
            result,
            result_type,
            tenant,
            _,
            table,
        ] = record.fields(&KEYS);
        if !is_ours(table, targets, logged)? {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.audits.tenants.of_record(tenant, &self.audits.context)?;
        let mut slot = None;
        let event = DirectoryAudit {
            id,
            at: filled(happened),
            created: None,
            activity,
            result: filled(result),
            targets: unpacked_list(targets, &mut self.unpacked, &mut slot)?,
            logged_at: logged,
            logged_activity: operation,
            logged_result: result_type,
        };
        self.audits.take(&event, tenant, at, sink)
    }
}

/// The field, unless it is an empty text: many columns have that where JSON would have null.
fn filled(field: Option<Node<'_>>) -> Option<Node<'_>> {
    field.filter(|field| !matches!(present(Some(*field)), Some(Value::Text(text)) if text.is_empty()))
}

impl TableReader for LogAnalyticsAudit {
    const COLUMNS: &'static [&'static str] = &NAMES;
    const NEEDED: usize = 3;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[4, 0]),
        (Reason::UnreadableTime, &[4, 0]),
        (Reason::MissingId, &[3]),
        (Reason::MissingTenant, &[8]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let mut row = std::mem::take(&mut self.row);
        let result = row
            .of(NAMES.into_iter().enumerate(), cells)
            .and_then(|json| JsonReader::record(self, Node::outermost(&json), at, sink));
        self.row = row;
        result
    }
}
