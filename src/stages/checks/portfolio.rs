//! Checks `portfolio` against `adoption` and `workload_adoption` of all shards: sums by product, by
//! workload and in total, the number of customers in them, and ratios as sum over sum.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::guid::Guid;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::measures::portfolio::{PORTFOLIO, Portfolio};
use crate::stages::measures::usage::ratio;

/// Maximum relative difference between two sums of the same fractions that were added in another
/// order.
const TOLERANCE: f64 = 1e-9;

/// The columns that are sums of counts, in the order of [`counts`].
const COUNTS: [&str; 16] = [
    "seats_sold",
    "seats_sold_own",
    "seats_trial",
    "seats_lapsed",
    "seats_assigned",
    "seats_unassigned",
    "entitlements_total",
    "entitlements_active",
    "active_current",
    "active_moved",
    "active_switched",
    "active_lapsed",
    "active_trial",
    "active_over_assigned",
    "seats_assigned_disabled",
    "users_waiting",
];

/// The sums of a group of rows.
#[derive(Default)]
struct PortfolioSum {
    customers: BTreeSet<Guid>,
    without_seats: BTreeSet<Guid>,
    counts: [i64; COUNTS.len()],
    unlicensed: i64,
    users_entitled: i64,
    users_active: i64,
    prorated: f64,
}

/// SKU and workload of a row.
type SumKey<'a> = (Option<Guid>, Option<&'a str>);

pub(super) fn check_day(rows: &[Portfolio], shards: &[DayTables], violations: &mut Violations) {
    let sums = sums(shards);
    let mut found: BTreeSet<SumKey<'_>> = BTreeSet::new();
    for row in rows {
        let group: SumKey<'_> = (row.sku_id, row.workload.as_deref());
        found.insert(group);
        match sums.get(&group) {
            Some(sum) => check_row(row, sum, violations),
            None => violations.report(subject(group), format_args!("there is a row that sums nothing in scope")),
        }
    }
    for group in sums.keys().filter(|group| !found.contains(*group)) {
        violations.report(subject(*group), format_args!("there is no row, though customers are in scope"));
    }
}

fn subject(group: SumKey<'_>) -> Subject<'_> {
    Subject {
        table: PORTFOLIO.name,
        product: group.0,
        workload: group.1,
        ..Subject::default()
    }
}

/// Sums by group. Customers without a snapshot in force are counted but add nothing.
fn sums(shards: &[DayTables]) -> BTreeMap<SumKey<'_>, PortfolioSum> {
    let mut sums: BTreeMap<SumKey<'_>, PortfolioSum> = BTreeMap::new();
    for row in shards.iter().flat_map(|tables| &tables.adoption).filter(|row| row.in_scope) {
        let known = row.seats_snapshot_day.is_some();
        for group in [(Some(row.sku_id), None), (None, None)] {
            let sum = sums.entry(group).or_default();
            sum.customers.insert(row.tenant_id);
            if !known {
                sum.without_seats.insert(row.tenant_id);
                continue;
            }
            let of = |count: Option<i64>| count.unwrap_or(0);
            let counts = [
                of(row.seats_sold),
                of(row.seats_sold_own),
                of(row.seats_trial),
                of(row.seats_lapsed),
                row.seats_assigned,
                of(row.seats_unassigned),
                of(row.entitlements_total),
                row.entitlements_active,
                row.active_current,
                row.active_moved,
                row.active_switched,
                row.active_lapsed,
                row.active_trial,
                row.active_over_assigned,
                row.seats_assigned_disabled,
                row.users_waiting,
            ];
            sum.counts.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum.prorated += row.seats_assigned_own_prorated.unwrap_or(0.0);
        }
    }
    for row in shards.iter().flat_map(|tables| &tables.workload_adoption) {
        let sum = sums.entry((None, Some(&row.workload))).or_default();
        sum.customers.insert(row.tenant_id);
        match row.entitlements_total {
            Some(total) => {
                sum.counts[6] += total;
                sum.counts[7] += row.entitlements_active;
                sum.unlicensed += row.active_unlicensed;
                sum.users_entitled += row.users_entitled;
                sum.users_active += row.users_active;
            }
            None => {
                sum.without_seats.insert(row.tenant_id);
            }
        }
    }
    if let Some(all) = sums.get_mut(&(None, None)) {
        let customers = shards.iter().flat_map(|tables| &tables.customer_adoption);
        for row in customers.filter(|row| row.subscriptions_age_days.is_some()) {
            all.users_entitled += row.users_entitled;
            all.users_active += row.users_active;
        }
    }
    sums
}

fn counts(row: &Portfolio) -> [Option<i64>; COUNTS.len()] {
    [
        row.seats_sold,
        row.seats_sold_own,
        row.seats_trial,
        row.seats_lapsed,
        row.seats_assigned,
        row.seats_unassigned,
        row.entitlements_total,
        row.entitlements_active,
        row.active_current,
        row.active_moved,
        row.active_switched,
        row.active_lapsed,
        row.active_trial,
        row.active_over_assigned,
        row.seats_assigned_disabled,
        row.users_waiting,
    ]
}

