//! Events as they come from raw files or from the table itself: any number, in any order, copies included; and what becomes of
//! them, one event for each key as the files of `activity_events` hold them.
//!
//! Of copies (same tenant, day, event id, user, app, resource, interactive) the one is kept that succeeded, else the earliest,
//! else the first by file and line. That choice is the least of an order, so it does not matter in which portions the copies
//! come together: within a file, within a `received=` partition, or when a day's partitions are read.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Int64Array, TimestampMicrosecondArray};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::rules::Rules;
use crate::domain::user_ids::UserIds;
use crate::sources::record::Activity;
use crate::stages::activity_events::{ACTIVITY_EVENTS, DigestedEvents, EventColumns, day_parts, digests, prefix_of, shard_of, texts};
use crate::stages::interner::Interner;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::DayPart;
use crate::warehouse::table::{bad_cell, coded, frame_of};

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
    /// What it is a use of, once it is asked for.
    workload: u32,
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
    pub events: DigestedEvents,
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
            workload: NONE,
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
        let events = self.with_workloads(rules);
        for tenant in events.chunk_by(|a, b| a.tenant == b.tenant) {
            self.texts.number(&tenant[0].tenant.to_string());
        }
        for evidence in Evidence::ALL {
            self.texts.number(evidence.name());
        }
        let ranks = self.texts.ranks();
        let texts = self.texts.sorted(&ranks);
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
            .into_par_iter()
            .map(|shard| self.shard(&events, (shard, shards), texts))
            .collect()
    }

    /// The events, each with its workload.
    fn with_workloads(&mut self, rules: &Rules) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.events);
        let mut by_resource: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for event in &mut events {
            event.workload = match event.named {
                NONE if event.foreign => NONE,
                NONE => *by_resource.entry((event.resource, event.app)).or_insert_with(|| {
                    let (resource, app) = (self.texts.text(event.resource), self.texts.text(event.app));
                    let workload = rules.catalogue.workload_of(resource, app);
                    workload.map_or(NONE, |workload| self.texts.number(workload))
                }),
                named => named,
            };
        }
        events
    }

    /// The frame and the day parts of one shard of sorted, distinct events. Texts are given by their ranks.
    fn shard(
        &self,
        events: &[Event],
        (shard, shards): (u32, u32),
        (ranks, sorted): (&[u32], &ArrayRef),
    ) -> Result<ShardEvents, WarehouseError> {
        let mut mine: Vec<&Event> = Vec::with_capacity(events.len() / shards as usize + 1);
        for tenant in events.chunk_by(|a, b| a.tenant == b.tenant) {
            if shard_of(tenant[0].tenant, shards) == shard {
                mine.extend(tenant);
            }
        }
        let rank = |text: &str| self.texts.find(text).map(|number| ranks[number as usize]);
        let ranks_of_tenants = mine.chunk_by(|a, b| a.tenant == b.tenant).flat_map(|tenant| {
            let rank = rank(&tenant[0].tenant.to_string());
            std::iter::repeat_n(rank, tenant.len())
        });
        let ranks_of_evidence: Vec<_> = Evidence::ALL.iter().map(|evidence| (*evidence, rank(evidence.name()))).collect();
        let evidence = |event: &Event| ranks_of_evidence.iter().find(|(evidence, _)| *evidence == event.evidence)?.1;
        let text = |number: fn(&Event) -> u32| {
            coded(
                mine.iter().map(|event| ranks.get(number(event) as usize).copied()).collect(),
                sorted,
            )
        };
        let columns: Vec<ArrayRef> = vec![
            coded(ranks_of_tenants.collect(), sorted)?,
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
            text(|event| event.workload)?,
            Arc::new(mine.iter().map(|event| Some(event.succeeded)).collect::<BooleanArray>()),
            Arc::new(mine.iter().map(|event| Some(event.guest)).collect::<BooleanArray>()),
            Arc::new(mine.iter().map(|event| Some(event.foreign)).collect::<BooleanArray>()),
            text(|event| event.named)?,
            coded(mine.iter().map(|event| evidence(event)).collect(), sorted)?,
            text(|event| event.file)?,
            Arc::new(mine.iter().map(|event| Some(event.line)).collect::<Int64Array>()),
        ];
        let frame = frame_of(&ACTIVITY_EVENTS, columns)?;
        let digests = digests(&frame)?;
        let days = day_parts(&frame, &digests)?;
        Ok(ShardEvents {
            events: DigestedEvents { frame, digests },
            days,
        })
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
