//! A raw file: where it is, which source reads it, what its path says, and the digest of its bytes.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::digest::{Digest, Digester};
use crate::engine::input::open::{Identity, InputFolder, OpenFault, OpenFile};
use crate::sources::bytes::input::{Input, Seekable};
use crate::sources::path::PathFacts;

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

/// A file whose bytes are digested while they are read.
pub struct Digesting<'a> {
    file: OpenFile<'a>,
    hasher: Digester,
}

impl Digesting<'_> {
    /// The digest of a file's bytes.
    pub fn digest_of(file: &RawFile) -> Result<Digest, OpenFault> {
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
