//! Checks `customer_adoption` against `adoption` and `workload_adoption`: each customer with a
//! product has a row, seats and products are those in scope, and people are at least those of each
//! product or workload and at most all of them together.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::measures::customer_adoption::{CUSTOMER_ADOPTION, CustomerAdoption};
use crate::stages::measures::usage::ratio;

/// What the other tables say about a customer.
#[derive(Default)]
struct CustomerSum {
    seats_sold: i64,
    seats_assigned: i64,
    most_assigned: i64,
    products: i64,
    /// The sum and the maximum of the active people of a workload.
    active: i64,
    most_active: i64,
    /// The snapshot in force; `None` without a row of `adoption`.
    snapshot_day: Option<Option<Day>>,
}

/// Checks what holds for any day.
pub(super) fn check_sums(tables: &DayTables, violations: &mut Violations) {
    let mut sums = sums(tables);
    for row in &tables.customer_adoption {
        let sum = sums.remove(&row.tenant_id).unwrap_or_default();
        check_row(row, &sum, tables.day, violations);
    }
    for (tenant, _) in sums {
        violations.report(subject(tenant), format_args!("there is no row, though the customer has products"));
    }
}

/// Checks what holds under the settings.
pub(super) fn check_users(tables: &DayTables, recount: &Recount<'_>, violations: &mut Violations) {
    for row in &tables.customer_adoption {
        let users = recount.customers.get(&row.tenant_id).copied().unwrap_or_default();
        let by = "`assignments` and `activity_28d`";
        let subject = subject(row.tenant_id);
        violations.check_equal(subject, "users_entitled", row.users_entitled, users.entitled, by);
        violations.check_equal(subject, "users_active", row.users_active, users.active, by);
    }
}

fn subject(tenant: Guid) -> Subject<'static> {
    Subject {
        table: CUSTOMER_ADOPTION.name,
        customer: Some(tenant),
        ..Subject::default()
    }
}

fn check_row(row: &CustomerAdoption, sum: &CustomerSum, day: Day, violations: &mut Violations) {
    let subject = subject(row.tenant_id);
    let by = "`adoption` in scope";
    let sold = row.subscriptions_age_days.map(|_| sum.seats_sold);
    violations.check_equal(subject, "seats_sold", row.seats_sold, sold, by);
    violations.check_equal(subject, "seats_assigned", row.seats_assigned, sum.seats_assigned, by);
    violations.check_equal(subject, "products", row.products, sum.products, by);
    match sum.snapshot_day {
        Some(snapshot_day) => {
            let age = snapshot_day.map(|taken_on| i64::from(day.0 - taken_on.0));
            violations.check_equal(subject, "subscriptions_age_days", row.subscriptions_age_days, age, "`adoption`");
        }
        None if row.subscriptions_age_days.is_none() && row.holdings_age_days.is_none() => {
            violations.report(
                subject,
                format_args!("there is a row without a product and without a list in force"),
            );
        }
        None => {}
    }
    for (column, age) in [
        ("subscriptions_age_days", row.subscriptions_age_days),
        ("holdings_age_days", row.holdings_age_days),
    ] {
        if let Some(age) = age.filter(|age| *age < 0) {
            violations.report(subject, format_args!("`{column}` is `{age}`"));
        }
    }
    for (column, found, least, most, by) in [
        (
            "users_entitled",
            row.users_entitled,
            sum.most_assigned,
            sum.seats_assigned,
            "adoption",
        ),
        ("users_active", row.users_active, sum.most_active, sum.active, "workload_adoption"),
    ] {
        if found < least || found > most {
            violations.report(
                subject,
                format_args!("`{column}` is `{found}`, and by `{by}` it is from `{least}` to `{most}`"),
            );
        }
    }
    let expected = ratio(row.users_active, Some(row.users_entitled));
    violations.check_equal(subject, "users_ratio", row.users_ratio, expected, "its counts");
}

/// Sums the products and the workloads of each customer with a row in `adoption`.
fn sums(tables: &DayTables) -> BTreeMap<Guid, CustomerSum> {
    let mut sums: BTreeMap<Guid, CustomerSum> = BTreeMap::new();
    for row in &tables.adoption {
        let sum = sums.entry(row.tenant_id).or_default();
        sum.snapshot_day = Some(row.seats_snapshot_day);
        if row.in_scope {
            sum.products += 1;
            sum.seats_sold += row.seats_sold.unwrap_or(0);
            sum.seats_assigned += row.seats_assigned;
            sum.most_assigned = sum.most_assigned.max(row.seats_assigned);
        }
    }
    for row in &tables.workload_adoption {
        if let Some(sum) = sums.get_mut(&row.tenant_id) {
            sum.active += row.users_active;
            sum.most_active = sum.most_active.max(row.users_active);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::checks::testing::{broken, says};

    fn check(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
        broken(change, check_sums)
    }

    #[test]
    fn seats_and_products_are_those_in_scope() {
        assert_eq!(check(|_| {}), [""; 0]);
        says(
            &check(|tables| tables.customer_adoption[0].seats_sold = Some(3)),
            &["`customer_adoption`", "`seats_sold` is `3`, and by `adoption` in scope it is `2`"],
        );
        says(
            &check(|tables| tables.adoption[0].in_scope = false),
            &["`seats_assigned` is `3`", "it is `0`", "`products` is `1`"],
        );
        says(
            &check(|tables| tables.customer_adoption[0].subscriptions_age_days = Some(7)),
            &["`subscriptions_age_days` is `7`, and by `adoption` it is `8`"],
        );
    }

    #[test]
    fn people_lie_between_those_of_one_product_or_workload_and_all_of_them() {
        says(
            &check(|tables| tables.customer_adoption[0].users_entitled = 4),
            &["`users_entitled` is `4`, and by `adoption` it is from `3` to `3`", "`users_ratio`"],
        );
        says(
            &check(|tables| tables.customer_adoption[0].users_active = 5),
            &["`users_active` is `5`, and by `workload_adoption` it is from `3` to `4`"],
        );
    }

    #[test]
    fn there_is_a_row_where_there_is_a_product_or_a_list() {
        says(
            &check(|tables| tables.customer_adoption.clear()),
            &["there is no row, though the customer has products"],
        );
        let strange = |age: Option<i64>| {
            check(|tables| {
                let mut row = tables.customer_adoption[0].clone();
                row.tenant_id = Guid(8);
                (row.users_entitled, row.users_active, row.users_ratio) = (0, 0, None);
                (row.seats_sold, row.seats_assigned, row.products) = (None, 0, 0);
                (row.subscriptions_age_days, row.holdings_age_days) = (None, age);
                tables.customer_adoption.push(row);
            })
        };
        assert_eq!(strange(Some(0)), [""; 0]);
        says(&strange(None), &["without a product and without a list in force"]);
        says(&strange(Some(-1)), &["`holdings_age_days` is `-1`"]);
    }
}
