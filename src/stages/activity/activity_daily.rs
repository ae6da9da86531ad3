//! `activity_daily`: one row for each user and workload with activity on the day. Reads
//! `activity_events` of every `received=` partition that has events of the day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, StringArray, TimestampMicrosecondArray, UInt32Array};
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHashMap;

use crate::domain::by_name::is_by_name;
use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Digest, Hasher, SetDigest};
use crate::domain::guid::Guid;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::people::user_names::{Names, NamesOn, USER_NAMES};
use crate::stages::received::activity_events::{ACTIVITY_EVENTS, DigestedEvents, EventColumns};
use crate::stages::received::license_changes::LICENSE_CHANGES;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{Texts, coded, frame_of, table};

table! {
    /// A user's activity in a workload on one day: successful sign-ins, audited actions, and what
    /// usage reports say.
    ACTIVITY_DAILY = "activity_daily", version 2 reads 1, Day, sharded,
        from Day [ACTIVITY_EVENTS, ACTIVITY_COVERAGE]
            History [USER_NAMES, LICENSE_CHANGES];
    ActivityDaily {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        interactive_sign_ins: u32 = "successful interactive sign-ins",
        non_interactive_sign_ins: u32 = "successful non-interactive sign-ins",
        actions: u32 = "audited actions",
        [since 2] reports: u32 = "usage reports that say that the user was active on the day",
        guest: bool = "any of the counted sign-ins or reports was an external user's",
        first_at: Instant = "the earliest of them",
        last_at: Instant = "the latest of them",
    }
}

table! {
    /// The same for the 27 days before the first day of the tables, which the windows of the first
    /// days look back on.
    ACTIVITY_BEFORE = "activity_before", version 2 reads 1, Day, sharded,
        from Day [ACTIVITY_EVENTS, ACTIVITY_COVERAGE]
            History [USER_NAMES, LICENSE_CHANGES];
    ActivityBefore {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        interactive_sign_ins: u32 = "successful interactive sign-ins",
        non_interactive_sign_ins: u32 = "successful non-interactive sign-ins",
        actions: u32 = "audited actions",
        [since 2] reports: u32 = "usage reports that say that the user was active on the day",
        guest: bool = "any of the counted sign-ins or reports was an external user's",
        first_at: Instant = "the earliest of them",
        last_at: Instant = "the latest of them",
    }
}

/// What the events of one day are reduced to.
pub struct ReducedDay {
    pub coverage: Vec<ActivityCoverage>,
    /// The columns of `activity_daily`. Texts are dictionary codes.
    daily: Vec<ArrayRef>,
}

impl ReducedDay {
    /// Returns the frame of `activity_daily`, or of `activity_before`, which has the same columns.
    pub fn facts(self, contract: &Contract) -> Result<RecordBatch, WarehouseError> {
        frame_of(contract, self.daily)
    }
}

/// An event of the day: its position, and the ranks of its tenant and user.
#[derive(Clone, Copy)]
struct EventOfDay {
    at: u32,
    row: u32,
    tenant: u32,
    /// The rank of the user. A name that belongs to a known user counts as that user.
    user: u32,
}

/// The distinct events of one day from several partitions.
struct EventsOfDay<'c> {
    columns: &'c [EventColumns<'c>],
    events: Vec<EventOfDay>,
    tenants: Vec<&'c str>,
    users: Vec<&'c str>,
    /// Per tenant, the ids of users who are known by name only. Copies are included.
    named: BTreeMap<&'c str, BTreeSet<&'c str>>,
}

