//! Follows the links in the input folder: other names of files and folders that are somewhere in it
//! anyway. So for each source
//!
//! * a real file counts once: under its own path where the source reads that, else under the least
//!   path, in the order of bytes, by which links lead to it and which the source reads;
//! * a real folder is walked once for each way in which the globs can go on below it
//!   (`glob_steps`), however many links lead there, so the walk takes as long as there are files
//!   and links, not as long as there are ways;
//! * what a link leads to outside of the input folder is not read. A file there is one reject, a
//!   folder one warning.
//!
//! Folders are taken in the order of their paths, so nothing depends on which link was met first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::engine::input::discover::{Walk, child};
use crate::engine::input::glob_steps::{GlobSteps, Progress};
use crate::engine::input::paths::text_of_path;
use crate::engine::input::raw_file::RawFile;
use crate::sources::path::PathFacts;

/// A link that was met.
pub struct Link {
    /// Its path below the input folder.
    pub path: String,
    pub on_disk: PathBuf,
}

/// The files that links lead to and that no source reads under their own paths.
pub fn follow(walk: &Walk<'_>, links: Vec<Link>) -> Vec<RawFile> {
    if links.is_empty() {
        return Vec::new();
    }
    let mut following = Following {
        walk,
        globs: GlobSteps::of(&walk.settings.sources),
        waiting: BTreeSet::new(),
        been: FxHashSet::default(),
        found: BTreeMap::new(),
    };
    links.into_iter().for_each(|link| following.link(link, true));
    while let Some((path, real)) = following.waiting.pop_first() {
        following.folder(&path, &real);
    }
    following.files()
}

struct Following<'w, 'a> {
    walk: &'w Walk<'a>,
    globs: GlobSteps,
    /// Folders that are still to be walked: a path by which links lead there, and the real one.
    waiting: BTreeSet<(String, PathBuf)>,
    been: FxHashSet<(PathBuf, Progress)>,
    /// For each of them and source the least path that the source reads, and what that says.
    found: BTreeMap<(Found, usize), (String, PathFacts)>,
}

/// A file, or a link out of the input folder, where it really is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    real: PathBuf,
    leads_out: bool,
}

impl Following<'_, '_> {
    /// Takes a link, with a warning where it leads nowhere useful: once, under its own path.
    fn link(&mut self, Link { path, on_disk }: Link, under_its_own_path: bool) {
        let warn = |text: String| {
            if under_its_own_path {
                self.walk.warn(text);
            }
        };
        let real = match fs::canonicalize(&on_disk) {
            Ok(real) => real,
            Err(error) if leads_nowhere(&error) => return warn(format!("the link `{path}` leads nowhere: {error}")),
            Err(error) => return self.walk.cannot_see(&path, &error),
        };
        let leads_out = !real.starts_with(&self.walk.folder.real);
        match (real.is_dir(), leads_out) {
            (true, true) => warn(format!("`{path}` leads out of the input folder and is not followed")),
            (true, false) => drop(self.waiting.insert((path, real))),
            (false, false) => self.file(path, Found { real, leads_out }),
            (false, true) => {
                // What is told of is the link itself.
                let folder = on_disk.parent().and_then(|folder| fs::canonicalize(folder).ok());
                let itself = folder.zip(on_disk.file_name()).map(|(folder, name)| folder.join(name));
                let real = itself.unwrap_or(on_disk);
                self.file(path, Found { real, leads_out });
            }
        }
    }

    fn folder(&mut self, path: &str, real: &Path) {
        if self.walk.is_before(path) {
            return;
        }
        let progress = self.globs.at(path);
        if progress.is_dead() || !self.been.insert((real.to_path_buf(), progress)) {
            return;
        }
        for entry in self.walk.entries(real, path) {
            let (path, on_disk) = (child(path, &entry), entry.path());
            match entry.file_type() {
                Err(error) => self.walk.cannot_see(&path, &error),
                Ok(kind) if kind.is_dir() => drop(self.waiting.insert((path, on_disk))),
                Ok(kind) if kind.is_symlink() => self.link(Link { path, on_disk }, false),
                Ok(_) => {
                    let (real, leads_out) = (on_disk, false);
                    self.file(path, Found { real, leads_out });
                }
            }
        }
    }

    /// Takes note of a file for the sources that read it under this path and not under its own.
    fn file(&mut self, path: String, found: Found) {
        let own = found
            .real
            .strip_prefix(&self.walk.folder.real)
            .map(text_of_path)
            .unwrap_or_default();
        for (source, facts) in self.walk.sources_of(&path) {
            if path != own && self.walk.settings.sources[source].reads(&own) {
                continue;
            }
            let of_source = self.found.entry((found.clone(), source));
            let known = of_source.or_insert_with(|| (path.clone(), facts));
            if path < known.0 {
                *known = (path.clone(), facts);
            }
        }
    }

    fn files(self) -> Vec<RawFile> {
        let mut by_path: BTreeMap<String, (Found, Vec<(usize, PathFacts)>)> = BTreeMap::new();
        for ((found, source), (path, facts)) in self.found {
            by_path.entry(path).or_insert_with(|| (found, Vec::new())).1.push((source, facts));
        }
        let file = |(path, (Found { real, leads_out }, sources)): (String, (Found, Vec<_>))| {
            let file = self.walk.file(path, &real, || fs::symlink_metadata(&real), sources)?;
            Some(RawFile { leads_out, ..file })
        };
        by_path.into_iter().filter_map(file).collect()
    }
}

/// Whether a link is broken by itself, and not by what happens around it: nothing is where it
/// leads, or it leads to itself.
fn leads_nowhere(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || error.raw_os_error() == Some(LINKS_IN_A_CIRCLE)
}

/// ELOOP.
const LINKS_IN_A_CIRCLE: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };
