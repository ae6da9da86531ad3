//! How fresh the sources are and what the tables hold at the end of a run: what a person asks first
//! at night, and a monitor every night. Decides nothing.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::engine::cache::source_totals;
use crate::engine::cache::source_totals::CachedTotals;
use crate::engine::error::EngineError;
use crate::engine::health::lateness::lag_days;
use crate::engine::report::{Extent, Freshness};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages;
use crate::warehouse::store::Store;

/// How many `received=` partitions are looked through for the latest event of a source whose paths
/// have no day.
const PARTITIONS_LOOKED_AT: usize = 60;

/// How far each source has come, seen from the last day of the tables. `in_paths` gives the latest
/// day in a source's paths. Customer lists have no days and are left out.
pub fn freshness(
    settings: &Settings,
    (store, state, known): (&Store, &State, &mut CachedTotals),
    in_paths: &dyn Fn(&str) -> Option<Day>,
    last: Day,
) -> Result<Vec<Freshness>, EngineError> {
    let dated = || settings.sources.iter().filter(|source| source.feed != Feed::Customers);
    let by_event = if dated().all(|source| in_paths(&source.id).is_some()) {
        BTreeMap::new()
    } else {
        latest_events(store, state, known)?
    };
    Ok(dated()
        .map(|source| {
            let latest = in_paths(&source.id).or_else(|| by_event.get(&source.id).copied());
            Freshness {
                source: source.name.clone(),
                feed: source.feed.name(),
                latest_day: latest.map(|day| day.to_string()),
                lag_days: latest.map(|latest| lag_days(latest, last)),
            }
        })
        .collect())
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

/// What every table holds, in the order in which they are made.
pub fn extents(state: &State) -> Vec<Extent> {
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
