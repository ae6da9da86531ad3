//! `activity_events` (partition `received=`): every sign-in, audited action and entry of a usage
//! report once, whether it succeeded or not. A row has what is needed to decide its day and workload again when the
//! catalogue or the time zone changes.
//!
//! `distinct_events` chooses which copy of an event is kept.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;

use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Digest, Hasher, SetDigest, hash64};
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::DayPart;
use crate::warehouse::table::{Texts, column_of, table};

table! {
    /// A sign-in or an audited action of a user, or a day on which a usage report says that a user was
    /// active, wherever and however often it was logged.
    ACTIVITY_EVENTS = "activity_events", version 3 reads 2, Received, sharded,
        feeds [Activity],
        settings [Zone, Apps, UserIds], by effect [AuditActions];
    ActivityEvent {
        @key tenant_id: Guid = "the customer",
        @key day: Day = "the calendar date of `event_time` in the pipeline's time zone; of a report in UTC",
        @key event_id: String = "id of the log record; of a report its name",
        @key user_id: String = "who; empty where the record names nobody",
        @key app_id: String = "the client application; empty where the record names none",
        @key resource_id: String = "what was signed in to; empty where the record names nothing",
        @key interactive: Option<bool> = "whether the user was asked; null for an audited action or a report",
        event_time: Instant = "when it happened, cut to microseconds; of a report the beginning of its day",
        workload: Option<String> = "the workload that it is a use of; null where it is none",
        succeeded: bool = "the error code is 0",
        guest: bool = "the user is external: a guest, somebody of another tenant, or a technician of the partner",
        foreign_resource: bool = "the resource belongs to another tenant, so it is a use of no workload here",
        [since 3] agent: bool = "an agent signed in, which is no person, so it is a use of no workload",
        named_workload: Option<String> = "the workload that an audited action or a report names",
        evidence: Evidence = "interactive, non_interactive, action or report",
        source_file: String = "path of the raw file",
        source_line: i64 = "line in the raw file; of a document its first line",
    }
}

/// Returns the number of the file, out of `shards`, that has a tenant.
pub fn shard_of(tenant: Guid, shards: u32) -> u32 {
    if shards <= 1 {
        0
    } else {
        (hash64(&tenant.bytes()) % u64::from(shards)) as u32
    }
}

/// Returns a column of GUIDs.
pub fn guids(values: impl Iterator<Item = Guid>) -> Result<ArrayRef, WarehouseError> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut offsets: Vec<i32> = vec![0];
    for value in values {
        bytes.extend_from_slice(&value.text());
        offsets.push(i32::try_from(bytes.len()).map_err(|_| WarehouseError::TooMuchText { shards: None })?);
    }
    Ok(Arc::new(StringArray::try_new(
        OffsetBuffer::new(ScalarBuffer::from(offsets)),
        bytes.into(),
        None,
    )?))
}

/// The columns of a frame of events.
pub struct EventColumns<'a> {
    pub tenant_id: Texts<'a>,
    pub day: &'a Date32Array,
    pub event_id: Texts<'a>,
    pub user_id: Texts<'a>,
    pub app_id: Texts<'a>,
    pub resource_id: Texts<'a>,
    pub interactive: &'a BooleanArray,
    pub event_time: &'a TimestampMicrosecondArray,
    pub workload: Texts<'a>,
    pub succeeded: &'a BooleanArray,
    pub guest: &'a BooleanArray,
    pub foreign_resource: &'a BooleanArray,
    pub agent: &'a BooleanArray,
    pub named_workload: Texts<'a>,
    pub evidence: Texts<'a>,
    pub source_file: Texts<'a>,
    pub source_line: &'a Int64Array,
}

