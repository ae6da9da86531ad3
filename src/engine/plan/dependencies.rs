//! What follows from what tables are made from, as their contracts say: which tables are needed for
//! others, and which changes explain that a file is made again.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::domain::window;
use crate::engine::plan::causes::{Cause, Changes};
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::warehouse::contract::{Contract, Lookback, Partition};

/// The tables of which a run notes on which days they changed. A change of any other table goes back
/// to one of these, or to raw files.
const NOTED: [&Contract; 6] = [
    &ACTIVITY_EVENTS,
    &ACTIVITY_COVERAGE,
    &ACTIVITY_DAILY,
    &ACTIVITY_BEFORE,
    &ASSIGNMENTS,
    &SUBSCRIPTIONS,
];

/// The named tables and everything that they are made from.
pub fn with_upstream(tables: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let mut all = tables.clone();
    // Each table comes after what it is made from, so one way back finds everything.
    for contract in stages::TABLES.iter().rev() {
        if all.contains(contract.name) {
            all.extend(contract.made_from.tables.iter().map(|upstream| upstream.table.name));
        }
    }
    all
}

/// The feeds whose raw files bring a table's rows, as far as no day of another table says so.
pub fn feeds_behind(contract: &Contract) -> BTreeSet<Feed> {
    if !contract.made_from.feeds.is_empty() {
        return contract.made_from.feeds.iter().copied().collect();
    }
    let tables = contract.made_from.tables.iter().map(|upstream| upstream.table);
    let received = tables.filter(|table| table.partition == Partition::Received);
    received.flat_map(|table| table.made_from.feeds).copied().collect()
}

/// Which changes of this run explain that what a file is made from is not what it was. `day` is that
/// of the file; `None` where its table has no days.
///
/// What is close is said first: changes within the days that the rows are counted over, and only
/// where there are none those of any day before, and at last the raw files.
pub fn upstream_causes(changes: &Changes, contract: &Contract, day: Option<Day>) -> BTreeSet<Cause> {
    let mut causes = day.map(|day| within_window(changes, contract, day)).unwrap_or_default();
    if causes.is_empty() {
        causes = in_history(changes, contract, day);
    }
    if causes.is_empty() {
        causes.extend(changes.causes_of(&feeds_behind(contract)));
    }
    causes
}

/// The changes within the days of which a row of the day is made.
fn within_window(changes: &Changes, contract: &Contract, day: Day) -> BTreeSet<Cause> {
    let mut causes = BTreeSet::new();
    for upstream in contract.made_from.tables {
        let first = match upstream.days {
            Lookback::Day => day,
            Lookback::Window => window::first_day(day),
            Lookback::History => continue,
        };
        if is_noted(upstream.table) {
            causes.extend(changes.within(upstream.table.name, Some(first), Some(day)));
        } else {
            causes.extend(first.to(day).flat_map(|day| within_window(changes, upstream.table, day)));
        }
    }
    causes
}

/// The changes of any day up to the last one that the table looks back on without end: first what
/// the tables do that it adds to, then what it does itself.
fn in_history(changes: &Changes, contract: &Contract, last: Option<Day>) -> BTreeSet<Cause> {
    let is_looked_back_on = |days: Lookback| days == Lookback::History;
    let of_same_day = contract
        .made_from
        .tables
        .iter()
        .filter(|upstream| !is_looked_back_on(upstream.days));
    let not_noted = of_same_day.map(|upstream| upstream.table).filter(|table| !is_noted(table));
    let causes: BTreeSet<Cause> = not_noted.flat_map(|table| in_history(changes, table, last)).collect();
    if !causes.is_empty() {
        return causes;
    }
    let looked_back_on = contract.made_from.tables.iter().filter(|upstream| is_looked_back_on(upstream.days));
    let of_table = |table: &Contract| -> BTreeSet<Cause> {
        if is_noted(table) {
            changes.within(table.name, None, last).collect()
        } else {
            in_history(changes, table, last)
        }
    };
    looked_back_on.flat_map(|upstream| of_table(upstream.table)).collect()
}

fn is_noted(contract: &Contract) -> bool {
    NOTED.iter().any(|noted| noted.name == contract.name)
}
