//! What is directly in a folder. A folder in which nothing came or went since an earlier look,
//! which its own time of change says, is not gone through again: only the files that were known are
//! looked at, one by one.

use std::fs;
use std::io;
use std::path::Path;

use crate::storage::error::StorageError;
use crate::storage::interface::{Earlier, Entry, Listing};
use crate::storage::local::metadata;
use crate::storage::names::{path_of, text_of};
use crate::storage::version_tag::VersionTag;

pub fn list(folder: &Path, earlier: Option<&Earlier>) -> Result<Option<Listing>, StorageError> {
    // Looked at before the entries: what comes meanwhile makes the folder another one.
    let names = tag_of(folder);
    if let Some(earlier) = earlier
        && names.is_some_and(|names| names.is_same_as(&earlier.names_tag))
        && let Some(entries) = known(folder, &earlier.names)
    {
        return Ok(Some(Listing { entries, names }));
    }
    let failed = || StorageError::of("list", folder);
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed()(error)),
    };
    let mut entries = Vec::new();
    for entry in found {
        let entry = entry.map_err(failed())?;
        let name = || text_of(&entry.file_name()).into_owned();
        // Of a folder is wanted that it is one, and its entry says that.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            entries.push(Entry {
                name: name(),
                metadata: metadata::FOLDER,
            });
            continue;
        }
        match entry.metadata() {
            Ok(found) => entries.push(Entry {
                name: name(),
                metadata: metadata::of(&found),
            }),
            // It is gone since its name was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(StorageError::of("look at", &entry.path())(error)),
        }
    }
    let names = names.filter(VersionTag::is_settled);
    Ok(Some(Listing { entries, names }))
}

/// When something came into a folder or went out of it.
fn tag_of(folder: &Path) -> Option<VersionTag> {
    let found = fs::metadata(folder).ok()?;
    Some(metadata::version_of(&found)).filter(|_| found.is_dir())
}

/// The entries of these names, where all of them are there.
fn known(folder: &Path, names: &[String]) -> Option<Vec<Entry>> {
    let look = |name: &String| {
        Some(Entry {
            metadata: metadata::of(&fs::symlink_metadata(folder.join(path_of(name))).ok()?),
            name: name.clone(),
        })
    };
    names.iter().map(look).collect()
}
