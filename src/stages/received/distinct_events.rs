//! Collects events from raw files and from the table itself, in any number and order, with copies.
//! Writes one event per key, as the files of `activity_events` hold them.
//!
//! Among copies (same tenant, day, event id, user, app, resource, interactive), the one that
//! succeeded is kept, then the earliest, then the first by file and line. This is the minimum of a
//! total order, so it does not matter when copies meet: within a file, within a `received=`
//! partition, or when the partitions of a day are read.

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
use crate::stages::interner::{Interner, Sorted};
use crate::stages::received::activity_events::{ACTIVITY_EVENTS, DigestedEvents, EventColumns, day_parts, digests, shard_of};
use crate::warehouse::cell::texts;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::DayPart;
use crate::warehouse::table::{bad_cell, coded, frame_of};

/// Marks an absent text, such as a workload.
const NONE: u32 = u32::MAX;

/// One event. Tenant and texts are numbers of the interner, the event id is a range of `ids`.
#[derive(Clone, Copy)]
struct Event {
    at: Instant,
    line: i64,
    id_end: usize,
    id_length: u32,
    tenant: u32,
    day: Day,
    user: u32,
    app: u32,
    resource: u32,
    named: u32,
    /// Filled in at the end.
    workload: u32,
    file: u32,
    record: u32,
    interactive: Option<bool>,
    succeeded: bool,
    guest: bool,
    foreign: bool,
    agent: bool,
    evidence: Evidence,
}

/// Events as they are read, in any order, with copies.
#[derive(Default)]
pub struct Events {
    events: Vec<Event>,
    ids: String,
    texts: Interner,
    /// The tenant of the last event and its number. Usually the next event has the same one.
    last_tenant: Option<(Guid, u32)>,
}

/// The events of one shard, ready for its file.
pub struct ShardEvents {
    pub events: DigestedEvents,
    /// For each event day, its number of rows and its digest.
    pub days: Vec<DayPart>,
}

impl Events {
    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Adds a record of a reader. `file` is a number that [`Events::file`] returned.
    pub fn push(&mut self, activity: &Activity<'_>, day: Day, file: u32, line: u64, record: u32) {
        self.ids.push_str(activity.event_id);
        let event = Event {
            tenant: self.tenant(activity.tenant),
            day,
            id_end: self.ids.len(),
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
            agent: activity.agent,
            evidence: activity.evidence,
        };
        self.events.push(event);
    }

    /// Returns the number of a tenant.
    fn tenant(&mut self, tenant: Guid) -> u32 {
        match self.last_tenant {
            Some((last, number)) if last == tenant => number,
            _ => {
                let number = self.texts.number(&tenant.to_string());
                self.last_tenant = Some((tenant, number));
                number
            }
        }
    }

