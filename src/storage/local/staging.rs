//! Unfinished files, in the staging folder until they are put.
//!
//! Several processes, on several hosts that share the folder, can write there at once. So the name
//! of an unfinished file begins with a token of its [`Writer`], which no other one has, and goes on
//! with a number. As long as a writer lives it holds an advisory lock on the file `<token>.writer`.
//! Who may clean up, asks for that lock: where the system gives it, the writer is dead, and its
//! files are removed. What a living writer has there stays, whoever it is.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::storage::disk::{Disk, DiskFile};
use crate::storage::error::StorageError;
use crate::storage::interface::{Staged, Unfinished};
use crate::storage::local::commit;
use crate::storage::local::folder::Folder;
use crate::storage::place::Identity;

/// What the name of a writer's lock ends in, behind its token.
const WRITER: &str = ".writer";
/// What the name of an unfinished file ends in, behind the token, a hyphen and a number.
const UNFINISHED: &str = ".unfinished";
/// How a file system says that it cannot give a file a second name: it has no such thing (Linux
/// calls that a lack of permission), the name is on another one, or the file has as many as it can.
const CANNOT_LINK: [io::ErrorKind; 4] = [
    io::ErrorKind::PermissionDenied,
    io::ErrorKind::Unsupported,
    io::ErrorKind::CrossesDevices,
    io::ErrorKind::TooManyLinks,
];
/// How often somebody tries to become a writer whom another one's clean-up comes in between.
const TRIES: u32 = 8;

/// A process that writes to a staging folder.
pub struct Writer {
    token: String,
    /// Holding the open file is what holds its lock.
    _lock: DiskFile,
    folder: Folder,
    begun: AtomicU64,
}

impl Writer {
    pub fn new(folder: &Folder) -> Result<Writer, StorageError> {
        let staging = folder.staging();
        let failed = || StorageError::of("create", &staging);
        let mut tries = 0;
        loop {
            folder.create(&staging)?;
            // Two hosts can have the same name, and two processes on them the same number: chance
            // tells them apart, and the number tells whoever looks into the folder.
            let token = format!("{}-{:016x}", std::process::id(), RandomState::new().hash_one(tries));
            match locked(&folder.disk, &staging.join(format!("{token}{WRITER}"))) {
                Ok(Some(lock)) => {
                    return Ok(Writer {
                        token,
                        _lock: lock,
                        folder: folder.clone(),
                        begun: AtomicU64::new(0),
                    });
                }
                Ok(None) if tries < TRIES => {}
                // Somebody has removed the folder, which was empty.
                Err(error) if tries < TRIES && error.kind() == io::ErrorKind::NotFound => {}
                Ok(None) => return Err(failed()(io::ErrorKind::WouldBlock.into())),
                Err(error) => return Err(failed()(error)),
            }
            tries += 1;
        }
    }
}

impl Writer {
    /// The name of a new unfinished file.
    fn next_name(&self) -> String {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        format!("{}-{number:06}{UNFINISHED}", self.token)
    }
}

/// Makes a file and locks it. `None` where somebody who cleans up was faster: between the two there
/// is nobody who holds it.
fn locked(disk: &Disk, path: &Path) -> io::Result<Option<DiskFile>> {
    let file = disk.open_file(path)?;
    match file.as_file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let is_there = match fs::metadata(path) {
        Ok(found) => Identity::of(&found) == Identity::of(&file.as_file().metadata()?),
        Err(_) => false,
    };
    Ok(is_there.then_some(file))
}

impl Drop for Writer {
    /// Tidiness only: who cleans up next removes what stays. Files of a list of renames that was
    /// not carried out wait for whoever completes it.
    fn drop(&mut self) {
        let Folder { disk, .. } = &self.folder;
        let staging = self.folder.staging();
        if !commit::is_any(&self.folder) {
            let own = names(&staging).unwrap_or_default().remove(&self.token).unwrap_or_default();
            own.iter().for_each(|name| disk.tidy_file(&staging.join(name)));
        }
        disk.tidy_file(&staging.join(format!("{}{WRITER}", self.token)));
        disk.tidy_folder(&staging);
        disk.tidy_folder(&self.folder.private());
    }
}

