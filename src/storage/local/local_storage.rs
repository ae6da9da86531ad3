//! A folder as a storage.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::storage::disk::Disk;
use crate::storage::error::{LeaseFault, OpenFault, StorageError};
use crate::storage::interface::{Changes, Earlier, Holder, Lease, Listing, Metadata, Selection, Staged, Storage, Unfinished, Walked};
use crate::storage::local::folder::{Folder, PRIVATE};
use crate::storage::local::reads::{Access, Reads};
use crate::storage::local::staging::{self, Writer};
use crate::storage::local::{commit, lease, list, metadata, open, walk};
use crate::storage::object::OpenObject;
use crate::storage::place::{Identity, Place};

/// The lock of whoever replaces a file that somebody else may replace at the same time.
const REPLACING: &str = "replacing";

/// A folder of this machine. It need not exist: nothing is in it then.
pub struct LocalStorage {
    folder: Folder,
    reads: Reads,
    /// Who writes here for this process, as soon as it has written something.
    writer: Mutex<Option<Arc<Writer>>>,
    /// For whom this process works here.
    follows: Mutex<Weak<Followed>>,
}

/// Somebody who has a lease, and for whom others work.
struct Followed {
    lock: PathBuf,
    holder: String,
}

impl LocalStorage {
    /// A folder that is changed by way of `disk`, and whose files are read by way of `reads`.
    pub fn new(root: &Path, disk: Disk, reads: Reads) -> LocalStorage {
        let root = root.to_path_buf();
        LocalStorage {
            folder: Folder { root, disk },
            reads,
            writer: Mutex::default(),
            follows: Mutex::default(),
        }
    }

    /// Refuses a change where somebody for whom this process works has lost the lease.
    fn check_followed(&self, changed: &Path) -> Result<(), StorageError> {
        let followed = self.follows.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        let Some(Followed { lock, holder }) = followed.as_deref() else {
            return Ok(());
        };
        match lease::look(lock).map_err(StorageError::of("look at the lock", lock))? {
            Holder::Held(now) if now == *holder => Ok(()),
            _ => {
                let why = format!(
                    "the lock `{}` is no longer held by {holder}: nothing more is changed",
                    lock.display()
                );
                Err(StorageError::of("change", changed)(io::Error::other(why)))
            }
        }
    }

    fn writer(&self) -> Result<Arc<Writer>, StorageError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = &*writer {
            return Ok(writer.clone());
        }
        let new = Arc::new(Writer::new(&self.folder)?);
        *writer = Some(new.clone());
        Ok(new)
    }

    /// The bytes of a file as an object that is not put yet.
    fn copied(&self, from: &Path) -> Result<Staged, StorageError> {
        let mut unfinished = staging::begin(&self.folder, self.writer()?)?;
        let failed = || StorageError::of("copy", from);
        io::copy(&mut open::file(from)?.reader(), &mut unfinished).map_err(failed())?;
        unfinished.sync()?;
        unfinished.finish()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }
}

impl fmt::Debug for LocalStorage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("LocalStorage").field(&self.folder.root).finish()
    }
}

impl Storage for LocalStorage {
    fn shown(&self, name: &str) -> PathBuf {
        self.path(name)
    }

    fn list(&self, prefix: &str, earlier: Option<&Earlier>) -> Result<Option<Listing>, StorageError> {
        list::list(&self.path(prefix), earlier)
    }

    fn walk(&self, selection: &dyn Selection) -> Result<Walked, StorageError> {
        walk::walk(&self.folder.root, &self.reads, selection)
    }

