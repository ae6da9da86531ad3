//! Objects that are written and not yet put: in memory, or in a temporary file without a name where
//! they are large. They end with the process, so a run that dies leaves none behind.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::SpooledTempFile;

use crate::storage::error::StorageError;
use crate::storage::interface::{Staged, Unfinished};
use crate::storage::object::{OpenObject, ReadAt};
use crate::storage::version_tag::VersionTag;

/// How much of an object is kept in memory. Files of tables are smaller as a rule.
const IN_MEMORY: usize = 4 << 20;

/// The objects that are finished, by number.
pub struct Staging {
    /// How messages call an object that has no name yet.
    shown: PathBuf,
    finished: Mutex<(u64, HashMap<String, OpenObject>)>,
}

impl Staging {
    pub fn new(shown: PathBuf) -> Staging {
        Staging {
            shown,
            finished: Mutex::default(),
        }
    }

    pub fn begin(self: &Arc<Staging>) -> Box<dyn Unfinished> {
        Box::new(Writing {
            staging: self.clone(),
            file: file(),
            size: 0,
        })
    }

    /// An object that is finished.
    pub fn open(&self, staged: &Staged) -> Result<OpenObject, StorageError> {
        let found = lock(&self.finished).1.get(&staged.0).cloned();
        found.ok_or_else(|| StorageError::of("open", &self.shown)(io::ErrorKind::NotFound.into()))
    }

    /// Forgets an object that was put.
    pub fn forget(&self, staged: &Staged) {
        lock(&self.finished).1.remove(&staged.0);
    }
}

/// What was written, as an object that is open. `shown` is how messages call it.
pub fn finished(file: SpooledTempFile, size: u64, shown: &Path) -> Result<OpenObject, StorageError> {
    let written = Written {
        file: Mutex::new(file),
        size,
    };
    OpenObject::new(Arc::new(written), shown.to_path_buf()).map_err(StorageError::of("write", shown))
}

/// A file that is in memory as long as it is small.
pub fn file() -> SpooledTempFile {
    SpooledTempFile::new(IN_MEMORY)
}

/// Nobody who holds one of these locks can panic, so nothing is ever half done.
fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Writing {
    staging: Arc<Staging>,
    file: SpooledTempFile,
    size: u64,
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Unfinished for Writing {
    fn shown(&self) -> PathBuf {
        self.staging.shown.clone()
    }

    /// The store keeps what it has taken; before that nothing is to outlive anything.
    fn sync(&mut self) -> Result<(), StorageError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Staged, StorageError> {
        let object = finished(self.file, self.size, &self.staging.shown)?;
        let mut finished = lock(&self.staging.finished);
        finished.0 += 1;
        let staged = Staged(finished.0.to_string());
        finished.1.insert(staged.0.clone(), object);
        Ok(staged)
    }
}

struct Written {
    file: Mutex<SpooledTempFile>,
    size: u64,
}

impl ReadAt for Written {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(at.min(self.size)))?;
        file.read(buffer)
    }

    fn version(&self) -> io::Result<VersionTag> {
        Ok(VersionTag::new(self.size, 0, false))
    }
}
