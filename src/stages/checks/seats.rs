//! Checks `adoption` and `usage` against `subscriptions`, `assignments`, the coverage and the
//! catalogue: which rows there are, what was sold, who has it, who used it, what is in scope, and
//! how complete the window is.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::domain::rules::Rules;
use crate::domain::subscription::Seller;
use crate::domain::window;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::inputs::CheckInputs;
use crate::stages::checks::recount::{ProductUsers, Recount};
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::licenses::account_states::AccountSpan;
use crate::stages::licenses::subscriptions::{SUBSCRIPTIONS, Subscription};
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::measures::usage::{ActiveUsers, USAGE, Usage};
use crate::stages::measures::window_pass::Coverage;

/// The sums of the subscriptions of a SKU.
#[derive(Clone, Copy, Default)]
struct SeatSums {
    sold: i64,
    sold_own: i64,
    trial: i64,
    lapsed: i64,
    entitled: i64,
}

/// What the subscriptions of a day add up to.
struct SubscriptionSums {
    seats: BTreeMap<(Guid, Guid), SeatSums>,
    /// The snapshot in force of each customer that has a subscription.
    snapshots: BTreeMap<Guid, Day>,
}

pub(super) fn check_day(tables: &DayTables, known: &CheckInputs<'_>, recount: &Recount<'_>, violations: &mut Violations) {
    let listed = SubscriptionSums::of(tables, known.rules, violations);
    check_rows(tables, known, &listed, recount, violations);
    let mut snapshots = listed.snapshots.clone();
    for row in &tables.adoption {
        let subject = Subject::product(ADOPTION.name, row.tenant_id, row.sku_id);
        check_snapshot(subject, row, tables.day, &mut snapshots, violations);
        if row.seats_snapshot_day.is_some() {
            check_seats(subject, row, known, &listed, violations);
        }
        let none = ProductUsers::default();
        let users = recount.products.get(&(row.tenant_id, row.sku_id)).unwrap_or(&none);
        violations.check_equal(
            subject,
            "seats_assigned",
            row.seats_assigned,
            users.assigned,
            "`assignments` open at the end of the day",
        );
        check_accounts(subject, row, users, (known.accounts, tables.day), violations);
        check_users(
            subject,
            (row.entitlements_active, row.active_moved, row.active_switched),
            users.any,
            violations,
        );
        let reason = known.rules.out_of_scope(row.tenant_id, row.sku_id, tables.day);
        let by = "the excluded products";
        violations.check_equal(subject, "in_scope", row.in_scope, reason.is_none(), by);
        violations.check_equal(subject, "scope_reason", row.scope_reason.as_deref(), reason, by);
        check_completeness(subject, row, known.coverage, tables.day, violations);
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
        check_users(
            subject,
            (row.entitlements_active, row.active_moved, row.active_switched),
            users,
            violations,
        );
    }
}

/// Checks which rows there are: products that are listed, held or used, and each of their
/// workloads.
fn check_rows(tables: &DayTables, known: &CheckInputs<'_>, listed: &SubscriptionSums, recount: &Recount<'_>, violations: &mut Violations) {
    let in_use = recount
        .products
        .iter()
        .filter(|(_, users)| users.assigned > 0 || users.any.active > 0)
        .map(|(product, _)| *product);
    let expected: BTreeSet<(Guid, Guid)> = listed.seats.keys().copied().chain(in_use).collect();
    let found: BTreeSet<(Guid, Guid)> = tables.adoption.iter().map(|row| (row.tenant_id, row.sku_id)).collect();
    for (tenant, sku) in expected.difference(&found) {
        let subject = Subject::product(ADOPTION.name, *tenant, *sku);
        violations.report(
            subject,
            format_args!("there is no row, though there is a subscription, an assignment or an active user"),
        );
    }
    for (tenant, sku) in found.difference(&expected) {
        let subject = Subject::product(ADOPTION.name, *tenant, *sku);
        violations.report(
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
            violations.report(
                subject.workload(workload),
                format_args!("there is no row, though `adoption` has the product"),
            );
        }
        for row in rows.iter().filter(|row| !workloads.contains(&row.workload.as_str())) {
            violations.report(
                subject.workload(&row.workload),
                format_args!("there is a row, though the product has no such workload"),
            );
        }
    }
}

