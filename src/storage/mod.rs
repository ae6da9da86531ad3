//! Where input, warehouse and published files are. Everything that reads or changes one of them
//! goes through the trait [`Storage`](interface::Storage); a folder of this machine ([`local`]) is
//! what implements it.
//!
//! | file | what for |
//! |---|---|
//! | `interface` | the trait, and what its methods take and give |
//! | `version_tag` | a value that says whether an object is what it was |
//! | `object` | an object that is open, read from any place |
//! | `place` | where a walk has found an object |
//! | `names` | names of objects as text |
//! | `local/` | folders: listing, links, staging and renames, commit lists, the lock |
//! | `disk` | every change of a file system, so that tests can make each one fail |
//! | `temporary_file` | what a plan writes, in one file that nobody sees |
//! | `folder_paths`, `temporary_folder` | files and folders as the user and the system name them |

pub mod disk;
pub mod error;
pub mod folder_paths;
pub mod interface;
pub mod local;
pub mod names;
pub mod object;
pub mod place;
pub mod temporary_file;
pub mod temporary_folder;
#[cfg(test)]
mod tests;
pub mod version_tag;

use std::path::Path;
use std::sync::Arc;

use crate::storage::disk::Disk;
use crate::storage::error::StorageError;
use crate::storage::interface::Storage;
use crate::storage::local::local_storage::LocalStorage;
use crate::storage::local::open;
use crate::storage::local::reads::Reads;
use crate::storage::names::text_of;
use crate::storage::object::OpenObject;

/// The storage that a pipeline file names by the path of a folder.
pub fn at(root: &Path) -> Arc<dyn Storage> {
    on(root, Disk::default())
}

/// Opens a file that the user names by its path, wherever it is.
pub fn open_named(path: &Path) -> Result<OpenObject, StorageError> {
    let folder = path.parent().unwrap_or(path);
    at(folder).open(&text_of(path.file_name().unwrap_or_default()))
}

/// The members of an archive that the user names by its path, each with its path below it; none
/// where the file is no archive.
pub fn members_named(path: &Path) -> Result<Vec<(String, OpenObject)>, StorageError> {
    open::members_of(path)
}

/// Puts bytes in the place of a file that the user names by its path, whole: whoever reads it
/// meanwhile sees what was there before.
pub fn put_named(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    // A link stays one, and what it leads to is replaced.
    let path = folder_paths::canonical(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let storage = at(folder.unwrap_or(Path::new(".")));
    storage.put_synced(&text_of(path.file_name().unwrap_or_default()), bytes)
}

/// The same storage, changed by way of `disk`.
pub fn on(root: &Path, disk: Disk) -> Arc<dyn Storage> {
    Arc::new(LocalStorage::new(root, disk, Reads::default()))
}

/// The same, whose files are read by way of `reads`.
pub fn by(root: &Path, reads: Reads) -> Arc<dyn Storage> {
    Arc::new(LocalStorage::new(root, Disk::default(), reads))
}
