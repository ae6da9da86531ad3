//! What was counted here against what stands in the tables. A difference is a fault of one of the
//! two.

use std::fmt::Display;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::explain::counts::{Numbers, Subject, numbers};
use crate::explain::facts::Facts;
use crate::stages::usage::adoption::{ADOPTION, Adoption};
use crate::stages::usage::usage::{Parts, USAGE};

/// A number that stands otherwise in a table than it is counted here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub table: &'static str,
    pub day: Day,
    pub workload: Option<String>,
    pub column: &'static str,
    pub in_table: String,
    pub counted: String,
}

/// Holds the rows of a product against what is counted: on every day that `facts` has tables of, in
/// any workload and in each.
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

struct Holding<'f> {
    table: &'static str,
    day: Day,
    workload: Option<&'f str>,
    found: &'f mut Vec<Difference>,
}

impl Holding<'_> {
    fn hold<T: PartialEq + Display>(&mut self, column: &'static str, in_table: T, counted: T) {
        self.hold_optional(column, Some(in_table), Some(counted));
    }

    /// The same where either may be unknown.
    fn hold_optional<T: PartialEq + Display>(&mut self, column: &'static str, in_table: Option<T>, counted: Option<T>) {
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

    /// Whether both have a row, or neither.
    fn is_there(&mut self, in_table: bool, counted: bool) -> bool {
        let word = |there: bool| if there { "a row" } else { "no row" };
        self.hold("(row)", word(in_table), word(counted));
        in_table && counted
    }

    fn parts(&mut self, in_table: Parts, counted: Parts) {
        self.hold("active_current", in_table.current, counted.current);
        self.hold("active_moved", in_table.moved, counted.moved);
        self.hold("active_lapsed", in_table.lapsed, counted.lapsed);
        self.hold("active_trial", in_table.trial, counted.trial);
        self.hold("active_over_assigned", in_table.over_assigned, counted.over_assigned);
    }
}

fn adoption(facts: &Facts<'_>, day: Day, subject: Subject<'_>, counted: &Numbers, found: &mut Vec<Difference>) {
    let row = row_of(facts, day, subject);
    let mut holding = Holding {
        table: ADOPTION.name,
        day,
        workload: None,
        found,
    };
    if !holding.is_there(row.is_some(), counted.has_row()) {
        return;
    }
    let Some(row) = row else { return };
    holding.hold_optional("seats_sold", row.seats_sold, counted.seats.map(|seats| seats.sold));
    holding.hold_optional("seats_sold_own", row.seats_sold_own, counted.seats.map(|seats| seats.sold_own));
    holding.hold_optional("seats_trial", row.seats_trial, counted.seats.map(|seats| seats.trial));
    holding.hold_optional("seats_lapsed", row.seats_lapsed, counted.seats.map(|seats| seats.lapsed));
    holding.hold("seats_assigned", row.seats_assigned, counted.assigned);
    let unassigned = counted.seats.map(|seats| (seats.sold - counted.assigned).max(0));
    holding.hold_optional("seats_unassigned", row.seats_unassigned, unassigned);
    holding.hold_optional("deployment_ratio", row.deployment_ratio, counted.deployment());
    holding.hold_optional("entitlements_total", row.entitlements_total, counted.entitlements);
    holding.hold("entitlements_active", row.entitlements_active, counted.users.active);
    holding.parts(row.parts(), counted.parts);
    holding.hold_optional("usage_ratio", row.usage_ratio, counted.usage());
    holding.hold_optional("usage_ratio_adjusted", row.usage_ratio_adjusted, counted.usage_adjusted());
    let reason = facts.rules.catalogue.excluded.get(&subject.sku).cloned();
    holding.hold("in_scope", row.in_scope, reason.is_none());
    holding.hold_optional("scope_reason", row.scope_reason.clone(), reason);
    if day == facts.day {
        let covered = facts.covered.range(window::first_day(day)..=day).count() as i64;
        holding.hold("window_days_covered", row.window_days_covered, covered);
        holding.hold("window_complete", row.window_complete, facts.began_before);
    }
    let snapshot = facts.tables(day).and_then(|tables| tables.snapshot_day());
    holding.hold_optional("seats_snapshot_day", row.seats_snapshot_day, snapshot);
}

fn usage(facts: &Facts<'_>, day: Day, subject: Subject<'_>, is_there: bool, found: &mut Vec<Difference>) {
    let counted = numbers(facts, day, subject);
    let rows = facts.tables(day).into_iter().flat_map(|tables| &tables.usage);
    let row = rows
        .filter(|row| row.sku_id == subject.sku)
        .find(|row| Some(row.workload.as_str()) == subject.workload);
    let mut holding = Holding {
        table: USAGE.name,
        day,
        workload: subject.workload,
        found,
    };
    // A workload has a row where the product has one.
    if !holding.is_there(row.is_some(), is_there) {
        return;
    }
    let Some(row) = row else { return };
    holding.hold_optional("entitlements_total", row.entitlements_total, counted.entitlements);
    holding.hold("entitlements_active", row.entitlements_active, counted.users.active);
    holding.parts(row.parts(), counted.parts);
    holding.hold_optional("usage_ratio", row.usage_ratio, counted.usage());
    holding.hold_optional("usage_ratio_adjusted", row.usage_ratio_adjusted, counted.usage_adjusted());
}

/// The row of a product in `adoption`.
pub fn row_of<'a>(facts: &'a Facts<'_>, day: Day, subject: Subject<'_>) -> Option<&'a Adoption> {
    let rows = facts.tables(day).into_iter().flat_map(|tables| &tables.adoption);
    let mut rows = rows;
    rows.find(|row| row.sku_id == subject.sku)
}
