//! Checks what the files were made from: compares the fingerprint in each footer with the one that
//! the file would have today. They differ if a file was put in the place of another, or if it is
//! older than what it is made from.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::findings::{Finding, FindingKind};
use crate::domain::digest::Fingerprint;
use crate::domain::window;
use crate::domain::words::counted;
use crate::engine::build::expected::Expected;
use crate::engine::state::State;
use crate::stages;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::activity::first_activity::FIRST_ACTIVITY;
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::measures::spend::SPEND;
use crate::stages::measures::usage::USAGE;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;
use crate::stages::next_steps::NEXT_STEPS;
use crate::stages::received::raw_files::RAW_FILES;
use crate::warehouse::contract::{Contract, Partition, Place};
use crate::warehouse::store::Store;

/// The tables that look back on windows.
const WINDOWS: [&str; 7] = [
    ACTIVITY_28D.name,
    USAGE.name,
    ADOPTION.name,
    WORKLOAD_ADOPTION.name,
    CUSTOMER_ADOPTION.name,
    SPEND.name,
    NEXT_STEPS.name,
];

/// The result.
#[derive(Default)]
pub struct Origins {
    pub faults: Vec<Finding>,
    pub warnings: Vec<String>,
    /// Files that are not what would be made today.
    pub stale: BTreeSet<(&'static str, Place)>,
}

impl Origins {
    /// Returns whether a table that others are made from has a stale file. Then a second
    /// computation would differ from the tables, although neither is wrong.
    pub fn is_behind(&self) -> bool {
        let is_made_last = |table: &str| WINDOWS.contains(&table) || [PORTFOLIO.name, FIRST_ACTIVITY.name].contains(&table);
        self.stale.iter().any(|(table, _)| !is_made_last(table))
    }
}

/// Compares the footers with the expected fingerprints. Files that are made from `broken` files
/// (missing or damaged) are not reported. If the last run left work to the next one (`waiting`), a
/// stale file is not a finding.
pub fn check(store: &Store, state: &State, expected: &Expected, broken: &BTreeSet<(&'static str, Place)>, waiting: bool) -> Origins {
    let mut origins = Origins::default();
    for contract in stages::TABLES {
        let Some(prints) = expected.get(contract.name) else { continue };
        let mut other_settings = 0_u64;
        let mut left = 0_u64;
        for (place, print) in prints {
            let Some(found) = state.fingerprint(contract, *place).filter(|found| found != print) else {
                continue;
            };
            origins.stale.insert((contract.name, *place));
            if found.settings != print.settings {
                other_settings += 1;
            } else if let Some(twin) = twin(prints, *place, found) {
                let what = format!("it was made as the file of {}", named(twin));
                origins
                    .faults
                    .push(Finding::of_file(FindingKind::Origin, store, contract, *place, what));
            } else if waiting {
                left += 1;
            } else if !is_excused(contract, *place, broken) {
                let what = "it is not made from what the warehouse and the pipeline file say now: a run makes it again";
                origins
                    .faults
                    .push(Finding::of_file(FindingKind::Origin, store, contract, *place, what));
            }
        }
        if other_settings > 0 {
            origins.warnings.push(format!(
                "`{}`: {} of other settings; the next run makes them again",
                contract.name,
                counted(other_settings, "file")
            ));
        }
        if left > 0 {
            origins
                .warnings
                .push(format!("`{}`: {} left for the next run", contract.name, counted(left, "file")));
        }
    }
    origins
}

/// Returns the other place of the table to which a fingerprint belongs, if there is exactly one.
fn twin(prints: &BTreeMap<Place, Fingerprint>, place: Place, found: Fingerprint) -> Option<Place> {
    let mut of = prints.iter().filter(|(other, print)| **other != place && **print == found);
    of.next().map(|(place, _)| *place)
}

fn named((day, shard): Place) -> String {
    match day {
        Some(day) => format!("{day}, shard {shard}"),
        None => format!("shard {shard}"),
    }
}

/// Returns whether something that the file is made from is missing or damaged.
fn is_excused(contract: &Contract, (day, shard): Place, broken: &BTreeSet<(&'static str, Place)>) -> bool {
    let any_of = |tables: &[&str]| broken.iter().any(|(table, _)| tables.contains(table));
    let of_shard = |table: &'static str, day| broken.contains(&(table, (Some(day), shard)));
    let received = |table: &&str| stages::table(table).is_some_and(|contract| contract.partition == Partition::Received);
    if contract.partition == Partition::Received {
        return broken.contains(&(RAW_FILES.name, (day, 0)));
    }
    let any_facts = || any_of(&[ACTIVITY_DAILY.name, ACTIVITY_BEFORE.name, FIRST_ACTIVITY.name]);
    let Some(day) = day else {
        return broken.iter().any(|(table, _)| received(table)) || (contract.name == FIRST_ACTIVITY.name && any_facts());
    };
    if contract.name == PORTFOLIO.name {
        let is_summed = |table: &str| PORTFOLIO.made_from.tables.iter().any(|upstream| upstream.table.name == table);
        return broken.iter().any(|(table, (of, _))| is_summed(table) && *of == Some(day));
    }
    if WINDOWS.contains(&contract.name) || contract.name == SUBSCRIPTIONS.name {
        let in_window = |table: &str| {
            broken
                .iter()
                .any(|(of, (at, _))| *of == table && *at >= Some(window::first_day(day)) && *at <= Some(day))
        };
        return any_of(&[ASSIGNMENTS.name])
            || broken.iter().any(|(table, _)| received(table))
            || [ACTIVITY_DAILY.name, ACTIVITY_BEFORE.name, ACTIVITY_COVERAGE.name]
                .into_iter()
                .any(in_window)
            || ([ADOPTION.name, SPEND.name, NEXT_STEPS.name].contains(&contract.name)
                && any_of(&[ACTIVITY_COVERAGE.name, ACCOUNT_STATES.name]))
            || (contract.name == NEXT_STEPS.name && any_facts());
    }
    of_shard(ACTIVITY_COVERAGE.name, day) || broken.iter().any(|(table, _)| received(table))
}
