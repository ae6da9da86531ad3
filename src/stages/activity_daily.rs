//! `activity_daily`: one row per user and workload with any activity on the day. Reads `activity_events` of every `received=`
//! partition that has events of the day.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array;
use arrow::record_batch::RecordBatch;

use crate::domain::by_name::is_by_name;
use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Hasher, SetDigest};
use crate::domain::guid::Guid;
use crate::stages::activity_coverage::ActivityCoverage;
use crate::stages::activity_events::{EventColumns, prefix_of};
use crate::stages::user_names::Names;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::table;

table! {
    /// A user's activity in a workload on one day: successful sign-ins and audited actions.
    ACTIVITY_DAILY = "activity_daily", version 1, Day, sharded;
    ActivityDaily {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        interactive_sign_ins: u32 = "successful interactive sign-ins",
        non_interactive_sign_ins: u32 = "successful non-interactive sign-ins",
        actions: u32 = "audited actions",
        guest: bool = "any of the counted sign-ins was a guest's",
        first_at: Instant = "the earliest of them",
        last_at: Instant = "the latest of them",
    }
}

table! {
    /// The same for the 27 days before the first day of the tables, which the windows of the first days look back on.
    ACTIVITY_BEFORE = "activity_before", version 1, Day, sharded;
    ActivityBefore {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        interactive_sign_ins: u32 = "successful interactive sign-ins",
        non_interactive_sign_ins: u32 = "successful non-interactive sign-ins",
        actions: u32 = "audited actions",
        guest: bool = "any of the counted sign-ins was a guest's",
        first_at: Instant = "the earliest of them",
        last_at: Instant = "the latest of them",
    }
}

/// What the events of one day make.
#[derive(Debug, Default)]
pub struct DayOfEvents {
    pub coverage: Vec<ActivityCoverage>,
    pub daily: Vec<ActivityDaily>,
}

/// Reduces the events of one day. `frames` are the shard's `received=` partitions that have events of the day, each with
/// distinct keys; rows of other days in them are passed over. `names` says who is meant by those of whom only the name is known:
/// an event that one log has by name and another by user id is one event.
pub fn build(day: Day, frames: &[&RecordBatch], names: &Names) -> Result<DayOfEvents, WarehouseError> {
    let columns = frames.iter().map(|frame| EventColumns::of(frame)).collect::<Result<Vec<_>, _>>()?;
    let rows = rows_of_day(day, &columns);
    let named = named_users(&columns, &rows);
    let rows = distinct(&columns, rows, &named, names);
    reduce(&columns, &rows, named, names)
}

/// The events of a day in several partitions, each once, as (partition, row).
pub fn distinct_events(day: Day, columns: &[EventColumns<'_>], names: &Names) -> Vec<(u32, u32)> {
    let rows = rows_of_day(day, columns);
    let named = named_users(columns, &rows);
    distinct(columns, rows, &named, names)
}

fn rows_of_day(day: Day, columns: &[EventColumns<'_>]) -> Vec<(u32, u32)> {
    let mut rows: Vec<(u32, u32)> = Vec::new();
    for (at, events) in columns.iter().enumerate() {
        let days = events.day.values();
        rows.extend((0..days.len()).filter(|&row| days[row] == day.0).map(|row| (at as u32, row as u32)));
    }
    rows
}

/// Users of whom only the name is known, per tenant.
type NamedUsers<'c> = BTreeMap<&'c str, BTreeSet<&'c str>>;

/// Takes copies away. Within a partition there are none but those of which one is by name.
fn distinct(columns: &[EventColumns<'_>], mut rows: Vec<(u32, u32)>, named: &NamedUsers<'_>, names: &Names) -> Vec<(u32, u32)> {
    let is_joined = named.values().flatten().any(|user| names.user_of(user) != *user);
    if columns.len() > 1 || is_joined {
        let user_of = |user| if is_joined { names.user_of(user) } else { user };
        let order = |a: &(u32, u32), b: &(u32, u32)| {
            let (events, others) = (&columns[a.0 as usize], &columns[b.0 as usize]);
            events.key_order(a.1 as usize, others, b.1 as usize, user_of)
        };
        let preference =
            |a: &(u32, u32), b: &(u32, u32)| columns[a.0 as usize].preference(a.1 as usize, &columns[b.0 as usize], b.1 as usize);
        // Each partition is sorted already, but for users who are joined: runs that a stable sort finds and merges.
        rows.sort_by(|a, b| order(a, b).then_with(|| preference(a, b)));
        rows.dedup_by(|later, kept| order(later, kept).is_eq());
    }
    rows
}

/// Whose activity a row is, and in which workload; `None` where it counts for nobody.
pub fn counted_for<'a>(events: &EventColumns<'a>, row: usize, names: &'a Names) -> Option<(&'a str, &'a str)> {
    let user = names.user_of(events.user_id.value(row));
    let counts = events.succeeded.value(row) && !user.is_empty() && events.workload.is_valid(row);
    counts.then(|| (user, events.workload.value(row)))
}

/// Per tenant the ids of users of whom only the name is known, also where the event is a copy.
fn named_users<'c>(columns: &[EventColumns<'c>], rows: &[(u32, u32)]) -> NamedUsers<'c> {
    let mut named = NamedUsers::new();
    for &(at, row) in rows {
        let (events, index) = (&columns[at as usize], row as usize);
        let user = events.user_id.value(index);
        if is_by_name(user) {
            named.entry(events.tenant_id.value(index)).or_default().insert(user);
        }
    }
    named
}

