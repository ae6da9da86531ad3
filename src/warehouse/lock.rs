//! One run at a time: an advisory lock on a file that says who holds it. The system lets go of it when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::warehouse::error::WarehouseError;

/// The right to change the warehouse, until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the open file is what holds the lock")] File);

/// Takes the lock of the warehouse at `<warehouse>/.uptake/lock`, or says who has it. `holder` describes this run for the next one that asks.
pub fn take(path: &Path, holder: &str) -> Result<Lock, WarehouseError> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(WarehouseError::store("open the lock", path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // The text only makes the message better; the lock itself is what counts.
            let _ = file.read_to_string(&mut text);
            let holder = if text.trim().is_empty() {
                String::new()
            } else {
                format!(": {}", text.trim())
            };
            let warehouse = path.parent().and_then(Path::parent).unwrap_or(path);
            return Err(WarehouseError::Locked {
                path: warehouse.to_path_buf(),
                holder,
            });
        }
        Err(TryLockError::Error(error)) => return Err(WarehouseError::store("lock", path)(error)),
    }
    file.set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(holder.as_bytes()))
        .map_err(WarehouseError::store("write the lock", path))?;
    Ok(Lock(file))
}
