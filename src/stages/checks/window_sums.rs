//! Checks `activity_28d` against `activity_daily` of all days of its window. For each customer,
//! workload, kind of evidence and day of the window, the number of rows with the day's bit is the
//! number of users of that day. A window that was cut off, or carried forward from the wrong day,
//! fails here.

use std::collections::BTreeMap;

use arrow::array::{AsArray, UInt32Array};
use arrow::datatypes::UInt32Type;
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window::WINDOW_DAYS;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_daily::ACTIVITY_DAILY;
use crate::stages::activity::window_facts::KINDS;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::violation::{Subject, Violations};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{bad_cell, column_of};

/// The columns of `activity_daily` that are counted.
pub const COUNTED_COLUMNS: &[&str] = &[
    "tenant_id",
    "workload",
    "interactive_sign_ins",
    "non_interactive_sign_ins",
    "actions",
    "reports",
];
const COUNTS: [&str; KINDS] = ["interactive_sign_ins", "non_interactive_sign_ins", "actions", "reports"];
const PATTERNS: [&str; KINDS] = ["interactive_bits", "non_interactive_bits", "action_bits", "report_bits"];

/// Users of one day by customer and workload, for each kind of evidence.
#[derive(Default)]
pub struct DailyUsers(BTreeMap<(Guid, String), [u32; KINDS]>);

impl DailyUsers {
    /// Counts the users of a frame of `activity_daily` or `activity_before` that has the
    /// [`COUNTED_COLUMNS`].
    pub fn of(frame: &RecordBatch) -> Result<DailyUsers, WarehouseError> {
        let mut users: BTreeMap<(Guid, String), [u32; KINDS]> = BTreeMap::new();
        let mut counts = Vec::with_capacity(COUNTS.len());
        for name in COUNTS {
            counts.push(column_of(frame, &ACTIVITY_DAILY, name)?.as_primitive::<UInt32Type>());
        }
        for_each_group(frame, &ACTIVITY_DAILY, |key, rows| {
            let sums = users.entry((key.0, key.1.to_owned())).or_default();
            for (sum, counts) in sums.iter_mut().zip(&counts) {
                *sum += rows.iter().filter(|row| counts.value(**row) > 0).count() as u32;
            }
        })?;
        Ok(DailyUsers(users))
    }
}

/// For each kind of evidence, how many rows have each bit.
type Sums = [[u32; WINDOW_DAYS as usize]; KINDS];

/// Checks the windows of a day against the users of its days. `daily` has all of the 28 days that
/// have any users.
pub(super) fn check_day(tables: &DayTables, daily: &BTreeMap<Day, DailyUsers>, violations: &mut Violations) -> Result<(), WarehouseError> {
    let mut sums: BTreeMap<(Guid, &str), (Sums, Sums)> = BTreeMap::new();
    let mut patterns: Vec<&UInt32Array> = Vec::with_capacity(PATTERNS.len());
    for name in PATTERNS {
        patterns.push(column_of(&tables.activity_28d, &ACTIVITY_28D, name)?.as_primitive::<UInt32Type>());
    }
    for_each_group(&tables.activity_28d, &ACTIVITY_28D, |key, rows| {
        let found = &mut sums.entry(key).or_default().0;
        for (found, pattern) in found.iter_mut().zip(&patterns) {
            for row in rows {
                let mut bits = pattern.value(*row);
                while bits != 0 {
                    if let Some(sum) = found.get_mut(bits.trailing_zeros() as usize) {
                        *sum += 1;
                    }
                    bits &= bits - 1;
                }
            }
        }
    })?;
    for age in 0..WINDOW_DAYS as usize {
        let users = daily.get(&tables.day.plus(-(age as i32)));
        for ((tenant, workload), counts) in users.iter().flat_map(|users| &users.0) {
            let expected = &mut sums.entry((*tenant, workload)).or_default().1;
            for (expected, count) in expected.iter_mut().zip(counts) {
                expected[age] = *count;
            }
        }
    }
    for ((tenant, workload), (found, expected)) in sums.iter().filter(|(_, (found, expected))| found != expected) {
        let subject = Subject {
            table: ACTIVITY_28D.name,
            customer: Some(*tenant),
            workload: Some(workload),
            ..Subject::default()
        };
        for (name, (found, expected)) in PATTERNS.iter().zip(found.iter().zip(expected)) {
            for (age, (found, expected)) in found
                .iter()
                .zip(expected)
                .enumerate()
                .filter(|(_, (found, expected))| found != expected)
            {
                let day = tables.day.plus(-(age as i32));
                violations.report(
                    subject,
                    format_args!("`{name}` has bit {age} in `{found}` rows, and {day} has `{expected}` such users"),
                );
            }
        }
    }
    Ok(())
}

/// Calls `take` with the rows of each customer and workload. The rows of a customer are adjacent,
/// so they are collected customer by customer.
fn for_each_group<'a>(
    frame: &'a RecordBatch,
    contract: &Contract,
    mut take: impl FnMut((Guid, &'a str), &[usize]),
) -> Result<(), WarehouseError> {
    let tenants = column_of(frame, contract, "tenant_id")?.as_string::<i32>();
    let workloads = column_of(frame, contract, "workload")?.as_string::<i32>();
    let mut groups: FxHashMap<&'a str, Vec<usize>> = FxHashMap::default();
    let mut row = 0;
    while row < frame.num_rows() {
        let text = tenants.value(row);
        let tenant = Guid::parse(text.as_bytes()).ok_or_else(|| bad_cell(contract, "tenant_id", row))?;
        while row < frame.num_rows() && tenants.value(row) == text {
            groups.entry(workloads.value(row)).or_default().push(row);
            row += 1;
        }
        for (workload, rows) in groups.drain() {
            take((tenant, workload), &rows);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::checks::testing::{broken, daily, daily_users, day, frame, says, windows};

    fn check(daily: &BTreeMap<Day, DailyUsers>, change: impl FnOnce(&mut DayTables)) -> Vec<String> {
        broken(change, |tables, violations| check_day(tables, daily, violations).unwrap())
    }

    #[test]
    fn every_day_of_a_window_has_the_users_of_that_day() {
        let mut users = daily_users();
        assert_eq!(check(&users, |_| {}), [""; 0]);
        let mut rows = windows();
        rows[2].interactive_bits = 0b1000;
        says(
            &check(&users, |tables| tables.activity_28d = frame(&rows)),
            &[
                "workload `exchange`",
                "`interactive_bits` has bit 2 in `0` rows",
                "has `1` such users",
                "bit 3 in `2` rows",
            ],
        );
        users.insert(day(1), DailyUsers::of(&frame(&[daily("z", "yammer")])).unwrap());
        says(
            &check(&users, |_| {}),
            &["workload `yammer`", "bit 27 in `0` rows", &format!("{} has `1`", day(1))],
        );
    }
}
