//! What the partitions of `raw_files` come to, source by source, as far as most of a run needs it.
//! A year of them has a row for every raw file that ever was, and all but the last few days say
//! what they said the night before: so the totals are cached, each made from its partition's file.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::engine::cache::entry::Entries;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::warehouse::contract::Place;
use crate::warehouse::store::Store;

/// What one partition says of each source, by the source's id.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PartitionTotals {
    pub sources: BTreeMap<String, SourceTotals>,
}

/// What a partition says of the files of one source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SourceTotals {
    /// Rows by the day that the path names, of the files whose path names one.
    pub rows: BTreeMap<Day, i64>,
    /// The latest day that a row is about or a path names.
    pub latest: Option<Day>,
}

/// The totals by the partition's day.
pub type CachedTotals = Entries<Option<Day>, PartitionTotals>;

impl PartitionTotals {
    /// Of the rows of a partition's file.
    pub fn of(rows: &[RawFile]) -> PartitionTotals {
        let mut sources: BTreeMap<String, SourceTotals> = BTreeMap::new();
        for row in rows {
            let known = match sources.get_mut(&row.source) {
                Some(known) => known,
                None => sources.entry(row.source.clone()).or_default(),
            };
            if let Some(day) = row.day_of_receipt() {
                *known.rows.entry(day).or_default() += row.rows;
            }
            known.latest = known.latest.max(row.last_day.max(row.day_of_receipt()));
        }
        PartitionTotals { sources }
    }
}

/// Brings the totals of these partitions up to date, and forgets those of partitions that are no
/// more.
fn bring_up_to_date(store: &Store, state: &State, cached: &mut CachedTotals, places: &[Place]) -> Result<(), EngineError> {
    let there: BTreeSet<Option<Day>> = state.table(&RAW_FILES).keys().map(|(day, _)| *day).collect();
    cached.retain(|day| there.contains(day));
    let made_from = |place: &Place| state.digest(&RAW_FILES, *place);
    let stale = places.iter().filter(|place| !cached.is_true_for(&place.0, made_from(place)));
    let stale: Vec<&Place> = stale.collect();
    let totals = |place: &&Place| Ok::<_, EngineError>(PartitionTotals::of(&store.rows(**place)?));
    let made: Vec<PartitionTotals> = stale.par_iter().map(totals).collect::<Result<_, _>>()?;
    for (place, totals) in stale.into_iter().zip(made) {
        cached.put(place.0, made_from(place), totals);
    }
    Ok(())
}

/// The earliest day that the path of a raw file names, also of files that are gone.
pub fn earliest_path_day(store: &Store, state: &State, cached: &mut CachedTotals) -> Result<Option<Day>, EngineError> {
    let places: Vec<Place> = state.table(&RAW_FILES).keys().copied().collect();
    bring_up_to_date(store, state, cached, &places)?;
    let sources = cached.values().flat_map(|totals| totals.sources.values());
    Ok(sources.filter_map(|source| source.rows.keys().next()).min().copied())
}

/// The latest partitions of `raw_files`, the last one first.
pub fn latest(store: &Store, state: &State, cached: &mut CachedTotals, most: usize) -> Result<Vec<PartitionTotals>, EngineError> {
    let places: Vec<Place> = state.table(&RAW_FILES).keys().rev().take(most).copied().collect();
    bring_up_to_date(store, state, cached, &places)?;
    let totals = |place: &Place| cached.get(&place.0, state.digest(&RAW_FILES, *place)).cloned();
    Ok(places.iter().filter_map(totals).collect())
}
