//! A place for objects that are gone when the process ends: one temporary file without a name, in
//! which they stand one behind the other.
//!
//! A plan writes here what it makes. The first plan of an archive makes thousands of objects that
//! nobody keeps, and to create and to remove a file for each of them took longer than to make them.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::storage::error::StorageError;
use crate::storage::interface::{Staged, Unfinished};
use crate::storage::object::{OpenObject, ReadAt};
use crate::storage::version_tag::VersionTag;

/// Objects by name. What is put is never changed: another object of the name takes its place.
#[derive(Clone)]
pub struct TemporaryFile {
    written: Arc<Mutex<Written>>,
}

struct Written {
    file: File,
    /// How many bytes it has.
    size: u64,
    /// How many objects were finished.
    finished: u64,
    /// Those that are finished, by a number, and those that were put, by name.
    extents: HashMap<String, Extent>,
}

/// Where the bytes of an object are in the file.
#[derive(Clone, Copy)]
struct Extent {
    begin: u64,
    length: u64,
}

impl TemporaryFile {
    /// Makes the temporary file.
    pub fn new() -> io::Result<TemporaryFile> {
        let written = Written {
            file: tempfile::tempfile()?,
            size: 0,
            finished: 0,
            extents: HashMap::new(),
        };
        Ok(TemporaryFile {
            written: Arc::new(Mutex::new(written)),
        })
    }

    /// Begins an object that nobody sees before it is put.
    pub fn begin(&self) -> Box<dyn Unfinished> {
        Box::new(UnfinishedObject {
            objects: self.clone(),
            bytes: Vec::new(),
        })
    }

    /// Puts an object under a name, in the place of the one that was there.
    pub fn put(&self, staged: &Staged, name: &str) {
        let mut written = self.lock();
        if let Some(extent) = written.extents.remove(&staged.0) {
            written.extents.insert(name.to_owned(), extent);
        }
    }

    /// Opens an object; `None` where none was put under the name. `shown` is how messages call it.
    pub fn open(&self, name: &str, shown: &Path) -> Result<Option<OpenObject>, StorageError> {
        let Some(extent) = self.lock().extents.get(name).copied() else {
            return Ok(None);
        };
        let bytes = Arc::new((self.clone(), extent));
        Ok(Some(
            OpenObject::new(bytes, shown.to_path_buf()).map_err(StorageError::of("open", shown))?,
        ))
    }

    /// Whether an object was put under a name.
    pub fn has(&self, name: &str) -> bool {
        self.lock().extents.contains_key(name)
    }

    /// Who holds this lock notes an object after its bytes are written, so a panic leaves nothing
    /// half done.
    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TemporaryFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TemporaryFile")
    }
}

impl ReadAt for (TemporaryFile, Extent) {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let (objects, extent) = self;
        let left = usize::try_from(extent.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let mut written = objects.lock();
        written.file.seek(SeekFrom::Start(extent.begin + at))?;
        written.file.read(&mut buffer[..length])
    }

    fn version(&self) -> io::Result<VersionTag> {
        // No two objects begin at the same place but empty ones.
        Ok(VersionTag::new(self.1.length, u128::from(self.1.begin) + 1, true))
    }
}

/// An object that is gathered in memory: a table's file of a day and shard is small.
struct UnfinishedObject {
    objects: TemporaryFile,
    bytes: Vec<u8>,
}

impl Write for UnfinishedObject {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Unfinished for UnfinishedObject {
    fn shown(&self) -> PathBuf {
        std::env::temp_dir()
    }

    /// Nothing of it is to outlive anything.
    fn sync(&mut self) -> Result<(), StorageError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Staged, StorageError> {
        let mut written = self.objects.lock();
        let begin = written.size;
        let mut write = || -> io::Result<()> {
            written.file.seek(SeekFrom::Start(begin))?;
            written.file.write_all(&self.bytes)
        };
        write().map_err(StorageError::of("write a temporary file in", &std::env::temp_dir()))?;
        let length = self.bytes.len() as u64;
        written.size += length;
        // No name of an object is a number.
        let staged = written.finished.to_string();
        written.finished += 1;
        written.extents.insert(staged.clone(), Extent { begin, length });
        Ok(Staged(staged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged(objects: &TemporaryFile, bytes: &[u8]) -> Staged {
        let mut unfinished = objects.begin();
        unfinished.write_all(bytes).unwrap();
        unfinished.finish().unwrap()
    }

    fn read(objects: &TemporaryFile, name: &str) -> Option<Vec<u8>> {
        let object = objects.open(name, Path::new(name)).unwrap()?;
        let mut bytes = Vec::new();
        object.reader().read_to_end(&mut bytes).unwrap();
        Some(bytes)
    }

    #[test]
    fn the_last_object_that_was_put_under_a_name_is_read() {
        let objects = TemporaryFile::new().unwrap();
        let (first, second) = (staged(&objects, b"first"), staged(&objects, b"second"));
        assert_eq!(read(&objects, "a/1"), None);
        objects.put(&first, "a/1");
        objects.put(&staged(&objects, b""), "a/2");
        let before = objects.open("a/1", Path::new("a/1")).unwrap().unwrap();
        objects.put(&second, "a/1");
        assert_eq!(read(&objects, "a/1"), Some(b"second".to_vec()));
        assert_eq!(read(&objects, "a/2"), Some(Vec::new()));
        assert_eq!(before.read_range(1, 4).unwrap(), b"irst");
    }
}
