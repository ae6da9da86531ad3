//! Walks a folder: which files a selection takes, folder by folder on all threads. A zip file is a
//! folder, too ([`zip`]). An archive has a
//! folder for every customer and hour, so opening folders is what takes the time.
//!
//! Links are followed afterwards ([`links`]), so that a folder without any costs nothing more. What
//! the system does not let the walk see is not taken for empty: it is told, and whoever walks
//! decides whether to go on.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::storage::error::StorageError;
use crate::storage::interface::{Found, Kind, Selection, Walked};
use crate::storage::local::links::{self, Link};
use crate::storage::local::metadata;
use crate::storage::local::open;
use crate::storage::local::reads::{Access, Reads};
use crate::storage::local::zip;
use crate::storage::names::text_of;
use crate::storage::place::{Identity, Place};

/// Walks the folder. Fails where there is no such folder.
pub fn walk(root: &Path, reads: &Reads, selection: &dyn Selection) -> Result<Walked, StorageError> {
    let failed = || StorageError::of("open the input folder", root);
    let real = fs::canonicalize(root).map_err(failed())?;
    if !real.is_dir() {
        return Err(failed()(io::ErrorKind::NotADirectory.into()));
    }
    let walk = Walk {
        selection,
        reads,
        real,
        links: Mutex::default(),
        unseen: Mutex::default(),
    };
    let mut objects = walk.folder(root, "");
    let links = std::mem::take(&mut *lock(&walk.links));
    let of_links = links::follow(
        selection,
        &walk.real,
        links,
        &|folder, below| walk.entries(folder, below),
        &|path, error| {
            walk.cannot_see(path, error);
        },
    );
    let reached = |link: links::Reached| -> Vec<Found> {
        let look = || fs::symlink_metadata(&link.real);
        if !link.leads_out {
            return walk.file_or_members(link.path, &link.real, look, link.readers);
        }
        let found = walk.file(link.path, &link.real, look, link.readers).into_iter();
        let leads_out = |found| Found {
            kind: Kind::LeadsOut,
            ..found
        };
        found.map(leads_out).collect()
    };
    objects.extend(of_links.into_iter().flat_map(reached));
    objects.par_sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let unseen = walk.unseen.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Walked { objects, unseen })
}

/// A walk under way.
struct Walk<'a> {
    selection: &'a dyn Selection,
    reads: &'a Reads,
    /// The root without links.
    real: PathBuf,
    /// The links that were met.
    links: Mutex<Vec<Link>>,
    unseen: Mutex<BTreeMap<String, String>>,
}

/// Nobody who holds one of these locks can panic, so nothing is ever half done.
fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Walk<'_> {
    /// The files below a folder that are reached without a link. `below` is its path below the
    /// root.
    fn folder(&self, folder: &Path, below: &str) -> Vec<Found> {
        let mut entries = self.entries(folder, below);
        let look = |entry: &DirEntry| self.entry(entry, child(below, entry));
        // Most folders hold one thing: only the ones that hold many are worth dividing.
        match entries.as_mut_slice() {
            [] => Vec::new(),
            [one] => look(one),
            many => {
                // In the order of paths, which leaves next to nothing to do for whoever sorts all
                // of them.
                many.sort_by_cached_key(|entry| {
                    let mut name = entry.file_name().into_encoded_bytes();
                    name.extend(entry.file_type().is_ok_and(|kind| kind.is_dir()).then_some(b'/'));
                    name
                });
                many.par_iter().map(look).flatten_iter().collect()
            }
        }
    }

    /// What is in a folder; nothing where the system does not say, or where somebody wants the walk
    /// to end.
    fn entries(&self, folder: &Path, below: &str) -> Vec<DirEntry> {
        if !self.selection.goes_on() {
            return Vec::new();
        }
        let listed = self.reads.ask(Access::List, folder).and_then(|()| fs::read_dir(folder));
        match listed.and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) => {
                let shown = if below.is_empty() { "." } else { below };
                self.cannot_see(shown, &error);
                Vec::new()
            }
        }
    }

    fn entry(&self, entry: &DirEntry, path: String) -> Vec<Found> {
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => {
                self.cannot_see(&path, &error);
                return Vec::new();
            }
        };
        if kind.is_dir() {
            return match self.selection.enters(&path) {
                true => self.folder(&entry.path(), &path),
                false => Vec::new(),
            };
        }
        if kind.is_symlink() {
            let on_disk = entry.path();
            lock(&self.links).push(Link { path, on_disk });
            return Vec::new();
        }
        let readers = self.selection.readers(&path);
        // Asked of the entry, which is not looked for again from the root on.
        self.file_or_members(path, &entry.path(), || entry.metadata(), readers)
    }

    /// A file that somebody reads.
    fn file(&self, name: String, on_disk: &Path, look: impl FnOnce() -> io::Result<fs::Metadata>, readers: Vec<usize>) -> Option<Found> {
        if !self.selection.wants(&name, &readers) {
            return None;
        }
        let metadata = match self.reads.ask(Access::Look, on_disk).and_then(|()| look()) {
            Ok(metadata) => metadata,
            Err(error) => {
                self.cannot_see(&name, &error);
                return None;
            }
        };
        Some(Found {
            name,
            kind: metadata::of(&metadata).kind,
            version: metadata::version_of(&metadata),
            readers,
            place: Place {
                on_disk: on_disk.to_path_buf(),
                identity: Identity::of(&metadata),
                member: None,
            },
        })
    }

    /// A file that somebody reads or, where it is an archive, its members. Whoever reads the archive
    /// reads all of them.
    fn file_or_members(
        &self,
        name: String,
        on_disk: &Path,
        look: impl FnOnce() -> io::Result<fs::Metadata>,
        readers: Vec<usize>,
    ) -> Vec<Found> {
        let is_read = !readers.is_empty() || self.selection.progress(&name).is_some();
        let members = match zip::is_archive(&name) && is_read {
            true => self.members(&name, on_disk, &readers),
            false => Ok(None),
        };
        match members {
            Ok(Some(members)) => members,
            Ok(None) => self.file(name, on_disk, look, readers).into_iter().collect(),
            Err(error) => {
                self.cannot_see(&name, &error);
                Vec::new()
            }
        }
    }

    /// The members of an archive that somebody reads; `None` where it is none.
    fn members(&self, archive: &str, on_disk: &Path, readers: &[usize]) -> io::Result<Option<Vec<Found>>> {
        let Some(archived) = open::archive(self.reads, on_disk)? else {
            return Ok(None);
        };
        let (version, identity) = (archived.version, archived.identity);
        let found = archived.members.into_iter().filter_map(|member| {
            let name = format!("{archive}/{}", text_of(OsStr::new(&member.name)));
            let mut readers: Vec<usize> = readers.iter().copied().chain(self.selection.readers(&name)).collect();
            readers.sort_unstable();
            readers.dedup();
            self.selection.wants(&name, &readers).then(|| Found {
                name,
                kind: Kind::Object,
                version: member.version(version),
                readers,
                place: Place {
                    on_disk: on_disk.to_path_buf(),
                    identity,
                    member: Some(member.name),
                },
            })
        });
        Ok(Some(found.collect()))
    }

    /// Takes note of something that the system does not show. What is gone since its name was read
    /// is none of it: it is gone.
    fn cannot_see(&self, path: &str, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            lock(&self.unseen).insert(path.to_owned(), error.to_string());
        }
    }
}

/// The path of an entry of a folder.
fn child(below: &str, entry: &DirEntry) -> String {
    links::child(below, &text_of(&entry.file_name()))
}
