//! Files that take their places together: all files of one partition.
//!
//! A single rename is atomic, several are not. A run that ended between two of them would leave a
//! partition of which one half says something else than the other; and where the number of shards
//! changes, rows would be in no file at all. So the files are finished in the staging folder first.
//! Then a list of the renames is written to `.uptake/commits`, the renames are done, and the list is
//! removed. Whoever takes the lock next completes what a list says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::describe;
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
            return self.carry_out(commit, |_| Ok(true));
        }
        let bytes = serde_json::to_vec(commit).map_err(|error| WarehouseError::Contract(error.to_string()))?;
        self.create_folder(&self.commits())?;
        let name = format!("{COMMITS}/received={received}.json");
        self.replace_private(&name, &bytes)?;
        let list = self.private().join(name);
        self.carry_out(commit, |_| Ok(true))?;
        self.disk().remove_file(&list).map_err(WarehouseError::store("remove", &list))
    }

    /// Completes what a run that died has begun to commit. Its files are still in the staging folder.
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
            // A list is put into its place whole; only a loss of power can have cut it, and its files.
            if let Ok(commit) = serde_json::from_slice::<Commit>(&bytes) {
                // Nor may a file that lost its bytes replace a whole one.
                self.carry_out(&commit, |unfinished| Ok(describe(unfinished)?.is_some()))?;
            }
            self.disk().remove_file(&list).map_err(WarehouseError::store("remove", &list))?;
        }
        Ok(())
    }

    /// Does what is not done yet: a file that is not in the staging folder any more is in its place.
    fn carry_out(&self, commit: &Commit, is_whole: impl Fn(&Path) -> Result<bool, WarehouseError>) -> Result<(), WarehouseError> {
        for staged in &commit.files {
            let unfinished = self.staging().join(&staged.unfinished);
            let path = self.writes_to().join(&staged.below);
            if unfinished.exists() && is_whole(&unfinished)? {
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