/// Reduces the events of one day. `parts` are the `received=` partitions of the shard that have
/// events of the day; keys are distinct within each. Rows of other days are skipped. `names` tells
/// which user a name belongs to: an event that one log has by name and another by user id is one
/// event.
pub fn build(day: Day, parts: &[&DigestedEvents], names: &Names) -> Result<ReducedDay, WarehouseError> {
    let columns = parts
        .iter()
        .map(|part| EventColumns::of(&part.frame))
        .collect::<Result<Vec<_>, _>>()?;
    let mut day = EventsOfDay::new(day, &columns, names.on(day));
    let digests: Vec<&[Digest]> = parts.iter().map(|part| part.digests.as_slice()).collect();
    Ok(ReducedDay {
        coverage: day.coverage(&digests)?,
        daily: day.facts()?,
    })
}

/// Returns the events of a day from several partitions, without copies, as (partition, row).
pub fn distinct_events(day: Day, columns: &[EventColumns<'_>], names: &Names) -> Vec<(u32, u32)> {
    let day = EventsOfDay::new(day, columns, names.on(day));
    day.events.iter().map(|event| (event.at, event.row)).collect()
}

/// Returns the user and the workload for which a row counts, or `None` if it counts for nobody.
/// `names` are those of the day.
pub fn counted_for<'a>(events: &EventColumns<'a>, row: usize, names: NamesOn<'a>) -> Option<(&'a str, &'a str)> {
    let user = names.user_of(events.user_id.value(row));
    let counts = events.succeeded.value(row) && !user.is_empty() && events.workload.is_valid(row);
    counts.then(|| (user, events.workload.value(row)))
}

impl<'c> EventsOfDay<'c> {
    /// Collects the events of the day and removes copies. Within one partition there are copies
    /// only if one of them has a name in place of the user id.
    fn new(day: Day, columns: &'c [EventColumns<'c>], names: NamesOn<'c>) -> EventsOfDay<'c> {
        let places: Vec<(u32, u32)> = (0..)
            .zip(columns)
            .flat_map(|(at, events)| {
                let days = (0..).zip(events.day.values());
                days.filter(|(_, of)| **of == day.0).map(move |(row, _)| (at, row))
            })
            .collect();
        let tenants = Ranked::of(&places, |at| &columns[at].tenant_id, |tenant| tenant);
        let users = Ranked::of(&places, |at| &columns[at].user_id, |user| names.user_of(user));
        let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut is_joined = false;
        if users.found.iter().any(|user| is_by_name(user)) {
            for &(at, row) in &places {
                let (events, row) = (&columns[at as usize], row as usize);
                let user = events.user_id.value(row);
                if is_by_name(user) {
                    named.entry(events.tenant_id.value(row)).or_default().insert(user);
                    is_joined |= names.user_of(user) != user;
                }
            }
        }
        let event = |(&(at, row), (&tenant, &user))| EventOfDay { at, row, tenant, user };
        let mut day = EventsOfDay {
            columns,
            events: places.iter().zip(tenants.ranks.iter().zip(&users.ranks)).map(event).collect(),
            tenants: tenants.sorted,
            users: users.sorted,
            named,
        };
        if columns.len() > 1 || is_joined {
            day.remove_copies();
        }
        day
    }

    fn remove_copies(&mut self) {
        let columns = self.columns;
        let at = |event: &EventOfDay| (&columns[event.at as usize], event.row as usize);
        let order = |a: &EventOfDay, b: &EventOfDay| {
            let ((events, row), (others, other)) = (at(a), at(b));
            a.tenant
                .cmp(&b.tenant)
                .then_with(|| events.event_id.value(row).cmp(others.event_id.value(other)))
                .then_with(|| a.user.cmp(&b.user))
                .then_with(|| events.rest_of_key_order(row, others, other))
        };
        let preference = |a: &EventOfDay, b: &EventOfDay| {
            let ((events, row), (others, other)) = (at(a), at(b));
            events.preference(row, others, other)
        };
        // Each partition is sorted, except for users who were found by name. A stable sort finds
        // these runs and merges them.
        self.events.sort_by(|a, b| order(a, b).then_with(|| preference(a, b)));
        self.events.dedup_by(|later, kept| order(later, kept).is_eq());
    }

