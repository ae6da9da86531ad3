//! How published files get into place: each is written whole to `<published>/.uptake-unfinished`,
//! synced to the disk, and when all of them are there they are renamed in a row. A crash leaves
//! whole files, old or new. A file whose bytes would be what they are is left alone, with its time
//! of change, so that whoever watches it sees no news where there is none.
//!
//! The folder stays from the first rename until `run.json` is in its place: where it is there, the
//! published files are not known to belong together, and the next run publishes again.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::digest::{Digest, Digester};
use crate::reports::error::ReportError;
use crate::storage::disk::{Disk, DiskFile};

/// Below the published folder: on the same file system, and no `*.parquet` in it that a reader
/// could mistake for a table.
const FOLDER: &str = ".uptake-unfinished";
/// How much of a file is read at once when it is compared.
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

/// Whether a publication of this folder was begun and not finished.
pub fn is_unfinished(published: &Path) -> bool {
    published.join(FOLDER).exists()
}

/// The staging folder of one publication; what is not committed is removed with it.
pub(super) struct Staging<'a> {
    disk: &'a Disk,
    published: &'a Path,
    folder: PathBuf,
    /// Whether the published files may be a mixture: this or an earlier publication has begun to
    /// rename.
    begun: bool,
}

impl<'a> Staging<'a> {
    /// Makes the folders and removes what a dead run left. The warehouse's lock keeps others away.
    pub fn open(disk: &'a Disk, published: &'a Path) -> Result<Staging<'a>, ReportError> {
        let folder = published.join(FOLDER);
        let begun = folder.exists();
        let failed = || ReportError::disk("clean up", &folder);
        if begun {
            for entry in fs::read_dir(&folder).map_err(failed())? {
                disk.remove_file(&entry.map_err(failed())?.path()).map_err(failed())?;
            }
        }
        disk.create_folder(&folder).map_err(ReportError::disk("create", &folder))?;
        Ok(Staging {
            disk,
            published,
            folder,
            begun,
        })
    }

    /// A new file that will be published under this name.
    pub fn create(&self, name: &str) -> Result<Unfinished, ReportError> {
        let path = self.folder.join(format!("{name}.unfinished"));
        let file = self.disk.create_file(&path).map_err(ReportError::disk("create", &path))?;
        let inner = BufWriter::with_capacity(BLOCK_BYTES, file);
        Ok(Unfinished {
            name: name.to_owned(),
            path,
            inner,
            hasher: Digester::new(),
            bytes: 0,
        })
    }

    /// Puts the files into place in the order given. The folder stays.
    pub fn commit(mut self, files: Vec<Staged>) -> Result<Vec<PublishedFile>, ReportError> {
        let mut published = Vec::with_capacity(files.len());
        // All comparisons come first: between the first rename and the last there is to be nothing
        // that takes time or fails.
        for file in files {
            let changed = !self.is_there(&file)?;
            published.push((file, changed));
        }
        self.begun = true;
        for (file, _) in published.iter().filter(|(_, changed)| *changed) {
            let target = self.published.join(&file.name);
            self.disk
                .rename(&file.path, &target)
                .map_err(ReportError::disk("put into place", &target))?;
        }
        self.disk
            .sync_folder(self.published)
            .map_err(ReportError::disk("sync", self.published))?;
        let told = |(file, changed): (Staged, bool)| PublishedFile {
            name: file.name,
            rows: file.rows,
            bytes: file.bytes,
            digest: file.digest,
            changed,
        };
        Ok(published.into_iter().map(told).collect())
    }

    /// Whether the published folder has a file with this name and these bytes.
    fn is_there(&self, staged: &Staged) -> Result<bool, ReportError> {
        let path = self.published.join(&staged.name);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(ReportError::disk("open", &path)(error)),
        };
        let metadata = file.metadata().map_err(ReportError::disk("look at", &path))?;
        if metadata.is_dir() {
            // Said before the first rename: the last one must not fail where the first has
            // succeeded.
            return Err(ReportError::disk("put into place", &path)(io::ErrorKind::IsADirectory.into()));
        }
        if metadata.len() != staged.bytes {
            return Ok(false);
        }
        let digest = digest_of_rest(&mut file).map_err(ReportError::disk("read", &path))?;
        Ok(digest == staged.digest)
    }
}