/// Checks that a customer has one snapshot in force, taken on or before the day, and that its
/// subscriptions name the same one.
fn check_snapshot(subject: Subject<'_>, row: &Adoption, day: Day, snapshots: &mut BTreeMap<Guid, Day>, violations: &mut Violations) {
    if let Some(snapshot) = row.seats_snapshot_day
        && snapshot > day
    {
        violations.report(subject, format_args!("`seats_snapshot_day` is `{snapshot}`, after the day"));
    }
    match (snapshots.get(&row.tenant_id), row.seats_snapshot_day) {
        (Some(snapshot), found) => {
            let by = "`subscriptions` and the customer's other rows";
            violations.check_equal(subject, "seats_snapshot_day", found, Some(*snapshot), by);
        }
        // A snapshot that lists nothing has no rows in `subscriptions`. Then all seats are 0.
        (None, Some(snapshot)) => {
            snapshots.insert(row.tenant_id, snapshot);
        }
        (None, None) => {}
    }
}

/// Checks that seats are the sums of the subscriptions by state.
fn check_seats(subject: Subject<'_>, row: &Adoption, known: &CheckInputs<'_>, listed: &SubscriptionSums, violations: &mut Violations) {
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
        violations.check_equal(subject, column, found, Some(expected), "`subscriptions` in force");
    }
}

/// Checks whose account is disabled and who waits.
fn check_accounts(
    subject: Subject<'_>,
    row: &Adoption,
    users: &ProductUsers,
    (accounts, day): (&[AccountSpan], Day),
    violations: &mut Violations,
) {
    let by = "`account_states`";
    violations.check_equal(
        subject,
        "seats_assigned_disabled",
        row.seats_assigned_disabled,
        users.idle.disabled,
        by,
    );
    let is_about = |span: &&AccountSpan| (span.tenant_id, span.sku_id) == (row.tenant_id, Some(row.sku_id));
    let waiting = accounts.iter().filter(|span| span.waits(day)).filter(is_about).count() as i64;
    violations.check_equal(subject, "users_waiting", row.users_waiting, waiting, by);
}

fn check_users(subject: Subject<'_>, (active, moved, switched): (i64, i64, i64), users: ActiveUsers, violations: &mut Violations) {
    let by = "`activity_28d` and `assignments`";
    violations.check_equal(subject, "entitlements_active", active, users.active, by);
    let gone = users.active - users.holders;
    violations.check_equal(subject, "active_moved", moved, gone - users.switched, by);
    violations.check_equal(subject, "active_switched", switched, users.switched, by);
}

/// Checks on how many days of the window the customer has data, and whether the window is complete.
fn check_completeness(subject: Subject<'_>, row: &Adoption, coverage: &Coverage, day: Day, violations: &mut Violations) {
    let begin = window::first_day(day);
    let covered = coverage.days.range(begin..=day).filter_map(|(_, tenants)| {
        Some(
            tenants
                .get(tenants.binary_search_by_key(&row.tenant_id, |(tenant, _)| *tenant).ok()?)?
                .1,
        )
    });
    let sources: Vec<ActivitySource> = covered.collect();
    let any = |has: fn(ActivitySource) -> bool| sources.iter().any(|source| has(*source));
    let source = ActivitySource::of(any(ActivitySource::has_logs), any(ActivitySource::has_reports));
    let covered = sources.len() as i64;
    let complete = coverage.first.get(&row.tenant_id).is_some_and(|first| *first <= begin);
    violations.check_equal(
        subject,
        "window_days_covered",
        row.window_days_covered,
        covered,
        "`activity_coverage`",
    );
    violations.check_equal(subject, "activity_source", row.activity_source, source, "`activity_coverage`");
    violations.check_equal(subject, "window_complete", row.window_complete, complete, "`activity_coverage`");
}

impl SubscriptionSums {
    fn of(tables: &DayTables, rules: &Rules, violations: &mut Violations) -> SubscriptionSums {
        let mut listed = SubscriptionSums {
            seats: BTreeMap::new(),
            snapshots: BTreeMap::new(),
        };
        for row in &tables.subscriptions {
            let snapshot = *listed.snapshots.entry(row.tenant_id).or_insert(row.snapshot_day);
            let subject = Subject::product(SUBSCRIPTIONS.name, row.tenant_id, row.sku_id);
            let by = "the customer's other subscriptions";
            violations.check_equal(subject, "snapshot_day", row.snapshot_day, snapshot, by);
            listed.seats.entry((row.tenant_id, row.sku_id)).or_default().add(row, rules);
        }
        listed
    }
}

impl SeatSums {
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