impl<'a> EventColumns<'a> {
    /// Borrows the columns of a frame that has all columns of the table.
    pub fn of(frame: &'a RecordBatch) -> Result<EventColumns<'a>, WarehouseError> {
        let column = |name| column_of(frame, &ACTIVITY_EVENTS, name);
        let text = |name| Ok::<_, WarehouseError>(Texts::of(column(name)?));
        let flag = |name| Ok::<_, WarehouseError>(column(name)?.as_boolean());
        Ok(EventColumns {
            tenant_id: text("tenant_id")?,
            day: column("day")?.as_primitive(),
            event_id: text("event_id")?,
            user_id: text("user_id")?,
            app_id: text("app_id")?,
            resource_id: text("resource_id")?,
            interactive: flag("interactive")?,
            event_time: column("event_time")?.as_primitive::<TimestampMicrosecondType>(),
            workload: text("workload")?,
            succeeded: flag("succeeded")?,
            guest: flag("guest")?,
            foreign_resource: flag("foreign_resource")?,
            agent: flag("agent")?,
            named_workload: text("named_workload")?,
            evidence: text("evidence")?,
            source_file: text("source_file")?,
            source_line: column("source_line")?.as_primitive::<Int64Type>(),
        })
    }

    /// Whether a usage report says it.
    pub fn is_report(&self, row: usize) -> bool {
        !self.interactive.is_valid(row) && self.evidence.value(row) == Evidence::Report.name()
    }

    pub fn tenant(&self, row: usize) -> Option<Guid> {
        Guid::parse(self.tenant_id.value(row).as_bytes())
    }

    /// Compares the parts of two keys that come after the user. The rows may be of two frames.
    pub fn rest_of_key_order(&self, row: usize, other: &EventColumns<'_>, other_row: usize) -> Ordering {
        let interactive = |columns: &EventColumns<'_>, row| columns.interactive.is_valid(row).then(|| columns.interactive.value(row));
        let text = |a: &Texts<'_>, b: &Texts<'_>| a.value(row).cmp(b.value(other_row));
        text(&self.app_id, &other.app_id)
            .then_with(|| text(&self.resource_id, &other.resource_id))
            .then_with(|| interactive(self, row).cmp(&interactive(other, other_row)))
    }

    /// Compares two copies of an event. The lesser one is kept.
    pub fn preference(&self, row: usize, other: &EventColumns<'_>, other_row: usize) -> Ordering {
        other
            .succeeded
            .value(other_row)
            .cmp(&self.succeeded.value(row))
            .then_with(|| self.event_time.value(row).cmp(&other.event_time.value(other_row)))
            .then_with(|| self.source_file.value(row).cmp(other.source_file.value(other_row)))
            .then_with(|| self.source_line.value(row).cmp(&other.source_line.value(other_row)))
            .then_with(|| self.user_id.value(row).cmp(other.user_id.value(other_row)))
    }

    /// Returns a digest of what a row says, without the file and line it came from. `hasher` is a
    /// buffer to reuse.
    pub fn digest(&self, row: usize, hasher: &mut Hasher) -> Digest {
        let optional = |column: &Texts<'_>| {
            if column.is_valid(row) {
                1 + column.value(row).len() as i64
            } else {
                0
            }
        };
        let flags = i64::from(self.succeeded.value(row))
            | i64::from(self.guest.value(row)) << 1
            | i64::from(self.foreign_resource.value(row)) << 2
            | i64::from(self.interactive.is_valid(row)) << 3
            | i64::from(self.interactive.is_valid(row) && self.interactive.value(row)) << 4
            | i64::from(self.agent.value(row)) << 5;
        hasher.clear();
        for column in [
            &self.tenant_id,
            &self.event_id,
            &self.user_id,
            &self.app_id,
            &self.resource_id,
            &self.evidence,
        ] {
            hasher.text(column.value(row));
        }
        for column in [&self.workload, &self.named_workload] {
            hasher
                .number(optional(column))
                .text(if column.is_valid(row) { column.value(row) } else { "" });
        }
        hasher
            .number(i64::from(self.day.value(row)))
            .number(self.event_time.value(row))
            .number(flags)
            .finish()
    }
}

/// The events of a file and, if somebody has already computed them, the digests of their rows.
pub struct DigestedEvents {
    pub frame: RecordBatch,
    /// One per row, or empty.
    pub digests: Vec<Digest>,
}

/// Returns the digest of each row.
pub fn digests(frame: &RecordBatch) -> Result<Vec<Digest>, WarehouseError> {
    let columns = EventColumns::of(frame)?;
    let mut hasher = Hasher::new();
    Ok((0..frame.num_rows()).map(|row| columns.digest(row, &mut hasher)).collect())
}

/// Returns the event days of a frame with their numbers of rows and digests. A day's digest is
/// computed from those of its rows.
pub fn day_parts(frame: &RecordBatch, digests: &[Digest]) -> Result<Vec<DayPart>, WarehouseError> {
    let columns = EventColumns::of(frame)?;
    let mut parts: BTreeMap<i32, (u64, u64, SetDigest)> = BTreeMap::new();
    for (row, digest) in digests.iter().enumerate() {
        let part = parts.entry(columns.day.value(row)).or_default();
        part.0 += 1;
        part.1 += u64::from(columns.interactive.is_valid(row));
        part.2.add(*digest);
    }
    Ok(parts
        .into_iter()
        .map(|(day, (rows, sign_ins, digest))| DayPart {
            day,
            rows,
            sign_ins,
            digest: digest.digest(),
        })
        .collect())
}
