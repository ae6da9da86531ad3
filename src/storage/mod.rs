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
//! | `folder_paths`, `temporary_folder` | folders as the user and the system name them |

#[cfg(test)]
mod conformance;
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
pub mod version_tag;

use std::path::Path;
use std::sync::Arc;

use crate::storage::disk::Disk;
use crate::storage::interface::Storage;
use crate::storage::local::local_storage::LocalStorage;
use crate::storage::local::reads::Reads;

/// The storage that a pipeline file names by the path of a folder.
pub fn at(root: &Path) -> Arc<dyn Storage> {
    on(root, Disk::default())
}

/// The same, changed by way of `disk`.
pub fn on(root: &Path, disk: Disk) -> Arc<dyn Storage> {
    Arc::new(LocalStorage::new(root, disk, Reads::default()))
}

/// The same, whose raw files are read by way of `reads`.
pub fn by(root: &Path, reads: Reads) -> Arc<dyn Storage> {
    Arc::new(LocalStorage::new(root, Disk::default(), reads))
}
