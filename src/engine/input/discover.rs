//! Walks the input folder: which raw files there are, folder by folder on all threads. An archive
//! has a folder for every customer and hour, so opening folders is what takes the time.
//!
//! Links are followed afterwards (`walk_links`), so that a folder without any costs nothing more.
//! What the system does not let the walk see is not taken for empty: it is told, and whoever walks
//! decides whether to go on.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::input::links;
use crate::engine::input::links::Link;
use crate::engine::input::open::{Access, Identity, InputFolder, Reads};
use crate::engine::input::paths::text_of;
use crate::engine::input::raw_file::RawFile;
use crate::pipeline::settings::Settings;
use crate::sources::path::{PathFacts, path_context};
use crate::warehouse::store::listing::SETTLED_AFTER;

/// What there is in the input folder.
#[derive(Default)]
pub struct Walked {
    /// The raw files, in the order of their paths.
    pub files: Vec<RawFile>,
    /// Folders and entries that the system did not show, by their paths, and why.
    pub unseen: BTreeMap<String, String>,
}

/// Walks the input folder. Where `since` is given, files and folders are left out whose path names
/// an earlier day. Fails where there is no such folder.
pub fn discover(settings: &Settings, since: Option<Day>, reads: &Reads, watch: &Watch<'_>) -> Result<Walked, EngineError> {
    let root = &settings.input_root;
    let folder = InputFolder::at(root, reads.clone()).map_err(EngineError::input("open the input folder", root))?;
    let walk = Walk {
        settings,
        since,
        watch,
        own_rules: settings.sources.iter().any(|source| source.path_day.is_some()),
        folder: Arc::new(folder),
        settled_before: SystemTime::now().checked_sub(SETTLED_AFTER),
        links: Mutex::default(),
        unseen: Mutex::default(),
    };
    let mut files = walk.folder(root, "");
    let links = std::mem::take(&mut *lock(&walk.links));
    files.extend(links::follow(&walk, links));
    watch.go_on()?;
    files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let unseen = walk.unseen.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Walked { files, unseen })
}

/// [`discover`] for whoever takes things as they are: warns of what is not seen. A folder that does
/// not exist is an empty one.
pub fn discover_what_is_there(settings: &Settings, watch: &Watch<'_>) -> Result<Vec<RawFile>, EngineError> {
    let root = &settings.input_root;
    if matches!(fs::metadata(root), Err(error) if error.kind() == io::ErrorKind::NotFound) {
        watch.tell(Event::Warning(format!("the input folder `{}` does not exist", root.display())));
        return Ok(Vec::new());
    }
    let Walked { files, unseen } = discover(settings, None, &Reads::default(), watch)?;
    for (path, why) in unseen {
        watch.tell(Event::Warning(format!("cannot look at `{path}` in the input folder: {why}")));
    }
    Ok(files)
}

/// A walk under way.
pub struct Walk<'a> {
    pub settings: &'a Settings,
    since: Option<Day>,
    watch: &'a Watch<'a>,
    /// Whether a source has a rule of its own for the day in a path.
    own_rules: bool,
    pub folder: Arc<InputFolder>,
    settled_before: Option<SystemTime>,
    /// The links that were met.
    links: Mutex<Vec<Link>>,
    unseen: Mutex<BTreeMap<String, String>>,
}

/// Nobody who holds one of these locks can panic, so nothing is ever half done.
fn lock<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Walk<'_> {
    /// The files below a folder that are reached without a link. `below` is its path below the
    /// input folder.
    fn folder(&self, folder: &Path, below: &str) -> Vec<RawFile> {
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
    pub fn entries(&self, folder: &Path, below: &str) -> Vec<DirEntry> {
        if self.watch.go_on().is_err() {
            return Vec::new();
        }
        let listed = self.folder.reads.ask(Access::List, folder).and_then(|()| fs::read_dir(folder));
        match listed.and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) => {
                let shown = if below.is_empty() { "." } else { below };
                self.cannot_see(shown, &error);
                Vec::new()
            }
        }
    }

    fn entry(&self, entry: &DirEntry, path: String) -> Vec<RawFile> {
        let kind = match entry.file_type() {
            Ok(kind) => kind,
            Err(error) => {
                self.cannot_see(&path, &error);
                return Vec::new();
            }
        };
        if kind.is_dir() {
            return if self.is_before(&path) {
                Vec::new()
            } else {
                self.folder(&entry.path(), &path)
            };
        }
        if kind.is_symlink() {
            let on_disk = entry.path();
            lock(&self.links).push(Link { path, on_disk });
            return Vec::new();
        }
        let sources = self.sources_of(&path);
        // Asked of the entry, which is not looked for again from the root on.
        self.file(path, &entry.path(), || entry.metadata(), sources).into_iter().collect()
    }

    /// A file that some source reads.
    pub fn file(
        &self,
        path: String,
        on_disk: &Path,
        look: impl FnOnce() -> io::Result<Metadata>,
        sources: Vec<(usize, PathFacts)>,
    ) -> Option<RawFile> {
        let is_old = |(_, facts): &(usize, PathFacts)| facts.day.is_some() && self.since > facts.day;
        if sources.iter().all(is_old) {
            return None;
        }
        let metadata = match self.folder.reads.ask(Access::Look, on_disk).and_then(|()| look()) {
            Ok(metadata) => metadata,
            Err(error) => {
                self.cannot_see(&path, &error);
                return None;
            }
        };
        let changed = metadata.modified().ok();
        Some(RawFile {
            path,
            on_disk: on_disk.to_path_buf(),
            folder: self.folder.clone(),
            identity: Identity::of(&metadata),
            size: metadata.len(),
            changed: changed
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                .map_or(0, |age| age.as_nanos()),
            settled: changed.is_some() && changed <= self.settled_before,
            is_regular: metadata.is_file(),
            leads_out: false,
            sources,
        })
    }

    /// Whether a folder is of one day and that is before the days that are looked at. A date may
    /// stand again further down, and the last one counts: so only `d=`, below which nothing but an
    /// hour and a minute follow, and where no source has a rule of its own.
    pub fn is_before(&self, folder: &str) -> bool {
        let name = folder.rsplit('/').next().unwrap_or_default();
        let Some(since) = self
            .since
            .filter(|_| !self.own_rules && (name.starts_with("d=") || name.starts_with("D=")))
        else {
            return false;
        };
        path_context(folder, None, None).day.is_some_and(|day| day < since)
    }

    /// The sources whose glob matches a path.
    pub fn sources_of(&self, path: &str) -> Vec<(usize, PathFacts)> {
        let matching = self.settings.sources.iter().enumerate().filter(|(_, source)| source.reads(path));
        matching
            .map(|(at, source)| (at, path_context(path, source.path_tenant.as_ref(), source.path_day.as_ref())))
            .collect()
    }

    /// Takes note of something that the system does not show. What is gone since its name was read
    /// is none of it: it is gone.
    pub fn cannot_see(&self, path: &str, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            lock(&self.unseen).insert(path.to_owned(), error.to_string());
        }
    }

    pub fn warn(&self, text: String) {
        self.watch.tell(Event::Warning(text));
    }
}

/// The path of an entry of a folder.
pub fn child(below: &str, entry: &DirEntry) -> String {
    let name = entry.file_name();
    let name = text_of(&name);
    if below.is_empty() {
        name.into_owned()
    } else {
        format!("{below}/{name}")
    }
}
