//! License changes from Graph's `GET /auditLogs/directoryAudits` (feed `license_changes`, format
//! `graph`): pages `{"value":[directoryAudit...],"@odata.nextLink":"..."}`, an event a line, or a
//! bare array; or what `Get-MgAuditLogDirectoryAudit` gives, as JSON (see
//! `shared/graph_members.rs`).
//!
//! The names are those of `properties` in Azure Monitor's format (see `shared/directory_audit.rs`,
//! also for the traps). Trap: no record names the tenant, only the path does. A sign-in in the same
//! folder is not ours.

use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::directory_audit::{DirectoryAudit, DirectoryAuditRows};
use crate::sources::json::value::Node;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the license changes of one file.
pub struct GraphAudits {
    audits: DirectoryAuditRows,
}

impl Reader for GraphAudits {
    fn new(context: &FileContext) -> GraphAudits {
        GraphAudits {
            audits: DirectoryAuditRows::new(context),
        }
    }
}

impl JsonReader for GraphAudits {
    const LIST_KEY: &'static str = "value";
    const IN_ANY_CASE: bool = true;
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingTime, &["activityDateTime"]),
        (Reason::UnreadableTime, &["activityDateTime"]),
        (Reason::MissingId, &["id"]),
        (Reason::MissingUser, &["targetResources[]"]),
        (Reason::MissingLicenses, &["targetResources[].modifiedProperties[]"]),
        (
            Reason::UnreadableValue,
            &["targetResources[]", "targetResources[].modifiedProperties[]"],
        ),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let event = DirectoryAudit::of(record);
        if event.at.is_none() && event.created.is_some() {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.audits.context.tenant.ok_or(Reason::MissingTenant)?;
        self.audits.take(&event, tenant, at, sink)
    }
}
