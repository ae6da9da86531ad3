//! How far the sources have come and what the tables have at the end of a run: what a person looks
//! for first, and a monitor every night. Nothing is decided by it.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::engine::cache::source_totals;
use crate::engine::cache::source_totals::CachedTotals;
use crate::engine::context::{RunContext, RunState};
use crate::engine::error::EngineError;
use crate::engine::health::lateness::lag_days;
use crate::engine::report::{Extent, Freshness};
use crate::engine::state::State;
use crate::pipeline::source::Source;
use crate::stages;
use crate::warehouse::store::Store;

/// How many `received=` partitions are looked through for the latest event of a source whose paths
/// have no day.
const PARTITIONS_LOOKED_AT: usize = 60;

/// Fills in how far each source has come, seen from the last day of the tables, and what the tables
/// have. Customer lists have no days and are left out.
pub fn fill_in(run: &RunContext<'_>, so_far: &mut RunState) -> Result<(), EngineError> {
    let RunState { state, cache, report, .. } = so_far;
    let in_paths: Vec<Option<Day>> = report
        .sources
        .iter()
        .map(|source| Day::parse(source.latest_day.as_deref()?))
        .collect();
    let dated = || {
        let sources = run.settings.sources.iter().zip(&in_paths);
        sources.filter(|(source, _)| source.feed != Feed::Customers)
    };
    let by_event = if dated().all(|(_, latest)| latest.is_some()) {
        BTreeMap::new()
    } else {
        latest_events(run.store, state, &mut cache.source_totals)?
    };
    let of_source = |(source, in_paths): (&Source, &Option<Day>)| {
        let latest = in_paths.or_else(|| by_event.get(&source.id).copied());
        Freshness {
            source: source.name.clone(),
            feed: source.feed.name(),
            latest_day: latest.map(|day| day.to_string()),
            lag_days: latest.map(|latest| lag_days(latest, run.request.last)),
        }
    };
    report.freshness = dated().map(of_source).collect();
    report.extents = extents(state);
    Ok(())
}

/// The latest day that a row of each source is about, in the partitions received last.
fn latest_events(store: &Store, state: &State, known: &mut CachedTotals) -> Result<BTreeMap<String, Day>, EngineError> {
    let mut latest: BTreeMap<String, Day> = BTreeMap::new();
    for totals in source_totals::latest(store, state, known, PARTITIONS_LOOKED_AT)? {
        for (source, found) in totals.sources {
            if let Some(day) = found.latest {
                let known = latest.entry(source).or_insert(day);
                *known = day.max(*known);
            }
        }
    }
    Ok(latest)
}

/// What every table has, in the order in which they are made.
fn extents(state: &State) -> Vec<Extent> {
    let extent = |contract: &&'static crate::warehouse::contract::Contract| {
        let files = state.table(contract);
        let days = || files.keys().filter_map(|(day, _)| *day);
        Extent {
            table: contract.name,
            files: files.len() as u64,
            rows: files.values().map(|footer| footer.rows).sum(),
            first_day: days().min().map(|day| day.to_string()),
            last_day: days().max().map(|day| day.to_string()),
        }
    };
    stages::TABLES.iter().map(extent).collect()
}
