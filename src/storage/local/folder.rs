//! The folder of a storage, and how files are put into it.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::disk::Disk;
use crate::storage::error::StorageError;
use crate::storage::names::path_of;

/// The folder below the root for what is no object.
pub const PRIVATE: &str = ".uptake";

/// A folder, and the way in which it is changed.
#[derive(Clone, Debug)]
pub struct Folder {
    pub root: PathBuf,
    pub disk: Disk,
}

impl Folder {
    /// Where an object is.
    pub fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path_of(name))
        }
    }

    pub fn private(&self) -> PathBuf {
        self.root.join(PRIVATE)
    }

    /// Where files are until they are put.
    pub fn staging(&self) -> PathBuf {
        self.private().join("staging")
    }

    /// Makes a folder and the ones above it.
    pub fn create(&self, folder: &Path) -> Result<(), StorageError> {
        self.disk.create_folder(folder).map_err(StorageError::of("create", folder))
    }

    /// Makes the folder that a file is in.
    pub fn create_around(&self, path: &Path) -> Result<(), StorageError> {
        path.parent().map_or(Ok(()), |folder| self.create(folder))
    }

    /// Removes a file; fine where there is none.
    pub fn remove(&self, path: &Path) -> Result<(), StorageError> {
        match self.disk.remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(StorageError::of("remove", path)),
        }
    }

    /// Renames a file into its place, and whatever is there out of the way.
    pub fn put_into_place(&self, unfinished: &Path, path: &Path) -> Result<(), StorageError> {
        self.create_around(path)?;
        let renamed = match self.disk.rename(unfinished, path) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                self.set_aside(path)?;
                self.disk.rename(unfinished, path)
            }
            renamed => renamed,
        };
        renamed.map_err(StorageError::of("put into place", path))
    }

    /// Moves a folder that stands in the place of a file out of the way: nobody knows what is in
    /// it.
    fn set_aside(&self, folder: &Path) -> Result<(), StorageError> {
        let aside = self.private().join("set-aside");
        self.create(&aside)?;
        let below = folder.strip_prefix(&self.root).unwrap_or(folder);
        let name = below.to_string_lossy().replace(['/', '\\'], "_");
        let mut target = aside.join(&name);
        let mut number = 1;
        while target.exists() {
            number += 1;
            target = aside.join(format!("{name}-{number}"));
        }
        self.disk
            .rename(folder, &target)
            .map_err(StorageError::of("move out of the way", folder))
    }
}
