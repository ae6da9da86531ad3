//! License changes of the Office 365 Management Activity API (feed `license_changes`, format
//! `management-api`), packed like its other records (see `activity.rs`).
//!
//! One change gives two records of the same second that share `InterSystemsId`: `Change user
//! license.`, usually without anything in it, and `Update user.` with the old and the new
//! `AssignedLicense` in `ModifiedProperties[{Name, OldValue, NewValue}]`. Lists are read from both.
//! `Delete user.`, `Hard Delete user.`, `Restore user.` and `Add user.` mean what they mean in the
//! directory's audit log. Every other operation is not ours.
//!
//! Traps: `UserId` is who did it, not whose license it is. That user is in `Target`, as
//! `User_<guid>` among other ids, else in `ObjectId`, by name. A service may have done it
//! (licensing by groups), so records of services count too. A list of something else than objects
//! is a reject. So is an `Update user.` without its list: of the two records, it is the one that
//! has to have it.

use crate::domain::guid::Guid;
use crate::sources::fields::values::{Tenants, event_time, present, required_id, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::management_api::record::{AUDIT_DATA, AuditRecord, Who};
use crate::sources::formats::shared::azure_envelope::UnpackBuffer;
use crate::sources::formats::shared::license_event::{Changed, LicenseLists, Operation, assigned_license, objects, succeeded};
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::csv_json_column::JsonColumn;
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;

/// Reads the license changes of one file.
pub struct ManagementLicenses {
    context: FileContext,
    tenants: Tenants,
    lists: LicenseLists,
    /// Memory to unpack records that are JSON within a string.
    unpacked: UnpackBuffer,
}

impl Reader for ManagementLicenses {
    fn new(context: &FileContext) -> ManagementLicenses {
        ManagementLicenses {
            context: context.clone(),
            tenants: Tenants::default(),
            lists: LicenseLists::default(),
            unpacked: UnpackBuffer::default(),
        }
    }
}

impl JsonColumn for ManagementLicenses {
    const COLUMN: &'static str = AUDIT_DATA;
}

impl JsonReader for ManagementLicenses {
    const LIST_KEY: &'static str = "value";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingCategory, &["Operation"]),
        (Reason::MissingTenant, &["OrganizationId"]),
        (Reason::MalformedTenant, &["OrganizationId"]),
        (Reason::MissingTime, &["CreationTime"]),
        (Reason::UnreadableTime, &["CreationTime"]),
        (Reason::MissingId, &["Id"]),
        (Reason::MissingUser, &["Target[]"]),
        (Reason::MissingLicenses, &["ModifiedProperties[]"]),
        (Reason::UnreadableValue, &["ModifiedProperties[]", "Target[]"]),
        (Reason::CutByPowershell, &["AuditData{}"]),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let audited = AuditRecord::of(record);
        if !audited.is_found() {
            return self.take(&audited, at, sink);
        }
        let mut unpacked = std::mem::take(&mut self.unpacked);
        let mut slot = None;
        let within = audited.within(&mut unpacked, &mut slot);
        let result = within.and_then(|audited| self.take(&audited, at, sink));
        self.unpacked = unpacked;
        result
    }
}

impl ManagementLicenses {
    fn take(&mut self, audited: &AuditRecord<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let name = Operation::name(audited.operation).ok_or(Reason::MissingCategory)?;
        let Some(operation) = Operation::of(&name) else {
            return Ok(Verdict::NotOurs);
        };
        let tenant = self.tenants.of_record(audited.tenant, &self.context)?;
        let time = event_time(audited.time, None::<Value<'_>>, &self.context)?;
        let event_id = required_id(audited.id)?;
        if operation == Operation::AddsUser || !succeeded(present(audited.result), &SUCCEEDED)? {
            return Ok(Verdict::Accepted);
        }
        self.lists.clear();
        if operation.has_lists() {
            let lists = match objects(audited.modified)? {
                Some(properties) => assigned_license(properties, &const { Keys::of(["Name"]) })?,
                None if operation == Operation::ChangesLicenses => None,
                None => return Err(Reason::MissingLicenses),
            };
            let Some(lists) = lists else {
                return Ok(Verdict::Accepted);
            };
            self.lists.read(
                lists.field(&const { Keys::of(["OldValue"]) }),
                lists.field(&const { Keys::of(["NewValue"]) }),
            )?;
            if self.lists.are_empty() {
                return Ok(Verdict::Accepted);
            }
        }
        let user = target_user(audited)?.user_id(tenant).ok_or(Reason::MissingUser)?;
        let changed = Changed {
            tenant,
            user_id: &user,
            event_id: &event_id,
            time,
        };
        self.lists.tell(&changed, operation, at, sink);
        Ok(Verdict::Accepted)
    }
}

/// The words of `ResultStatus` for an operation that succeeded.
const SUCCEEDED: [&str; 3] = ["Success", "Succeeded", "True"];

/// Whose license it is: `User_<guid>` among the targets, else a GUID among them, else `ObjectId`,
/// by id or by name.
fn target_user(audited: &AuditRecord<'_>) -> Result<Who, Reason> {
    let (mut by_id, mut buffer) = (None, String::new());
    for target in objects(audited.target)?.into_iter().flatten() {
        let Some(id) = text(target.field(&const { Keys::of(["ID"]) }))? else {
            continue;
        };
        let id = id.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim();
        if let Some(user) = id.strip_prefix("User_").and_then(|id| Guid::parse(id.as_bytes())) {
            return Ok(Who::User(user));
        }
        by_id = by_id.or_else(|| Guid::parse(id.as_bytes()));
    }
    if let Some(user) = by_id.filter(|id| id.0 != 0) {
        return Ok(Who::User(user));
    }
    match text(audited.object)? {
        None => Ok(Who::Nobody),
        Some(object) => {
            let name = object.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim().to_lowercase();
            Ok(Who::of_name(name))
        }
    }
}
