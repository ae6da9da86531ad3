//! `activity_events` (partition `received=`): every sign-in and audited action once, succeeded or not, with what a new
//! catalogue or time zone needs to decide its day and workload again.
//!
//! Of copies (same tenant, day, event id, user, app, resource, interactive) the one is kept that succeeded, else the earliest,
//! else the first by file and line. That choice is the least of an order, so it does not matter in which portions the copies
//! come together: within a file, within a `received=` partition, or when a day's partitions are read.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;

use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Digest, Hasher, SetDigest, spread};
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::rules::Rules;
use crate::domain::user_ids::UserIds;
use crate::sources::record::Activity;
use crate::stages::interner::Interner;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::DayPart;
use crate::warehouse::table::{Texts, bad_cell, coded, column_of, frame_of, table};

table! {
    /// A sign-in or an audited action of a user, wherever and however often it was logged.
    ACTIVITY_EVENTS = "activity_events", version 2, Received, sharded;
    ActivityEvent {
        @key tenant_id: Guid = "the customer",
        @key day: Day = "the calendar date of `event_time` in the pipeline's time zone",
        @key event_id: String = "id of the log record",
        @key user_id: String = "who; empty where the record names nobody",
        @key app_id: String = "the client application; empty where the record names none",
        @key resource_id: String = "what was signed in to; empty where the record names nothing",
        @key interactive: Option<bool> = "whether the user was asked; null for an audited action",
        event_time: Instant = "when it happened, cut to microseconds",
        workload: Option<String> = "the workload that it is a use of; null where it is none",
        succeeded: bool = "the error code is 0",
        guest: bool = "the user is a guest in the tenant",
        foreign_resource: bool = "the resource belongs to another tenant, so it is a use of no workload here",
        named_workload: Option<String> = "the workload that an audited action names",
        evidence: Evidence = "interactive, non_interactive or action",
        source_file: String = "path of the raw file",
        source_line: i64 = "line in the raw file; of a document its first line",
    }
}

/// No text: an absent named workload.
const NONE: u32 = u32::MAX;

/// One event; texts are numbers of the interner, the event id a range of the arena.
#[derive(Clone, Copy)]
struct Event {
    tenant: Guid,
    day: Day,
    /// First 16 bytes of the event id: decides nearly every comparison.
    prefix: u128,
    id_end: usize,
    id_length: u32,
    user: u32,
    app: u32,
    resource: u32,
    named: u32,
    file: u32,
    line: i64,
    record: u32,
    at: Instant,
    interactive: Option<bool>,
    succeeded: bool,
    guest: bool,
    foreign: bool,
    evidence: Evidence,
}

/// Events as they are read: any number, in any order, copies included.
#[derive(Default)]
pub struct Events {
    events: Vec<Event>,
    ids: String,
    texts: Interner,
}

/// The events of one shard as a file holds them.
pub struct ShardEvents {
    pub frame: RecordBatch,
    /// Per event day: rows and a digest that does not depend on the raw files.
    pub days: Vec<DayPart>,
}

impl Events {
    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Takes a record that a reader found. `file` is a number that [`Events::file`] gave.
    pub fn push(&mut self, activity: &Activity<'_>, day: Day, file: u32, line: u64, record: u32) {
        let event = Event {
            tenant: activity.tenant,
            day,
            prefix: prefix_of(activity.event_id),
            id_end: 0,
            id_length: activity.event_id.len() as u32,
            user: self.texts.number(activity.user_id),
            app: self.texts.number(activity.app_id),
            resource: self.texts.number(activity.resource_id),
            named: activity.named_workload.map_or(NONE, |name| self.texts.number(name)),
            file,
            line: line as i64,
            record,
            at: activity.at,
            interactive: activity.interactive,
            succeeded: activity.succeeded,
            guest: activity.guest,
            foreign: activity.foreign_resource,
            evidence: activity.evidence,
        };
        self.store(event, activity.event_id);
    }

