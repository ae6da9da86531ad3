//! What can go wrong with a storage.

use std::io;
use std::path::{Path, PathBuf};

/// The storage refused: what was being done to which object.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`: {error}", path.display())]
pub struct StorageError {
    pub doing: &'static str,
    /// As messages show it.
    pub path: PathBuf,
    pub error: io::Error,
}

impl StorageError {
    /// Wraps an I/O error with what was being done to which object.
    pub fn of(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StorageError + use<> {
        let path = path.to_path_buf();
        move |error| StorageError { doing, path, error }
    }

    /// Whether the object is not there.
    pub fn is_missing(&self) -> bool {
        self.error.kind() == io::ErrorKind::NotFound
    }
}

/// `None` for an object that is not there.
pub fn if_there<T>(result: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why a lease was not given.
#[derive(Debug, thiserror::Error)]
pub enum LeaseFault {
    /// Somebody else has it, and describes itself so.
    #[error("somebody else holds it: {0}")]
    Held(String),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why an object of the input was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// It is not, or not any more, below the root.
    #[error("it leads out of the input folder")]
    LeadsOut,
    #[error(transparent)]
    Unreadable(#[from] io::Error),
}
