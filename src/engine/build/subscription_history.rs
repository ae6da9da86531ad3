//! Reads all snapshots of subscriptions, and the days of the lists of users, from the `received=` partitions, and caches them in a compact
//! form. The cache is used where its partitions are unchanged and no new file adds to a snapshot that is
//! in it. Otherwise everything is read again.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::engine::cache::entry::Entry;
use crate::engine::cache::partition_set::{Partitions, rows_of};
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::licenses::snapshot_history::{CachedSnapshots, SnapshotHistory};
use crate::stages::received::snapshots::{SNAPSHOTS, SnapshotFile};
use crate::stages::received::subscription_snapshots::{SUBSCRIPTION_SNAPSHOTS, SnapshotSubscription};
use crate::warehouse::contract::Place;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file::CacheFile;

/// All snapshots, with the partitions that they were folded from.
const FILE: CacheFile<Entry<CachedSnapshots, Partitions>> = CacheFile::new("subscriptions", 6);
/// How many days of partitions are in memory at once while they are folded.
const DAYS_AT_ONCE: usize = 16;

/// All snapshots out of the tables, and nothing out of the cache.
pub fn read(store: &Store, state: &State) -> Result<SnapshotHistory, EngineError> {
    let now = partitions(state);
    // Where files of one snapshot came in on several days, all of them are to be there at once.
    for days_at_once in [DAYS_AT_ONCE, usize::MAX] {
        let mut taken = SnapshotHistory::default();
        if add(&mut taken, store, &Partitions::default(), &now, days_at_once)? {
            return Ok(taken);
        }
    }
    Ok(SnapshotHistory::default())
}

/// The same out of what an earlier run cached and what came in since; cached for the next run.
pub fn bring_up_to_date(store: &Store, state: &State) -> Result<SnapshotHistory, EngineError> {
    let now = partitions(state);
    let cached = FILE.load(store).map(Entry::into_parts);
    let known = cached.filter(|(made_from, _)| made_from.are_part_of(&now));
    let known = known.and_then(|(made_from, cached)| Some((made_from, SnapshotHistory::from_cached(cached)?)));
    let taken = match known {
        Some((made_from, taken)) if made_from == now => return Ok(taken),
        Some((made_from, mut taken)) => match add(&mut taken, store, &made_from, &now, DAYS_AT_ONCE)? {
            true => taken,
            false => read(store, state)?,
        },
        None => read(store, state)?,
    };
    FILE.save(store, &Entry::new(now, taken.to_cached()))?;
    Ok(taken)
}

fn partitions(state: &State) -> Partitions {
    Partitions::of(state, &[(&SNAPSHOTS, 0), (&SUBSCRIPTION_SNAPSHOTS, 0)])
}

/// Takes in the partitions that are there now and were not before, some days of them at once; says
/// whether that was possible.
fn add(
    taken: &mut SnapshotHistory,
    store: &Store,
    before: &Partitions,
    now: &Partitions,
    days_at_once: usize,
) -> Result<bool, EngineError> {
    let files = before.new_places(now, &SNAPSHOTS, 0);
    let rows = before.new_places(now, &SUBSCRIPTION_SNAPSHOTS, 0);
    let days: BTreeSet<Option<Day>> = files.iter().chain(&rows).map(|(day, _)| *day).collect();
    let days: Vec<Option<Day>> = days.into_iter().collect();
    for some in days.chunks(days_at_once) {
        let of_these = |places: &[Place]| -> Vec<Place> { places.iter().filter(|(day, _)| some.contains(day)).copied().collect() };
        let files = rows_of(store, of_these(&files), |_: &SnapshotFile| true)?;
        let rows = rows_of(store, of_these(&rows), |_: &SnapshotSubscription| true)?;
        if !taken.add(&files, rows) {
            return Ok(false);
        }
    }
    Ok(true)
}
