//! How published files get into place: each is written whole and synced, where nobody sees it, and
//! when all of them are there they are put in a row. A crash leaves whole files, old or new. A file
//! whose bytes would be what they are is left alone, with its time of change, so that whoever
//! watches it sees no news where there is none.
//!
//! A mark stands from before the first of them is put until `run.json` is in its place: where it is
//! there, the published files are not known to belong together, and the next run publishes again.

use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::digest::{Digest, Digester};
use crate::reports::error::ReportError;
use crate::storage::error::{StorageError, if_there};
use crate::storage::interface::{Kind, Staged, Storage, Unfinished};
use crate::storage::object::OpenObject;

/// Whatever is below this prefix is a mark. Earlier versions had their unfinished files there.
const MARKS: &str = ".uptake-unfinished";
/// The mark of this version.
const MARK: &str = "begun";
/// How much of a file is read at once when it is compared, and written.
const BLOCK_BYTES: usize = 1 << 18;

/// A file that is in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFile {
    pub name: String,
    /// Rows without the header.
    pub rows: u64,
    pub bytes: u64,
    /// Of the file's bytes.
    pub digest: Digest,
    /// Whether this run put new bytes there.
    pub changed: bool,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFile {
    /// The name under which it is published.
    pub name: String,
    /// Where it is, below the published folder.
    pub path: String,
    /// Rows without the header.
    pub rows: u64,
    pub bytes: u64,
    /// Of the file's bytes.
    pub digest: Digest,
}

/// Whether a publication was begun and not finished.
pub fn is_unfinished(published: &dyn Storage) -> bool {
    matches!(published.list(MARKS, None), Ok(Some(_)))
}

/// One publication.
pub(super) struct Staging<'a> {
    published: &'a dyn Storage,
    is_marked: bool,
}

