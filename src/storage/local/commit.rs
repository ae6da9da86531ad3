//! Files that take their places together.
//!
//! A single rename is atomic, several are not. A process that ended between two of them would leave
//! a partition of which one half says something else than the other; and where the number of shards
//! changes, rows would be in no file at all. So the files are finished in the staging folder first.
//! Then a list of the renames is put into the folder `commits`, the renames are done, and the list
//! is removed. Whoever takes the lease next completes what a list says.

use std::fs;
use std::io;
use std::path::Path;

use crate::storage::error::{StorageError, if_there};
use crate::storage::interface::Changes;
use crate::storage::local::folder::{Folder, PRIVATE};
use crate::storage::local::open;
use crate::storage::object::OpenObject;

/// The folder of the lists, in the one for what is no object.
const COMMITS: &str = "commits";

/// The name of the list of a group.
pub fn name_of(group: &str) -> String {
    format!("{PRIVATE}/{COMMITS}/{group}.json")
}

/// The bytes of a list.
pub fn list_of(changes: &Changes) -> Result<Vec<u8>, StorageError> {
    serde_json::to_vec(changes).map_err(|error| StorageError::of("list", Path::new(COMMITS))(error.into()))
}

/// Whether a list waits for somebody who completes it.
pub fn is_any(folder: &Folder) -> bool {
    fs::read_dir(folder.private().join(COMMITS)).is_ok_and(|mut lists| lists.next().is_some())
}

/// Completes what a process that died has begun. Its files are still in the staging folder.
pub fn complete(folder: &Folder, is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<(), StorageError> {
    let commits = folder.private().join(COMMITS);
    let failed = || StorageError::of("list", &commits);
    let lists = match fs::read_dir(&commits) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        lists => lists.map_err(failed())?,
    };
    for list in lists {
        let path = list.map_err(failed())?.path();
        let bytes = fs::read(&path).map_err(StorageError::of("read", &path))?;
        // Only a loss of power can have cut the list, or one of its files. Then nothing more is
        // done: what stands in the partition has all rows still, or is found by its footers to be
        // of two kinds.
        if let Ok(changes) = serde_json::from_slice::<Changes>(&bytes)
            && has_whole_files(folder, &changes, is_whole)?
        {
            carry_out(folder, &changes)?;
        }
        folder.remove(&path)?;
    }
    Ok(())
}

/// Whether all files that still wait have their bytes.
fn has_whole_files(
    folder: &Folder,
    changes: &Changes,
    is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>,
) -> Result<bool, StorageError> {
    for put in &changes.puts {
        if let Some(waiting) = if_there(open::file(&folder.staging().join(&put.staged.0)))?
            && !is_whole(&waiting)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Does what is not done yet: a file that is not in the staging folder any more is in its place.
pub fn carry_out(folder: &Folder, changes: &Changes) -> Result<(), StorageError> {
    for put in &changes.puts {
        let unfinished = folder.staging().join(&put.staged.0);
        if unfinished.exists() {
            folder.put_into_place(&unfinished, &folder.path(&put.name))?;
        }
    }
    changes.removed.iter().try_for_each(|name| folder.remove(&folder.path(name)))
}
