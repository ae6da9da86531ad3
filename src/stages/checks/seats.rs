//! `adoption` and `usage` against `subscriptions`, `assignments`, the coverage and the catalogue:
//! which rows there are, what was sold, who has it, who used it, what is in scope, and how complete
//! the window is.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::domain::subscription::Seller;
use crate::domain::window;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::evidence::Known;
use crate::stages::checks::recount::{ProductUsers, Recount};
use crate::stages::checks::violation::{Faults, Subject};
use crate::stages::licenses::subscriptions::{SUBSCRIPTIONS, Subscription};
use crate::stages::usage::adoption::{ADOPTION, Adoption};
use crate::stages::usage::usage::{ActiveUsers, USAGE, Usage};
use crate::stages::usage::window_pass::Coverage;

/// What the subscriptions of a SKU add up to.
#[derive(Clone, Copy, Default)]
struct Seats {
    sold: i64,
    sold_own: i64,
    trial: i64,
    lapsed: i64,
    entitled: i64,
}

/// What the subscriptions of a day say.
struct Listed {
    seats: BTreeMap<(Guid, Guid), Seats>,
    /// The snapshot in force of each customer that has a subscription.
    snapshots: BTreeMap<Guid, Day>,
}

pub(super) fn hold(tables: &DayTables, known: &Known<'_>, recount: &Recount<'_>, faults: &mut Faults) {
    let listed = Listed::of(tables, known.rules, faults);
    hold_rows(tables, known, &listed, recount, faults);
    let mut snapshots = listed.snapshots.clone();
    for row in &tables.adoption {
        let subject = Subject::product(ADOPTION.name, row.tenant_id, row.sku_id);
        hold_snapshot(subject, row, tables.day, &mut snapshots, faults);
        if row.seats_snapshot_day.is_some() {
            hold_seats(subject, row, known, &listed, faults);
        }
        let none = ProductUsers::default();
        let users = recount.products.get(&(row.tenant_id, row.sku_id)).unwrap_or(&none);
        faults.hold(
            subject,
            "seats_assigned",
            row.seats_assigned,
            users.assigned,
            "`assignments` open at the end of the day",
        );
        hold_users(subject, (row.entitlements_active, row.active_moved), users.any, faults);
        let reason = known.rules.catalogue.excluded.get(&row.sku_id).map(String::as_str);
        let by = "the excluded products";
        faults.hold(subject, "in_scope", row.in_scope, reason.is_none(), by);
        faults.hold(subject, "scope_reason", row.scope_reason.as_deref(), reason, by);
        hold_completeness(subject, row, known.coverage, tables.day, faults);
    }
    for row in &tables.usage {
        let subject = Subject::product(USAGE.name, row.tenant_id, row.sku_id).workload(&row.workload);
        let place = known
            .products
            .workloads(row.sku_id)
            .iter()
            .position(|workload| *workload == row.workload);
        let users = recount.products.get(&(row.tenant_id, row.sku_id));
        let users = place.and_then(|place| users?.workloads.get(place)).copied().unwrap_or_default();
        hold_users(subject, (row.entitlements_active, row.active_moved), users, faults);
    }
}

/// Which rows there are: a product that is listed, held or used, and each of its workloads.
fn hold_rows(tables: &DayTables, known: &Known<'_>, listed: &Listed, recount: &Recount<'_>, faults: &mut Faults) {
    let in_use = recount
        .products
        .iter()
        .filter(|(_, users)| users.assigned > 0 || users.any.active > 0)
        .map(|(product, _)| *product);
    let expected: BTreeSet<(Guid, Guid)> = listed.seats.keys().copied().chain(in_use).collect();
    let found: BTreeSet<(Guid, Guid)> = tables.adoption.iter().map(|row| (row.tenant_id, row.sku_id)).collect();
    for (tenant, sku) in expected.difference(&found) {
        let subject = Subject::product(ADOPTION.name, *tenant, *sku);
        faults.tell(
            subject,
            format_args!("there is no row, though there is a subscription, an assignment or an active user"),
        );
    }
    for (tenant, sku) in found.difference(&expected) {
        let subject = Subject::product(ADOPTION.name, *tenant, *sku);
        faults.tell(
            subject,
            format_args!("there is a row without a subscription, an assignment or an active user"),
        );
    }
    let key = |row: &Usage| (row.tenant_id, row.sku_id);
    let mut usage = tables.usage.chunk_by(|a, b| key(a) == key(b)).peekable();
    for (tenant, sku) in found {
        while usage.next_if(|rows| key(&rows[0]) < (tenant, sku)).is_some() {}
        let rows = usage.next_if(|rows| key(&rows[0]) == (tenant, sku)).unwrap_or_default();
        let workloads = known.products.workloads(sku);
        let subject = Subject::product(USAGE.name, tenant, sku);
        for workload in workloads
            .iter()
            .filter(|workload| rows.iter().all(|row| row.workload != **workload))
        {
            faults.tell(
                subject.workload(workload),
                format_args!("there is no row, though `adoption` has the product"),
            );
        }
        for row in rows.iter().filter(|row| !workloads.contains(&row.workload.as_str())) {
            faults.tell(
                subject.workload(&row.workload),
                format_args!("there is a row, though the product has no such workload"),
            );
        }
    }
}

