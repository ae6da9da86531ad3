//! Follows the links in a folder: other names of files and folders that are somewhere in it anyway.
//! So for each reader
//!
//! * a real file counts once: under its own path where the reader reads that, else under the least
//!   path, in the order of bytes, by which links lead to it and which the reader reads;
//! * a real folder is walked once for each way in which readers can go on below it ([`Progress`]),
//!   however many links lead there, so the walk takes as long as there are files and links, not as
//!   long as there are ways;
//! * what a link leads to outside of the root is not read. A file there is told as one that leads
//!   out, a folder is one warning.
//!
//! Folders are taken in the order of their paths, so nothing depends on which link was met first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use crate::storage::interface::{Progress, Selection};
use crate::storage::names::{text_of, text_of_path};

/// A link that was met.
pub struct Link {
    /// Its path below the root.
    pub path: String,
    pub on_disk: PathBuf,
}

/// A file that a link leads to.
pub struct Reached {
    /// The least path by which links lead there.
    pub path: String,
    /// Where it really is; of a file outside of the root where the link is.
    pub real: PathBuf,
    pub leads_out: bool,
    pub readers: Vec<usize>,
}

/// The files that links lead to and that nobody reads under their own paths, in the order of their
/// paths. `entries` says what is in a folder, `cannot_see` is told of what the system does not show.
pub fn follow(
    selection: &dyn Selection,
    root: &Path,
    links: Vec<Link>,
    entries: &dyn Fn(&Path, &str) -> Vec<DirEntry>,
    cannot_see: &dyn Fn(&str, &io::Error),
) -> Vec<Reached> {
    let mut following = Following {
        selection,
        root,
        entries,
        cannot_see,
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

struct Following<'w> {
    selection: &'w dyn Selection,
    root: &'w Path,
    entries: &'w dyn Fn(&Path, &str) -> Vec<DirEntry>,
    cannot_see: &'w dyn Fn(&str, &io::Error),
    /// Folders that are still to be walked: a path by which links lead there, and the real one.
    waiting: BTreeSet<(String, PathBuf)>,
    been: FxHashSet<(PathBuf, Progress)>,
    /// For each of them and reader the least path that the reader reads.
    found: BTreeMap<(Target, usize), String>,
}

/// A file, or a link out of the root, where it really is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    real: PathBuf,
    leads_out: bool,
}

impl Following<'_> {
    /// Takes a link, with a warning where it leads nowhere useful: once, under its own path.
    fn link(&mut self, Link { path, on_disk }: Link, under_its_own_path: bool) {
        let warn = |text: String| {
            if under_its_own_path {
                self.selection.warn(text);
            }
        };
        let real = match fs::canonicalize(&on_disk) {
            Ok(real) => real,
            Err(error) if leads_nowhere(&error) => return warn(format!("the link `{path}` leads nowhere: {error}")),
            Err(error) => return (self.cannot_see)(&path, &error),
        };
        let leads_out = !real.starts_with(self.root);
        match (real.is_dir(), leads_out) {
            (true, true) => warn(format!("`{path}` leads out of the input folder and is not followed")),
            (true, false) => drop(self.waiting.insert((path, real))),
            (false, false) => self.file(path, Target { real, leads_out }),
            (false, true) => {
                // What is told of is the link itself.
                let folder = on_disk.parent().and_then(|folder| fs::canonicalize(folder).ok());
                let itself = folder.zip(on_disk.file_name()).map(|(folder, name)| folder.join(name));
                let real = itself.unwrap_or(on_disk);
                self.file(path, Target { real, leads_out });
            }
        }
    }

    fn folder(&mut self, path: &str, real: &Path) {
        if !self.selection.enters(path) {
            return;
        }
        let Some(progress) = self.selection.progress(path) else { return };
        if !self.been.insert((real.to_path_buf(), progress)) {
            return;
        }
        for entry in (self.entries)(real, path) {
            let (path, on_disk) = (child(path, &text_of(&entry.file_name())), entry.path());
            match entry.file_type() {
                Err(error) => (self.cannot_see)(&path, &error),
                Ok(kind) if kind.is_dir() => drop(self.waiting.insert((path, on_disk))),
                Ok(kind) if kind.is_symlink() => self.link(Link { path, on_disk }, false),
                Ok(_) => {
                    let (real, leads_out) = (on_disk, false);
                    self.file(path, Target { real, leads_out });
                }
            }
        }
    }

    /// Takes note of a file for the readers that read it under this path and not under its own.
    fn file(&mut self, path: String, target: Target) {
        let own = target.real.strip_prefix(self.root).map(text_of_path).unwrap_or_default();
        let under_own_path = if path == own { Vec::new() } else { self.selection.readers(&own) };
        for reader in self.selection.readers(&path) {
            if under_own_path.contains(&reader) {
                continue;
            }
            let least = self.found.entry((target.clone(), reader)).or_insert_with(|| path.clone());
            if path < *least {
                least.clone_from(&path);
            }
        }
    }

    fn files(self) -> Vec<Reached> {
        let mut by_path: BTreeMap<String, (Target, Vec<usize>)> = BTreeMap::new();
        for ((target, reader), path) in self.found {
            by_path.entry(path).or_insert_with(|| (target, Vec::new())).1.push(reader);
        }
        let reached = |(path, (Target { real, leads_out }, readers))| Reached {
            path,
            real,
            leads_out,
            readers,
        };
        by_path.into_iter().map(reached).collect()
    }
}

/// The path of something in a folder.
pub fn child(below: &str, name: &str) -> String {
    if below.is_empty() {
        name.to_owned()
    } else {
        format!("{below}/{name}")
    }
}

/// Whether a link is broken by itself, and not by what happens around it: nothing is where it
/// leads, or it leads to itself.
fn leads_nowhere(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) || error.raw_os_error() == Some(LINKS_IN_A_CIRCLE)
}

/// ELOOP.
const LINKS_IN_A_CIRCLE: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };
