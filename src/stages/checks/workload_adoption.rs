//! Checks `workload_adoption` against `usage` and `adoption`: there is a row for each workload of a
//! product in scope, entitlements are the sum over products, users are at least those of each
//! product and at most all of them together, and users without a license count only where the
//! settings say so.

use std::collections::BTreeMap;

use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::usage::ratio;
use crate::stages::measures::workload_adoption::{WORKLOAD_ADOPTION, WorkloadAdoption};

/// The sums over the products in scope of a workload.
#[derive(Clone, Copy)]
struct WorkloadSum {
    total: Option<i64>,
    least: i64,
    most: i64,
    /// The maximum and the sum of the assigned seats.
    least_entitled: i64,
    most_entitled: i64,
}

/// Checks what holds for any day.
pub(super) fn check_sums(tables: &DayTables, violations: &mut Violations) {
    let sums = sums(tables);
    let mut known: BTreeMap<Guid, bool> = BTreeMap::new();
    for row in &tables.adoption {
        known.insert(row.tenant_id, row.seats_snapshot_day.is_some());
    }
    let mut rows: BTreeMap<(Guid, &str), &WorkloadAdoption> = BTreeMap::new();
    for row in &tables.workload_adoption {
        let subject = subject(row);
        rows.insert((row.tenant_id, &row.workload), row);
        match sums.get(&(row.tenant_id, row.workload.as_str())) {
            Some(sum) => check_sum(subject, row, *sum, violations),
            None if row.active_unlicensed <= 0 => violations.report(
                subject,
                format_args!("there is a row without a product in scope and without use beyond the license"),
            ),
            None => {
                // Without any row of the customer, nothing here tells whether there is a snapshot.
                let known = known.get(&row.tenant_id).copied().unwrap_or(row.entitlements_total.is_some());
                let expected = known.then_some(0);
                violations.check_equal(subject, "entitlements_total", row.entitlements_total, expected, "`usage`");
                check_licensed(subject, row, 0, 0, violations);
                check_people(subject, row, 0, 0, violations);
            }
        }
        let (active, licensed) = (row.entitlements_active, row.entitlements_active - row.active_unlicensed);
        let total = row.entitlements_total;
        violations.check_equal(subject, "usage_ratio", row.usage_ratio, ratio(active, total), "its counts");
        violations.check_equal(
            subject,
            "usage_ratio_licensed",
            row.usage_ratio_licensed,
            ratio(licensed, total),
            "its counts",
        );
    }
    for (tenant, workload) in sums.keys().filter(|key| !rows.contains_key(*key)) {
        let subject = Subject {
            table: WORKLOAD_ADOPTION.name,
            customer: Some(*tenant),
            workload: Some(workload),
            ..Subject::default()
        };
        violations.report(subject, format_args!("there is no row, though `usage` has products in scope"));
    }
}

/// Checks what holds under the settings.
pub(super) fn check_users(tables: &DayTables, rules: &Rules, recount: &Recount<'_>, violations: &mut Violations) {
    for row in &tables.workload_adoption {
        let subject = subject(row);
        let users = recount
            .workloads
            .get(&(row.tenant_id, row.workload.as_str()))
            .copied()
            .unwrap_or_default();
        let counts = rules.unlicensed_use.contains(&row.workload);
        if let Some(reason) = rules.exceptions.of_customer(row.tenant_id, tables.day) {
            violations.report(
                subject,
                format_args!("there is a row of a customer who is out of scope (`{reason}`)"),
            );
        }
        let most = if counts { users.without_license } else { 0 };
        if row.active_unlicensed < 0 || row.active_unlicensed > most {
            violations.report(
                subject,
                format_args!(
                    "`active_unlicensed` is `{}`, and by `activity_28d` and `assignments` at most `{most}`",
                    row.active_unlicensed
                ),
            );
        }
        violations.check_equal(
            subject,
            "entitlements_active",
            row.entitlements_active,
            users.licensed + row.active_unlicensed,
            "`activity_28d`, `assignments` and `active_unlicensed`",
        );
        let by = "`assignments` and `activity_28d`";
        violations.check_equal(subject, "users_entitled", row.users_entitled, users.entitled, by);
        violations.check_equal(subject, "users_active", row.users_active, users.active, by);
    }
}

fn subject(row: &WorkloadAdoption) -> Subject<'_> {
    Subject {
        table: WORKLOAD_ADOPTION.name,
        customer: Some(row.tenant_id),
        workload: Some(&row.workload),
        ..Subject::default()
    }
}

fn check_sum(subject: Subject<'_>, row: &WorkloadAdoption, sum: WorkloadSum, violations: &mut Violations) {
    violations.check_equal(
        subject,
        "entitlements_total",
        row.entitlements_total,
        sum.total,
        "the sum of `usage` in scope",
    );
    check_licensed(subject, row, sum.least, sum.most, violations);
    check_people(subject, row, sum.least_entitled, sum.most_entitled, violations);
}

/// Checks that people are at least those of each product and at most all of them together.
fn check_people(subject: Subject<'_>, row: &WorkloadAdoption, least: i64, most: i64, violations: &mut Violations) {
    let (entitled, active) = (row.users_entitled, row.users_active);
    if entitled < least || entitled > most {
        violations.report(
            subject,
            format_args!("`users_entitled` is `{entitled}`, and by `adoption` in scope it is from `{least}` to `{most}`"),
        );
    }
    if active < 0 || active > entitled {
        violations.report(subject, format_args!("`users_active` is `{active}` of `{entitled}` users"));
    }
    let expected = ratio(active, Some(entitled));
    violations.check_equal(subject, "users_ratio", row.users_ratio, expected, "its counts");
}

fn check_licensed(subject: Subject<'_>, row: &WorkloadAdoption, least: i64, most: i64, violations: &mut Violations) {
    let licensed = row.entitlements_active - row.active_unlicensed;
    if licensed < least || licensed > most {
        violations.report(
            subject,
            format_args!(
                "`entitlements_active` without `active_unlicensed` is `{licensed}`, and by `usage` in scope it is from `{least}` to `{most}`"
            ),
        );
    }
}

/// Sums the rows of `usage` in scope, by customer and workload.
fn sums(tables: &DayTables) -> BTreeMap<(Guid, &str), WorkloadSum> {
    let products: BTreeMap<(Guid, Guid), &Adoption> = tables.adoption.iter().map(|row| ((row.tenant_id, row.sku_id), row)).collect();
    let mut sums: BTreeMap<(Guid, &str), WorkloadSum> = BTreeMap::new();
    for row in &tables.usage {
        let Some(product) = products.get(&(row.tenant_id, row.sku_id)).filter(|product| product.in_scope) else {
            continue;
        };
        let sum = sums.entry((row.tenant_id, &row.workload)).or_insert(WorkloadSum {
            total: Some(0),
            least: 0,
            most: 0,
            least_entitled: 0,
            most_entitled: 0,
        });
        sum.total = sum.total.zip(row.entitlements_total).map(|(sum, total)| sum + total);
        sum.least = sum.least.max(row.entitlements_active);
        sum.most += row.entitlements_active;
        sum.least_entitled = sum.least_entitled.max(product.seats_assigned);
        sum.most_entitled += product.seats_assigned;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::checks::testing::{TENANT, broken, says};

    fn check(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
        broken(change, check_sums)
    }

    #[test]
    fn entitlements_of_a_workload_are_the_sum_of_its_products_in_scope() {
        assert_eq!(check(|_| {}), [""; 0]);
        says(
            &check(|tables| tables.workload_adoption[0].entitlements_total = Some(5)),
            &[
                "`workload_adoption`",
                "workload `exchange`",
                "`entitlements_total` is `5`",
                "it is `2`",
            ],
        );
        says(
            &check(|tables| {
                tables.usage[0].entitlements_total = None;
                tables.adoption[0].seats_snapshot_day = None;
            }),
            &["`entitlements_total` is `2`", "it is null"],
        );
    }

    #[test]
    fn users_of_a_workload_lie_between_those_of_a_product_and_all_of_them() {
        says(
            &check(|tables| tables.workload_adoption[0].entitlements_active = 6),
            &["without `active_unlicensed` is `6`", "from `4` to `4`", "`usage_ratio`"],
        );
        says(
            &check(|tables| tables.workload_adoption[1].active_unlicensed = 2),
            &["workload `teams`", "is `-1`", "`usage_ratio_licensed`"],
        );
    }

    #[test]
    fn people_lie_between_those_of_a_product_and_all_of_them() {
        says(
            &check(|tables| tables.workload_adoption[0].users_entitled = 4),
            &[
                "`users_entitled` is `4`, and by `adoption` in scope it is from `3` to `3`",
                "`users_ratio`",
            ],
        );
        says(
            &check(|tables| tables.workload_adoption[1].users_active = 4),
            &["workload `teams`", "`users_active` is `4` of `3` users"],
        );
    }

    #[test]
    fn rows_are_those_of_the_products_in_scope_and_of_unlicensed_use() {
        says(
            &check(|tables| {
                tables.workload_adoption.pop();
            }),
            &["workload `teams`", "there is no row"],
        );
        says(
            &check(|tables| tables.adoption[0].in_scope = false),
            &["there is a row without a product in scope"],
        );
        let unlicensed = WorkloadAdoption {
            tenant_id: TENANT,
            workload: "yammer".to_owned(),
            entitlements_total: Some(0),
            entitlements_active: 3,
            active_unlicensed: 3,
            usage_ratio: None,
            usage_ratio_licensed: None,
            users_entitled: 0,
            users_active: 0,
            users_ratio: None,
        };
        assert_eq!(check(|tables| tables.workload_adoption.push(unlicensed.clone())), [""; 0]);
        says(
            &check(|tables| {
                tables.workload_adoption.push(WorkloadAdoption {
                    entitlements_active: 4,
                    ..unlicensed
                })
            }),
            &["workload `yammer`", "is `1`, and by `usage` in scope it is from `0` to `0`"],
        );
    }
}
