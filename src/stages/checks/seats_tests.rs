//! For each invariant of seats, rows that keep it and rows that violate it.

use super::*;
use crate::domain::subscription::State;
use crate::stages::checks::inputs::Products;
use crate::stages::checks::testing;
use crate::stages::checks::testing::{SKU, TENANT, assignment, broken, frame, says, subscription, window, windows};
use crate::stages::checks::{check_rows as check_of_any_day, check_under_rules};
use crate::stages::licenses::assignments::Assignment;

/// The violations under the settings, after a change of the tables, the assignments or the
/// coverage.
fn check_with(change: impl FnOnce(&mut DayTables), assignments: &[Assignment], coverage: &Coverage) -> Vec<String> {
    let rules = testing::rules();
    broken(change, |tables, violations| {
        let known = CheckInputs {
            rules: &rules,
            products: &Products::of(&rules),
            assignments,
            accounts: &[],
            first_activity: &[],
            coverage,
            daily_users: &testing::daily_users(),
        };
        check_under_rules(tables, &known, violations).unwrap();
    })
}

fn check(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
    check_with(change, &testing::assignments(), &testing::coverage())
}

fn check_any_day(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
    broken(change, |tables, violations| check_of_any_day(tables, violations).unwrap())
}

#[test]
fn a_day_that_keeps_every_invariant_has_no_violation() {
    assert_eq!(check(|_| {}), [""; 0]);
    assert_eq!(check_any_day(|_| {}), [""; 0]);
}

#[test]
fn seats_are_the_sums_of_the_subscriptions_by_state() {
    let with = |more: Subscription| check(|tables| tables.subscriptions.push(more));
    says(
        &with(subscription("two", 5, State::Active, false)),
        &[
            "`seats_sold` is `2`, and by `subscriptions` in force it is `7`",
            "`entitlements_total`",
        ],
    );
    says(
        &with(subscription("two", 5, State::Grace, false)),
        &["`seats_sold`", "`seats_lapsed` is `0`, and by `subscriptions` in force it is `5`"],
    );
    says(
        &with(subscription("two", 5, State::Active, true)),
        &["`seats_trial` is `0`, and by `subscriptions` in force it is `5`"],
    );
    assert_eq!(with(subscription("two", 5, State::Pending, false)), [""; 0]);
    let mut other = subscription("two", 5, State::Active, false);
    other.snapshot_day = testing::day(21);
    says(&with(other), &["`subscriptions`", "`snapshot_day`"]);
}

#[test]
fn assigned_seats_are_the_assignments_open_at_the_end_of_the_day() {
    says(
        &check(|tables| tables.adoption[0].seats_assigned = 4),
        &["`seats_assigned` is `4`, and by `assignments` open at the end of the day it is `3`"],
    );
    let mut assignments = testing::assignments();
    assignments[1].removed_day = Some(testing::day(28));
    says(
        &check_with(|_| {}, &assignments, &testing::coverage()),
        &["`seats_assigned` is `3`", "it is `2`", "`active_moved` is `1`", "it is `2`"],
    );
}

#[test]
fn who_has_another_product_with_the_workload_was_switched() {
    // `d` lost the product on day 25 and has another one with `exchange`.
    let mut assignments = testing::assignments();
    assignments.push(assignment("d", 2, Some(25), None));
    let violations = with_another_product(&assignments);
    says(
        &violations,
        &["`active_moved` is `1`", "it is `0`", "`active_switched` is `0`", "it is `1`"],
    );
    let last = assignments.len() - 1;
    assignments[last].removed_day = Some(testing::day(27));
    let violations = with_another_product(&assignments);
    assert!(!violations.iter().any(|one| one.contains("active_switched")), "{violations:?}");
}

/// The violations where the product with the number 2 has `exchange`.
fn with_another_product(assignments: &[Assignment]) -> Vec<String> {
    let mut rules = testing::rules();
    let mut other = rules.catalogue.products[&SKU].clone();
    other.workloads = ["exchange".to_owned()].into();
    rules.catalogue.products.insert(Guid(2), other);
    broken(
        |_| {},
        |tables, violations| {
            let known = CheckInputs {
                rules: &rules,
                products: &Products::of(&rules),
                assignments,
                accounts: &[],
                first_activity: &[],
                coverage: &testing::coverage(),
                daily_users: &testing::daily_users(),
            };
            check_under_rules(tables, &known, violations).unwrap();
        },
    )
}

