//! A folder for a while, such as the one in which a check publishes. It goes when its owner drops
//! it, and with [`remove_all`] where the process ends before that.
#![allow(clippy::disallowed_methods, reason = "nothing of the warehouse is in such a folder")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

/// The folders that are there.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
/// How often a folder is removed that somebody else is still writing to.
const TRIES: u32 = 3;

/// An empty folder in the system's place for temporary files.
#[derive(Debug)]
pub struct Scratch(TempDir);

impl Scratch {
    /// Makes it.
    pub fn make() -> io::Result<Scratch> {
        let folder = tempfile::tempdir()?;
        let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        folders.push(folder.path().to_path_buf());
        Ok(Scratch(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
        folders.retain(|folder| folder != self.0.path());
    }
}

/// Removes all that are there. What cannot be removed stays: the process is about to end.
pub fn remove_all() {
    let folders = std::mem::take(&mut *FOLDERS.lock().unwrap_or_else(PoisonError::into_inner));
    for folder in folders {
        for _ in 0..TRIES {
            if fs::remove_dir_all(&folder).is_ok() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_owner() {
        let scratch = Scratch::make().unwrap();
        let path = scratch.path().to_path_buf();
        fs::write(path.join("file"), "").unwrap();
        assert!(FOLDERS.lock().unwrap().contains(&path));
        drop(scratch);
        assert!(!path.exists() && !FOLDERS.lock().unwrap().contains(&path));
    }
}
