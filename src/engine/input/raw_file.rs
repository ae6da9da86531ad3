//! A raw file: where it is, which source reads it, what its path says, and the digest of its bytes.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::digest::{Digest, Digester};
use crate::engine::input::open::{Identity, InputFolder, OpenFault, OpenFile};
use crate::sources::bytes::input::{Input, Seekable};
use crate::sources::path::PathFacts;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file;

/// A file below the input folder.
#[derive(Clone)]
pub struct RawFile {
    /// Path below the input folder, with `/` between folders and its names as `raw_path` writes
    /// them.
    pub path: String,
    /// Where it is opened: of a file that is reached through a link its real path.
    pub on_disk: PathBuf,
    pub folder: Arc<InputFolder>,
    /// Which file was found there.
    pub identity: Option<Identity>,
    pub size: u64,
    /// Time of the last change, nanoseconds since 1970.
    pub changed: u128,
    /// Whether size and time of change will tell if the file changes again: not where it changed
    /// just now, or in the future.
    pub settled: bool,
    /// Whether it is a regular file: opening a pipe would wait for somebody to write to it, and a
    /// device may never end.
    pub is_regular: bool,
    /// A symbolic link that leads out of the input folder: not followed.
    pub leads_out: bool,
    /// The sources that read it, as indices into the pipeline's, each with what the path says to
    /// it.
    pub sources: Vec<(usize, PathFacts)>,
}

impl RawFile {
    /// Keeps the digest of the file's bytes for the next run, where it can be believed then.
    pub fn remember(&self, digest: Digest, known: &mut Contents) {
        let now = (self.size, self.changed, digest);
        if !self.settled {
            known.is_other |= known.files.remove(&self.path).is_some();
        } else if known.files.get(&self.path) != Some(&now) {
            known.files.insert(self.path.clone(), now);
            known.is_other = true;
        }
    }
}

/// The digests of raw files that were read, which spare reading them again: a cache, in a file of
/// its own, since it is long and a run without anything new needs none of it.
#[derive(Default)]
pub struct Contents {
    /// Path -> size, time of change, digest of the bytes.
    files: FxHashMap<String, (u64, u128, Digest)>,
    /// Whether it is not what the cache has.
    is_other: bool,
}

impl Contents {
    const FILE: &str = "contents.bin";
    /// Rises when what is kept changes its form.
    const VERSION: u8 = 2;

    /// What earlier runs left; nothing where they left nothing that can be read.
    pub fn load(store: &Store) -> Contents {
        let files = cache_file::load(store, Contents::FILE, Contents::VERSION).unwrap_or_default();
        Contents { files, is_other: false }
    }

    /// Forgets every file but these, which are all that there are.
    pub fn forget_all_but(&mut self, files: &[RawFile]) {
        let still_there = files.iter().filter(|file| self.files.contains_key(&file.path)).count();
        if still_there < self.files.len() {
            let there: FxHashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
            self.files.retain(|path, _| there.contains(path.as_str()));
            self.is_other = true;
        }
    }

    /// The digests of the bytes of the files that are to be compared, as many as there are files;
    /// from the cache where size and time of change are the same and are `believed`. `None` where a
    /// file is none or may not be read, or is not to be compared; the error says why it could not
    /// be read.
    pub fn of(
        &mut self,
        files: &[RawFile],
        is_compared: impl Fn(&RawFile) -> bool + Sync,
        is_believed: impl Fn(&RawFile) -> bool + Sync,
    ) -> Vec<Result<Option<Digest>, String>> {
        let known = &self.files;
        let look = |file: &RawFile| {
            if file.leads_out || !file.is_regular || !is_compared(file) {
                return (Ok(None), false);
            }
            let kept = known.get(&file.path).filter(|_| file.settled && is_believed(file));
            match kept {
                Some((size, changed, digest)) if (*size, *changed) == (file.size, file.changed) => (Ok(Some(*digest)), false),
                _ => (digest_of(file).map(Some).map_err(|fault| fault.to_string()), true),
            }
        };
        let looked: Vec<(Result<Option<Digest>, String>, bool)> = files.par_iter().map(look).collect();
        for (file, (digest, _)) in files.iter().zip(&looked).filter(|(_, (_, is_new))| *is_new) {
            if let Ok(Some(digest)) = digest {
                file.remember(*digest, self);
            }
        }
        looked.into_iter().map(|(digest, _)| digest).collect()
    }

    /// Keeps what is new for the next run.
    pub fn save(&self, store: &Store) -> Result<(), WarehouseError> {
        if !self.is_other {
            return Ok(());
        }
        cache_file::save(store, Contents::FILE, Contents::VERSION, &self.files)
    }
}

/// The digest of a file's bytes.
fn digest_of(file: &RawFile) -> Result<Digest, OpenFault> {
    let mut reader = Digesting::open(file)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(reader.hasher.digest()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A file whose bytes are digested while they are read.
pub struct Digesting<'a> {
    file: OpenFile<'a>,
    hasher: Digester,
}

impl Digesting<'_> {
    /// Opens a raw file that is a regular one.
    pub fn open(file: &RawFile) -> Result<Digesting<'_>, OpenFault> {
        if !file.is_regular {
            let no_file = "it is a folder, a pipe, a socket or a device, and no file";
            return Err(OpenFault::Unreadable(io::Error::other(no_file)));
        }
        Ok(Digesting {
            file: file.folder.open(&file.on_disk, file.identity)?,
            hasher: Digester::new(),
        })
    }

    /// Of everything that was read, or why the system did not give all of it.
    pub fn into_digest(self) -> Result<Digest, String> {
        match self.file.into_failure() {
            None => Ok(self.hasher.digest()),
            Some(why) => Err(why),
        }
    }

    /// Reads what a reader has left over, so that the digest is that of the whole file.
    pub fn drain(&mut self) {
        // Most readers leave nothing: only the end is found, and it takes no large buffer.
        let mut buffer = vec![0; 64];
        while self.read(&mut buffer).is_ok_and(|read| read > 0) {
            buffer.resize(1 << 16, 0);
        }
    }
}

impl Input for Digesting<'_> {
    /// What is read in this way is not digested; [`Digesting::drain`] reads it again.
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(&mut self.file)
    }
}

impl Read for Digesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.add(&buffer[..read]);
        Ok(read)
    }
}
