//! The raw input: which files there are, which source reads them, what their paths say, and the digest of their bytes.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use walkdir::WalkDir;
use xxhash_rust::xxh3::Xxh3;

use crate::domain::digest::Digest;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::pipeline::settings::Settings;
use crate::sources::input::{Input, Seekable};
use crate::sources::path::{PathFacts, path_context};

/// A file below the input folder.
#[derive(Clone, Debug)]
pub struct RawFile {
    /// Path below the input folder, with `/` between folders.
    pub path: String,
    pub on_disk: PathBuf,
    pub size: u64,
    /// Time of the last change, nanoseconds since 1970.
    pub changed: u128,
    /// A symbolic link that leads out of the input folder: not followed.
    pub leads_out: bool,
    /// The sources that read it, as indices into the pipeline's, each with what the path says to it.
    pub sources: Vec<(usize, PathFacts)>,
}

/// Walks the input folder; files in the order of their paths. A missing folder is an empty one, with a warning.
pub fn discover(settings: &Settings, watch: &Watch<'_>) -> Result<Vec<RawFile>, EngineError> {
    let root = &settings.input_root;
    if !root.exists() {
        watch.tell(Event::Warning(format!("the input folder `{}` does not exist", root.display())));
        return Ok(Vec::new());
    }
    let real_root = fs::canonicalize(root).map_err(EngineError::input("open the input folder", root))?;
    let mut files = Vec::new();
    let inside = |path: &Path| fs::canonicalize(path).is_ok_and(|real| real.starts_with(&real_root));
    let mut walker = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = walker.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                watch.tell(Event::Warning(format!("cannot look at a raw file: {error}")));
                continue;
            }
        };
        let leads_out = entry.path_is_symlink() && !inside(entry.path());
        if entry.file_type().is_dir() {
            if leads_out {
                watch.tell(Event::Warning(format!(
                    "`{}` leads out of the input folder and is not followed",
                    entry.path().display()
                )));
                walker.skip_current_dir();
            }
            continue;
        }
        let Ok(below) = entry.path().strip_prefix(root) else { continue };
        let path = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let sources = sources_of(settings, &path);
        if sources.is_empty() {
            continue;
        }
        let metadata = entry.metadata().ok();
        let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
        files.push(RawFile {
            path,
            on_disk: entry.path().to_path_buf(),
            size: metadata.as_ref().map_or(0, |metadata| metadata.len()),
            changed: changed
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                .map_or(0, |age| age.as_nanos()),
            leads_out,
            sources,
        });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The sources whose glob matches a path.
fn sources_of(settings: &Settings, path: &str) -> Vec<(usize, PathFacts)> {
    let matching = settings.sources.iter().enumerate().filter(|(_, source)| source.glob.is_match(path));
    matching
        .map(|(at, source)| (at, path_context(path, source.path_tenant.as_ref(), source.path_day.as_ref())))
        .collect()
}

/// Digests of files' bytes: from the cache where size and time of change are what they were, else by reading them.
pub fn contents(files: &[&RawFile], known: &mut HashMap<String, (u64, u128, String)>) -> HashMap<String, Digest> {
    let digests: Vec<Option<Digest>> = files
        .par_iter()
        .map(|file| {
            let cached = known
                .get(&file.path)
                .filter(|(size, changed, _)| (*size, *changed) == (file.size, file.changed));
            cached
                .and_then(|(_, _, digest)| Digest::parse(digest))
                .or_else(|| digest_of(&file.on_disk))
        })
        .collect();
    let mut result = HashMap::new();
    for (file, digest) in files.iter().zip(digests) {
        if let Some(digest) = digest {
            known.insert(file.path.clone(), (file.size, file.changed, digest.to_string()));
            result.insert(file.path.clone(), digest);
        }
    }
    result
}

/// The digest of a file's bytes; `None` where it cannot be read.
fn digest_of(path: &Path) -> Option<Digest> {
    let mut reader = Digesting::open(path).ok()?;
    let mut buffer = vec![0; 1 << 20];
    while reader.read(&mut buffer).ok()? > 0 {}
    Some(reader.digest())
}

/// A file whose bytes are digested while they are read.
pub struct Digesting {
    file: File,
    hasher: Xxh3,
}

impl Digesting {
    pub fn open(path: &Path) -> std::io::Result<Digesting> {
        Ok(Digesting {
            file: File::open(path)?,
            hasher: Xxh3::new(),
        })
    }

    /// Of everything that was read.
    pub fn digest(&self) -> Digest {
        Digest(self.hasher.digest128())
    }

    /// Reads what a reader has left over, so that the digest is that of the whole file.
    pub fn drain(&mut self) {
        let mut buffer = [0; 1 << 16];
        while self.read(&mut buffer).is_ok_and(|read| read > 0) {}
    }
}

impl Input for Digesting {
    /// What is read in this way is not digested; [`Digesting::drain`] reads it again.
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(&mut self.file)
    }
}

impl Read for Digesting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
