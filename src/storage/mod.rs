//! Where input, warehouse and published files are. Everything that reads or changes one of them
//! goes through the trait [`Storage`](interface::Storage). A folder of this machine ([`local`]) and
//! a container or bucket of a store ([`remote`]) implement it.
//!
//! | file | what for |
//! |---|---|
//! | `interface` | the trait, and what its methods take and give |
//! | `version_tag` | a value that says whether an object is what it was |
//! | `object` | an object that is open, read from any place |
//! | `place` | where a walk has found an object |
//! | `names` | names of objects as text |
//! | `joined` | several inputs that have names, as one |
//! | `local/` | folders: listing, links, staging and renames, commit lists, the lock |
//! | `remote/` | stores: requests, bundles, the lease, credentials |
//! | `disk` | every change of a file system, so that tests can make each one fail |
//! | `temporary_file` | what a plan writes, in one file that nobody sees |
//! | `folder_paths`, `temporary_folder` | files and folders as the user and the system name them |

pub mod disk;
pub mod error;
pub mod folder_paths;
pub mod interface;
mod joined;
pub mod local;
pub mod names;
pub mod object;
pub mod place;
mod remote;
pub mod temporary_file;
pub mod temporary_folder;
#[cfg(test)]
mod tests;
pub mod version_tag;

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use crate::domain::input::{Input, StoreOptions};
use crate::domain::store_url;
use crate::storage::disk::Disk;
use crate::storage::error::{OpenFault, StorageError};
use crate::storage::interface::Storage;
use crate::storage::joined::Joined;
use crate::storage::local::local_storage::LocalStorage;
use crate::storage::local::reads::Reads;
pub use crate::storage::local::zip::archives_of;
use crate::storage::local::zip::{self, Member, MemberBytes};
use crate::storage::names::text_of;
use crate::storage::object::OpenObject;
use crate::storage::remote::Ahead;

/// The storage that a pipeline file names by the path of a folder, or by a URL.
pub fn at(root: &Path) -> Arc<dyn Storage> {
    on(root, Disk::default())
}

/// The raw files of all inputs, below the names of these where they have some. The files of folders
/// are read by way of `reads`.
pub fn of_inputs(inputs: &[Input], reads: &Reads) -> Arc<dyn Storage> {
    let ahead = Ahead::default();
    let open = |input: &Input| with(&input.root, (&input.options, &ahead), Disk::default(), reads.clone());
    match inputs {
        [only @ Input { name: None, .. }] => open(only),
        several => Arc::new(Joined::of(
            several.iter().map(|input| (input.name.clone().unwrap_or_default(), open(input))),
        )),
    }
}

/// Whether what stands in the place of a path is a URL.
pub fn is_url(path: &Path) -> bool {
    path.to_str().is_some_and(store_url::is_url)
}

/// Opens a file that the user names by its path or URL, wherever it is.
pub fn open_named(path: &Path) -> Result<OpenObject, StorageError> {
    let folder = path.parent().unwrap_or(path);
    at(folder).open(&text_of(path.file_name().unwrap_or_default()))
}

/// Whether a raw file is there that a walk has called so: an object, or a member of an archive.
pub fn has_raw_file(input: &dyn Storage, name: &str) -> Result<bool, StorageError> {
    if input.look(name)?.is_some() {
        return Ok(true);
    }
    if archives_of(name).next().is_none() {
        return Ok(false);
    }
    match input.open_inside(name, None) {
        Ok(_) => Ok(true),
        Err(OpenFault::LeadsOut) => Ok(false),
        Err(OpenFault::Unreadable(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(OpenFault::Unreadable(error)) => Err(StorageError::of("look into", &input.shown(name))(error)),
    }
}

/// The members of an archive that the user names by its path or URL, each with its path below it;
/// none where the file is no archive.
pub fn members_named(path: &Path) -> Result<Vec<(String, OpenObject)>, StorageError> {
    if !zip::is_archive(&path.to_string_lossy()) {
        return Ok(Vec::new());
    }
    let failed = || StorageError::of("open", path);
    let archive = open_named(path)?.source();
    let size = archive.version().map_err(failed())?.size();
    let members = zip::members(&*archive, size).map_err(failed())?.unwrap_or_default();
    let open = |member: Member| {
        let (name, shown) = (member.name.clone(), path.join(&member.name));
        let bytes = MemberBytes::of(archive.clone(), member);
        Ok((name, OpenObject::new(Arc::new(bytes), shown).map_err(failed())?))
    };
    members.into_iter().map(open).collect()
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

/// Gives an object of one storage a name in another one: by a second name of the same bytes where
/// both are folders of one file system, else by a copy of them.
pub fn copy_between(from: &dyn Storage, name: &str, to: &dyn Storage, new_name: &str) -> Result<(), StorageError> {
    let file = from.shown(name);
    if !is_url(&file) && to.link(&file, new_name)? {
        return Ok(());
    }
    let mut unfinished = to.begin()?;
    std::io::copy(&mut from.open(name)?.reader(), &mut unfinished).map_err(StorageError::of("copy", &file))?;
    unfinished.sync()?;
    to.put(&unfinished.finish()?, new_name)
}

/// The same storage; a folder is changed by way of `disk`.
pub fn on(root: &Path, disk: Disk) -> Arc<dyn Storage> {
    with(root, (&StoreOptions::default(), &Ahead::default()), disk, Reads::default())
}

/// The same; the files of a folder are read by way of `reads`.
pub fn by(root: &Path, reads: Reads) -> Arc<dyn Storage> {
    with(root, (&StoreOptions::default(), &Ahead::default()), Disk::default(), reads)
}

/// A folder, or a place in a store, which shares what it fetches ahead with others.
fn with(root: &Path, (options, ahead): (&StoreOptions, &Ahead), disk: Disk, reads: Reads) -> Arc<dyn Storage> {
    match is_url(root) {
        true => remote::at_url(root, options, ahead),
        false => Arc::new(LocalStorage::new(root, disk, reads)),
    }
}

/// How long a lease, or another right that is renewed, outlives its holder.
pub fn lease_expiry() -> std::time::Duration {
    remote::lease_expiry()
}
