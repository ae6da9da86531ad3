//! What follows from what tables are made from, as their contracts say: which tables are needed for
//! others, and which changes explain that a file is made again.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window;
use crate::engine::plan::causes::{Cause, Changes};
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::warehouse::contract::{Contract, Lookback, Partition, Upstream};

/// The tables of which a run notes on which days they changed. A change of any other table goes back
/// to one of these, or to raw files.
const NOTED: [&Contract; 7] = [
    &ACTIVITY_EVENTS,
    &ACTIVITY_COVERAGE,
    &ACTIVITY_DAILY,
    &ACTIVITY_BEFORE,
    &ASSIGNMENTS,
    &ACCOUNT_STATES,
    &SUBSCRIPTIONS,
];

/// The name under which changes of what is out of scope are noted. It is no table: what customers
/// and products are excepted follows from settings and customer lists.
pub const EXCEPTIONS: &str = "exceptions";

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
    if contract.made_from.settings_by_effect.contains(&SettingsGroup::Exceptions) {
        causes.extend(changes.within(EXCEPTIONS, Some(day), Some(day)));
    }
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

/// The changes of any day up to the last one, of tables that are looked back on without end: first
/// by what the table is made from on the same day, then by itself.
fn in_history(changes: &Changes, contract: &Contract, last: Option<Day>) -> BTreeSet<Cause> {
    let (history, near): (Vec<&Upstream>, Vec<&Upstream>) = contract
        .made_from
        .tables
        .iter()
        .partition(|upstream| upstream.days == Lookback::History);
    let not_noted = near.into_iter().filter(|upstream| !is_noted(upstream.table));
    let inherited: BTreeSet<Cause> = not_noted.flat_map(|upstream| in_history(changes, upstream.table, last)).collect();
    if !inherited.is_empty() {
        return inherited;
    }
    let changes_of = |table: &'static Contract| -> BTreeSet<Cause> {
        if is_noted(table) {
            changes.within(table.name, None, last).collect()
        } else {
            in_history(changes, table, last)
        }
    };
    history.into_iter().flat_map(|upstream| changes_of(upstream.table)).collect()
}

fn is_noted(contract: &Contract) -> bool {
    NOTED.iter().any(|noted| noted.name == contract.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::causes::FilesRead;
    use crate::stages::measures::adoption::ADOPTION;
    use crate::stages::measures::usage::USAGE;
    use crate::stages::next_steps::NEXT_STEPS;

    fn changed(days: &[(&Contract, i32)]) -> Changes {
        let mut changes = Changes::default();
        days.iter()
            .for_each(|(table, day)| changes.note(table.name, Day(*day), String::new()));
        changes
    }

    fn causes(changes: &Changes, contract: &Contract) -> Vec<Cause> {
        upstream_causes(changes, contract, Some(Day(100))).into_iter().collect()
    }

    #[test]
    fn a_change_within_the_window_is_the_cause_and_else_one_of_long_ago() {
        let (daily, coverage) = ((&ACTIVITY_DAILY, 73), (&ACTIVITY_COVERAGE, 10));
        let of_daily = [Cause::Upstream(ACTIVITY_DAILY.name, Day(73))];
        let of_coverage = [Cause::Upstream(ACTIVITY_COVERAGE.name, Day(10))];
        assert_eq!(causes(&changed(&[daily, coverage]), &ADOPTION), of_daily);
        assert_eq!(causes(&changed(&[daily, coverage]), &NEXT_STEPS), of_daily);
        assert_eq!(causes(&changed(&[coverage]), &ADOPTION), of_coverage);
        assert_eq!(causes(&changed(&[coverage]), &USAGE), [Cause::Earlier]);
        // The day before the window, and the day after.
        assert_eq!(
            causes(&changed(&[(&ACTIVITY_DAILY, 72), (&ACTIVITY_DAILY, 101)]), &USAGE),
            [Cause::Earlier]
        );
    }

    #[test]
    fn what_is_out_of_scope_on_a_day_is_a_cause_of_that_day_for_what_reads_it() {
        let mut changes = Changes::default();
        for day in [99, 100] {
            changes.note(EXCEPTIONS, Day(day), String::new());
        }
        for table in [&ADOPTION, &NEXT_STEPS] {
            assert_eq!(causes(&changes, table), [Cause::Upstream(EXCEPTIONS, Day(100))]);
        }
        assert_eq!(causes(&changes, &USAGE), [Cause::Earlier]);
    }

    #[test]
    fn next_steps_look_back_on_what_they_are_made_from_without_end() {
        let of = |table: &'static Contract| causes(&changed(&[(table, 10), (table, 101)]), &NEXT_STEPS);
        for table in [&ACTIVITY_DAILY, &ACTIVITY_BEFORE, &ASSIGNMENTS, &SUBSCRIPTIONS] {
            assert_eq!(of(table), [Cause::Upstream(table.name, Day(10))]);
        }
        // Subscriptions of the day are read, those of other days of the window only looked back on.
        let both = changed(&[(&SUBSCRIPTIONS, 100), (&SUBSCRIPTIONS, 99)]);
        assert_eq!(causes(&both, &NEXT_STEPS), [Cause::Upstream(SUBSCRIPTIONS.name, Day(100))]);
    }

    #[test]
    fn raw_files_are_the_cause_where_no_day_of_a_table_is() {
        let mut changes = Changes::default();
        for feed in Feed::ALL {
            changes.note_files(*feed, Day(50), FilesRead::default());
        }
        let files = |feeds: &[Feed]| -> Vec<Cause> { feeds.iter().map(|feed| Cause::Files(*feed, Day(50))).collect() };
        assert_eq!(causes(&changes, &SUBSCRIPTIONS), files(&[Feed::Subscriptions]));
        assert_eq!(causes(&changes, &NEXT_STEPS), files(&[Feed::SupportRequests]));
        assert_eq!(causes(&changes, &ADOPTION), files(&[Feed::Customers]), "a list says who left");
        assert_eq!(causes(&changes, &USAGE), [Cause::Earlier]);
        let of_assignments: Vec<Cause> = upstream_causes(&changes, &ASSIGNMENTS, None).into_iter().collect();
        assert_eq!(of_assignments, files(&[Feed::LicenseChanges, Feed::LicenseHoldings]));
        let names = [Feed::Activity, Feed::LicenseChanges, Feed::LicenseHoldings];
        assert_eq!(feeds_behind(&ACTIVITY_COVERAGE), BTreeSet::from(names));
    }

    #[test]
    fn a_table_that_is_asked_for_brings_along_what_it_is_made_from() {
        let portfolio = with_upstream(&BTreeSet::from(["portfolio"]));
        assert!(portfolio.contains("activity_events") && portfolio.contains("subscription_snapshots"));
        assert!(portfolio.contains("customers") && !portfolio.contains("next_steps"));
        let usage = with_upstream(&BTreeSet::from(["usage"]));
        assert!(!usage.contains("customers"));
    }
}