    /// Returns the number of distinct events of each tenant and the digest of them. `digests` has
    /// the digests of the rows, per partition, if they are known.
    fn coverage(&mut self, digests: &[&[Digest]]) -> Result<Vec<ActivityCoverage>, WarehouseError> {
        let mut found: Vec<(i64, i64, SetDigest)> = vec![Default::default(); self.tenants.len()];
        let mut hasher = Hasher::new();
        for event in &self.events {
            let (at, row) = (event.at as usize, event.row as usize);
            let known = digests.get(at).and_then(|digests| digests.get(row));
            let tenant = &mut found[event.tenant as usize];
            tenant.0 += 1;
            tenant.1 += i64::from(self.columns[at].is_report(row));
            tenant.2.add(match known {
                Some(digest) => *digest,
                None => self.columns[at].digest(row, &mut hasher),
            });
        }
        let row = |(tenant, (events, reports, digest)): (&&'c str, (i64, i64, SetDigest))| {
            let wrong = || WarehouseError::Contract(format!("`{tenant}` in activity_events is no tenant id"));
            Ok(ActivityCoverage {
                tenant_id: Guid::parse(tenant.as_bytes()).ok_or_else(wrong)?,
                events,
                reports,
                digest: digest.digest().to_string(),
                named_users: self
                    .named
                    .remove(tenant)
                    .unwrap_or_default()
                    .into_iter()
                    .collect::<Vec<_>>()
                    .join(" "),
            })
        };
        self.tenants.iter().zip(found).map(row).collect()
    }

    /// Returns the columns of `activity_daily`, in the order of the key.
    fn facts(&self) -> Result<Vec<ArrayRef>, WarehouseError> {
        let columns = self.columns;
        let is_user: Vec<bool> = self.users.iter().map(|user| !user.is_empty()).collect();
        let counts = |event: &&EventOfDay| {
            let (events, row) = (&columns[event.at as usize], event.row as usize);
            is_user[event.user as usize] && events.succeeded.value(row) && events.workload.is_valid(row)
        };
        let counted: Vec<&EventOfDay> = self.events.iter().filter(counts).collect();
        let places: Vec<(u32, u32)> = counted.iter().map(|event| (event.at, event.row)).collect();
        let workloads = Ranked::of(&places, |at| &columns[at].workload, |workload| workload);
        let mut keyed: Vec<(u32, u32, u32, u32, u32)> = counted
            .iter()
            .zip(&workloads.ranks)
            .map(|(event, workload)| (event.tenant, event.user, *workload, event.at, event.row))
            .collect();
        keyed.sort_unstable();
        let mut facts = FactColumns::default();
        for group in keyed.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
            facts.begin(group[0].0, group[0].1, group[0].2);
            for &(.., at, row) in group {
                facts.add(&columns[at as usize], row as usize);
            }
        }
        facts.finish([self.tenants.as_slice(), self.users.as_slice(), workloads.sorted.as_slice()])
    }
}

/// The columns of `activity_daily` while rows are added.
#[derive(Default)]
struct FactColumns {
    /// Tenants, users, workloads.
    keys: [Vec<u32>; 3],
    /// Interactive sign-ins, non-interactive ones, actions, reports.
    counts: [Vec<u32>; 4],
    guest: Vec<bool>,
    first_at: Vec<i64>,
    last_at: Vec<i64>,
}

impl FactColumns {
    fn begin(&mut self, tenant: u32, user: u32, workload: u32) {
        for (keys, key) in self.keys.iter_mut().zip([tenant, user, workload]) {
            keys.push(key);
        }
        self.counts.iter_mut().for_each(|counts| counts.push(0));
        self.guest.push(false);
        self.first_at.push(i64::MAX);
        self.last_at.push(i64::MIN);
    }

