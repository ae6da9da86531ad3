//! One run at a time: an advisory lock on a file that says who holds it. The system lets go of it
//! when its holder dies.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::storage::disk::{Disk, DiskFile};
use crate::warehouse::error::WarehouseError;

/// The right to change the warehouse, until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the open file is what holds the lock")] DiskFile);

/// How often a lock is tried for, and how long it is waited in between: [`look`] has it for a
/// moment.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(5);

/// What a look at the lock shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nobody ever took it.
    Untouched,
    /// Nobody has it; the last one who had it described itself so.
    Free(String),
    /// Somebody has it, and describes itself so.
    Held(String),
}

/// Looks who has the lock or had it last. Nothing is written.
pub fn look(path: &Path) -> io::Result<Look> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Look::Untouched),
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
    Ok(if held { Look::Held(holder) } else { Look::Free(holder) })
}

/// The first line of the file: how the holder describes itself. It only makes messages better; the
/// lock itself is what counts.
fn described(file: &mut impl Read) -> String {
    let mut text = Vec::new();
    let _ = file.read_to_end(&mut text);
    String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned()
}

/// Takes the lock of the warehouse at `<warehouse>/.uptake/lock`, or says who has it. `holder`, one
/// line, describes this run for the next one that asks.
pub fn take(disk: &Disk, path: &Path, holder: &str) -> Result<Lock, WarehouseError> {
    let mut file = disk.open_file(path).map_err(WarehouseError::store("open the lock", path))?;
    let mut tries = 1;
    let mut taken = file.as_file().try_lock();
    while matches!(taken, Err(TryLockError::WouldBlock)) && tries < TRIES {
        thread::sleep(PAUSE);
        taken = file.as_file().try_lock();
        tries += 1;
    }
    given(taken, file.as_file(), path)?;
    file.overwrite(format!("{holder}\n").as_bytes())
        .map_err(WarehouseError::store("write the lock", path))?;
    Ok(Lock(file))
}

/// The right to read a warehouse that nobody changes meanwhile, until it is dropped. Any number of
/// readers can have it.
#[derive(Debug)]
pub struct Shared(#[expect(dead_code, reason = "holding the open file is what holds the lock")] File);

/// Takes the lock for reading only, or says who changes the warehouse. Where there is no lock yet,
/// nobody ever did. `holder` is told to a run that asks meanwhile, as far as this user may write it
/// down.
pub fn share(disk: &Disk, path: &Path, holder: &str) -> Result<Option<Shared>, WarehouseError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WarehouseError::store("open the lock", path)(error)),
    };
    given(file.try_lock_shared(), &file, path)?;
    let _ = disk
        .open_file(path)
        .and_then(|mut text| text.overwrite(format!("{holder}\n").as_bytes()));
    Ok(Some(Shared(file)))
}

/// Whether a lock was given; else who has it.
fn given(lock: Result<(), TryLockError>, mut file: &File, path: &Path) -> Result<(), WarehouseError> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let holder = match described(&mut file) {
                holder if holder.is_empty() => holder,
                holder => format!(": {holder}"),
            };
            let warehouse = path.parent().and_then(Path::parent).unwrap_or(path);
            Err(WarehouseError::Locked {
                path: warehouse.to_path_buf(),
                holder,
            })
        }
        Err(TryLockError::Error(error)) => Err(WarehouseError::store("lock", path)(error)),
    }
}