/// A customer has one snapshot in force, the one that its subscriptions name, taken on or before
/// the day.
fn hold_snapshot(subject: Subject<'_>, row: &Adoption, day: Day, snapshots: &mut BTreeMap<Guid, Day>, faults: &mut Faults) {
    if let Some(snapshot) = row.seats_snapshot_day
        && snapshot > day
    {
        faults.tell(subject, format_args!("`seats_snapshot_day` is `{snapshot}`, after the day"));
    }
    match (snapshots.get(&row.tenant_id), row.seats_snapshot_day) {
        (Some(snapshot), found) => {
            let by = "`subscriptions` and the customer's other rows";
            faults.hold(subject, "seats_snapshot_day", found, Some(*snapshot), by);
        }
        // A snapshot that lists nothing has no rows in `subscriptions`: all seats are 0.
        (None, Some(snapshot)) => {
            snapshots.insert(row.tenant_id, snapshot);
        }
        (None, None) => {}
    }
}

/// Seats are the sums of the subscriptions, by state.
fn hold_seats(subject: Subject<'_>, row: &Adoption, known: &Known<'_>, listed: &Listed, faults: &mut Faults) {
    let seats = listed.seats.get(&(row.tenant_id, row.sku_id)).copied().unwrap_or_default();
    let entitled = if known.products.workloads(row.sku_id).is_empty() {
        0
    } else {
        seats.entitled
    };
    let counts = [
        ("seats_sold", row.seats_sold, seats.sold),
        ("seats_sold_own", row.seats_sold_own, seats.sold_own),
        ("seats_trial", row.seats_trial, seats.trial),
        ("seats_lapsed", row.seats_lapsed, seats.lapsed),
        ("entitlements_total", row.entitlements_total, entitled),
    ];
    for (column, found, expected) in counts {
        faults.hold(subject, column, found, Some(expected), "`subscriptions` in force");
    }
}

fn hold_users(subject: Subject<'_>, (active, moved): (i64, i64), users: ActiveUsers, faults: &mut Faults) {
    let by = "`activity_28d` and `assignments`";
    faults.hold(subject, "entitlements_active", active, users.active, by);
    faults.hold(subject, "active_moved", moved, users.active - users.holders, by);
}

/// How many days of the window the customer has data of, and since when.
fn hold_completeness(subject: Subject<'_>, row: &Adoption, coverage: &Coverage, day: Day, faults: &mut Faults) {
    let begin = window::first_day(day);
    let covered = coverage
        .days
        .range(begin..=day)
        .filter(|(_, tenants)| tenants.binary_search(&row.tenant_id).is_ok());
    let covered = covered.count() as i64;
    let complete = coverage.first.get(&row.tenant_id).is_some_and(|first| *first <= begin);
    faults.hold(
        subject,
        "window_days_covered",
        row.window_days_covered,
        covered,
        "`activity_coverage`",
    );
    faults.hold(subject, "window_complete", row.window_complete, complete, "`activity_coverage`");
}

impl Listed {
    fn of(tables: &DayTables, rules: &Rules, faults: &mut Faults) -> Listed {
        let mut listed = Listed {
            seats: BTreeMap::new(),
            snapshots: BTreeMap::new(),
        };
        for row in &tables.subscriptions {
            let snapshot = *listed.snapshots.entry(row.tenant_id).or_insert(row.snapshot_day);
            let subject = Subject::product(SUBSCRIPTIONS.name, row.tenant_id, row.sku_id);
            let by = "the customer's other subscriptions";
            faults.hold(subject, "snapshot_day", row.snapshot_day, snapshot, by);
            listed.seats.entry((row.tenant_id, row.sku_id)).or_default().add(row, rules);
        }
        listed
    }
}

impl Seats {
    fn add(&mut self, row: &Subscription, rules: &Rules) {
        if row.is_trial {
            self.trial += if row.state.is_running() { row.seats } else { 0 };
            return;
        }
        if rules.sold_states.contains(&row.state) {
            self.sold += row.seats;
            self.sold_own += if row.seller == Seller::Own { row.seats } else { 0 };
        }
        self.lapsed += if row.state.is_lapsed() { row.seats } else { 0 };
        self.entitled += if rules.entitled_states.contains(&row.state) { row.seats } else { 0 };
    }
}

#[cfg(test)]
#[path = "seats_tests.rs"]
mod tests;
