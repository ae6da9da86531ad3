//! An object that is open: its bytes from any place.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::storage::version_tag::VersionTag;

/// How a storage reads an object that is open.
pub trait ReadAt: Send + Sync {
    /// Reads bytes from a place on, at least one unless the object ends there.
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Which content the object has now.
    fn version(&self) -> io::Result<VersionTag>;
}

/// An object that is open for reading. It stays what it is: whoever puts another one in its place
/// does not change it.
#[derive(Clone)]
pub struct OpenObject {
    bytes: Arc<dyn ReadAt>,
    version: VersionTag,
    shown: Arc<Path>,
}

impl OpenObject {
    pub(super) fn new(bytes: Arc<dyn ReadAt>, shown: PathBuf) -> io::Result<OpenObject> {
        Ok(OpenObject {
            version: bytes.version()?,
            bytes,
            shown: shown.into(),
        })
    }

    /// What reads its bytes.
    pub(super) fn source(&self) -> Arc<dyn ReadAt> {
        self.bytes.clone()
    }

    /// How messages call it.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Which content it had when it was opened.
    pub fn version(&self) -> VersionTag {
        self.version
    }

    /// How many bytes it had when it was opened.
    pub fn size(&self) -> u64 {
        self.version.size()
    }

    /// Reads a range. Fails where the object ends before that.
    pub fn read_range(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.reader_from(at).read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads the object from its beginning.
    pub fn reader(&self) -> Reader {
        self.reader_from(0)
    }

    /// Reads the object from a place on.
    pub fn reader_from(&self, at: u64) -> Reader {
        Reader { object: self.clone(), at }
    }
}

impl fmt::Debug for OpenObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("OpenObject").field(&self.shown).finish()
    }
}

/// Reads an open object in order, or from any place.
#[derive(Clone, Debug)]
pub struct Reader {
    object: OpenObject,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.object.bytes.read_at(self.at, buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            // It may have grown: whoever looks for the end means the end of now.
            SeekFrom::End(by) => (self.object.bytes.version()?.size(), by),
        };
        let before_the_beginning = || io::Error::from(io::ErrorKind::InvalidInput);
        self.at = base.checked_add_signed(by).ok_or_else(before_the_beginning)?;
        Ok(self.at)
    }
}