    /// The number of a raw file's path.
    pub fn file(&mut self, path: &str) -> u32 {
        self.texts.number(path)
    }

    fn store(&mut self, mut event: Event, id: &str) {
        self.ids.push_str(id);
        event.id_end = self.ids.len();
        self.events.push(event);
    }

    fn id(&self, event: &Event) -> &str {
        &self.ids[event.id_end - event.id_length as usize..event.id_end]
    }

    /// Takes all events of another collection.
    pub fn append(&mut self, other: Events) {
        if self.events.is_empty() {
            *self = other;
            return;
        }
        let numbers: Vec<u32> = (0..other.texts.len() as u32)
            .map(|number| self.texts.number(other.texts.text(number)))
            .collect();
        let number = |old: u32| if old == NONE { NONE } else { numbers[old as usize] };
        let base = self.ids.len();
        self.ids.push_str(&other.ids);
        self.events.extend(other.events.iter().map(|event| Event {
            id_end: base + event.id_end,
            user: number(event.user),
            app: number(event.app),
            resource: number(event.resource),
            named: number(event.named),
            file: number(event.file),
            ..*event
        }));
    }

    /// Takes the rows of a file of the table, but for those of raw files that `drop` names. Days are decided again,
    /// and so is under which ids users are stored.
    pub fn absorb(
        &mut self,
        frame: &RecordBatch,
        rules: &Rules,
        user_ids: &UserIds,
        drop: impl Fn(&str) -> bool,
    ) -> Result<(), WarehouseError> {
        let columns = EventColumns::of(frame)?;
        for row in 0..frame.num_rows() {
            let path = columns.source_file.value(row);
            if drop(path) {
                continue;
            }
            let wrong = |name| bad_cell(&ACTIVITY_EVENTS, name, row);
            let at = Instant(columns.event_time.value(row));
            let named = columns.named_workload.is_valid(row).then(|| columns.named_workload.value(row));
            let tenant = columns.tenant(row).ok_or_else(|| wrong("tenant_id"))?;
            let activity = Activity {
                tenant,
                event_id: columns.event_id.value(row),
                user_id: &user_ids.stored_again(tenant, columns.user_id.value(row)),
                app_id: columns.app_id.value(row),
                resource_id: columns.resource_id.value(row),
                interactive: columns.interactive.is_valid(row).then(|| columns.interactive.value(row)),
                at,
                succeeded: columns.succeeded.value(row),
                guest: columns.guest.value(row),
                foreign_resource: columns.foreign_resource.value(row),
                named_workload: named,
                evidence: Evidence::parse(columns.evidence.value(row)).ok_or_else(|| wrong("evidence"))?,
            };
            let file = self.file(path);
            self.push(&activity, rules.zone.day_of(at), file, columns.source_line.value(row) as u64, 0);
        }
        Ok(())
    }

    /// One event for each key, sorted by the key, as one file per shard.
    pub fn finish(mut self, shards: u32, rules: &Rules) -> Result<Vec<ShardEvents>, WarehouseError> {
        let ranks = self.texts.ranks();
        let texts = self.texts.sorted(&ranks);
        let events = std::mem::take(&mut self.events);
        let rank = |number: u32| if number == NONE { 0 } else { ranks[number as usize] };
        let key_order = |a: &Event, b: &Event| {
            (a.tenant, a.day, a.prefix)
                .cmp(&(b.tenant, b.day, b.prefix))
                .then_with(|| self.id(a).cmp(self.id(b)))
                .then_with(|| (rank(a.user), rank(a.app), rank(a.resource)).cmp(&(rank(b.user), rank(b.app), rank(b.resource))))
                .then_with(|| a.interactive.cmp(&b.interactive))
        };
        let order = |a: &Event, b: &Event| {
            key_order(a, b)
                .then_with(|| b.succeeded.cmp(&a.succeeded))
                .then_with(|| a.at.cmp(&b.at))
                .then_with(|| (rank(a.file), a.line, a.record).cmp(&(rank(b.file), b.line, b.record)))
        };
        let mut events = sorted(&events, order);
        events.dedup_by(|later, kept| key_order(later, kept) == Ordering::Equal);
        let texts = (ranks.as_slice(), &texts);
        (0..shards)
            .map(|shard| self.shard(&events, (shard, shards), texts, rules))
            .collect()
    }