/// The digest of a file's bytes; `None` where there is no such file.
pub fn digest_of(path: &Path) -> io::Result<Option<Digest>> {
    match File::open(path) {
        Ok(mut file) => digest_of_rest(&mut file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn digest_of_rest(file: &mut File) -> io::Result<Digest> {
    let mut hasher = Digester::new();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hasher.digest()),
            read => hasher.add(&block[..read]),
        }
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        if !self.begun {
            // Tidiness only: the next run removes what stays.
            let _ = self.disk.remove_folder(&self.folder);
        }
    }
}

/// Everything is in its place: removes the folder.
pub(super) fn close(disk: &Disk, published: &Path) -> Result<(), ReportError> {
    let folder = published.join(FOLDER);
    disk.remove_folder(&folder).map_err(ReportError::disk("clean up", &folder))
}

/// A file that is being written, digested on the way.
pub(super) struct Unfinished {
    name: String,
    pub path: PathBuf,
    inner: BufWriter<DiskFile>,
    hasher: Digester,
    bytes: u64,
}

impl Unfinished {
    /// Everything is written: brings it to the disk.
    pub fn finish(mut self, rows: u64) -> Result<Staged, ReportError> {
        self.inner.flush().map_err(ReportError::disk("write", &self.path))?;
        self.inner.get_ref().sync().map_err(ReportError::disk("sync", &self.path))?;
        Ok(Staged {
            name: self.name,
            path: self.path,
            rows,
            bytes: self.bytes,
            digest: self.hasher.digest(),
        })
    }
}

impl Write for Unfinished {
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
pub(super) struct Staged {
    name: String,
    path: PathBuf,
    rows: u64,
    bytes: u64,
    digest: Digest,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

    use super::*;
    use std::time::{Duration, SystemTime};

    fn put(published: &Path, files: &[(&str, &str)]) -> Vec<PublishedFile> {
        let disk = Disk::default();
        let staging = Staging::open(&disk, published).unwrap();
        let staged = files.iter().map(|(name, text)| {
            let mut file = staging.create(name).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.finish(1).unwrap()
        });
        let staged = staged.collect();
        staging.commit(staged).unwrap()
    }

    #[test]
    fn what_does_not_change_keeps_its_time_and_what_changes_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let published = folder.path().join("published");
        let files = put(&published, &[("same.csv", "one"), ("other.csv", "one")]);
        assert!(
            files
                .iter()
                .all(|file| file.changed && file.bytes == 3 && file.digest == Digest::of(b"one"))
        );
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for name in ["same.csv", "other.csv"] {
            File::options()
                .write(true)
                .open(published.join(name))
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
        }
        let files = put(&published, &[("same.csv", "one"), ("other.csv", "two")]);
        assert_eq!(files.iter().map(|file| file.changed).collect::<Vec<_>>(), [false, true]);
        assert_eq!(fs::metadata(published.join("same.csv")).unwrap().modified().unwrap(), long_ago);
        assert_eq!(fs::read_to_string(published.join("other.csv")).unwrap(), "two");
        assert!(is_unfinished(&published));
        close(&Disk::default(), &published).unwrap();
        assert!(!is_unfinished(&published));
    }

    #[test]
    fn what_is_staged_and_not_committed_leaves_the_published_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        put(folder.path(), &[("a.csv", "old")]);
        close(&disk, folder.path()).unwrap();
        {
            let staging = Staging::open(&disk, folder.path()).unwrap();
            staging.create("a.csv").unwrap().write_all(b"new").unwrap();
        }
        assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_publication_that_broke_off_stays_marked_until_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        put(folder.path(), &[("a.csv", "old")]);
        Staging::open(&disk, folder.path()).unwrap().create("a.csv").unwrap();
        assert!(is_unfinished(folder.path()), "giving up the second does not finish the first");
        assert_eq!(fs::read_dir(folder.path().join(FOLDER)).unwrap().count(), 1);
        drop(Staging::open(&disk, folder.path()).unwrap());
        assert_eq!(fs::read_dir(folder.path().join(FOLDER)).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_the_disks_fault_and_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a-file");
        fs::write(&file, "").unwrap();
        let error = Staging::open(&Disk::default(), &file).map(|_| ()).unwrap_err();
        assert!(error.disk_error().is_some());
        assert!(error.to_string().contains("a-file"), "{error}");
    }
}
