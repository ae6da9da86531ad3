//! A raw file: where it is, which source reads it, what its path says, and the digest of its bytes.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::domain::digest::{Digest, Digester};
use crate::sources::bytes::input::{Input, Seekable};
use crate::sources::path::PathFacts;
use crate::storage::error::OpenFault;
use crate::storage::interface::{Kind, Storage};
use crate::storage::object::{OpenObject, Reader};
use crate::storage::place::Place;
use crate::storage::version_tag::VersionTag;

/// A file below the input folder.
#[derive(Clone)]
pub struct RawFile {
    /// Path below the input folder, with `/` between folders and its names as `storage::names`
    /// writes them.
    pub path: String,
    pub storage: Arc<dyn Storage>,
    /// Where a walk has found it. `None`: somebody else has, and noted its version. Then it is read
    /// only as long as it has that version.
    pub place: Option<Place>,
    pub kind: Kind,
    pub version: VersionTag,
    /// The sources that read it, as indices into the pipeline's, each with what the path says to
    /// it.
    pub sources: Vec<(usize, PathFacts)>,
}

impl RawFile {
    /// Its bytes.
    pub fn size(&self) -> u64 {
        self.version.size()
    }

    /// Tells the storage of this file that these are about to be read, in this order.
    pub fn announce<'f>(&self, files: impl Iterator<Item = &'f RawFile>) {
        let files = files.filter(|file| file.kind == Kind::Object);
        self.storage.will_open(&mut files.map(|file| (file.path.as_str(), file.size())));
    }
}

/// Why a raw file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum RawFileFault {
    /// It is gone or has another version than the one that was noted of it.
    #[error("it changed since it was looked at")]
    Changed,
    #[error(transparent)]
    Open(#[from] OpenFault),
}

/// An open raw file, which knows whether reading it ever failed.
pub struct OpenFile {
    reader: Reader,
    /// Why the storage did not give some of the bytes: then what was read says nothing about the
    /// file.
    failed: Option<String>,
}

impl OpenFile {
    pub fn of(reader: Reader) -> OpenFile {
        OpenFile { reader, failed: None }
    }

    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failed.get_or_insert_with(|| error.to_string());
        }
        result
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer);
        self.noted(read)
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = self.reader.seek(to);
        self.noted(sought)
    }
}

impl Input for OpenFile {
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(self)
    }
}

/// Opens the object; one that somebody else has found only where it still has the version that was
/// noted.
fn open(file: &RawFile) -> Result<OpenObject, RawFileFault> {
    let opened = file.storage.open_inside(&file.path, file.place.as_ref());
    if file.place.is_some() {
        return Ok(opened?);
    }
    match opened {
        Ok(object) if object.version() == file.version => Ok(object),
        Ok(_) => Err(RawFileFault::Changed),
        Err(OpenFault::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => Err(RawFileFault::Changed),
        Err(fault) => Err(fault.into()),
    }
}

/// A file whose bytes are digested while they are read.
pub struct Digesting {
    file: OpenFile,
    hasher: Digester,
    opened: Opened,
}

/// What a raw file was when it was opened.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    pub size: u64,
    /// Whether it was what a look at it had found: somebody may have put another one in its place
    /// since.
    pub is_as_found: bool,
}

impl Digesting {
    /// The digest of a file's bytes, and what it was when it was opened.
    pub fn digest_of(file: &RawFile) -> Result<(Digest, Opened), RawFileFault> {
        let mut reader = Digesting::open(file)?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok((reader.hasher.digest(), reader.opened)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(OpenFault::from(error).into()),
            }
        }
    }

    /// Opens a raw file that is a regular one.
    pub fn open(file: &RawFile) -> Result<Digesting, RawFileFault> {
        match file.kind {
            Kind::Object => {}
            Kind::LeadsOut => return Err(OpenFault::LeadsOut.into()),
            Kind::Folder | Kind::Link | Kind::Other => {
                let no_file = "it is a folder, a pipe, a socket or a device, and no file";
                return Err(OpenFault::Unreadable(io::Error::other(no_file)).into());
            }
        }
        let object = open(file)?;
        Ok(Digesting {
            file: OpenFile::of(object.reader()),
            hasher: Digester::new(),
            opened: Opened {
                size: object.size(),
                is_as_found: object.version() == file.version,
            },
        })
    }

    pub fn opened(&self) -> Opened {
        self.opened
    }

    /// Of everything that was read, or why the system did not give all of it.
    pub fn into_digest(self) -> Result<Digest, String> {
        match self.file.failed {
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

impl Input for Digesting {
    /// What is read in this way is not digested; [`Digesting::drain`] reads it again.
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(&mut self.file)
    }
}

impl Read for Digesting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.add(&buffer[..read]);
        Ok(read)
    }
}