    /// Returns all texts of the events except event ids, each once.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (0..self.texts.len() as u32).map(|number| self.texts.text(number))
    }

    /// Returns the number of a raw file's path.
    pub fn file(&mut self, path: &str) -> u32 {
        self.texts.number(path)
    }

    fn id(&self, event: &Event) -> &str {
        &self.ids[event.id_end - event.id_length as usize..event.id_end]
    }

    /// Keeps only the first `length` events.
    pub fn truncate(&mut self, length: usize) {
        self.events.truncate(length);
        self.ids.truncate(self.events.last().map_or(0, |last| last.id_end));
    }

    /// Adds all events of another collection.
    pub fn append(&mut self, other: Events) {
        if self.events.is_empty() {
            *self = other;
            return;
        }
        let numbers = self.texts.append(&other.texts);
        let number = |old: u32| if old == NONE { NONE } else { numbers[old as usize] };
        let base = self.ids.len();
        self.ids.push_str(&other.ids);
        self.events.extend(other.events.iter().map(|event| Event {
            id_end: base + event.id_end,
            tenant: number(event.tenant),
            user: number(event.user),
            app: number(event.app),
            resource: number(event.resource),
            named: number(event.named),
            file: number(event.file),
            ..*event
        }));
    }

    /// Adds the rows of a file of the table, without those of raw files that `drop` selects. The
    /// days, and the ids under which users are stored, are decided again.
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
                agent: columns.agent.value(row),
                named_workload: named,
                evidence: Evidence::parse(columns.evidence.value(row)).ok_or_else(|| wrong("evidence"))?,
            };
            let file = self.file(path);
            self.push(&activity, activity.day(&rules.zone), file, columns.source_line.value(row) as u64, 0);
        }
        Ok(())
    }

    /// Returns one event per key, sorted by key, as one file per shard.
    pub fn finish(mut self, shards: u32, rules: &Rules) -> Result<Vec<ShardEvents>, WarehouseError> {
        self.find_workloads(rules);
        for evidence in Evidence::ALL {
            self.texts.number(evidence.name());
        }
        let sorted = self.texts.sorted()?;
        let events = self.distinct(&sorted.ranks);
        let mut of_shards: Vec<Vec<u32>> = vec![Vec::new(); shards as usize];
        for tenant in events.chunk_by(|a, b| self.event(*a).tenant == self.event(*b).tenant) {
            let tenant_id = self.texts.text(self.event(tenant[0]).tenant);
            let tenant_id = Guid::parse(tenant_id.as_bytes()).ok_or_else(|| bad_cell(&ACTIVITY_EVENTS, "tenant_id", 0))?;
            of_shards[shard_of(tenant_id, shards) as usize].extend_from_slice(tenant);
        }
        of_shards.into_par_iter().map(|events| self.shard(&events, &sorted)).collect()
    }

    /// Decides the workload of each event.
    fn find_workloads(&mut self, rules: &Rules) {
        let Events { events, texts, .. } = self;
        let mut by_resource: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for event in events {
            event.workload = match event.named {
                NONE if event.foreign || event.agent => NONE,
                NONE => *by_resource.entry((event.resource, event.app)).or_insert_with(|| {
                    let (resource, app) = (texts.text(event.resource), texts.text(event.app));
                    let workload = rules.catalogue.workload_of(resource, app);
                    workload.map_or(NONE, |workload| texts.number(workload))
                }),
                named => named,
            };
        }
    }

    fn event(&self, number: u32) -> &Event {
        &self.events[number as usize]
    }

    /// Removes copies. Returns the numbers of the remaining events in the order of the key. `ranks`
    /// are those of the texts.
    ///
    /// For most pairs of events a few bytes decide the order. So events are sorted by a number made
    /// of these bytes, and compared in full only if the numbers are equal.
    fn distinct(&self, ranks: &[u32]) -> Vec<u32> {
        let rank = |number: u32| if number == NONE { 0 } else { ranks[number as usize] };
        let key_order = |a: &Event, b: &Event| {
            (rank(a.tenant), a.day, self.id(a))
                .cmp(&(rank(b.tenant), b.day, self.id(b)))
                .then_with(|| (rank(a.user), rank(a.app), rank(a.resource)).cmp(&(rank(b.user), rank(b.app), rank(b.resource))))
                .then_with(|| a.interactive.cmp(&b.interactive))
        };
        let order = |a: &Event, b: &Event| {
            key_order(a, b)
                .then_with(|| b.succeeded.cmp(&a.succeeded))
                .then_with(|| a.at.cmp(&b.at))
                .then_with(|| (rank(a.file), a.line, a.record).cmp(&(rank(b.file), b.line, b.record)))
        };
        let tenant_day = |event: &Event| (rank(event.tenant), event.day);
        let runs = || self.events.chunk_by(|a, b| (a.tenant, a.day) == (b.tenant, b.day));
        let mut tenant_days: Vec<(u32, Day)> = runs().map(|run| tenant_day(&run[0])).collect();
        tenant_days.sort_unstable();
        tenant_days.dedup();
        // Tenant and day take as many bits as they need. The beginning of the event id takes the
        // rest.
        let bits = usize::BITS - tenant_days.len().leading_zeros();
        let mut places: Vec<(u64, u32)> = Vec::with_capacity(self.events.len());
        for run in runs() {
            let of_run = (tenant_days.partition_point(|other| *other < tenant_day(&run[0])) as u64) << (u64::BITS - bits);
            for event in run {
                places.push((of_run | beginning(self.id(event)) >> bits, places.len() as u32));
            }
        }
        places.sort_unstable_by_key(|place| place.0);
        for alike in places.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            alike.sort_unstable_by(|a, b| order(self.event(a.1), self.event(b.1)));
        }
        let mut distinct: Vec<u32> = places.into_iter().map(|(_, number)| number).collect();
        distinct.dedup_by(|later, kept| key_order(self.event(*later), self.event(*kept)) == Ordering::Equal);
        distinct
    }

    /// Returns the frame and the day parts of sorted, distinct events.
    fn shard(&self, events: &[u32], sorted: &Sorted) -> Result<ShardEvents, WarehouseError> {
        let Sorted { texts: all_texts, ranks } = sorted;
        let mine: Vec<Event> = events.iter().map(|number| *self.event(*number)).collect();
        let ranks_of_evidence: Vec<_> = Evidence::ALL
            .iter()
            .map(|evidence| (*evidence, self.texts.find(evidence.name())))
            .collect();
        let evidence = |event: &Event| ranks_of_evidence.iter().find(|(evidence, _)| *evidence == event.evidence)?.1;
        let text = |number: fn(&Event) -> u32| {
            let codes: Vec<u32> = mine.iter().map(|event| ranks[number(event) as usize]).collect();
            coded(codes.into(), all_texts)
        };
        let text_or_none = |number: &dyn Fn(&Event) -> Option<u32>| {
            let codes = mine.iter().map(|event| number(event).map(|number| ranks[number as usize]));
            coded(codes.collect(), all_texts)
        };
        let some = |number: u32| (number != NONE).then_some(number);
        let flag = |flag: fn(&Event) -> bool| -> ArrayRef { Arc::new(BooleanArray::from(mine.iter().map(flag).collect::<Vec<bool>>())) };
        let columns: Vec<ArrayRef> = vec![
            text(|event| event.tenant)?,
            Arc::new(Date32Array::from_iter_values(mine.iter().map(|event| event.day.0))),
            texts(mine.iter().map(|event| self.id(event)))?,
            text(|event| event.user)?,
            text(|event| event.app)?,
            text(|event| event.resource)?,
            Arc::new(mine.iter().map(|event| event.interactive).collect::<BooleanArray>()),
            Arc::new(TimestampMicrosecondArray::from_iter_values(mine.iter().map(|event| event.at.0)).with_timezone("UTC")),
            text_or_none(&|event| some(event.workload))?,
            flag(|event| event.succeeded),
            flag(|event| event.guest),
            flag(|event| event.foreign),
            flag(|event| event.agent),
            text_or_none(&|event| some(event.named))?,
            text_or_none(&evidence)?,
            text(|event| event.file)?,
            Arc::new(Int64Array::from_iter_values(mine.iter().map(|event| event.line))),
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

/// Returns the first eight bytes of a text as a number that sorts like the text.
fn beginning(text: &str) -> u64 {
    let text = text.as_bytes();
    match text.first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut padded = [0; 8];
            padded[..text.len()].copy_from_slice(text);
            u64::from_be_bytes(padded)
        }
    }
}
