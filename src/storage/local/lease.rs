//! A lease is an advisory lock of the system on a file that says who holds it. The system lets go
//! of it when its holder dies.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::storage::disk::Disk;
use crate::storage::error::{LeaseFault, StorageError};
use crate::storage::interface::{Holder, Lease};

/// How often a lock is tried for, and how long it is waited in between: [`look`] has it for a
/// moment.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(5);
/// The same for a lock that everybody has for a moment only; one who has it longer has stopped.
const SHORT_PAUSE: Duration = Duration::from_micros(500);
const LONGEST_MOMENT: Duration = Duration::from_secs(20);

/// A lock that somebody has until this is dropped. That the file is closed would not be enough: a
/// process that is being started in that moment has it open, too, and the lock with it.
pub struct Locked(File);

impl Locked {
    /// Of a file whose lock was just taken.
    fn of(file: &File, path: &Path) -> Result<Locked, StorageError> {
        file.try_clone().map(Locked).map_err(StorageError::of("lock", path))
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Looks who has the lock or had it last. Nothing is written.
pub fn look(path: &Path) -> io::Result<Holder> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Holder::Untouched),
        Err(error) => return Err(error),
    };
    let held = match file.try_lock_shared() {
        Ok(()) => {
            file.unlock()?;
            false
        }
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => return Err(error),
    };
    let holder = described(&mut file);
    Ok(if held { Holder::Held(holder) } else { Holder::Free(holder) })
}

/// The first line of the file: how the holder describes itself. It only makes messages better; the
/// lock itself is what counts.
fn described(file: &mut impl Read) -> String {
    let mut text = Vec::new();
    let _ = file.read_to_end(&mut text);
    String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned()
}

/// Takes the lock, or says who has it.
pub fn take(disk: &Disk, path: &Path, holder: &str) -> Result<Lease, LeaseFault> {
    let mut file = disk.open_file(path).map_err(StorageError::of("open the lock", path))?;
    let mut tries = 1;
    let mut taken = file.as_file().try_lock();
    while matches!(taken, Err(TryLockError::WouldBlock)) && tries < TRIES {
        thread::sleep(PAUSE);
        taken = file.as_file().try_lock();
        tries += 1;
    }
    given(taken, file.as_file(), path)?;
    let locked = Locked::of(file.as_file(), path)?;
    file.overwrite(format!("{holder}\n").as_bytes())
        .map_err(StorageError::of("write the lock", path))?;
    Ok(Lease(Box::new(locked)))
}

/// Waits until the lock is free, and takes it. Who has one like this has it for a moment.
pub fn wait(disk: &Disk, path: &Path) -> Result<Locked, StorageError> {
    let file = disk.open_file(path).map_err(StorageError::of("open the lock", path))?;
    let began = Instant::now();
    loop {
        match file.as_file().try_lock() {
            Ok(()) => return Locked::of(file.as_file(), path),
            Err(TryLockError::WouldBlock) if began.elapsed() < LONGEST_MOMENT => thread::sleep(SHORT_PAUSE),
            Err(TryLockError::WouldBlock) => return Err(StorageError::of("lock", path)(io::ErrorKind::TimedOut.into())),
            Err(TryLockError::Error(error)) => return Err(StorageError::of("lock", path)(error)),
        }
    }
}

/// Takes the lock for reading only, or says who changes what is locked. `None` where there is no
/// lock. `holder` is told to whoever asks meanwhile, as far as this user may write it down.
pub fn share(disk: &Disk, path: &Path, holder: &str) -> Result<Option<Lease>, LeaseFault> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::of("open the lock", path)(error).into()),
    };
    given(file.try_lock_shared(), &file, path)?;
    let locked = Locked(file);
    let _ = disk
        .open_file(path)
        .and_then(|mut text| text.overwrite(format!("{holder}\n").as_bytes()));
    Ok(Some(Lease(Box::new(locked))))
}

/// Whether a lock was given; else who has it.
fn given(lock: Result<(), TryLockError>, mut file: &File, path: &Path) -> Result<(), LeaseFault> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(LeaseFault::Held(described(&mut file))),
        Err(TryLockError::Error(error)) => Err(StorageError::of("lock", path)(error).into()),
    }
}
