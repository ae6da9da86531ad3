//! Walks the input folder: which raw files there are, folder by folder on all threads. An archive has a folder for every customer
//! and hour, so opening folders is what takes the time.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::raw::RawFile;
use crate::pipeline::settings::Settings;
use crate::sources::path::{PathFacts, path_context};
use crate::warehouse::index::SETTLED_AFTER;

/// Walks the input folder; files in the order of their paths. A missing folder is an empty one, with a warning. Where `since` is
/// given, files and folders are left out whose path names an earlier day.
pub fn discover(settings: &Settings, since: Option<Day>, watch: &Watch<'_>) -> Result<Vec<RawFile>, EngineError> {
    let root = &settings.input_root;
    if !root.exists() {
        watch.tell(Event::Warning(format!("the input folder `{}` does not exist", root.display())));
        return Ok(Vec::new());
    }
    let real_root = fs::canonicalize(root).map_err(EngineError::input("open the input folder", root))?;
    let walk = Walk {
        settings,
        since,
        watch,
        own_rules: settings.sources.iter().any(|source| source.path_day.is_some()),
        real_root,
        settled_before: SystemTime::now().checked_sub(SETTLED_AFTER),
    };
    let mut files = walk.folder(root, "", &[]);
    files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

struct Walk<'a> {
    settings: &'a Settings,
    since: Option<Day>,
    watch: &'a Watch<'a>,
    /// Whether a source has a rule of its own for the day in a path.
    own_rules: bool,
    real_root: PathBuf,
    settled_before: Option<SystemTime>,
}

impl Walk<'_> {
    /// The files below a folder. `below` is its path below the input folder; `through` are the real paths of the linked folders that
    /// led here, so that a link to a folder above itself comes to an end.
    fn folder(&self, folder: &Path, below: &str, through: &[PathBuf]) -> Vec<RawFile> {
        let mut entries: Vec<DirEntry> = match fs::read_dir(folder).and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(error) => {
                self.warn(format!("cannot look into `{}`: {error}", folder.display()));
                return Vec::new();
            }
        };
        let look = |entry: &DirEntry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = if below.is_empty() {
                name.into_owned()
            } else {
                format!("{below}/{name}")
            };
            self.entry(entry, path, through)
        };
        // Most folders hold one thing: only the ones that hold many are worth dividing.
        match entries.as_mut_slice() {
            [] => Vec::new(),
            [one] => look(one),
            many => {
                // In the order of paths, which leaves next to nothing to do for whoever sorts all of them.
                many.sort_by_cached_key(|entry| {
                    let mut name = entry.file_name().into_encoded_bytes();
                    name.extend(entry.file_type().is_ok_and(|kind| kind.is_dir()).then_some(b'/'));
                    name
                });
                many.par_iter().map(look).flatten_iter().collect()
            }
        }
    }

    fn entry(&self, entry: &DirEntry, path: String, through: &[PathBuf]) -> Vec<RawFile> {
        let on_disk = entry.path();
        let Ok(kind) = entry.file_type() else {
            self.warn(format!("cannot look at `{}`", on_disk.display()));
            return Vec::new();
        };
        if kind.is_dir() {
            return if self.is_before(&path) {
                Vec::new()
            } else {
                self.folder(&on_disk, &path, through)
            };
        }
        if !kind.is_symlink() {
            // Asked of the entry, which is not looked for again from the root on.
            return self.file((on_disk, || entry.metadata()), path, false).into_iter().collect();
        }
        let real = match fs::canonicalize(&on_disk) {
            Ok(real) => real,
            Err(error) => {
                self.warn(format!("the link `{}` leads nowhere: {error}", on_disk.display()));
                return Vec::new();
            }
        };
        let leads_out = !real.starts_with(&self.real_root);
        if !real.is_dir() {
            return self
                .file((on_disk, || fs::metadata(entry.path())), path, leads_out)
                .into_iter()
                .collect();
        }
        let above = on_disk.parent().and_then(|folder| fs::canonicalize(folder).ok());
        let is_loop = above.is_some_and(|above| above.starts_with(&real)) || through.contains(&real);
        if leads_out || is_loop {
            let where_to = if leads_out {
                "out of the input folder"
            } else {
                "to a folder that it is in"
            };
            self.warn(format!("`{}` leads {where_to} and is not followed", on_disk.display()));
            return Vec::new();
        }
        let through: Vec<PathBuf> = through.iter().cloned().chain([real]).collect();
        self.folder(&on_disk, &path, &through)
    }

    /// A file that some source reads.
    fn file(&self, (on_disk, look): (PathBuf, impl FnOnce() -> io::Result<Metadata>), path: String, leads_out: bool) -> Option<RawFile> {
        let sources = self.sources_of(&path);
        let is_old = |(_, facts): &(usize, PathFacts)| facts.day.is_some() && self.since > facts.day;
        if sources.iter().all(is_old) {
            return None;
        }
        let metadata = look().ok();
        let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
        Some(RawFile {
            path,
            on_disk,
            size: metadata.as_ref().map_or(0, |metadata| metadata.len()),
            changed: changed
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                .map_or(0, |age| age.as_nanos()),
            settled: changed.is_some() && changed <= self.settled_before,
            is_regular: metadata.is_some_and(|metadata| metadata.is_file()),
            leads_out,
            sources,
        })
    }

    /// Whether a folder is of one day and that is before the days that are looked at. A date may stand again further down, and the
    /// last one counts: so only `d=`, below which nothing but an hour and a minute follow, and where no source has a rule of its own.
    fn is_before(&self, folder: &str) -> bool {
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
    fn sources_of(&self, path: &str) -> Vec<(usize, PathFacts)> {
        let matching = self.settings.sources.iter().enumerate().filter(|(_, source)| source.reads(path));
        matching
            .map(|(at, source)| (at, path_context(path, source.path_tenant.as_ref(), source.path_day.as_ref())))
            .collect()
    }

    fn warn(&self, text: String) {
        self.watch.tell(Event::Warning(text));
    }
}