    /// The frame and the day parts of one shard of sorted, distinct events. Texts are given by their ranks.
    fn shard(
        &self,
        events: &[Event],
        (shard, shards): (u32, u32),
        (ranks, sorted): (&[u32], &ArrayRef),
        rules: &Rules,
    ) -> Result<ShardEvents, WarehouseError> {
        let mut mine: Vec<&Event> = Vec::with_capacity(events.len() / shards as usize + 1);
        for tenant in events.chunk_by(|a, b| a.tenant == b.tenant) {
            if shard_of(tenant[0].tenant, shards) == shard {
                mine.extend(tenant);
            }
        }
        let workload = |event: &Event| match event.named {
            NONE if event.foreign => None,
            NONE => rules
                .catalogue
                .workload_of(self.texts.text(event.resource), self.texts.text(event.app)),
            named => Some(self.texts.text(named)),
        };
        let text = |number: fn(&Event) -> u32| {
            coded(
                mine.iter().map(|event| ranks.get(number(event) as usize).copied()).collect(),
                sorted,
            )
        };
        let columns: Vec<ArrayRef> = vec![
            guids(mine.iter().map(|event| event.tenant)),
            Arc::new(mine.iter().map(|event| Some(event.day.0)).collect::<Date32Array>()),
            texts(mine.iter().map(|event| self.id(event))),
            text(|event| event.user)?,
            text(|event| event.app)?,
            text(|event| event.resource)?,
            Arc::new(mine.iter().map(|event| event.interactive).collect::<BooleanArray>()),
            Arc::new(
                mine.iter()
                    .map(|event| Some(event.at.0))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
            Arc::new(mine.iter().map(|event| workload(event)).collect::<StringArray>()),
            Arc::new(mine.iter().map(|event| Some(event.succeeded)).collect::<BooleanArray>()),
            Arc::new(mine.iter().map(|event| Some(event.guest)).collect::<BooleanArray>()),
            Arc::new(mine.iter().map(|event| Some(event.foreign)).collect::<BooleanArray>()),
            text(|event| event.named)?,
            texts(mine.iter().map(|event| event.evidence.name())),
            text(|event| event.file)?,
            Arc::new(mine.iter().map(|event| Some(event.line)).collect::<Int64Array>()),
        ];
        let frame = frame_of(&ACTIVITY_EVENTS, columns)?;
        let days = day_parts(&frame)?;
        Ok(ShardEvents { frame, days })
    }
}

/// Events in an order that goes by tenant, day and event id first.
///
/// What is moved about is small: of most pairs a few bytes tell which one comes first, and an event is more than a hundred.
fn sorted(events: &[Event], order: impl Fn(&Event, &Event) -> Ordering) -> Vec<Event> {
    let mut tenants: Vec<Guid> = events.chunk_by(|a, b| a.tenant == b.tenant).map(|run| run[0].tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let mut places: Vec<(u64, u64, u32)> = Vec::with_capacity(events.len());
    for run in events.chunk_by(|a, b| a.tenant == b.tenant) {
        let tenant = tenants.partition_point(|tenant| *tenant < run[0].tenant) as u64;
        for event in run {
            // Days before 1970 come first too.
            let day = event.day.0 as u32 ^ 1 << 31;
            places.push((tenant << 32 | u64::from(day), (event.prefix >> 64) as u64, places.len() as u32));
        }
    }
    places.sort_unstable_by(|a, b| {
        (a.0, a.1)
            .cmp(&(b.0, b.1))
            .then_with(|| order(&events[a.2 as usize], &events[b.2 as usize]))
    });
    places.into_iter().map(|(.., place)| events[place as usize]).collect()
}

/// The first 16 bytes of a text as a number whose order is the order of the texts.
pub fn prefix_of(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

/// Which of `shards` files holds a tenant.
pub fn shard_of(tenant: Guid, shards: u32) -> u32 {
    if shards <= 1 {
        0
    } else {
        (spread(&tenant.bytes()) % u64::from(shards)) as u32
    }
}

/// A column of texts that are not null.
pub fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

/// A column of GUIDs.
pub fn guids(values: impl Iterator<Item = Guid>) -> ArrayRef {
    let mut bytes: Vec<u8> = Vec::new();
    let mut offsets: Vec<i32> = vec![0];
    for value in values {
        bytes.extend_from_slice(&value.text());
        offsets.push(bytes.len() as i32);
    }
    // GUIDs are ASCII and every offset is a multiple of their length, so this cannot fail; the checked way costs nothing here.
    match StringArray::try_new(OffsetBuffer::new(ScalarBuffer::from(offsets)), bytes.into(), None) {
        Ok(array) => Arc::new(array),
        Err(_) => Arc::new(StringArray::new_null(0)),
    }
}

/// The typed columns of a frame of events.
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
    pub named_workload: Texts<'a>,
    pub evidence: Texts<'a>,
    pub source_file: Texts<'a>,
    pub source_line: &'a Int64Array,
}

impl<'a> EventColumns<'a> {
    /// Borrows the columns of a whole frame of the table.
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
            named_workload: text("named_workload")?,
            evidence: text("evidence")?,
            source_file: text("source_file")?,
            source_line: column("source_line")?.as_primitive::<Int64Type>(),
        })
    }

    pub fn tenant(&self, row: usize) -> Option<Guid> {
        Guid::parse(self.tenant_id.value(row).as_bytes())
    }

    /// Compares the keys of two rows, of this frame and another. `user_of` says whom an id means.
    pub fn key_order<'n>(
        &'n self,
        row: usize,
        other: &'n EventColumns<'_>,
        other_row: usize,
        user_of: impl Fn(&'n str) -> &'n str,
    ) -> Ordering {
        let interactive = |columns: &EventColumns<'_>, row| columns.interactive.is_valid(row).then(|| columns.interactive.value(row));
        let text = |a: &Texts<'_>, b: &Texts<'_>| a.value(row).cmp(b.value(other_row));
        text(&self.tenant_id, &other.tenant_id)
            .then_with(|| self.day.value(row).cmp(&other.day.value(other_row)))
            .then_with(|| text(&self.event_id, &other.event_id))
            .then_with(|| user_of(self.user_id.value(row)).cmp(user_of(other.user_id.value(other_row))))
            .then_with(|| text(&self.app_id, &other.app_id))
            .then_with(|| text(&self.resource_id, &other.resource_id))
            .then_with(|| interactive(self, row).cmp(&interactive(other, other_row)))
    }

    /// Which of two copies of an event is kept: the lesser one.
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

    /// What a row says, wherever it was logged. `hasher` is memory that is used again.
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
            | i64::from(self.interactive.is_valid(row) && self.interactive.value(row)) << 4;
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

/// The event days of a frame, each with its rows and the digest of what they say.
pub fn day_parts(frame: &RecordBatch) -> Result<Vec<DayPart>, WarehouseError> {
    let columns = EventColumns::of(frame)?;
    let mut hasher = Hasher::new();
    let mut parts: std::collections::BTreeMap<i32, (u64, u64, SetDigest)> = std::collections::BTreeMap::new();
    for row in 0..frame.num_rows() {
        let part = parts.entry(columns.day.value(row)).or_default();
        part.0 += 1;
        part.1 += u64::from(columns.interactive.is_valid(row));
        part.2.add(columns.digest(row, &mut hasher));
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
