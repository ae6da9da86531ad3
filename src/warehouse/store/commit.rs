//! Files that take their places together: all files of one partition.
//!
//! A single rename is atomic, several are not. A run that ended between two of them would leave a
//! partition of which one half says something else than the other; and where the number of shards
//! changes, rows would be in no file at all. So the files are finished in the staging folder first.
//! Then a list of the renames is written to `.uptake/commits`, the renames are done, and the list
//! is removed. Whoever takes the lock next completes what a list says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::describe;
use crate::warehouse::store::Store;

/// The folder of the lists, in the one for what is not a table.
const COMMITS: &str = "commits";

/// A file that is finished and waits in the staging folder for its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Staged {
    /// Its name in the staging folder.
    unfinished: String,
    /// Its place below the warehouse.
    below: PathBuf,
}

/// What is to be done to a partition, all of it or nothing.
#[derive(Default, Serialize, Deserialize)]
pub struct Commit {
    files: Vec<Staged>,
    /// Files of shards that are no more.
    removed: Vec<PathBuf>,
}

impl Staged {
    pub(super) fn new(unfinished: &Path, below: PathBuf) -> Staged {
        let name = unfinished.file_name().unwrap_or_default();
        Staged {
            unfinished: name.to_string_lossy().into_owned(),
            below,
        }
    }
}

impl Commit {
    /// Adds a file. Files take their places in the order in which they are added.
    pub fn put(&mut self, staged: Staged) {
        self.files.push(staged);
    }

    /// Adds the removal of a file.
    pub fn remove(&mut self, contract: &Contract, place: Place) {
        self.removed.push(Store::below(contract, place));
    }
}

impl Store {
    /// Puts all files of a commit into their places. `received` names the partition.
    pub fn commit(&self, received: Day, commit: &Commit) -> Result<(), WarehouseError> {
        // A rehearsal writes for nobody but itself.
        if self.is_rehearsal() {
            return self.carry_out(commit);
        }
        let bytes = serde_json::to_vec(commit).map_err(|error| WarehouseError::Contract(error.to_string()))?;
        self.create_folder(&self.commits())?;
        let name = format!("{COMMITS}/received={received}.json");
        self.replace_private(&name, &bytes)?;
        let list = self.private().join(name);
        self.carry_out(commit)?;
        self.disk().remove_file(&list).map_err(WarehouseError::store("remove", &list))
    }

    /// Completes what a run that died has begun to commit. Its files are still in the staging
    /// folder.
    pub(super) fn complete_commits(&self) -> Result<(), WarehouseError> {
        let folder = self.commits();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(WarehouseError::store("list", &folder)(error)),
        };
        for entry in entries {
            let list = entry.map_err(WarehouseError::store("list", &folder))?.path();
            let bytes = fs::read(&list).map_err(WarehouseError::store("read", &list))?;
            // Only a loss of power can have cut the list, or one of its files. Then nothing more is
            // done: what stands in the partition has all rows still, or is found by its footers to
            // be of two kinds.
            if let Ok(commit) = serde_json::from_slice::<Commit>(&bytes)
                && self.is_whole(&commit)?
            {
                self.carry_out(&commit)?;
            }
            self.disk().remove_file(&list).map_err(WarehouseError::store("remove", &list))?;
        }
        Ok(())
    }

    /// Whether all files that still wait have their bytes.
    fn is_whole(&self, commit: &Commit) -> Result<bool, WarehouseError> {
        for staged in &commit.files {
            let unfinished = self.staging().join(&staged.unfinished);
            if unfinished.exists() && describe(&unfinished)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Does what is not done yet: a file that is not in the staging folder any more is in its
    /// place.
    fn carry_out(&self, commit: &Commit) -> Result<(), WarehouseError> {
        for staged in &commit.files {
            let unfinished = self.staging().join(&staged.unfinished);
            let path = self.writes_to().join(&staged.below);
            if unfinished.exists() {
                if let Some(folder) = path.parent() {
                    self.create_folder(folder)?;
                }
                self.put_into_place(&unfinished, &path)?;
            }
        }
        if self.is_rehearsal() {
            return Ok(());
        }
        for below in &commit.removed {
            let path = self.root().join(below);
            match self.disk().remove_file(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(WarehouseError::store("remove", &path))?,
            }
        }
        Ok(())
    }

    fn commits(&self) -> PathBuf {
        self.private().join(COMMITS)
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::disallowed_methods,
        reason = "a test ends by panicking, and spoils files by itself"
    )]

    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};
    use arrow::record_batch::RecordBatch;

    use super::*;
    use crate::storage::disk::{Disk, Operation};
    use crate::warehouse::contract::{Column, Kind, MadeFrom, Partition};

    const CALLS: Contract = Contract {
        name: "calls",
        version: 1,
        oldest: 1,
        partition: Partition::Received,
        sharded: true,
        made_from: MadeFrom::NOTHING,
        about: "calls",
        columns: &[Column {
            name: "number",
            kind: Kind::Count,
            nullable: false,
            key: true,
            since: 1,
            about: "which",
        }],
    };
    const DAY: Day = Day(20_000);

    fn frame(numbers: &[i64]) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
        RecordBatch::try_new(CALLS.schema(), vec![numbers]).unwrap()
    }

    /// From two parts to one: dies when the new part is to take its place.
    fn dies_before_the_first_rename(root: &Path) {
        let store = Store::at(root);
        let lock = store.lock("a test").unwrap();
        for (shard, numbers) in [(0, [1, 2]), (1, [3, 4])] {
            let place = (Some(DAY), shard);
            store.replace(&CALLS, place, &frame(&numbers), Default::default(), &[]).unwrap();
        }
        drop(lock);
        let store = Store::at(root).on(Disk::watched(|change| {
            let is_part = change.operation == Operation::Rename && change.path.ends_with("part-00.parquet");
            if is_part { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
        }));
        let _lock = store.lock("a test").unwrap();
        let mut commit = Commit::default();
        let all = frame(&[1, 2, 3, 4]);
        commit.put(store.stage(&CALLS, (Some(DAY), 0), &all, Default::default(), &[]).unwrap().0);
        commit.remove(&CALLS, (Some(DAY), 1));
        assert!(store.commit(DAY, &commit).is_err());
    }

    fn rows(root: &Path) -> Vec<usize> {
        let store = Store::at(root);
        let _lock = store.lock("a test").unwrap();
        assert!(fs::read_dir(store.commits()).unwrap().next().is_none(), "the list is done with");
        let places = store.places(&CALLS).unwrap();
        places
            .into_iter()
            .map(|place| store.read(&CALLS, place, &[]).unwrap().num_rows())
            .collect()
    }

    #[test]
    fn who_comes_next_completes_what_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        dies_before_the_first_rename(folder.path());
        assert_eq!(rows(folder.path()), [4]);
    }

    #[test]
    fn where_a_new_file_has_lost_its_bytes_the_old_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        dies_before_the_first_rename(folder.path());
        for entry in fs::read_dir(Store::at(folder.path()).staging()).unwrap() {
            fs::write(entry.unwrap().path(), "cut").unwrap();
        }
        assert_eq!(rows(folder.path()), [2, 2]);
    }
}
