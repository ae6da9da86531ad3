//! One run at a time: an advisory lock on a file that says who holds it. The system lets go of it when its holder dies.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::Path;

use crate::warehouse::disk::{Disk, DiskFile};
use crate::warehouse::error::WarehouseError;

/// The right to change the warehouse, until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the open file is what holds the lock")] DiskFile);

/// The right to read a warehouse that nobody changes meanwhile, until it is dropped. Any number of readers can have it.
#[derive(Debug)]
pub struct Shared(#[expect(dead_code, reason = "holding the open file is what holds the lock")] File);

/// Takes the lock for reading only, or says who changes the warehouse. Where there is no lock yet, nobody ever did. `holder` is told to a
/// run that asks meanwhile, as far as this user may write it down.
pub fn share(disk: &Disk, path: &Path, holder: &str) -> Result<Option<Shared>, WarehouseError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WarehouseError::store("open the lock", path)(error)),
    };
    held(file.try_lock_shared(), &file, path)?;
    let _ = disk
        .open_file(path)
        .and_then(|mut text| text.overwrite(format!("{holder}\n").as_bytes()));
    Ok(Some(Shared(file)))
}

/// Whether a lock was given; else who has it.
fn held(given: Result<(), TryLockError>, mut file: &File, path: &Path) -> Result<(), WarehouseError> {
    match given {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            let mut text = Vec::new();
            // The text only makes the message better; the lock itself is what counts.
            let _ = file.read_to_end(&mut text);
            let text = String::from_utf8_lossy(&text);
            let holder = match text.lines().next().map(str::trim) {
                None | Some("") => String::new(),
                Some(holder) => format!(": {holder}"),
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

/// Takes the lock of the warehouse at `<warehouse>/.uptake/lock`, or says who has it. `holder`, one line, describes this run
/// for the next one that asks.
pub fn take(disk: &Disk, path: &Path, holder: &str) -> Result<Lock, WarehouseError> {
    let mut file = disk.open_file(path).map_err(WarehouseError::store("open the lock", path))?;
    held(file.as_file().try_lock(), file.as_file(), path)?;
    file.overwrite(format!("{holder}\n").as_bytes())
        .map_err(WarehouseError::store("write the lock", path))?;
    Ok(Lock(file))
}
