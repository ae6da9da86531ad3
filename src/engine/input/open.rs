//! Opens raw files, so that nothing outside of the input folder is ever read.
//!
//! Between the look at a path and its opening somebody can put a link in the place of a file or of
//! a folder above it. So the decision is made by the file that is open: it is the very file that
//! the walk has found (the same device and number), or else it is the one that the path leads to
//! now, by a real path below the input folder.
//!
//! [`Reads`] is where a test comes in between, as `warehouse::disk::Disk` is for what is written.

use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::sources::bytes::input::{Input, Seekable};

/// A way in which the input folder is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// The names in a folder.
    List,
    /// Size and time of change of a file.
    Look,
    Open,
    /// Some bytes of an open file.
    Read,
}

/// Is told of every access before it happens, and can refuse it.
type Hook = dyn Fn(Access, &Path) -> io::Result<()> + Send + Sync;

/// A way to the input folder.
#[derive(Clone, Default)]
pub struct Reads {
    hook: Option<Arc<Hook>>,
}

impl Reads {
    /// Asks before every access. An error is what the system answers instead.
    pub fn watched(hook: impl Fn(Access, &Path) -> io::Result<()> + Send + Sync + 'static) -> Reads {
        Reads {
            hook: Some(Arc::new(hook)),
        }
    }

    pub fn ask(&self, access: Access, path: &Path) -> io::Result<()> {
        match &self.hook {
            Some(hook) => hook(access, path),
            None => Ok(()),
        }
    }
}

/// The input folder.
pub struct InputFolder {
    /// Its path without links.
    pub real: PathBuf,
    pub reads: Reads,
}

impl InputFolder {
    /// Looks where the folder really is.
    pub fn at(root: &Path, reads: Reads) -> io::Result<InputFolder> {
        let real = fs::canonicalize(root)?;
        if !real.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(InputFolder { real, reads })
    }

    /// Opens a regular file that is below the folder. `looked` is the file that was found at the
    /// path.
    pub fn open<'a>(&'a self, path: &'a Path, looked: Option<Identity>) -> Result<OpenFile<'a>, OpenFault> {
        self.reads.ask(Access::Open, path)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(OpenFault::Unreadable(io::Error::other("it is no file")));
        }
        let identity = Identity::of(&metadata);
        if identity.is_none() || identity != looked {
            let real = fs::canonicalize(path)?;
            if !real.starts_with(&self.real) {
                return Err(OpenFault::LeadsOut);
            }
            if identity != Identity::of(&fs::symlink_metadata(&real)?) {
                return Err(OpenFault::Unreadable(io::Error::other("it was replaced while it was opened")));
            }
        }
        Ok(OpenFile {
            file,
            path,
            reads: &self.reads,
            failed: None,
        })
    }
}

/// Which file it is, whatever its name: device and number. `None` where the system does not say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        Some(Identity(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub fn of(_metadata: &Metadata) -> Option<Identity> {
        None
    }
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// It is not, or not any more, below the input folder.
    #[error("it leads out of the input folder")]
    LeadsOut,
    #[error(transparent)]
    Unreadable(#[from] io::Error),
}

/// An open raw file, which knows whether reading it ever failed.
pub struct OpenFile<'a> {
    file: File,
    path: &'a Path,
    reads: &'a Reads,
    failed: Option<String>,
}

impl OpenFile<'_> {
    /// Why the system did not give some of the bytes: then what was read says nothing about the
    /// file.
    pub fn into_failure(self) -> Option<String> {
        self.failed
    }

    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
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

impl Input for OpenFile<'_> {
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(self)
    }
}

impl io::Read for OpenFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.reads.ask(Access::Read, self.path).and_then(|()| self.file.read(buffer));
        self.noted(result)
    }
}

impl Seek for OpenFile<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let result = self.file.seek(to);
        self.noted(result)
    }
}
