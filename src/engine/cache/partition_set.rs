//! Which partitions a cached value was made from, so that a later run can tell whether it only has
//! to add what came in since; and the rows of partitions.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// Partitions that have rows, by table and day, each with a digest of what matters of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partitions(BTreeMap<(String, Day), Digest>);

impl Partitions {
    /// The partitions of some tables as they are, of each table in one of its files, by the digests
    /// of the files.
    pub fn of(state: &State, tables: &[(&Contract, u32)]) -> Partitions {
        let mut found = BTreeMap::new();
        for (contract, of) in tables {
            for ((day, _), footer) in state.table(contract).iter().filter(|((_, shard), _)| shard == of) {
                if let Some(day) = day.filter(|_| footer.rows > 0) {
                    found.insert((contract.name.to_owned(), day), footer.digest);
                }
            }
        }
        Partitions(found)
    }

    /// The days of a shard up to `last` on which customers have events, by the digests of the sets
    /// of these customers.
    pub fn covered(state: &State, shard: u32, last: Option<Day>) -> Partitions {
        let files = state.table(&ACTIVITY_COVERAGE).iter();
        let filled = files.filter(|((_, of), footer)| *of == shard && footer.rows > 0);
        let of_day = filled.filter_map(|((day, _), footer)| {
            let day = day.filter(|day| last.is_none_or(|last| *day <= last))?;
            let customers = footer.days.first().map(|part| part.digest).unwrap_or_default();
            Some(((ACTIVITY_COVERAGE.name.to_owned(), day), customers))
        });
        Partitions(of_day.collect())
    }

    /// Whether each of these is there as it is here.
    pub fn are_part_of(&self, now: &Partitions) -> bool {
        self.0.iter().all(|(partition, digest)| now.0.get(partition) == Some(digest))
    }

    /// The places of a table's file that are there and not here.
    pub fn new_places(&self, now: &Partitions, contract: &Contract, shard: u32) -> Vec<Place> {
        let new = now
            .0
            .keys()
            .filter(|partition| partition.0 == contract.name && !self.0.contains_key(*partition));
        new.map(|(_, day)| (Some(*day), shard)).collect()
    }
}

/// The rows of some files of a table that pass, in the order of the files.
pub fn rows_of<R: Row + Send>(store: &Store, places: Vec<Place>, wanted: impl Fn(&R) -> bool + Sync) -> Result<Vec<R>, EngineError> {
    let read = |place| {
        let mut rows = store.rows::<R>(place)?;
        rows.retain(&wanted);
        Ok(rows)
    };
    let parts: Vec<Vec<R>> = places.into_par_iter().map(read).collect::<Result<_, WarehouseError>>()?;
    Ok(parts.into_iter().flatten().collect())
}