#[test]
fn active_users_are_those_who_held_the_product_on_an_active_day() {
    let mut rows = windows();
    rows.remove(3);
    says(
        &check(|tables| tables.activity_28d = frame(&rows)),
        &["`usage`", "`adoption`", "`entitlements_active` is `4`", "it is `3`"],
    );
    // Activity before the product was held counts for nobody.
    let mut assignments = testing::assignments();
    assignments[1].assigned_day = Some(testing::day(27));
    says(
        &check_with(|_| {}, &assignments, &testing::coverage()),
        &["`entitlements_active` is `4`", "it is `3`"],
    );
}

#[test]
fn rows_are_those_of_products_that_are_listed_held_or_used() {
    let mut more = testing::assignments();
    more.push(assignment("e", 2, Some(1), None));
    let other = Guid(2).to_string();
    says(
        &check_with(|_| {}, &more, &testing::coverage()),
        &["`adoption`", &other, "there is no row, though"],
    );
    let strange = |tables: &mut DayTables| {
        let mut row = tables.adoption[0].clone();
        row.sku_id = Guid(2);
        tables.adoption.push(row);
    };
    says(&check(strange), &[&other, "there is a row without"]);
    says(
        &check(|tables| {
            tables.usage.pop();
        }),
        &["`usage`", "workload `teams`", "there is no row"],
    );
    says(
        &check(|tables| tables.usage[1].workload = "yammer".to_owned()),
        &["workload `yammer`", "the product has no such workload", "workload `teams`"],
    );
}

#[test]
fn snapshots_scope_and_completeness_are_those_of_their_tables() {
    says(
        &check(|tables| tables.adoption[0].seats_snapshot_day = Some(testing::day(19))),
        &["`seats_snapshot_day`"],
    );
    says(
        &check(|tables| tables.adoption[0].in_scope = false),
        &["`in_scope` is `false`, and by the excluded products it is `true`"],
    );
    says(
        &check(|tables| tables.adoption[0].window_days_covered = 27),
        &["`window_days_covered` is `27`", "`28`"],
    );
    let mut coverage = testing::coverage();
    coverage.first.insert(TENANT, testing::day(2));
    says(
        &check_with(|_| {}, &testing::assignments(), &coverage),
        &["`window_complete` is `true`, and by `activity_coverage` it is `false`"],
    );
    // A snapshot that lists nothing is in force, and all seats are 0.
    says(
        &check(|tables| tables.subscriptions.clear()),
        &["`seats_sold` is `2`, and by `subscriptions` in force it is `0`"],
    );
}

#[test]
fn windows_are_those_of_their_bits_and_of_the_day() {
    let with = |change: &dyn Fn(&mut crate::stages::activity::activity_28d::Activity28d)| {
        let mut rows = windows();
        change(&mut rows[2]);
        let mut violations = check_any_day(|tables| tables.activity_28d = frame(&rows));
        violations.extend(check(|tables| tables.activity_28d = frame(&rows)));
        violations
    };
    says(&with(&|row| row.active_days = 2), &["row 2", "`active_days` is `2`", "it is `1`"]);
    says(&with(&|row| row.last_active_day = None), &["`last_active_day` is null"]);
    says(&with(&|row| row.interactive_bits = 0b101), &["bit 0 of `interactive_bits` is `1`"]);
    says(&with(&|row| row.action_bits = 1 << 28), &["its patterns have no day of the window"]);
    says(
        &with(&|row| row.action_bits = 0b10),
        &["`active_bits` is `4`, and by the chosen evidence it is `6`"],
    );
    let lost = |at: usize| {
        let mut rows = windows();
        rows.remove(at);
        check_any_day(|tables| tables.activity_28d = frame(&rows))
    };
    says(
        &lost(0),
        &["`activity_daily`", "row 0", "no row for the workload in `activity_28d`"],
    );
    says(&lost(3), &["`activity_daily`", "row 2"]);
    let mut rows = windows();
    rows.push(window("e", "teams", 1));
    says(
        &check_any_day(|tables| tables.activity_28d = frame(&rows)),
        &["row 5", "`activity_daily` has no such activity"],
    );
    assert!(!says_user(&check_any_day(|tables| tables.activity_28d = frame(&rows))));
}

/// Returns whether a message contains the id of a user.
fn says_user(violations: &[String]) -> bool {
    violations.iter().any(|fault| fault.contains("`e`"))
}

#[test]
fn users_of_workloads_are_those_who_held_a_product_in_scope() {
    says(
        &check(|tables| tables.workload_adoption[0].entitlements_active = 3),
        &["`workload_adoption`", "`entitlements_active` is `3`", "it is `4`"],
    );
    says(
        &check(|tables| tables.workload_adoption[1].active_unlicensed = 1),
        &["workload `teams`", "`active_unlicensed` is `1`", "at most `0`"],
    );
    assert_eq!(testing::rules().catalogue.workloads_of(SKU).count(), 2);
}
