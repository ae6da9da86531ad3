//! Compares the numbers that are counted here with those in the tables. If they differ, one of the
//! two is wrong.

use std::fmt::Display;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::explain::count::numbers::{Numbers, Subject, numbers};
use crate::explain::facts::Facts;
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::measures::usage::{Parts, USAGE};

/// A number that differs between a table and the count here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub table: &'static str,
    pub day: Day,
    pub workload: Option<String>,
    pub column: &'static str,
    pub in_table: String,
    pub counted: String,
}

/// Compares the rows of a product with the count, for each day of `facts`, over all workloads and
/// for each one.
pub fn differences(facts: &Facts<'_>, sku: Guid) -> Vec<Difference> {
    let mut found = Vec::new();
    for day in facts.days.keys().rev() {
        let subject = Subject { sku, workload: None };
        let product = numbers(facts, *day, subject);
        adoption(facts, *day, subject, &product, &mut found);
        for workload in facts.rules.catalogue.workloads_of(sku) {
            let workload = Some(workload);
            usage(facts, *day, Subject { sku, workload }, product.has_row(), &mut found);
        }
    }
    found
}

struct Comparison<'f> {
    table: &'static str,
    day: Day,
    workload: Option<&'f str>,
    found: &'f mut Vec<Difference>,
}

impl Comparison<'_> {
    fn compare<T: PartialEq + Display>(&mut self, column: &'static str, in_table: T, counted: T) {
        self.compare_optional(column, Some(in_table), Some(counted));
    }

    /// The same for values that may be unknown.
    fn compare_optional<T: PartialEq + Display>(&mut self, column: &'static str, in_table: Option<T>, counted: Option<T>) {
        if in_table != counted {
            let text = |value: Option<T>| value.map_or_else(|| "null".to_owned(), |value| value.to_string());
            self.found.push(Difference {
                table: self.table,
                day: self.day,
                workload: self.workload.map(str::to_owned),
                column,
                in_table: text(in_table),
                counted: text(counted),
            });
        }
    }

    /// Compares whether there is a row. Returns whether both sides have one.
    fn compare_presence(&mut self, in_table: bool, counted: bool) -> bool {
        let word = |there: bool| if there { "a row" } else { "no row" };
        self.compare("(row)", word(in_table), word(counted));
        in_table && counted
    }

    fn parts(&mut self, in_table: Parts, counted: Parts) {
        self.compare("active_current", in_table.current, counted.current);
        self.compare("active_moved", in_table.moved, counted.moved);
        self.compare("active_switched", in_table.switched, counted.switched);
        self.compare("active_lapsed", in_table.lapsed, counted.lapsed);
        self.compare("active_trial", in_table.trial, counted.trial);
        self.compare("active_over_assigned", in_table.over_assigned, counted.over_assigned);
    }
}

fn adoption(facts: &Facts<'_>, day: Day, subject: Subject<'_>, counted: &Numbers, found: &mut Vec<Difference>) {
    let row = row_of(facts, day, subject);
    let mut comparison = Comparison {
        table: ADOPTION.name,
        day,
        workload: None,
        found,
    };
    if !comparison.compare_presence(row.is_some(), counted.has_row()) {
        return;
    }
    let Some(row) = row else { return };
    comparison.compare_optional("seats_sold", row.seats_sold, counted.seats.map(|seats| seats.sold));
    comparison.compare_optional("seats_sold_own", row.seats_sold_own, counted.seats.map(|seats| seats.sold_own));
    comparison.compare_optional("seats_trial", row.seats_trial, counted.seats.map(|seats| seats.trial));
    comparison.compare_optional("seats_lapsed", row.seats_lapsed, counted.seats.map(|seats| seats.lapsed));
    comparison.compare("seats_assigned", row.seats_assigned, counted.assigned);
    comparison.compare("seats_assigned_disabled", row.seats_assigned_disabled, counted.disabled);
    comparison.compare("users_waiting", row.users_waiting, counted.waiting);
    let unassigned = counted.seats.map(|seats| (seats.sold - counted.assigned).max(0));
    comparison.compare_optional("seats_unassigned", row.seats_unassigned, unassigned);
    comparison.compare_optional("deployment_ratio", row.deployment_ratio, counted.deployment());
    comparison.compare_optional("entitlements_total", row.entitlements_total, counted.entitlements);
    comparison.compare("entitlements_active", row.entitlements_active, counted.users.active);
    comparison.parts(row.parts(), counted.parts);
    comparison.compare_optional("usage_ratio", row.usage_ratio, counted.usage());
    comparison.compare_optional("usage_ratio_adjusted", row.usage_ratio_adjusted, counted.usage_adjusted());
    let reason = facts.rules.out_of_scope(facts.tenant(), subject.sku, day).map(str::to_owned);
    comparison.compare("in_scope", row.in_scope, reason.is_none());
    comparison.compare_optional("scope_reason", row.scope_reason.clone(), reason);
    if day == facts.day {
        let covered = facts.covered.range(window::first_day(day)..=day).count() as i64;
        comparison.compare("window_days_covered", row.window_days_covered, covered);
        comparison.compare_optional("activity_source", row.activity_source, facts.activity_source());
        comparison.compare("window_complete", row.window_complete, facts.began_before);
    }
    let snapshot = facts.tables(day).and_then(|tables| tables.snapshot_day());
    comparison.compare_optional("seats_snapshot_day", row.seats_snapshot_day, snapshot);
}

fn usage(facts: &Facts<'_>, day: Day, subject: Subject<'_>, product_has_row: bool, found: &mut Vec<Difference>) {
    let counted = numbers(facts, day, subject);
    let rows = facts.tables(day).into_iter().flat_map(|tables| &tables.usage);
    let row = rows
        .filter(|row| row.sku_id == subject.sku)
        .find(|row| Some(row.workload.as_str()) == subject.workload);
    let mut comparison = Comparison {
        table: USAGE.name,
        day,
        workload: subject.workload,
        found,
    };
    // If the product has a row, each of its workloads has one.
    if !comparison.compare_presence(row.is_some(), product_has_row) {
        return;
    }
    let Some(row) = row else { return };
    comparison.compare_optional("entitlements_total", row.entitlements_total, counted.entitlements);
    comparison.compare("entitlements_active", row.entitlements_active, counted.users.active);
    comparison.parts(row.parts(), counted.parts);
    comparison.compare_optional("usage_ratio", row.usage_ratio, counted.usage());
    comparison.compare_optional("usage_ratio_adjusted", row.usage_ratio_adjusted, counted.usage_adjusted());
}

/// Returns the row of a product in `adoption`.
pub fn row_of<'a>(facts: &'a Facts<'_>, day: Day, subject: Subject<'_>) -> Option<&'a Adoption> {
    let rows = facts.tables(day).into_iter().flat_map(|tables| &tables.adoption);
    let mut rows = rows;
    rows.find(|row| row.sku_id == subject.sku)
}