    fn look(&self, name: &str) -> Result<Option<Metadata>, StorageError> {
        let path = self.path(name);
        match fs::symlink_metadata(&path) {
            Ok(found) => Ok(Some(metadata::of(&found))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(StorageError::of("look at", &path)(error)),
        }
    }

    fn open(&self, name: &str) -> Result<OpenObject, StorageError> {
        let path = self.path(name);
        self.reads.ask(Access::Open, &path).map_err(StorageError::of("open", &path))?;
        open::file(&path)
    }

    fn open_inside(&self, name: &str, found: Option<&Place>) -> Result<OpenObject, OpenFault> {
        open::inside(&self.folder.root, &self.reads, name, found)
    }

    fn begin(&self) -> Result<Box<dyn Unfinished>, StorageError> {
        staging::begin(&self.folder, self.writer()?)
    }

    fn open_staged(&self, staged: &Staged) -> Result<OpenObject, StorageError> {
        open::file(&self.folder.staging().join(&staged.0))
    }

    fn put(&self, staged: &Staged, name: &str) -> Result<(), StorageError> {
        self.check_followed(&self.path(name))?;
        self.folder.put_into_place(&self.folder.staging().join(&staged.0), &self.path(name))
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        let (from, to) = (self.path(from), self.path(to));
        self.check_followed(&to)?;
        if Identity::at(&from).is_some_and(|file| Identity::at(&to) == Some(file)) {
            // Both are names of one file already, and a rename would do nothing.
            return Ok(());
        }
        let staged = match staging::link(&self.folder, &*self.writer()?, &from)? {
            Some(linked) => linked,
            None => self.copied(&from)?,
        };
        self.folder.put_into_place(&self.folder.staging().join(&staged.0), &to)
    }

    fn link(&self, file: &Path, name: &str) -> Result<bool, StorageError> {
        let Some(staged) = staging::link(&self.folder, &*self.writer()?, file)? else {
            return Ok(false);
        };
        self.folder
            .put_into_place(&self.folder.staging().join(&staged.0), &self.path(name))
            .map(|()| true)
    }

    fn put_if(&self, name: &str, bytes: &[u8], before: Option<&[u8]>) -> Result<bool, StorageError> {
        let lock = self.folder.private().join(REPLACING);
        self.folder.create_around(&lock)?;
        let _lock = lease::wait(&self.folder.disk, &lock)?;
        let is_as_before = self.read(name)?.as_deref() == before;
        if is_as_before && name.starts_with(PRIVATE) {
            // Nobody asks for it after a loss of power.
            self.put_bytes(name, bytes)?;
        } else if is_as_before {
            self.put_synced(name, bytes)?;
        }
        Ok(is_as_before)
    }

    fn put_together(&self, group: &str, changes: &Changes) -> Result<(), StorageError> {
        self.check_followed(&self.path(&commit::name_of(group)))?;
        self.put_bytes(&commit::name_of(group), &commit::list_of(changes)?)?;
        commit::carry_out(&self.folder, changes)?;
        self.folder.remove(&self.path(&commit::name_of(group)))
    }

    fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.path(name);
        let failed = || StorageError::of("write", &path);
        self.folder.create_around(&path)?;
        let mut file = self.folder.disk.open_to_append(&path).map_err(failed())?;
        // One write, so that what others add at the same time stands before or after it.
        file.write_all(bytes).map_err(failed())?;
        file.sync().map_err(failed())
    }

    fn delete(&self, name: &str) -> Result<(), StorageError> {
        self.check_followed(&self.path(name))?;
        self.folder.remove(&self.path(name))
    }

    fn delete_below(&self, prefix: &str) -> Result<(), StorageError> {
        let path = self.path(prefix);
        self.folder.disk.remove_folder(&path).map_err(StorageError::of("clean up", &path))
    }

    fn delete_empty(&self, prefix: &str) -> Result<(), StorageError> {
        let path = self.path(prefix);
        let is_empty = fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        match is_empty {
            true => self.folder.disk.remove_folder(&path).map_err(StorageError::of("remove", &path)),
            false => Ok(()),
        }
    }

    fn sync(&self, prefix: &str) -> Result<(), StorageError> {
        let path = self.path(prefix);
        self.folder.disk.sync_folder(&path).map_err(StorageError::of("sync", &path))
    }

    fn lease(&self, name: &str, holder: &str) -> Result<Lease, LeaseFault> {
        let path = self.path(name);
        self.folder.create_around(&path)?;
        lease::take(&self.folder.disk, &path, holder)
    }

    fn share(&self, name: &str, holder: &str) -> Result<Option<Lease>, LeaseFault> {
        lease::share(&self.folder.disk, &self.path(name), holder)
    }

    fn follow(&self, name: &str, holder: &str) -> Result<Lease, LeaseFault> {
        let followed = Arc::new(Followed {
            lock: self.path(name),
            holder: holder.to_owned(),
        });
        match self.leaseholder(name)? {
            Holder::Held(now) if now == holder => {}
            Holder::Held(other) | Holder::Free(other) => return Err(LeaseFault::Held(other)),
            Holder::Untouched => return Err(LeaseFault::Held(String::new())),
        }
        let mut follows = self.follows.lock().unwrap_or_else(PoisonError::into_inner);
        let followed = match follows.upgrade().filter(|known| known.holder == holder) {
            Some(known) => known,
            None => followed,
        };
        *follows = Arc::downgrade(&followed);
        Ok(Lease(Box::new(followed)))
    }

    fn leaseholder(&self, name: &str) -> Result<Holder, StorageError> {
        let path = self.path(name);
        lease::look(&path).map_err(StorageError::of("look at the lock", &path))
    }

    fn recover(&self, is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<(), StorageError> {
        commit::complete(&self.folder, is_whole)?;
        staging::remove_what_the_dead_left(&self.folder)
    }
}