fn check_row(row: &Portfolio, sum: &PortfolioSum, violations: &mut Violations) {
    let subject = subject((row.sku_id, row.workload.as_deref()));
    let of_workload = row.workload.is_some();
    let by = if of_workload {
        "`workload_adoption`"
    } else {
        "`adoption` in scope"
    };
    violations.check_equal(subject, "customers", row.customers, sum.customers.len() as i64, by);
    let without = sum.without_seats.len() as i64;
    violations.check_equal(subject, "customers_without_seats", row.customers_without_seats, without, by);
    let any = sum.customers.len() > sum.without_seats.len();
    for (at, (column, found)) in COUNTS.iter().zip(counts(row)).enumerate() {
        let summed = any && (!of_workload || matches!(at, 6 | 7));
        violations.check_equal(subject, column, found, summed.then_some(sum.counts[at]), by);
    }
    let unlicensed = (any && of_workload).then_some(sum.unlicensed);
    violations.check_equal(subject, "active_unlicensed", row.active_unlicensed, unlicensed, by);
    let has_people = any && row.sku_id.is_none();
    let by_people = if of_workload { by } else { "`customer_adoption`" };
    for (column, found, expected) in [
        ("users_entitled", row.users_entitled, sum.users_entitled),
        ("users_active", row.users_active, sum.users_active),
    ] {
        violations.check_equal(subject, column, found, has_people.then_some(expected), by_people);
    }
    let prorated = (any && !of_workload).then_some(sum.prorated);
    let close = match (row.seats_assigned_own_prorated, prorated) {
        (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0),
        (found, expected) => found.is_none() && expected.is_none(),
    };
    if !close {
        let column = "seats_assigned_own_prorated";
        violations.check_equal(subject, column, row.seats_assigned_own_prorated, prorated, by);
    }
    check_ratios(subject, row, of_workload, violations);
}

fn check_ratios(subject: Subject<'_>, row: &Portfolio, of_workload: bool, violations: &mut Violations) {
    let total = row.entitlements_total;
    let over = |count: Option<i64>, total| count.and_then(|count| ratio(count, total));
    let only = |wanted: bool, value: Option<f64>| value.filter(|_| wanted);
    let licensed = row
        .entitlements_active
        .zip(row.active_unlicensed)
        .map(|(active, unlicensed)| active - unlicensed);
    let ratios = [
        ("deployment_ratio", row.deployment_ratio, over(row.seats_assigned, row.seats_sold)),
        ("usage_ratio", row.usage_ratio, over(row.entitlements_active, total)),
        (
            "usage_ratio_adjusted",
            row.usage_ratio_adjusted,
            only(!of_workload, over(row.active_current, total)),
        ),
        (
            "usage_ratio_licensed",
            row.usage_ratio_licensed,
            only(of_workload, over(licensed, total)),
        ),
        ("users_ratio", row.users_ratio, over(row.users_active, row.users_entitled)),
    ];
    for (column, found, expected) in ratios {
        violations.check_equal(subject, column, found, expected, "its sums");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::checks::testing::{day, day_of_one_product, says};
    use crate::stages::measures::portfolio::build_rows;

    fn check(change: impl FnOnce(&mut Vec<Portfolio>)) -> Vec<String> {
        let tables = day_of_one_product();
        let mut rows = build_rows(&tables.adoption, &tables.workload_adoption, &tables.customer_adoption).unwrap();
        change(&mut rows);
        let mut violations = Violations::of(day(28));
        check_day(&rows, &[tables], &mut violations);
        violations.shown().to_vec()
    }

    #[test]
    fn sums_are_those_of_the_customers_in_scope() {
        assert_eq!(check(|_| {}), [""; 0]);
        says(
            &check(|rows| rows[0].seats_sold = Some(4)),
            &[
                "`portfolio`",
                "`seats_sold` is `4`, and by `adoption` in scope it is `2`",
                "`deployment_ratio`",
            ],
        );
        says(
            &check(|rows| rows[1].entitlements_active = Some(7)),
            &["workload `exchange`", "`entitlements_active` is `7`"],
        );
        says(&check(|rows| rows[0].customers = 2), &["`customers` is `2`"]);
        says(
            &check(|rows| rows[0].users_active = Some(9)),
            &["`users_active` is `9`, and by `customer_adoption` it is `3`", "`users_ratio`"],
        );
        says(
            &check(|rows| rows[2].users_entitled = Some(9)),
            &["workload `teams`", "`users_entitled` is `9`, and by `workload_adoption` it is `3`"],
        );
        says(
            &check(|rows| rows[0].seats_assigned_own_prorated = Some(9.0)),
            &["`seats_assigned_own_prorated` is `9`"],
        );
        says(
            &check(|rows| rows[1].usage_ratio_adjusted = Some(1.0)),
            &["`usage_ratio_adjusted` is `1`", "null"],
        );
    }

    #[test]
    fn there_is_a_row_for_each_group_and_no_other() {
        says(
            &check(|rows| {
                rows.pop();
            }),
            &["product `", "there is no row"],
        );
        says(
            &check(|rows| {
                let mut other = rows[1].clone();
                other.workload = Some("yammer".to_owned());
                rows.push(other);
            }),
            &["workload `yammer`", "sums nothing"],
        );
    }
}
