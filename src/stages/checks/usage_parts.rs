//! Checks `usage` and `adoption` against themselves and each other. The parts follow from users,
//! entitlements and other subscriptions. Ratios are quotients of their counts. Seats are known or
//! unknown together. A product has at least the users of each of its workloads and at most all of
//! them together.

use std::collections::BTreeMap;

use crate::domain::guid::Guid;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::measures::usage::{ActiveUsers, Parts, USAGE, Usage, ratio};

/// The columns that `usage` and `adoption` share.
struct Counted {
    total: Option<i64>,
    active: i64,
    parts: Parts,
    ratio: Option<f64>,
    adjusted: Option<f64>,
}

pub(super) fn check_day(tables: &DayTables, violations: &mut Violations) {
    let adoption: BTreeMap<(Guid, Guid), &Adoption> = tables.adoption.iter().map(|row| ((row.tenant_id, row.sku_id), row)).collect();
    for row in &tables.adoption {
        check_seats(row, violations);
        let subject = Subject::product(ADOPTION.name, row.tenant_id, row.sku_id);
        check_counted(subject, &of_adoption(row), row, violations);
    }
    for row in &tables.usage {
        let subject = Subject::product(USAGE.name, row.tenant_id, row.sku_id).workload(&row.workload);
        let Some(product) = adoption.get(&(row.tenant_id, row.sku_id)) else {
            violations.report(subject, format_args!("`adoption` has no row of the product"));
            continue;
        };
        check_counted(subject, &of_usage(row), product, violations);
        violations.check_equal(
            subject,
            "entitlements_total",
            row.entitlements_total,
            product.entitlements_total,
            "`adoption`",
        );
    }
    for rows in tables.usage.chunk_by(|a, b| (a.tenant_id, a.sku_id) == (b.tenant_id, b.sku_id)) {
        if let Some(product) = adoption.get(&(rows[0].tenant_id, rows[0].sku_id)) {
            check_bounds(product, rows, violations);
        }
    }
}

fn of_adoption(row: &Adoption) -> Counted {
    Counted {
        total: row.entitlements_total,
        active: row.entitlements_active,
        parts: row.parts(),
        ratio: row.usage_ratio,
        adjusted: row.usage_ratio_adjusted,
    }
}

fn of_usage(row: &Usage) -> Counted {
    Counted {
        total: row.entitlements_total,
        active: row.entitlements_active,
        parts: row.parts(),
        ratio: row.usage_ratio,
        adjusted: row.usage_ratio_adjusted,
    }
}

/// Checks the parts and ratios of a row. Lapsed seats, trial seats and holders are in the product's
/// row of `adoption`.
fn check_counted(subject: Subject<'_>, row: &Counted, product: &Adoption, violations: &mut Violations) {
    let found = row.parts;
    let sum: i64 = found.all().iter().sum();
    violations.check_equal(subject, "entitlements_active", row.active, sum, "the sum of its parts");
    let users = ActiveUsers {
        active: row.active,
        holders: row.active - found.moved - found.switched,
        switched: found.switched,
    };
    let expected = Parts::of(
        users,
        row.total,
        product.seats_lapsed.unwrap_or(0),
        product.seats_trial.unwrap_or(0),
    );
    let by = "entitlements, lapsed and trial seats";
    if found != expected {
        violations.check_equal(subject, "active_current", found.current, expected.current, by);
        violations.check_equal(subject, "active_lapsed", found.lapsed, expected.lapsed, by);
        violations.check_equal(subject, "active_trial", found.trial, expected.trial, by);
        violations.check_equal(subject, "active_over_assigned", found.over_assigned, expected.over_assigned, by);
    }
    for (column, count) in [("active_moved", found.moved), ("active_switched", found.switched)] {
        if count < 0 || count > row.active {
            violations.report(subject, format_args!("`{column}` is `{count}` of `{}` active users", row.active));
        }
    }
    if users.holders > product.seats_assigned {
        violations.report(
            subject,
            format_args!(
                "`{}` active users have the product, and `seats_assigned` of `adoption` is `{}`",
                users.holders, product.seats_assigned
            ),
        );
    }
    let by = "its counts";
    violations.check_equal(subject, "usage_ratio", row.ratio, ratio(row.active, row.total), by);
    violations.check_equal(subject, "usage_ratio_adjusted", row.adjusted, ratio(found.current, row.total), by);
}

