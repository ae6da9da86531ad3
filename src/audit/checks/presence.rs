//! Checks that no file is missing: every table has a file for each of its days and shards. The days
//! come from its files, from the events, and from the record of the last run (`run.json`), so that
//! a missing first or last day is noticed, too.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::findings::{Finding, FindingKind};
use crate::domain::day::Day;
use crate::domain::window;
use crate::domain::words::counted;
use crate::engine::ingest::partition_files::{NO_DAY, belongs};
use crate::engine::plan::day_range::Range;
use crate::engine::publish::cross_checks::day_tables;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::manifest::{RunRecord, TableRecord};
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::ACTIVITY_BEFORE;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::warehouse::contract::{Contract, Partition, Place};
use crate::warehouse::store::Store;
use crate::warehouse::store::listing::{Broken, Fault as Unusable};

/// What the last run recorded about a table.
#[derive(Clone, Copy)]
struct RecordedTable {
    files: u64,
    last_day: Option<Day>,
}

/// What `run.json` says about each table.
pub struct RecordedTables(BTreeMap<String, RecordedTable>);

impl RecordedTables {
    /// Reads them. Days after `last`, the last day of the tables, do not count.
    pub fn of(run: Option<&RunRecord>, last: Option<Day>) -> RecordedTables {
        let noted = |table: &TableRecord| {
            let last_day = table.last_day.map(|day| last.map_or(day, |last| last.min(day)));
            let noted = RecordedTable {
                files: table.files,
                last_day,
            };
            (table.table.clone(), noted)
        };
        RecordedTables(run.into_iter().flat_map(|run| &run.warehouse).map(noted).collect())
    }

    /// Returns the last day that a table should have: the one that was recorded, or a later one
    /// that has come since. Without a record it is the last day of any table.
    fn last_day(&self, state: &State, contract: &Contract, of_all: Option<Day>) -> Option<Day> {
        let found = state.table(contract).keys().filter_map(|(day, _)| *day).max();
        match self.0.get(contract.name) {
            Some(noted) => found.max(noted.last_day),
            None => of_all,
        }
    }

    /// Returns whether the table should have any file: it has or had some, or there is no record.
    fn is_made(&self, state: &State, contract: &Contract) -> bool {
        let noted = self.0.get(contract.name).map(|noted| noted.files);
        !state.table(contract).is_empty() || noted != Some(0)
    }

    /// Returns the last day of any table that is partitioned by day.
    pub fn last_of_all(&self, state: &State) -> Option<Day> {
        day_tables()
            .filter_map(|contract| self.last_day(state, contract, None).or_else(|| found(state, contract)))
            .max()
    }
}

fn found(state: &State, contract: &Contract) -> Option<Day> {
    state.table(contract).keys().filter_map(|(day, _)| *day).max()
}

/// Reports missing files and returns them.
pub fn check(
    settings: &Settings,
    store: &Store,
    state: &State,
    notes: &RecordedTables,
    range: Option<Range>,
) -> (Vec<Finding>, Vec<(&'static str, Place)>) {
    let (mut faults, mut all_missing) = (Vec::new(), Vec::new());
    for contract in stages::TABLES {
        let missing: Vec<Place> = places(settings, state, contract, range, notes)
            .into_iter()
            .filter(|place| state.footer(contract, *place).is_none())
            .collect();
        let files = state.table(contract).len() as u64;
        match notes.0.get(contract.name) {
            Some(noted) if missing.is_empty() && files < noted.files => faults.push(Finding {
                kind: FindingKind::Missing,
                table: Some(contract.name),
                day: None,
                file: None,
                what: format!("it had {} after the last run, and now it has {files}", counted(noted.files, "file")),
            }),
            _ => {}
        }
        let fault = |place| Finding::of_file(FindingKind::Missing, store, contract, place, "it is not there");
        all_missing.extend(missing.iter().map(|place| (contract.name, *place)));
        faults.extend(missing.into_iter().map(fault));
    }
    (faults, all_missing)
}

/// Returns the files that a table should have.
fn places(settings: &Settings, state: &State, contract: &Contract, range: Option<Range>, notes: &RecordedTables) -> BTreeSet<Place> {
    let of_days = |days: BTreeSet<Option<Day>>| -> BTreeSet<Place> {
        let shards = contract.files(u32::from(settings.shards));
        days.into_iter()
            .flat_map(|day| (0..shards).map(move |shard| (day, shard)))
            .collect()
    };
    match (contract.partition, range) {
        (Partition::Received, _) => {
            let received = stages::TABLES.iter().filter(|table| table.partition == Partition::Received);
            let days = received.flat_map(|table| state.table(table).keys().map(|(day, _)| *day));
            of_days(
                days.filter(|day| belongs(settings, state, contract, day.unwrap_or(NO_DAY)))
                    .collect(),
            )
        }
        // If nobody ever made the table, it has no files at all.
        (Partition::Whole, _) if notes.is_made(state, contract) => of_days(BTreeSet::from([None])),
        (Partition::Whole, _) | (Partition::Day, None) => BTreeSet::new(),
        (Partition::Day, Some(range)) => {
            let begin = Some(window::first_day(range.first));
            let before = event_places(state).filter(|(day, _)| *day < Some(range.first));
            if contract.name == ACTIVITY_BEFORE.name {
                return before.filter(|(day, _)| begin <= *day).collect();
            }
            let last = notes.last_day(state, contract, notes.last_of_all(state));
            let mut places = of_days(last.into_iter().flat_map(|last| range.first.to(last)).map(Some).collect());
            if contract.name == ACTIVITY_COVERAGE.name {
                places.extend(before);
            }
            places
        }
    }
}

/// Returns the days of events, each with the shards that have any.
fn event_places(state: &State) -> impl Iterator<Item = Place> {
    let events = state.table(&ACTIVITY_EVENTS).iter();
    events.flat_map(|((_, shard), footer)| footer.days.iter().map(|part| (Some(part.day()), *shard)))
}

/// Reports what stands in the place of a file and cannot be used.
pub fn unusable(store: &Store, state: &State) -> Vec<Finding> {
    let fault = |broken: &Broken| {
        let below = broken.path.strip_prefix(store.root()).unwrap_or(&broken.path);
        let table = below.iter().next().and_then(|name| stages::table(name.to_str()?));
        let what = match broken.fault {
            Unusable::Folder => "it is a folder in the place of a file",
            Unusable::Link => "it is a symbolic link in the place of a file",
            Unusable::Damaged => "it is cut short, or its footer cannot be read",
            Unusable::OlderVersion => "it was written by an older version of the program: a run makes it again",
            Unusable::OtherTable => "it belongs to another table",
        };
        let day = below
            .iter()
            .nth(1)
            .and_then(|folder| Day::parse(folder.to_str()?.split_once('=')?.1));
        Finding::of_path(
            FindingKind::Damaged,
            table.map_or("", |contract| contract.name),
            day,
            store.root(),
            &broken.path,
            what,
        )
    };
    state.broken.iter().map(fault).collect()
}
