//! Objects that take their places together.
//!
//! A store replaces one object at once, and not several. So all of them go into one object first, a
//! bundle, then each is put under its name, and the bundle is deleted. A process can die at any
//! moment: before the bundle is there nothing has happened, and after that whoever takes the lease
//! next has everything that it takes to complete it.
//!
//! | bytes of a bundle | what |
//! |---|---|
//! | 8 | length of the list, lowest byte first |
//! | as many | the list, as JSON: names and sizes of the objects, names of what is deleted |
//! | the rest | the bytes of the objects, one behind the other |

use std::io::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::storage::error::StorageError;
use crate::storage::interface::Changes;
use crate::storage::object::{OpenObject, ReadAt};
use crate::storage::remote::objects::Objects;
use crate::storage::remote::staging::{self, Staging};
use crate::storage::version_tag::VersionTag;

/// Where the bundles are.
const COMMITS: &str = ".uptake/commits";
const LENGTH: u64 = 8;

/// What is in a bundle.
#[derive(Serialize, Deserialize)]
struct List {
    puts: Vec<(String, u64)>,
    removed: Vec<String>,
}

/// Makes the changes, and forgets the staged objects.
pub fn put(objects: &Objects, staging: &Staging, group: &str, changes: &Changes) -> Result<(), StorageError> {
    let open = |put: &crate::storage::interface::Put| Ok((put.name.clone(), staging.open(&put.staged)?));
    let puts: Vec<(String, OpenObject)> = changes.puts.iter().map(open).collect::<Result<_, StorageError>>()?;
    if puts.len() + changes.removed.len() > 1 {
        let name = format!("{COMMITS}/{group}");
        objects.put(&name, &bundle(objects, &name, &puts, changes)?)?;
        carry_out(objects, &puts, &changes.removed)?;
        objects.delete(&[name])?;
    } else {
        carry_out(objects, &puts, &changes.removed)?;
    }
    changes.puts.iter().for_each(|put| staging.forget(&put.staged));
    Ok(())
}

fn bundle(objects: &Objects, name: &str, puts: &[(String, OpenObject)], changes: &Changes) -> Result<OpenObject, StorageError> {
    let list = List {
        puts: puts.iter().map(|(name, object)| (name.clone(), object.size())).collect(),
        removed: changes.removed.clone(),
    };
    let shown = objects.shown(name);
    let mut file = staging::file();
    let mut write = || {
        let list = serde_json::to_vec(&list)?;
        file.write_all(&(list.len() as u64).to_le_bytes())?;
        file.write_all(&list)?;
        let mut size = LENGTH + list.len() as u64;
        for (_, object) in puts {
            size += io::copy(&mut object.reader(), &mut file)?;
        }
        Ok(size)
    };
    let size = write().map_err(StorageError::of("write", &shown))?;
    staging::finished(file, size, &shown)
}

fn carry_out(objects: &Objects, puts: &[(String, OpenObject)], removed: &[String]) -> Result<(), StorageError> {
    objects.put_each(puts)?;
    objects.delete(removed)
}

/// Completes what processes that died have begun.
pub fn complete(objects: &Objects, is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<(), StorageError> {
    for name in objects.list_below(&[COMMITS.to_owned()])?.into_keys() {
        let object = on_this_machine(&objects.open(&name)?)?;
        // A PUT is whole or it is not there, so somebody else has written what is no bundle.
        if let Some((puts, removed)) = parts(&object).map_err(StorageError::of("read", object.shown()))?
            && are_whole(&puts, is_whole)?
        {
            carry_out(objects, &puts, &removed)?;
        }
        objects.delete(&[name])?;
    }
    Ok(())
}

/// The same object in a temporary file, so that to read it is no request: its parts are read while
/// others of them are being put.
fn on_this_machine(object: &OpenObject) -> Result<OpenObject, StorageError> {
    let mut file = staging::file();
    let size = io::copy(&mut object.reader(), &mut file).map_err(StorageError::of("read", object.shown()))?;
    staging::finished(file, size, object.shown())
}

fn are_whole(puts: &[(String, OpenObject)], is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<bool, StorageError> {
    for (_, object) in puts {
        if !is_whole(object)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The objects of a bundle, and what is deleted.
type Parts = (Vec<(String, OpenObject)>, Vec<String>);

/// What a bundle has; `None` where it is none.
fn parts(bundle: &OpenObject) -> io::Result<Option<Parts>> {
    if bundle.size() < LENGTH {
        return Ok(None);
    }
    let length = bundle.read_range(0, LENGTH as usize)?.try_into().map_or(0, u64::from_le_bytes);
    if length > bundle.size() - LENGTH {
        return Ok(None);
    }
    let list = bundle.read_range(LENGTH, usize::try_from(length).unwrap_or(usize::MAX))?;
    let Ok(list) = serde_json::from_slice::<List>(&list) else {
        return Ok(None);
    };
    let mut begin = LENGTH + length;
    let mut puts = Vec::with_capacity(list.puts.len());
    for (name, size) in list.puts {
        let part = Part {
            bundle: bundle.clone(),
            begin,
            size,
        };
        puts.push((name, OpenObject::new(Arc::new(part), bundle.shown().to_path_buf())?));
        begin += size;
    }
    Ok((begin == bundle.size()).then_some((puts, list.removed)))
}

/// An object within a bundle.
struct Part {
    bundle: OpenObject,
    begin: u64,
    size: u64,
}

impl ReadAt for Part {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        io::Read::read(&mut self.bundle.reader_from(self.begin + at), &mut buffer[..length])
    }

    fn version(&self) -> io::Result<VersionTag> {
        Ok(VersionTag::new(self.size, 0, false))
    }
}
