//! License changes in the audit log as Azure Monitor's diagnostic settings write it (feed
//! `license_changes`, format `azure-monitor`).
//!
//! The category is `AuditLogs`. Ours are `Change user license`, `Update user` (some writers put the
//! lists there), `Delete user`, `Hard Delete user`, `Restore user` and `Add user` (which assigns
//! nothing). Intune's audit log has the same category and other members, among them `AuditEventId`
//! in the place of `id`: it is not ours. For `properties` and their traps see `shared/directory_audit.rs`. `time`,
//! `operationName` and `resultType` of the envelope stand in for members that are missing there.

use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::azure_envelope::{Envelope, UnpackBuffer, unpacked_object};
use crate::sources::formats::shared::directory_audit::{DirectoryAudit, DirectoryAuditRows};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::Node;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the license changes of one file.
pub struct AzureAudit {
    audits: DirectoryAuditRows,
    unpacked: UnpackBuffer,
}

impl Reader for AzureAudit {
    fn new(context: &FileContext) -> AzureAudit {
        AzureAudit {
            audits: DirectoryAuditRows::new(context),
            unpacked: UnpackBuffer::default(),
        }
    }
}

impl JsonReader for AzureAudit {
    const LIST_KEY: &'static str = "records";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingCategory, &["category"]),
        (Reason::MissingTenant, &["tenantId"]),
        (Reason::MalformedTenant, &["tenantId"]),
        (Reason::MissingTime, &["properties.activityDateTime"]),
        (Reason::UnreadableTime, &["properties.activityDateTime"]),
        (Reason::MissingId, &["properties.id"]),
        (Reason::MissingUser, &["properties.targetResources[]"]),
        (Reason::MissingLicenses, &["properties.targetResources[].modifiedProperties[]"]),
        (Reason::UnreadableValue, &["properties.targetResources[].modifiedProperties[]"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let envelope = Envelope::of(record);
        if !envelope.category()?.is("AuditLogs") {
            return Ok(Verdict::NotOurs);
        }
        let tenant = self.audits.tenants.of_record(envelope.tenant, &self.audits.context)?;
        let mut slot = None;
        let properties = unpacked_object(envelope.properties, &mut self.unpacked, &mut slot)?;
        let mut event = properties.map(DirectoryAudit::of).unwrap_or_default();
        if event.id.is_none() && properties.is_some_and(is_of_intune) {
            return Ok(Verdict::NotOurs);
        }
        event.logged_at = envelope.time;
        event.logged_activity = envelope.operation;
        event.logged_result = envelope.result_type;
        self.audits.take(&event, tenant, at, sink)
    }
}

/// Whether an event without an id is one of Intune's.
fn is_of_intune(properties: Node<'_>) -> bool {
    properties.field(&const { Keys::of(["AuditEventId"]) }).is_some()
}