    /// Adds an event to the last row.
    fn add(&mut self, events: &EventColumns<'_>, row: usize) {
        const ACTION: usize = 2;
        let kind = match events.interactive.is_valid(row).then(|| events.interactive.value(row)) {
            Some(true) => 0,
            Some(false) => 1,
            None if events.is_report(row) => 3,
            None => ACTION,
        };
        let at = events.event_time.value(row);
        if let (Some(count), Some(guest)) = (self.counts[kind].last_mut(), self.guest.last_mut()) {
            *count += 1;
            *guest |= kind != ACTION && events.guest.value(row);
        }
        if let (Some(first), Some(last)) = (self.first_at.last_mut(), self.last_at.last_mut()) {
            *first = at.min(*first);
            *last = at.max(*last);
        }
    }

    fn finish(self, texts: [&[&str]; 3]) -> Result<Vec<ArrayRef>, WarehouseError> {
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (keys, texts) in self.keys.into_iter().zip(texts) {
            let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
            columns.push(coded(UInt32Array::from(keys), &texts)?);
        }
        for counts in self.counts {
            columns.push(Arc::new(UInt32Array::from(counts)));
        }
        columns.push(Arc::new(BooleanArray::from(self.guest)));
        for times in [self.first_at, self.last_at] {
            columns.push(Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC")));
        }
        Ok(columns)
    }
}

/// The texts of some rows, replaced by their positions in a sorted list.
struct Ranked<'c> {
    /// The distinct texts as the rows have them, in no order.
    found: Vec<&'c str>,
    /// Their meanings, sorted and distinct.
    sorted: Vec<&'c str>,
    /// For each row, the position of its meaning in `sorted`.
    ranks: Vec<u32>,
}

impl<'c> Ranked<'c> {
    /// `column` returns the column of a partition. `means` is called once per distinct text.
    fn of(places: &[(u32, u32)], column: impl Fn(usize) -> &'c Texts<'c>, means: impl Fn(&'c str) -> &'c str) -> Ranked<'c> {
        const UNKNOWN: u32 = u32::MAX;
        let mut found: Vec<&'c str> = Vec::new();
        let mut numbers: FxHashMap<&'c str, u32> = FxHashMap::default();
        let mut number_of = |text: &'c str| {
            *numbers.entry(text).or_insert_with(|| {
                found.push(text);
                found.len() as u32 - 1
            })
        };
        // For each partition's dictionary, the numbers of the texts that have occurred.
        let parts = places.iter().map(|(at, _)| *at as usize + 1).max().unwrap_or(0);
        let mut known: Vec<Vec<u32>> = vec![Vec::new(); parts];
        let mut ranks = Vec::with_capacity(places.len());
        for &(at, row) in places {
            let (at, row) = (at as usize, row as usize);
            ranks.push(match column(at) {
                Texts::Plain(texts) => number_of(texts.value(row)),
                Texts::Coded(coded, texts) => {
                    let code = coded.keys().value(row) as usize;
                    if known[at].is_empty() {
                        known[at].resize(texts.len(), UNKNOWN);
                    }
                    let number = &mut known[at][code];
                    if *number == UNKNOWN {
                        *number = number_of(texts.value(code));
                    }
                    *number
                }
            });
        }
        let meant: Vec<&'c str> = found.iter().map(|text| means(text)).collect();
        let mut sorted = meant.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let rank_of: Vec<u32> = meant
            .iter()
            .map(|text| sorted.partition_point(|other| other < text) as u32)
            .collect();
        ranks.iter_mut().for_each(|number| *number = rank_of[*number as usize]);
        Ranked { found, sorted, ranks }
    }
}

impl From<ActivityBefore> for ActivityDaily {
    fn from(row: ActivityBefore) -> ActivityDaily {
        ActivityDaily {
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            workload: row.workload,
            interactive_sign_ins: row.interactive_sign_ins,
            non_interactive_sign_ins: row.non_interactive_sign_ins,
            actions: row.actions,
            reports: row.reports,
            guest: row.guest,
            first_at: row.first_at,
            last_at: row.last_at,
        }
    }
}
