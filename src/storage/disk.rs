//! The one place that changes the file system: whatever happens to the warehouse and to the
//! published folder goes through a [`Disk`], so that a test can make any single change fail, or end
//! the process right before it.
//!
//! | operation | done by |
//! |---|---|
//! | create a folder (each level by itself) | [`Disk::create_folder`] |
//! | create a file, write to it, sync it | [`Disk::create_file`], [`DiskFile`] |
//! | open a file that stays, or make it | [`Disk::open_file`], [`Disk::open_to_append`] |
//! | rename | [`Disk::rename`] |
//! | give a file a second name | [`Disk::link`] |
//! | remove | [`Disk::remove_file`], [`Disk::remove_folder`] |
//!
//! What is made here is readable by its owner and its group only, since it is about people: files
//! get the mode 0640 and folders 0750, less what the umask takes away. What is there already keeps
//! its mode.
//!
//! A lint (`clippy.toml`) keeps the changing functions of `std::fs` out of the rest of the program.
#![allow(clippy::disallowed_methods, reason = "this is where they belong")]

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The ways to change a file system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    CreateFolder,
    CreateFile,
    Write,
    Sync,
    Rename,
    Link,
    RemoveFile,
    RemoveFolder,
}

/// A change that is about to happen.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub operation: Operation,
    /// What is changed; of a rename or a link the new name.
    pub path: &'a Path,
    /// Counts the changes of one disk from 0.
    pub number: u64,
}

/// Is told of every change before it happens, and can refuse it.
type Hook = dyn Fn(&Change<'_>) -> io::Result<()> + Send + Sync;

/// How a file is opened that is made where it is missing.
fn opening() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options
}

/// How a folder is made.
fn folder_maker() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "folders have modes on Unix only"))]
    let mut maker = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o750);
    maker
}

/// A way to the file system. Clones share the hook and its count.
#[derive(Clone, Default)]
pub struct Disk {
    watched: Option<Arc<Watched>>,
}

struct Watched {
    hook: Box<Hook>,
    changes: AtomicU64,
}

impl Disk {
    /// A disk that asks before every change. An error is what the disk answers instead.
    pub fn watched(hook: impl Fn(&Change<'_>) -> io::Result<()> + Send + Sync + 'static) -> Disk {
        let changes = AtomicU64::new(0);
        Disk {
            watched: Some(Arc::new(Watched {
                hook: Box::new(hook),
                changes,
            })),
        }
    }

    fn ask(&self, operation: Operation, path: &Path) -> io::Result<()> {
        let Some(watched) = &self.watched else { return Ok(()) };
        let number = watched.changes.fetch_add(1, Ordering::SeqCst);
        (watched.hook)(&Change { operation, path, number })
    }

    /// Makes a folder and the ones above it, as far as they are missing.
    pub fn create_folder(&self, path: &Path) -> io::Result<()> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.create_folder(parent)?;
        }
        self.ask(Operation::CreateFolder, path)?;
        match folder_maker().create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match path.is_dir() {
                // Another thread was faster.
                true => Ok(()),
                false => Err(io::ErrorKind::NotADirectory.into()),
            },
            result => result,
        }
    }

    /// Makes an empty file; one that is there loses what it had.
    pub fn create_file(&self, path: &Path) -> io::Result<DiskFile> {
        self.ask(Operation::CreateFile, path)?;
        Ok(self.file(opening().write(true).truncate(true).open(path)?, path))
    }

    /// Opens a file for reading and writing as it is; makes it where it is missing.
    pub fn open_file(&self, path: &Path) -> io::Result<DiskFile> {
        if !path.exists() {
            self.ask(Operation::CreateFile, path)?;
        }
        let file = opening().read(true).write(true).truncate(false).open(path)?;
        Ok(self.file(file, path))
    }

    /// Opens a file whose bytes stay, to write after them; makes it where it is missing.
    pub fn open_to_append(&self, path: &Path) -> io::Result<DiskFile> {
        if !path.exists() {
            self.ask(Operation::CreateFile, path)?;
        }
        let file = opening().read(true).append(true).open(path)?;
        Ok(self.file(file, path))
    }

    fn file(&self, file: File, path: &Path) -> DiskFile {
        DiskFile {
            file,
            disk: self.clone(),
            path: path.to_path_buf(),
        }
    }

    /// Gives a file or folder its new name; a file that has it is replaced in the same instant.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Operation::Rename, to)?;
        fs::rename(from, to)
    }

    /// Gives a file a second name, which nothing has yet.
    pub fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Operation::Link, to)?;
        fs::hard_link(from, to)
    }

    /// Removes a file.
    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::RemoveFile, path)?;
        fs::remove_file(path)
    }

    /// Removes a folder with everything in it; fine where there is none.
    pub fn remove_folder(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(());
        }
        self.ask(Operation::RemoveFolder, path)?;
        fs::remove_dir_all(path)
    }

    /// Removes a file that is of no use to anybody. Whether it can be removed matters to nobody
    /// either, so this is no change that a test could want to refuse.
    pub fn tidy_file(&self, path: &Path) {
        let _ = fs::remove_file(path);
    }

    /// Removes a folder where it is empty, likewise.
    pub fn tidy_folder(&self, path: &Path) {
        let _ = fs::remove_dir(path);
    }

    /// Makes the renames in a folder outlive a loss of power.
    pub fn sync_folder(&self, path: &Path) -> io::Result<()> {
        if cfg!(unix) {
            self.ask(Operation::Sync, path)?;
            File::open(path)?.sync_all()?;
        }
        Ok(())
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.watched.is_some() { "Disk(watched)" } else { "Disk" })
    }
}

