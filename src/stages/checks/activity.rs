//! Checks `activity_28d` against itself and against `activity_daily`. A window has 28 bits, and at
//! least one is set. Bit 0 of each kind of evidence agrees with the day's row. The counts of a
//! window agree with its bits.

use arrow::array::{Array, AsArray, Int64Array, StringArray, UInt32Array};
use arrow::datatypes::{Date32Type, Int64Type, UInt32Type};
use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::rules::Rules;
use crate::domain::window::{self, WINDOW_MASK};
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_daily::ACTIVITY_DAILY;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::violation::{Subject, Violations};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::column_of;

/// For each kind of evidence, its pattern and the count of a day that sets bit 0.
const PATTERNS: [(&str, &str); 4] = [
    ("interactive_bits", "interactive_sign_ins"),
    ("non_interactive_bits", "non_interactive_sign_ins"),
    ("action_bits", "actions"),
    ("report_bits", "reports"),
];

/// The key columns of a table of users.
pub(super) struct UserRows<'a> {
    pub tenants: &'a StringArray,
    pub users: &'a StringArray,
    pub workloads: &'a StringArray,
}

impl<'a> UserRows<'a> {
    pub fn of(frame: &'a RecordBatch, contract: &Contract) -> Result<UserRows<'a>, WarehouseError> {
        Ok(UserRows {
            tenants: column_of(frame, contract, "tenant_id")?.as_string(),
            users: column_of(frame, contract, "user_id")?.as_string(),
            workloads: column_of(frame, contract, "workload")?.as_string(),
        })
    }

    pub fn len(&self) -> usize {
        self.tenants.len()
    }

    fn key(&self, row: usize) -> (&str, &str, &str) {
        (self.tenants.value(row), self.users.value(row), self.workloads.value(row))
    }

    fn subject(&self, table: &'static str, row: usize) -> Subject<'_> {
        Subject {
            table,
            customer: Guid::parse(self.tenants.value(row).as_bytes()),
            workload: Some(self.workloads.value(row)),
            row: Some(row),
            ..Subject::default()
        }
    }
}

/// Returns columns of bits or counts.
fn numbers<'a, const N: usize>(
    frame: &'a RecordBatch,
    contract: &Contract,
    names: [&str; N],
) -> Result<[&'a UInt32Array; N], WarehouseError> {
    let mut columns = Vec::with_capacity(N);
    for name in names {
        columns.push(column_of(frame, contract, name)?.as_primitive::<UInt32Type>());
    }
    <[&UInt32Array; N]>::try_from(columns).map_err(|_| WarehouseError::Contract(format!("table `{}` lacks a column", contract.name)))
}

/// Checks what holds for any day.
pub(super) fn check_day(tables: &DayTables, violations: &mut Violations) -> Result<(), WarehouseError> {
    let (frame, daily_frame) = (&tables.activity_28d, &tables.activity_daily);
    let (rows, daily) = (UserRows::of(frame, &ACTIVITY_28D)?, UserRows::of(daily_frame, &ACTIVITY_DAILY)?);
    let patterns = numbers(frame, &ACTIVITY_28D, PATTERNS.map(|(pattern, _)| pattern))?;
    let counts = numbers(daily_frame, &ACTIVITY_DAILY, PATTERNS.map(|(_, count)| count))?;
    let [active] = numbers(frame, &ACTIVITY_28D, ["active_bits"])?;
    let active_days: &Int64Array = column_of(frame, &ACTIVITY_28D, "active_days")?.as_primitive::<Int64Type>();
    let last = column_of(frame, &ACTIVITY_28D, "last_active_day")?.as_primitive::<Date32Type>();
    let mut at = 0;
    for row in 0..rows.len() {
        while at < daily.len() && daily.key(at) < rows.key(row) {
            report_lost_day(&daily, at, violations);
            at += 1;
        }
        let today = (at < daily.len() && daily.key(at) == rows.key(row)).then_some(at);
        at += usize::from(today.is_some());
        let bits = active.value(row);
        let all = patterns.iter().fold(bits, |all, pattern| all | pattern.value(row));
        let count = i64::from(bits.count_ones());
        let latest = last.is_valid(row).then(|| Day(last.value(row)));
        if all == 0 || all & !WINDOW_MASK != 0 {
            let subject = rows.subject(ACTIVITY_28D.name, row);
            violations.report(
                subject,
                format_args!("its patterns have no day of the window, or others than those"),
            );
        }
        if active_days.value(row) != count || latest != window::last_day(bits, tables.day) {
            let subject = rows.subject(ACTIVITY_28D.name, row);
            violations.check_equal(subject, "active_days", active_days.value(row), count, "`active_bits`");
            violations.check_equal(
                subject,
                "last_active_day",
                latest,
                window::last_day(bits, tables.day),
                "`active_bits`",
            );
        }
        for ((name, _), (pattern, counts)) in PATTERNS.iter().zip(patterns.iter().zip(counts)) {
            let (found, expected) = (pattern.value(row) & 1, today.is_some_and(|today| counts.value(today) > 0));
            if found != u32::from(expected) {
                let subject = rows.subject(ACTIVITY_28D.name, row);
                let what = if expected { "has" } else { "has no" };
                violations.report(
                    subject,
                    format_args!("bit 0 of `{name}` is `{found}`, and `activity_daily` {what} such activity"),
                );
            }
        }
    }
    (at..daily.len()).for_each(|at| report_lost_day(&daily, at, violations));
    Ok(())
}

fn report_lost_day(daily: &UserRows<'_>, at: usize, violations: &mut Violations) {
    let subject = daily.subject(ACTIVITY_DAILY.name, at);
    violations.report(subject, format_args!("the user has no row for the workload in `activity_28d`"));
}

/// Checks that `active_bits` are the days of the chosen evidence.
pub(super) fn check_evidence(tables: &DayTables, rules: &Rules, violations: &mut Violations) -> Result<(), WarehouseError> {
    let frame = &tables.activity_28d;
    let rows = UserRows::of(frame, &ACTIVITY_28D)?;
    let patterns = numbers(frame, &ACTIVITY_28D, PATTERNS.map(|(pattern, _)| pattern))?;
    let [active] = numbers(frame, &ACTIVITY_28D, ["active_bits"])?;
    let chosen: Vec<&UInt32Array> = Evidence::ALL
        .iter()
        .zip(patterns)
        .filter(|(kind, _)| rules.evidence.contains(kind))
        .map(|(_, pattern)| pattern)
        .collect();
    for row in 0..rows.len() {
        let expected = chosen.iter().fold(0, |bits, pattern| bits | pattern.value(row));
        if active.value(row) != expected {
            let subject = rows.subject(ACTIVITY_28D.name, row);
            violations.check_equal(subject, "active_bits", active.value(row), expected, "the chosen evidence");
        }
    }
    Ok(())
}
