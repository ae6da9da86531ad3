//! `seat_outcomes`: what became of the seats of a customer's product since 28 days before. The
//! windows of the two days do not overlap. It is made when it is published, and is no table of the
//! warehouse. Reads `activity_28d` and `adoption` of the two days, and `assignments`.
//!
//! *Assigned* and *active* mean what they mean in `adoption`: a seat is a user who has the product at
//! the end of the day, and it is active where the window has an active day, in one of the product's
//! workloads, on which the user held it. Active users without a seat are no seats.
//!
//! What is not known is null. Nothing is known of a day that is not published or on which the customer
//! has no row in `adoption`. Whether a seat was active is not known either where the product has no
//! workload, or the window no day with any event of the customer.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::array::{AsArray, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::UInt32Type;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::licenses::assignments::Assignment;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{bad_cell, column_of, table};

table! {
    /// What became of the seats of a customer's product since 28 days before: who kept using them, who
    /// stopped, who came back, which are new and which were taken back. Every seat of either day is in
    /// one of six groups.
    SEAT_OUTCOMES = "seat_outcomes", version 1, Day, sharded;
    SeatOutcome {
        @key tenant_id: Guid = "the customer",
        @key sku_id: Guid = "the product",
        earlier_day: Day = "the day that it is compared with: 28 days before, so that the windows do not overlap",
        seats_assigned: i64 = "distinct users who have the SKU at the end of the day, as in adoption",
        seats_active: Option<i64> = "those of them with an active day in the window on which they held the SKU; null where use cannot be seen",
        seats_active_every_week: Option<i64> = "those of them that were active in each of the four weeks of the window: days 1 to 7, 8 to 14, 15 to 21 and 22 to 28 counted back from the day",
        seats_assigned_earlier: Option<i64> = "distinct users who had the SKU at the end of the earlier day; null where nothing is published of the customer on that day",
        seats_active_earlier: Option<i64> = "those of them that were active in the earlier window; null where use could not be seen",
        seats_retained: Option<i64> = "assigned on both days, active in both windows",
        seats_reactivated: Option<i64> = "assigned on both days, active in the later window only: who came back",
        seats_stopped: Option<i64> = "assigned on both days, active in the earlier window only: whose use lapsed",
        seats_unused: Option<i64> = "assigned on both days, active in neither window",
        seats_new: Option<i64> = "assigned on the day and not on the earlier one",
        seats_new_active: Option<i64> = "those of them that are active",
        seats_reclaimed: Option<i64> = "assigned on the earlier day and not on the day",
        seats_reclaimed_unused: Option<i64> = "those of them that were not active in the earlier window",
        in_scope: bool = "counts in workload_adoption and portfolio on the day",
        window_days_covered: Option<i64> = "days of the window on which the customer has any event; null where it has no row in adoption",
        window_complete: Option<bool> = "the customer's first event is on or before the first day of the window",
        earlier_window_days_covered: Option<i64> = "days of the earlier window on which the customer has any event",
        earlier_window_complete: Option<bool> = "the customer's first event is on or before the first day of the earlier window",
    }
}

/// The columns of `activity_28d` that are read.
pub const WINDOW_COLUMNS: &[&str] = &["tenant_id", "user_id", "workload", "active_bits"];

/// How much is known of a customer's window, as `adoption` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowCover {
    pub days: i64,
    pub is_complete: bool,
}

/// What is known of one of the two days.
pub struct KnownDay {
    /// The [`WINDOW_COLUMNS`] of `activity_28d`.
    pub windows: RecordBatch,
    /// Of every customer with a row in `adoption`.
    pub covers: BTreeMap<Guid, WindowCover>,
}

/// The seats of a product, counted.
#[derive(Default)]
struct Counts {
    assigned: i64,
    active: i64,
    every_week: i64,
    assigned_earlier: i64,
    active_earlier: i64,
    retained: i64,
    reactivated: i64,
    stopped: i64,
    unused: i64,
    new: i64,
    new_active: i64,
    reclaimed: i64,
    reclaimed_unused: i64,
}