/// A second name of a file, as an object that is finished and not put yet; `None` where the file
/// system has no such thing, or not for this file.
pub fn link(folder: &Folder, writer: &Writer, from: &Path) -> Result<Option<Staged>, StorageError> {
    let name = writer.next_name();
    match folder.disk.link(from, &folder.staging().join(&name)) {
        Ok(()) => Ok(Some(Staged(name))),
        Err(error) if CANNOT_LINK.contains(&error.kind()) => Ok(None),
        Err(error) => Err(StorageError::of("link", from)(error)),
    }
}

pub fn begin(folder: &Folder, writer: Arc<Writer>) -> Result<Box<dyn Unfinished>, StorageError> {
    let name = writer.next_name();
    let path = folder.staging().join(&name);
    let file = folder.disk.create_file(&path).map_err(StorageError::of("create", &path))?;
    Ok(Box::new(UnfinishedFile {
        file,
        path,
        name,
        writer,
        is_finished: false,
    }))
}

struct UnfinishedFile {
    file: DiskFile,
    path: PathBuf,
    name: String,
    writer: Arc<Writer>,
    is_finished: bool,
}

impl Write for UnfinishedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Unfinished for UnfinishedFile {
    fn shown(&self) -> PathBuf {
        self.path.clone()
    }

    fn sync(&mut self) -> Result<(), StorageError> {
        self.file.sync().map_err(StorageError::of("sync", &self.path))
    }

    fn finish(mut self: Box<Self>) -> Result<Staged, StorageError> {
        self.is_finished = true;
        Ok(Staged(self.name.clone()))
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        if !self.is_finished {
            self.writer.folder.disk.tidy_file(&self.path);
        }
    }
}

/// The names in a staging folder, by the token of their writer; none where there is no such folder.
/// What no writer of this version has made is under its own name.
fn names(staging: &Path) -> io::Result<BTreeMap<String, BTreeSet<String>>> {
    let mut by_token: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let entries = match fs::read_dir(staging) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(by_token),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let token = match name.strip_suffix(UNFINISHED).and_then(|name| name.rsplit_once('-')) {
            Some((token, _)) => token,
            None => name.strip_suffix(WRITER).unwrap_or(&name),
        };
        by_token.entry(token.to_owned()).or_default().insert(name.clone());
    }
    Ok(by_token)
}

/// Removes the files of writers who are dead. Who takes the lock of a writer keeps it until the
/// writer's file is gone, so that nobody takes it for a new one.
pub fn remove_what_the_dead_left(folder: &Folder) -> Result<(), StorageError> {
    let staging = folder.staging();
    for (token, names) in names(&staging).map_err(StorageError::of("clean up", &staging))? {
        let lock = format!("{token}{WRITER}");
        let path = staging.join(&lock);
        // Its files may have been seen and the lock not, so it is looked for again. Nobody but its
        // writer makes it, before any other file.
        let held = match File::open(&path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(StorageError::of("open the lock", &path)(error)),
        };
        match held.as_ref().map(File::try_lock) {
            None | Some(Ok(())) => {}
            Some(Err(TryLockError::WouldBlock)) => continue,
            Some(Err(TryLockError::Error(error))) => return Err(StorageError::of("lock", &path)(error)),
        }
        let last = held.is_some().then_some(&lock);
        for name in names.iter().filter(|name| **name != lock).chain(last) {
            let path = staging.join(name);
            let is_folder = path.is_dir() && !path.is_symlink();
            let removed = if is_folder {
                folder.disk.remove_folder(&path)
            } else {
                folder.disk.remove_file(&path)
            };
            match removed {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(StorageError::of("clean up", &path))?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "staging_tests.rs"]
mod tests;
