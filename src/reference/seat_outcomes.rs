//! `seat_outcomes`: each seat of a day or of 28 days before, and what became of it.
//!
//! Source: docs/numbers.md, "Who came back, who stopped". A seat is a user who has the product at the
//! end of a day. It is looked at on two days whose windows do not overlap. What is not known of a day
//! is null: nothing is known of a day without a row of the customer in `adoption`, and no use is seen
//! of a product without a workload or in a window without any event.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::guid::Guid;

use super::activity::window_of;
use super::tables::{AdoptionKey, SeatOutcomes, Tables};
use super::usage::TenantDay;

/// How many days lie between the two days.
const APART: i32 = 28;

/// Whether a day is published: the last of its month, or the latest.
pub(super) fn is_published(day: Day, last: Day) -> bool {
    day == last || day.date().day() == day.date().days_in_month()
}

/// What is known of a customer on one of the two days.
struct Known {
    covered: i64,
    complete: bool,
}

/// Adds the rows of a customer. `adoption` has the rows of the day, and of the earlier one if that is
/// not before the first day.
pub(super) fn add(tables: &mut Tables, tenant_id: Guid, later: &TenantDay<'_>) {
    let earlier = TenantDay {
        day: later.day.plus(-APART),
        ..*later
    };
    let (now, before) = (known(tables, tenant_id, later), known(tables, tenant_id, &earlier));
    let skus: BTreeSet<Guid> = later.assignments.values().flat_map(|skus| skus.keys().copied()).collect();
    for sku_id in skus {
        let workloads: Vec<&str> = later.rules.catalogue.workloads_of(sku_id).collect();
        let (holders, held) = (later.holders(sku_id), earlier.holders(sku_id));
        if holders.is_empty() && (held.is_empty() || before.is_none()) {
            continue;
        }
        let (active, was_active) = (later.active(sku_id, &workloads), earlier.active(sku_id, &workloads));
        let sees = |of: &Option<Known>| !workloads.is_empty() && of.as_ref().is_some_and(|known| known.covered > 0);
        let (sees_now, saw) = (sees(&now), sees(&before));
        let count = |is_known: bool, is_one: &dyn Fn(&str) -> bool, of: &BTreeSet<&str>| {
            is_known.then(|| of.iter().filter(|user| is_one(user)).count() as i64)
        };
        let works = |user: &str| active.contains(user);
        let worked = |user: &str| was_active.contains(user);
        let both: BTreeSet<&str> = holders.intersection(&held).copied().collect();
        let new: BTreeSet<&str> = holders.difference(&held).copied().collect();
        let gone: BTreeSet<&str> = held.difference(&holders).copied().collect();
        let row = SeatOutcomes {
            earlier_day: earlier.day,
            seats_assigned: holders.len() as i64,
            seats_active: count(sees_now, &works, &holders),
            seats_active_every_week: count(sees_now, &|user| is_every_week(later, sku_id, &workloads, user), &holders),
            seats_assigned_earlier: count(before.is_some(), &|_| true, &held),
            seats_active_earlier: count(saw, &worked, &held),
            seats_retained: count(sees_now && saw, &|user| works(user) && worked(user), &both),
            seats_reactivated: count(sees_now && saw, &|user| works(user) && !worked(user), &both),
            seats_stopped: count(sees_now && saw, &|user| !works(user) && worked(user), &both),
            seats_unused: count(sees_now && saw, &|user| !works(user) && !worked(user), &both),
            seats_new: count(before.is_some(), &|_| true, &new),
            seats_new_active: count(before.is_some() && sees_now, &works, &new),
            seats_reclaimed: count(before.is_some(), &|_| true, &gone),
            seats_reclaimed_unused: count(saw, &|user| !worked(user), &gone),
            in_scope: later.out_of_scope(sku_id).is_none(),
            window_days_covered: now.as_ref().map(|known| known.covered),
            window_complete: now.as_ref().map(|known| known.complete),
            earlier_window_days_covered: before.as_ref().map(|known| known.covered),
            earlier_window_complete: before.as_ref().map(|known| known.complete),
        };
        let day = later.day;
        tables.seat_outcomes.insert(AdoptionKey { day, tenant_id, sku_id }, row);
    }
}

fn known(tables: &Tables, tenant_id: Guid, of: &TenantDay<'_>) -> Option<Known> {
    let any = tables.adoption.keys().any(|key| (key.day, key.tenant_id) == (of.day, tenant_id));
    any.then(|| Known {
        covered: of.activity.window_days_covered(of.day),
        complete: of.activity.window_complete(of.day),
    })
}

/// Whether each of the four weeks of the window, counted back from the day, has a day on which the
/// user held the product and was active in one of its workloads.
fn is_every_week(of: &TenantDay<'_>, sku: Guid, workloads: &[&str], user: &str) -> bool {
    let is_active = |day: Day| {
        let intervals = of.assignments.get(user).and_then(|skus| skus.get(&sku));
        let held = intervals.is_some_and(|intervals| intervals.iter().any(|one| one.held(day)));
        held && workloads
            .iter()
            .any(|workload| of.activity.is_active(user, workload, day, of.rules))
    };
    let weeks: BTreeSet<i32> = window_of(of.day)
        .filter(|day| is_active(*day))
        .map(|day| (of.day.0 - day.0) / 7)
        .collect();
    weeks.len() == 4
}