impl Counts {
    /// Adds a user's seat. `now` and `earlier` are the active days on which the user held the SKU;
    /// `None`: the user does not have it at the end of the day.
    fn add(&mut self, now: Option<u32>, earlier: Option<u32>) {
        let one = i64::from;
        let (active, was_active) = (now.is_some_and(|bits| bits != 0), earlier.is_some_and(|bits| bits != 0));
        self.assigned += one(now.is_some());
        self.active += one(active);
        self.every_week += one(now.is_some_and(is_every_week));
        self.assigned_earlier += one(earlier.is_some());
        self.active_earlier += one(was_active);
        match (now.is_some(), earlier.is_some()) {
            (true, true) => {
                self.retained += one(active && was_active);
                self.reactivated += one(active && !was_active);
                self.stopped += one(!active && was_active);
                self.unused += one(!active && !was_active);
            }
            (true, false) => {
                self.new += 1;
                self.new_active += one(active);
            }
            (false, true) => {
                self.reclaimed += 1;
                self.reclaimed_unused += one(!was_active);
            }
            (false, false) => {}
        }
    }
}

/// Whether each of the four weeks of a window has a day of the pattern.
fn is_every_week(bits: u32) -> bool {
    const WEEK: u32 = (1 << 7) - 1;
    (0..4).all(|week| bits >> (7 * week) & WEEK != 0)
}

/// The days of the window of `day` on which a SKU was held.
fn held(intervals: &[Assignment], day: Day) -> u32 {
    let days = window::first_day(day)
        .to(day)
        .filter(|of| intervals.iter().any(|interval| interval.held(*of)));
    days.fold(0, |bits, of| bits | 1 << (day.0 - of.0))
}

/// The rows of a shard. `earlier` is what is known of 28 days before, `assignments` are sorted by
/// key.
pub fn rows(
    day: Day,
    now: &KnownDay,
    earlier: Option<&KnownDay>,
    assignments: &[Assignment],
    rules: &Rules,
) -> Result<Vec<SeatOutcome>, WarehouseError> {
    let earlier_day = day.plus(-WINDOW_DAYS);
    let mut now_users = Users::of(&now.windows)?;
    let mut earlier_users = earlier.map(|earlier| Users::of(&earlier.windows)).transpose()?;
    let mut counts: BTreeMap<(Guid, Guid), Counts> = BTreeMap::new();
    let mut workloads: BTreeMap<Guid, Vec<&str>> = BTreeMap::new();
    for of_user in assignments.chunk_by(|a, b| (a.tenant_id, &a.user_id) == (b.tenant_id, &b.user_id)) {
        let (tenant, user) = (of_user[0].tenant_id, of_user[0].user_id.as_str());
        now_users.go_to(tenant, user);
        if let Some(users) = &mut earlier_users {
            users.go_to(tenant, user);
        }
        for intervals in of_user.chunk_by(|a, b| a.sku_id == b.sku_id) {
            let has = |day: Day| intervals.iter().any(|interval| interval.has(day));
            let (has_now, had) = (has(day), has(earlier_day) && earlier.is_some());
            if !has_now && !had {
                continue;
            }
            let sku = intervals[0].sku_id;
            let workloads = workloads.entry(sku).or_insert_with(|| rules.catalogue.workloads_of(sku).collect());
            let used = |users: &Users<'_>, day: Day| match users.active(workloads) {
                0 => 0,
                active => active & held(intervals, day),
            };
            let now = has_now.then(|| used(&now_users, day));
            let earlier = earlier_users.as_ref().filter(|_| had).map(|users| used(users, earlier_day));
            counts.entry((tenant, sku)).or_default().add(now, earlier);
        }
    }
    let row = |((tenant_id, sku_id), counts): ((Guid, Guid), Counts)| {
        let is_seen = workloads.get(&sku_id).is_some_and(|workloads| !workloads.is_empty());
        let cover = now.covers.get(&tenant_id).copied();
        let earlier_cover = earlier.and_then(|earlier| earlier.covers.get(&tenant_id)).copied();
        row(
            (tenant_id, sku_id, earlier_day),
            &counts,
            (cover, earlier_cover),
            is_seen,
            rules.out_of_scope(tenant_id, sku_id, day).is_none(),
        )
    };
    let rows = counts.into_iter().map(row);
    // Whom the earlier day knows nothing of had no seats that could have been taken back.
    Ok(rows.filter(|row| row.seats_assigned > 0 || row.seats_reclaimed.is_some()).collect())
}

