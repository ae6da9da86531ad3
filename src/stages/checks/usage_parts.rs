//! `usage` and `adoption` against themselves and each other: the parts are what users, entitlements
//! and other subscriptions make them, ratios are their counts divided, seats are known or unknown
//! together, and a product's users are at least those of each of its workloads and at most all of
//! them.

use std::collections::BTreeMap;

use crate::domain::guid::Guid;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::violation::{Faults, Subject};
use crate::stages::usage::adoption::{ADOPTION, Adoption};
use crate::stages::usage::usage::{ActiveUsers, Parts, USAGE, Usage, ratio};

/// The columns that `usage` and `adoption` share.
struct Counted {
    total: Option<i64>,
    active: i64,
    parts: Parts,
    ratio: Option<f64>,
    adjusted: Option<f64>,
}

pub(super) fn hold(tables: &DayTables, faults: &mut Faults) {
    let adoption: BTreeMap<(Guid, Guid), &Adoption> = tables.adoption.iter().map(|row| ((row.tenant_id, row.sku_id), row)).collect();
    for row in &tables.adoption {
        hold_seats(row, faults);
        let subject = Subject::product(ADOPTION.name, row.tenant_id, row.sku_id);
        hold_counted(subject, &of_adoption(row), row, faults);
    }
    for row in &tables.usage {
        let subject = Subject::product(USAGE.name, row.tenant_id, row.sku_id).workload(&row.workload);
        let Some(product) = adoption.get(&(row.tenant_id, row.sku_id)) else {
            faults.tell(subject, format_args!("`adoption` has no row of the product"));
            continue;
        };
        hold_counted(subject, &of_usage(row), product, faults);
        faults.hold(
            subject,
            "entitlements_total",
            row.entitlements_total,
            product.entitlements_total,
            "`adoption`",
        );
    }
    for rows in tables.usage.chunk_by(|a, b| (a.tenant_id, a.sku_id) == (b.tenant_id, b.sku_id)) {
        if let Some(product) = adoption.get(&(rows[0].tenant_id, rows[0].sku_id)) {
            hold_bounds(product, rows, faults);
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

/// Parts and ratios of a row. What lapsed and what is on trial, and how many have the product, is
/// in its row of `adoption`.
fn hold_counted(subject: Subject<'_>, row: &Counted, product: &Adoption, faults: &mut Faults) {
    let found = row.parts;
    let sum = found.current + found.moved + found.lapsed + found.trial + found.over_assigned;
    faults.hold(subject, "entitlements_active", row.active, sum, "the sum of its parts");
    let users = ActiveUsers {
        active: row.active,
        holders: row.active - found.moved,
    };
    let expected = Parts::of(
        users,
        row.total,
        product.seats_lapsed.unwrap_or(0),
        product.seats_trial.unwrap_or(0),
    );
    let by = "entitlements, lapsed and trial seats";
    if found != expected {
        faults.hold(subject, "active_current", found.current, expected.current, by);
        faults.hold(subject, "active_lapsed", found.lapsed, expected.lapsed, by);
        faults.hold(subject, "active_trial", found.trial, expected.trial, by);
        faults.hold(subject, "active_over_assigned", found.over_assigned, expected.over_assigned, by);
    }
    if found.moved < 0 || found.moved > row.active {
        faults.tell(
            subject,
            format_args!("`active_moved` is `{}` of `{}` active users", found.moved, row.active),
        );
    }
    if users.holders > product.seats_assigned {
        faults.tell(
            subject,
            format_args!(
                "`{}` active users have the product, and `seats_assigned` of `adoption` is `{}`",
                users.holders, product.seats_assigned
            ),
        );
    }
    let by = "its counts";
    faults.hold(subject, "usage_ratio", row.ratio, ratio(row.active, row.total), by);
    faults.hold(subject, "usage_ratio_adjusted", row.adjusted, ratio(found.current, row.total), by);
}

/// Seats that are known or unknown together, and what follows from them.
fn hold_seats(row: &Adoption, faults: &mut Faults) {
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
            faults.tell(subject, format_args!("`{column}` is {is} with {snapshot} snapshot in force"));
        }
    }
    let (sold, assigned) = (row.seats_sold, row.seats_assigned);
    let by = "its counts";
    let unassigned = sold.map(|sold| (sold - assigned).max(0));
    faults.hold(subject, "seats_unassigned", row.seats_unassigned, unassigned, by);
    faults.hold(subject, "deployment_ratio", row.deployment_ratio, ratio(assigned, sold), by);
    let prorated = sold
        .filter(|sold| *sold != 0)
        .map(|sold| assigned as f64 * row.seats_sold_own.unwrap_or(0) as f64 / sold as f64);
    faults.hold(
        subject,
        "seats_assigned_own_prorated",
        row.seats_assigned_own_prorated,
        prorated,
        by,
    );
}

/// Users of any workload are at least those of each, and at most all of them together.
fn hold_bounds(product: &Adoption, usage: &[Usage], faults: &mut Faults) {
    let most: i64 = usage.iter().map(|row| row.entitlements_active).sum();
    let least = usage.iter().map(|row| row.entitlements_active).max().unwrap_or(0);
    if product.entitlements_active < least || product.entitlements_active > most {
        let subject = Subject::product(ADOPTION.name, product.tenant_id, product.sku_id);
        faults.tell(
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
        broken(change, hold)
    }

    #[test]
    fn a_day_that_keeps_every_promise_has_no_fault() {
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