/// Counts distinct events per tenant, and the counted ones per user and workload.
fn reduce(
    columns: &[EventColumns<'_>],
    rows: &[(u32, u32)],
    mut named: BTreeMap<&str, BTreeSet<&str>>,
    names: &Names,
) -> Result<DayOfEvents, WarehouseError> {
    let mut coverage: BTreeMap<&str, (i64, SetDigest)> = BTreeMap::new();
    let mut hasher = Hasher::new();
    // The first bytes of the user, as a number, decide nearly every comparison.
    let mut counted: Vec<(&str, u128, &str, &str, u32, u32)> = Vec::with_capacity(rows.len());
    for &(at, row) in rows {
        let (events, index) = (&columns[at as usize], row as usize);
        let tenant = coverage.entry(events.tenant_id.value(index)).or_default();
        tenant.0 += 1;
        tenant.1.add(events.digest(index, &mut hasher));
        if let Some((user, workload)) = counted_for(events, index, names) {
            counted.push((events.tenant_id.value(index), prefix_of(user), user, workload, at, row));
        }
    }
    counted.sort_unstable();
    let wrong = |text: &str| WarehouseError::Contract(format!("`{text}` in activity_events is no tenant id"));
    let guid = |text: &str| Guid::parse(text.as_bytes()).ok_or_else(|| wrong(text));
    let mut result = DayOfEvents::default();
    for group in counted.chunk_by(|a, b| (a.0, a.2, a.3) == (b.0, b.2, b.3)) {
        let (tenant, _, user, workload, ..) = group[0];
        let mut daily = ActivityDaily {
            tenant_id: guid(tenant)?,
            user_id: user.to_owned(),
            workload: workload.to_owned(),
            interactive_sign_ins: 0,
            non_interactive_sign_ins: 0,
            actions: 0,
            guest: false,
            first_at: Instant(i64::MAX),
            last_at: Instant(i64::MIN),
        };
        for &(.., at, row) in group {
            let (events, index) = (&columns[at as usize], row as usize);
            match events.interactive.is_valid(index).then(|| events.interactive.value(index)) {
                Some(true) => daily.interactive_sign_ins += 1,
                Some(false) => daily.non_interactive_sign_ins += 1,
                None => daily.actions += 1,
            }
            daily.guest |= events.guest.value(index) && events.interactive.is_valid(index);
            let moment = Instant(events.event_time.value(index));
            daily.first_at = daily.first_at.min(moment);
            daily.last_at = daily.last_at.max(moment);
        }
        result.daily.push(daily);
    }
    for (tenant, (events, digest)) in coverage {
        result.coverage.push(ActivityCoverage {
            tenant_id: guid(tenant)?,
            events,
            digest: digest.digest().to_string(),
            named_users: named.remove(tenant).unwrap_or_default().into_iter().collect::<Vec<_>>().join(" "),
        });
    }
    Ok(result)
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
            guest: row.guest,
            first_at: row.first_at,
            last_at: row.last_at,
        }
    }
}
