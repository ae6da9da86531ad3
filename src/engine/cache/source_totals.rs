//! What the partitions of `raw_files` come to, as far as most of a run needs it: a year of them has
//! a row for every raw file that ever was, and all but the last few days say what they said the
//! night before. A summary is true as long as the partition's file has the digest that it was made
//! from; the cache keeps it, and without the cache it is made again.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::warehouse::contract::Place;
use crate::warehouse::store::Store;

/// What one partition says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RawSummary {
    /// Of the partition's file.
    digest: Digest,
    /// Its sources by their ids.
    pub sources: BTreeMap<String, OfSource>,
}

/// What it says of the files of one source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OfSource {
    /// Rows by the day that the path names, of the files whose path names one.
    rows: BTreeMap<i32, i64>,
    /// The latest day that a row is about or a path names.
    latest: Option<i32>,
}

/// Summaries by partition.
pub type Summaries = BTreeMap<i32, RawSummary>;

impl OfSource {
    /// Rows by the day that the path names.
    pub fn rows(&self) -> impl Iterator<Item = (Day, i64)> {
        self.rows.iter().map(|(day, rows)| (Day(*day), *rows))
    }

    /// The latest day that a row is about or a path names.
    pub fn latest(&self) -> Option<Day> {
        self.latest.map(Day)
    }
}

impl RawSummary {
    /// Of the rows of a partition's file; `digest` is that of the file.
    pub fn of(digest: Digest, rows: &[RawFile]) -> RawSummary {
        let mut sources: BTreeMap<String, OfSource> = BTreeMap::new();
        for row in rows {
            let known = match sources.get_mut(&row.source) {
                Some(known) => known,
                None => sources.entry(row.source.clone()).or_default(),
            };
            if let Some(day) = row.day_of_receipt() {
                *known.rows.entry(day.0).or_default() += row.rows;
            }
            known.latest = known.latest.max(row.last_day.max(row.day_of_receipt()).map(|day| day.0));
        }
        RawSummary { digest, sources }
    }
}

/// Brings the summaries of these partitions up to date, and forgets those of partitions that are no
/// more.
pub fn refresh(store: &Store, state: &State, known: &mut Summaries, places: &[Place]) -> Result<(), EngineError> {
    let key = |place: &Place| place.0.map_or(0, |day| day.0);
    let there: BTreeSet<i32> = state.table(&RAW_FILES).keys().map(key).collect();
    known.retain(|day, _| there.contains(day));
    let is_true = |place: &&Place| {
        let digest = state.digest(&RAW_FILES, **place);
        known.get(&key(place)).is_none_or(|summary| summary.digest != digest)
    };
    let other: Vec<&Place> = places.iter().filter(is_true).collect();
    let made: Vec<(i32, RawSummary)> = other
        .into_par_iter()
        .map(|place| Ok::<_, EngineError>((key(place), RawSummary::of(state.digest(&RAW_FILES, *place), &store.rows(*place)?))))
        .collect::<Result<_, _>>()?;
    known.extend(made);
    Ok(())
}

/// The earliest day that the path of a raw file names, also of files that are gone.
pub fn earliest_path_day(store: &Store, state: &State, known: &mut Summaries) -> Result<Option<Day>, EngineError> {
    let places: Vec<Place> = state.table(&RAW_FILES).keys().copied().collect();
    refresh(store, state, known, &places)?;
    let sources = known.values().flat_map(|summary| summary.sources.values());
    Ok(sources.filter_map(|source| source.rows.keys().next()).min().map(|day| Day(*day)))
}

/// The latest partitions of `raw_files`, the last one first.
pub fn latest(store: &Store, state: &State, known: &mut Summaries, most: usize) -> Result<Vec<RawSummary>, EngineError> {
    let places: Vec<Place> = state.table(&RAW_FILES).keys().rev().take(most).copied().collect();
    refresh(store, state, known, &places)?;
    let of = |place: &Place| known.get(&place.0.map_or(0, |day| day.0)).cloned();
    Ok(places.iter().filter_map(of).collect())
}