/// A file that is open for writing.
#[derive(Debug)]
pub struct DiskFile {
    file: File,
    disk: Disk,
    path: PathBuf,
}

impl DiskFile {
    /// Brings what was written to the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.disk.ask(Operation::Sync, &self.path)?;
        self.file.sync_all()
    }

    /// Makes these bytes the whole content of the file. Whoever reads meanwhile can find old bytes
    /// after the new ones.
    pub fn overwrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.write_all(bytes)?;
        self.disk.ask(Operation::Write, &self.path)?;
        self.file.set_len(bytes.len() as u64)
    }

    /// The open file, for whoever only looks at it.
    pub fn as_file(&self) -> &File {
        &self.file
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.disk.ask(Operation::Write, &self.path) {
            // A disk that fails or is full has often taken a part.
            let _ = self.file.write_all(&bytes[..bytes.len() / 2]);
            return Err(error);
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_change_is_told_before_it_happens_and_can_be_refused() {
        let folder = tempfile::tempdir().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = told.clone();
        let disk = Disk::watched(move |change| {
            seen.lock().unwrap().push((change.operation, change.number));
            match change.operation {
                Operation::Rename => Err(io::Error::from_raw_os_error(5)),
                _ => Ok(()),
            }
        });
        let (deep, file) = (folder.path().join("a/b"), folder.path().join("a/b/file"));
        disk.create_folder(&deep).unwrap();
        disk.create_folder(&deep).unwrap();
        let mut written = disk.create_file(&file).unwrap();
        written.write_all(b"bytes").unwrap();
        written.sync().unwrap();
        assert!(disk.rename(&file, &deep.join("other")).is_err());
        assert!(file.exists(), "a refused change does not happen");
        disk.remove_file(&file).unwrap();
        disk.remove_folder(&folder.path().join("nowhere")).unwrap();
        disk.remove_folder(&folder.path().join("a")).unwrap();
        let operations = [
            Operation::CreateFolder,
            Operation::CreateFolder,
            Operation::CreateFile,
            Operation::Write,
            Operation::Sync,
            Operation::Rename,
            Operation::RemoveFile,
            Operation::RemoveFolder,
        ];
        let expected: Vec<_> = operations.into_iter().zip(0..).collect();
        assert_eq!(*told.lock().unwrap(), expected);
    }

    #[test]
    fn a_refused_write_leaves_half_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::watched(|change| match change.operation {
            Operation::Write => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        });
        let path = folder.path().join("file");
        let error = disk.create_file(&path).unwrap().write_all(b"12345678").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"1234");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_for_its_owner_and_its_group() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        let deep = folder.path().join("a/b");
        disk.create_folder(&deep).unwrap();
        disk.create_file(&deep.join("made")).unwrap();
        disk.open_file(&deep.join("stays")).unwrap();
        disk.open_to_append(&deep.join("grows")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        // The umask of whoever runs the tests can only take away.
        for path in [folder.path().join("a"), deep.clone()] {
            assert_eq!((mode(&path) & !0o750, mode(&path) & 0o700), (0, 0o700), "{:o}", mode(&path));
        }
        for name in ["made", "stays", "grows"] {
            let mode = mode(&deep.join(name));
            assert_eq!((mode & !0o640, mode & 0o600), (0, 0o600), "{name}: {mode:o}");
        }
    }

    #[test]
    fn a_file_that_stays_is_overwritten_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for text in ["a long text", "short"] {
            Disk::default().open_file(&path).unwrap().overwrite(text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
