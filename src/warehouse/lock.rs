//! One run at a time: an advisory lock on a file that says who holds it. The system lets go of it when its holder dies.

use std::fs::TryLockError;
use std::io::Read;
use std::path::Path;

use crate::warehouse::disk::{Disk, DiskFile};
use crate::warehouse::error::WarehouseError;

/// The right to change the warehouse, until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the open file is what holds the lock")] DiskFile);

/// Takes the lock of the warehouse at `<warehouse>/.uptake/lock`, or says who has it. `holder`, one line, describes this run
/// for the next one that asks.
pub fn take(disk: &Disk, path: &Path, holder: &str) -> Result<Lock, WarehouseError> {
    let mut file = disk.open_file(path).map_err(WarehouseError::store("open the lock", path))?;
    match file.as_file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = Vec::new();
            // The text only makes the message better; the lock itself is what counts.
            let _ = file.as_file().read_to_end(&mut text);
            let text = String::from_utf8_lossy(&text);
            let holder = match text.lines().next().map(str::trim) {
                None | Some("") => String::new(),
                Some(holder) => format!(": {holder}"),
            };
            let warehouse = path.parent().and_then(Path::parent).unwrap_or(path);
            return Err(WarehouseError::Locked {
                path: warehouse.to_path_buf(),
                holder,
            });
        }
        Err(TryLockError::Error(error)) => return Err(WarehouseError::store("lock", path)(error)),
    }
    file.overwrite(format!("{holder}\n").as_bytes())
        .map_err(WarehouseError::store("write the lock", path))?;
    Ok(Lock(file))
}