impl<'a> Staging<'a> {
    /// Removes what an earlier version left unfinished. The warehouse's lock keeps others away.
    pub fn open(published: &'a dyn Storage) -> Result<Staging<'a>, ReportError> {
        let mut is_marked = false;
        for entry in published.list(MARKS, None)?.unwrap_or_default().entries {
            if entry.name == MARK {
                is_marked = true;
            } else {
                published.delete(&format!("{MARKS}/{}", entry.name))?;
            }
        }
        Ok(Staging { published, is_marked })
    }

    /// A new file that will be published under this name.
    pub fn create(&self, name: &str) -> Result<FileWriter, ReportError> {
        let unfinished = self.published.begin()?;
        Ok(FileWriter {
            name: name.to_owned(),
            path: unfinished.shown(),
            inner: BufWriter::with_capacity(BLOCK_BYTES, unfinished),
            hasher: Digester::new(),
            bytes: 0,
        })
    }

    /// Opens a file that is written and not yet in its place.
    pub fn open_staged(&self, file: &StagedFile) -> Result<OpenObject, StorageError> {
        let absent = || StorageError::of("open", Path::new(&file.name))(io::ErrorKind::NotFound.into());
        self.published.open_staged(file.staged.as_ref().ok_or_else(absent)?)
    }

    /// Compares files with what is published. All comparisons come before the first file is put:
    /// between it and the last one there is to be nothing that takes time or fails.
    pub fn compare(&self, files: Vec<StagedFile>) -> Result<Vec<Compared>, ReportError> {
        let compared = |staged: StagedFile| {
            let changed = !self.is_there(&staged)?;
            Ok(Compared {
                staged,
                changed,
                in_release: None,
            })
        };
        files.into_iter().map(compared).collect()
    }

    /// Compares a file of a release with what is published.
    pub fn compare_released(&self, file: &ReleaseFile) -> Result<Compared, ReportError> {
        let staged = StagedFile {
            name: file.name.clone(),
            staged: None,
            rows: file.rows,
            bytes: file.bytes,
            digest: file.digest,
        };
        let changed = !self.is_there(&staged)?;
        Ok(Compared {
            staged,
            changed,
            in_release: Some(file.path.clone()),
        })
    }

    fn put(&self, file: &StagedFile, name: &str) -> Result<(), ReportError> {
        let absent = || StorageError::of("open", Path::new(name))(io::ErrorKind::NotFound.into());
        Ok(self.published.put(file.staged.as_ref().ok_or_else(absent)?, name)?)
    }

    /// Puts a file under a name for good, where it is not there yet. Nothing takes its place there.
    pub fn put_in_release(&self, file: &mut Compared, path: &str, is_there: bool) -> Result<(), ReportError> {
        match (is_there, file.changed) {
            (true, _) => {}
            (false, true) => self.put(&file.staged, path)?,
            (false, false) => self.published.copy(&file.staged.name, path)?,
        }
        file.in_release = Some(path.to_owned());
        Ok(())
    }

    /// Puts the files into place in the order given. The mark is there, and stays.
    pub fn commit(self, files: Vec<Compared>) -> Result<Vec<PublishedFile>, ReportError> {
        for file in files.iter().filter(|file| file.changed) {
            match &file.in_release {
                Some(path) => self.published.copy(path, &file.staged.name)?,
                None => self.put(&file.staged, &file.staged.name)?,
            }
        }
        self.published.sync("")?;
        let told = |Compared { staged, changed, .. }| PublishedFile {
            name: staged.name,
            rows: staged.rows,
            bytes: staged.bytes,
            digest: staged.digest,
            changed,
        };
        Ok(files.into_iter().map(told).collect())
    }

    /// Puts the mark, on the disk before any file is put.
    pub fn mark(&self) -> Result<(), ReportError> {
        if !self.is_marked {
            self.published.put_bytes(&format!("{MARKS}/{MARK}"), b"")?;
            self.published.sync(MARKS)?;
            self.published.sync("")?;
        }
        Ok(())
    }

    /// Whether a file is published under this name with these bytes. A link to one is not: files
    /// take the places of links.
    fn is_there(&self, staged: &StagedFile) -> Result<bool, ReportError> {
        let name = &staged.name;
        match self.published.look(name)?.map(|found| found.kind) {
            Some(Kind::Object) => {}
            Some(Kind::Folder) => {
                // Said before the first file is put: the last one must not fail where the first has
                // succeeded.
                let path = self.published.shown(name);
                return Err(ReportError::disk("put into place", &path)(io::ErrorKind::IsADirectory.into()));
            }
            _ => return Ok(false),
        }
        let Some(object) = if_there(self.published.open(name))? else {
            return Ok(false);
        };
        Ok(object.size() == staged.bytes && digest_of(&object)? == staged.digest)
    }
}

/// The digest of an open file's bytes.
pub fn digest_of(object: &OpenObject) -> Result<Digest, StorageError> {
    let mut hasher = Digester::new();
    let mut reader = object.reader();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match reader.read(&mut block).map_err(StorageError::of("read", object.shown()))? {
            0 => return Ok(hasher.digest()),
            read => hasher.add(&block[..read]),
        }
    }
}

/// Everything is in its place: removes the mark.
pub(super) fn close(published: &dyn Storage) -> Result<(), ReportError> {
    Ok(published.delete_below(MARKS)?)
}

/// A file that is being written, digested on the way.
pub(super) struct FileWriter {
    name: String,
    /// Where it is until it is put, for messages.
    pub path: PathBuf,
    inner: BufWriter<Box<dyn Unfinished>>,
    hasher: Digester,
    bytes: u64,
}

impl FileWriter {
    /// Everything is written: brings it to the disk.
    pub fn finish(self, rows: u64) -> Result<StagedFile, ReportError> {
        let written = self.inner.into_inner();
        let mut unfinished = written.map_err(|error| ReportError::disk("write", &self.path)(error.into_error()))?;
        unfinished.sync()?;
        Ok(StagedFile {
            name: self.name,
            staged: Some(unfinished.finish()?),
            rows,
            bytes: self.bytes,
            digest: self.hasher.digest(),
        })
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.add(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A file that is written and not yet in its place.
pub(super) struct StagedFile {
    pub name: String,
    /// `None` of a file that is in a release.
    staged: Option<Staged>,
    pub rows: u64,
    pub bytes: u64,
    pub digest: Digest,
}

/// The same, held against what is published.
pub(super) struct Compared {
    pub staged: StagedFile,
    /// Whether other bytes are published under its name, or none.
    pub changed: bool,
    /// Where it is in a release.
    in_release: Option<String>,
}

#[cfg(test)]
#[path = "tests/staging.rs"]
mod tests;