/// A row with what is not known left out. `is_seen` says whether the product's use can be seen.
fn row(
    (tenant_id, sku_id, earlier_day): (Guid, Guid, Day),
    counts: &Counts,
    (cover, earlier_cover): (Option<WindowCover>, Option<WindowCover>),
    is_seen: bool,
    in_scope: bool,
) -> SeatOutcome {
    let is_covered = |cover: Option<WindowCover>| is_seen && cover.is_some_and(|cover| cover.days > 0);
    let (sees_now, sees_earlier) = (is_covered(cover), is_covered(earlier_cover));
    let knows_earlier = earlier_cover.is_some();
    let both = |count: i64| (sees_now && sees_earlier).then_some(count);
    SeatOutcome {
        tenant_id,
        sku_id,
        earlier_day,
        seats_assigned: counts.assigned,
        seats_active: sees_now.then_some(counts.active),
        seats_active_every_week: sees_now.then_some(counts.every_week),
        seats_assigned_earlier: knows_earlier.then_some(counts.assigned_earlier),
        seats_active_earlier: sees_earlier.then_some(counts.active_earlier),
        seats_retained: both(counts.retained),
        seats_reactivated: both(counts.reactivated),
        seats_stopped: both(counts.stopped),
        seats_unused: both(counts.unused),
        seats_new: knows_earlier.then_some(counts.new),
        seats_new_active: (knows_earlier && sees_now).then_some(counts.new_active),
        seats_reclaimed: knows_earlier.then_some(counts.reclaimed),
        seats_reclaimed_unused: sees_earlier.then_some(counts.reclaimed_unused),
        in_scope,
        window_days_covered: cover.map(|cover| cover.days),
        window_complete: cover.map(|cover| cover.is_complete),
        earlier_window_days_covered: earlier_cover.map(|cover| cover.days),
        earlier_window_complete: earlier_cover.map(|cover| cover.is_complete),
    }
}

/// The windows of one user after the other, in the order of the key.
struct Users<'a> {
    tenants: &'a StringArray,
    users: &'a StringArray,
    workloads: &'a StringArray,
    bits: &'a UInt32Array,
    /// The rows of the user.
    here: Range<usize>,
}

impl<'a> Users<'a> {
    fn of(frame: &'a RecordBatch) -> Result<Users<'a>, WarehouseError> {
        let text = |name: &str| {
            let column = column_of(frame, &ACTIVITY_28D, name)?.as_string_opt::<i32>();
            column.ok_or_else(|| bad_cell(&ACTIVITY_28D, name, 0))
        };
        let bits = column_of(frame, &ACTIVITY_28D, "active_bits")?.as_primitive_opt::<UInt32Type>();
        Ok(Users {
            tenants: text("tenant_id")?,
            users: text("user_id")?,
            workloads: text("workload")?,
            bits: bits.ok_or_else(|| bad_cell(&ACTIVITY_28D, "active_bits", 0))?,
            here: 0..0,
        })
    }

    /// Goes on to a user, who comes after the one before.
    fn go_to(&mut self, tenant: Guid, user: &str) {
        // The text of an id sorts like the id.
        let text = tenant.text();
        let place = |row: usize| (self.tenants.value(row).as_bytes(), self.users.value(row)).cmp(&(&text[..], user));
        let rows = self.bits.len();
        let first = (self.here.end..rows).find(|row| place(*row).is_ge()).unwrap_or(rows);
        let end = (first..rows).find(|row| place(*row).is_gt()).unwrap_or(rows);
        self.here = first..end;
    }

    /// The days on which the user was active in any of some workloads.
    fn active(&self, workloads: &[&str]) -> u32 {
        let rows = self.here.clone().filter(|row| workloads.contains(&self.workloads.value(*row)));
        rows.fold(0, |bits, row| bits | self.bits.value(row))
    }
}

#[cfg(test)]
#[path = "seat_outcomes_tests.rs"]
mod tests;