/// Checks that seats are known or unknown together, and what follows from them.
fn check_seats(row: &Adoption, violations: &mut Violations) {
    let subject = Subject::product(ADOPTION.name, row.tenant_id, row.sku_id);
    let known = row.seats_snapshot_day.is_some();
    let counts = [
        ("seats_sold", row.seats_sold),
        ("seats_sold_own", row.seats_sold_own),
        ("seats_trial", row.seats_trial),
        ("seats_lapsed", row.seats_lapsed),
        ("entitlements_total", row.entitlements_total),
    ];
    for (column, count) in counts {
        if count.is_some() != known {
            let (is, snapshot) = if known { ("null", "a") } else { ("not null", "no") };
            violations.report(subject, format_args!("`{column}` is {is} with {snapshot} snapshot in force"));
        }
    }
    if row.seats_assigned_disabled < 0 || row.seats_assigned_disabled > row.seats_assigned {
        let disabled = row.seats_assigned_disabled;
        violations.report(
            subject,
            format_args!(
                "`seats_assigned_disabled` is `{disabled}` of `{}` assigned seats",
                row.seats_assigned
            ),
        );
    }
    let (sold, assigned) = (row.seats_sold, row.seats_assigned);
    let by = "its counts";
    let unassigned = sold.map(|sold| (sold - assigned).max(0));
    violations.check_equal(subject, "seats_unassigned", row.seats_unassigned, unassigned, by);
    violations.check_equal(subject, "deployment_ratio", row.deployment_ratio, ratio(assigned, sold), by);
    let prorated = sold
        .filter(|sold| *sold != 0)
        .map(|sold| assigned as f64 * row.seats_sold_own.unwrap_or(0) as f64 / sold as f64);
    violations.check_equal(
        subject,
        "seats_assigned_own_prorated",
        row.seats_assigned_own_prorated,
        prorated,
        by,
    );
}

/// Checks that users of any workload are at least those of each workload and at most all of them
/// together.
fn check_bounds(product: &Adoption, usage: &[Usage], violations: &mut Violations) {
    let most: i64 = usage.iter().map(|row| row.entitlements_active).sum();
    let least = usage.iter().map(|row| row.entitlements_active).max().unwrap_or(0);
    if product.entitlements_active < least || product.entitlements_active > most {
        let subject = Subject::product(ADOPTION.name, product.tenant_id, product.sku_id);
        violations.report(
            subject,
            format_args!(
                "`entitlements_active` is `{}`, and by `usage` it is from `{least}` to `{most}`",
                product.entitlements_active
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::checks::testing::{broken, day_of_one_product, says};

    fn check(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
        broken(change, check_day)
    }

    #[test]
    fn a_day_that_keeps_every_invariant_has_no_violation() {
        assert_eq!(check(|_| {}), [""; 0]);
        assert_eq!(day_of_one_product().usage.len(), 2);
    }

    #[test]
    fn parts_have_to_add_up_and_to_be_those_of_the_counts() {
        says(
            &check(|tables| tables.usage[0].active_current = 3),
            &["`usage`", "`entitlements_active` is `4`, and by the sum of its parts it is `5`"],
        );
        says(
            &check(|tables| {
                tables.adoption[0].active_current = 1;
                tables.adoption[0].active_over_assigned = 3;
            }),
            &[
                "`adoption`",
                "`active_current` is `1`",
                "it is `2`",
                "`active_over_assigned` is `3`",
            ],
        );
        says(
            &check(|tables| {
                tables.usage[0].active_moved = -1;
                tables.usage[0].active_over_assigned += 2;
            }),
            &["`active_moved` is `-1` of `4`"],
        );
        says(
            &check(|tables| {
                tables.usage[0].active_switched = 5;
                tables.usage[0].active_over_assigned -= 5;
            }),
            &["`active_switched` is `5` of `4`"],
        );
    }

    #[test]
    fn ratios_have_to_be_those_of_their_counts_and_are_never_clamped() {
        says(
            &check(|tables| tables.usage[0].usage_ratio = Some(1.0)),
            &["`usage_ratio` is `1`, and by its counts it is `2`"],
        );
        says(
            &check(|tables| tables.adoption[0].usage_ratio_adjusted = None),
            &["`usage_ratio_adjusted` is null"],
        );
        says(
            &check(|tables| tables.adoption[0].deployment_ratio = Some(f64::NAN)),
            &["`deployment_ratio` is `NaN`"],
        );
    }

    #[test]
    fn seats_are_known_together_or_not_at_all() {
        says(
            &check(|tables| tables.adoption[0].seats_trial = None),
            &["`seats_trial` is null with a snapshot in force"],
        );
        says(
            &check(|tables| tables.adoption[0].seats_snapshot_day = None),
            &["`seats_sold` is not null with no snapshot in force"],
        );
        says(
            &check(|tables| tables.adoption[0].seats_unassigned = Some(1)),
            &["`seats_unassigned` is `1`", "`0`"],
        );
        says(
            &check(|tables| tables.adoption[0].seats_assigned_disabled = 4),
            &["`seats_assigned_disabled` is `4` of `3` assigned seats"],
        );
    }

    #[test]
    fn usage_and_adoption_have_to_be_of_the_same_products() {
        says(
            &check(|tables| tables.adoption.clear()),
            &["`usage`", "`adoption` has no row of the product"],
        );
        says(
            &check(|tables| tables.usage[1].entitlements_total = Some(3)),
            &["`entitlements_total` is `3`, and by `adoption` it is `2`"],
        );
    }

    #[test]
    fn users_of_a_product_lie_between_those_of_a_workload_and_all_of_them() {
        says(
            &check(|tables| tables.adoption[0].entitlements_active = 6),
            &["`entitlements_active` is `6`, and by `usage` it is from `4` to `5`"],
        );
        says(
            &check(|tables| tables.adoption[0].seats_assigned = 2),
            &["`3` active users have the product"],
        );
    }
}
