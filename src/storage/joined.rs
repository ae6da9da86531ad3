//! Several inputs as one storage: what each has is below its name. They are read and never written
//! to.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::storage::error::{LeaseFault, OpenFault, StorageError};
use crate::storage::interface::{
    Changes, Earlier, Entry, Holder, Kind, Lease, Listing, Metadata, Progress, Selection, Staged, Storage, Unfinished, Walked,
};
use crate::storage::object::OpenObject;
use crate::storage::place::Place;
use crate::storage::version_tag::VersionTag;

/// How many inputs are walked at once: most of that time is spent waiting for a store.
const AT_ONCE: usize = 16;

/// The inputs by their names.
#[derive(Debug)]
pub struct Joined(BTreeMap<String, Arc<dyn Storage>>);

impl Joined {
    pub fn of(parts: impl Iterator<Item = (String, Arc<dyn Storage>)>) -> Joined {
        Joined(parts.collect())
    }

    /// The input that has a name below it, and what is left of the name there.
    fn part<'n>(&self, name: &'n str) -> Option<(&Arc<dyn Storage>, &'n str)> {
        let (input, below) = name.split_once('/').unwrap_or((name, ""));
        Some((self.0.get(input)?, below))
    }

    fn refused<T>(&self, name: &str) -> Result<T, StorageError> {
        let why = io::Error::new(io::ErrorKind::PermissionDenied, "nothing is ever written among raw files");
        Err(StorageError::of("change", &self.shown(name))(why))
    }
}

impl Storage for Joined {
    fn shown(&self, name: &str) -> PathBuf {
        self.part(name)
            .map_or_else(|| PathBuf::from(name), |(part, below)| part.shown(below))
    }

    fn list(&self, prefix: &str, _earlier: Option<&Earlier>) -> Result<Option<Listing>, StorageError> {
        if prefix.is_empty() {
            let names = self.0.keys().cloned();
            let entries = names.map(|name| Entry { name, metadata: FOLDER }).collect();
            return Ok(Some(Listing { entries, names: None }));
        }
        self.part(prefix).map_or(Ok(None), |(part, below)| part.list(below, None))
    }

    /// An input that cannot be walked is a part of the whole that is not seen.
    fn walk(&self, selection: &dyn Selection) -> Result<Walked, StorageError> {
        let parts: Vec<(&String, &Arc<dyn Storage>)> = self.0.iter().collect();
        let (next, walked) = (AtomicUsize::new(0), Mutex::new(Walked::default()));
        let walk_some = || {
            while let Some((name, part)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                let found = part.walk(&Below { name, selection });
                let mut all = walked.lock().unwrap_or_else(PoisonError::into_inner);
                match found {
                    Ok(found) => {
                        let path = |below: &str| format!("{name}/{below}");
                        all.objects.extend(found.objects.into_iter().map(|mut object| {
                            object.name = path(&object.name);
                            object
                        }));
                        all.unseen.extend(found.unseen.into_iter().map(|(below, why)| (path(&below), why)));
                    }
                    Err(error) => drop(all.unseen.insert((*name).clone(), error.to_string())),
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(parts.len()) {
                scope.spawn(walk_some);
            }
        });
        let mut walked = walked.into_inner().unwrap_or_else(PoisonError::into_inner);
        walked.objects.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(walked)
    }

    fn look(&self, name: &str) -> Result<Option<Metadata>, StorageError> {
        match self.part(name) {
            None => Ok(name.is_empty().then_some(FOLDER)),
            Some((_, "")) => Ok(Some(FOLDER)),
            Some((part, below)) => part.look(below),
        }
    }

    fn open(&self, name: &str) -> Result<OpenObject, StorageError> {
        match self.part(name) {
            None => Err(StorageError::of("open", Path::new(name))(io::ErrorKind::NotFound.into())),
            Some((part, below)) => part.open(below),
        }
    }

    fn open_inside(&self, name: &str, found: Option<&Place>) -> Result<OpenObject, OpenFault> {
        match self.part(name) {
            None => Err(OpenFault::Unreadable(io::ErrorKind::NotFound.into())),
            Some((part, below)) => part.open_inside(below, found),
        }
    }

    fn will_open(&self, objects: &mut dyn Iterator<Item = (&str, u64)>) {
        // One by one, so that they stay in this order, whose inputs take turns.
        for (name, size) in objects {
            if let Some((part, below)) = self.part(name) {
                part.will_open(&mut [(below, size)].into_iter());
            }
        }
    }

    fn begin(&self) -> Result<Box<dyn Unfinished>, StorageError> {
        self.refused("")
    }

    fn open_staged(&self, _staged: &Staged) -> Result<OpenObject, StorageError> {
        self.refused("")
    }

    fn put(&self, _staged: &Staged, name: &str) -> Result<(), StorageError> {
        self.refused(name)
    }

    fn copy(&self, _from: &str, to: &str) -> Result<(), StorageError> {
        self.refused(to)
    }

    fn put_if(&self, name: &str, _bytes: &[u8], _before: Option<&[u8]>) -> Result<bool, StorageError> {
        self.refused(name)
    }

    fn put_together(&self, _group: &str, _changes: &Changes) -> Result<(), StorageError> {
        self.refused("")
    }

    fn append(&self, name: &str, _bytes: &[u8]) -> Result<(), StorageError> {
        self.refused(name)
    }

    fn delete(&self, name: &str) -> Result<(), StorageError> {
        self.refused(name)
    }

    fn delete_below(&self, prefix: &str) -> Result<(), StorageError> {
        self.refused(prefix)
    }

    fn delete_empty(&self, prefix: &str) -> Result<(), StorageError> {
        self.refused(prefix)
    }

    fn sync(&self, prefix: &str) -> Result<(), StorageError> {
        self.refused(prefix)
    }

    fn lease(&self, name: &str, _holder: &str) -> Result<Lease, LeaseFault> {
        Ok(self.refused(name)?)
    }

    fn follow(&self, name: &str, _holder: &str) -> Result<Lease, LeaseFault> {
        Ok(self.refused(name)?)
    }

    fn share(&self, name: &str, _holder: &str) -> Result<Option<Lease>, LeaseFault> {
        Ok(self.refused(name)?)
    }

    fn leaseholder(&self, name: &str) -> Result<Holder, StorageError> {
        self.refused(name)
    }

    fn recover(&self, _is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<(), StorageError> {
        self.refused("")
    }
}

const FOLDER: Metadata = Metadata {
    kind: Kind::Folder,
    version: VersionTag::UNKNOWN,
    changed: None,
};

/// What a selection takes of one input.
struct Below<'s> {
    name: &'s str,
    selection: &'s dyn Selection,
}

impl Below<'_> {
    fn path(&self, below: &str) -> String {
        match below {
            "" => self.name.to_owned(),
            below => format!("{}/{below}", self.name),
        }
    }
}

impl Selection for Below<'_> {
    fn readers(&self, name: &str) -> Vec<usize> {
        self.selection.readers(&self.path(name))
    }

    fn wants(&self, name: &str, readers: &[usize]) -> bool {
        self.selection.wants(&self.path(name), readers)
    }

    fn enters(&self, folder: &str) -> bool {
        self.selection.enters(&self.path(folder))
    }

    fn progress(&self, folder: &str) -> Option<Progress> {
        self.selection.progress(&self.path(folder))
    }

    fn leaves_out_days(&self) -> bool {
        self.selection.leaves_out_days()
    }

    fn goes_on(&self) -> bool {
        self.selection.goes_on()
    }

    fn warn(&self, text: String) {
        self.selection.warn(format!("in the input `{}`: {text}", self.name));
    }
}
