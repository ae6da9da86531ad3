//! What can go wrong with the warehouse: the store, a file that is not what it should be, a lock
//! that somebody else holds.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use polars::error::PolarsError;

use crate::storage::error::StorageError;

/// A fault of the warehouse. The command line maps each kind to an exit code.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// The disk or the file system refused.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    Store {
        doing: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A Parquet file that cannot be written or read.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    Parquet {
        doing: &'static str,
        path: PathBuf,
        error: ParquetError,
    },
    /// Rows that break the contract of their table.
    #[error("{0}")]
    Contract(String),
    /// More text in one column of one file than fits.
    #[error(
        "the texts of one file are more than 2 GiB, which a column cannot hold: set `[warehouse] shards` to {} or more",
        shards.map_or_else(|| "twice what it is".to_owned(), |shards| shards.to_string())
    )]
    TooMuchText { shards: Option<u32> },
    /// A frame that Arrow refuses to build: a fault of ours.
    #[error("cannot build a frame: {0}")]
    Frame(#[from] arrow::error::ArrowError),
    /// A query that Polars refuses: a fault of ours.
    #[error("cannot join or sum frames: {0}")]
    Query(#[from] PolarsError),
    /// Another run is at work, or a check.
    #[error("another run holds the warehouse `{}`{holder}", path.display())]
    Locked { path: PathBuf, holder: String },
    /// A file was made by an older program, and its columns may mean something else.
    #[error("`{}` was written by an older version of uptake (table `{table}`, version {found}; this one knows {known})", path.display())]
    Older {
        path: PathBuf,
        table: String,
        found: u32,
        known: u32,
    },
    /// The warehouse was made by a newer program.
    #[error("`{}` was written by a newer version of uptake (table `{table}`, version {found}; this one knows {known})", path.display())]
    Newer {
        path: PathBuf,
        table: String,
        found: u32,
        known: u32,
    },
}

impl From<StorageError> for WarehouseError {
    fn from(StorageError { doing, path, error }: StorageError) -> WarehouseError {
        WarehouseError::Store { doing, path, error }
    }
}

impl WarehouseError {
    /// Wraps an I/O error with what was being done to which file.
    pub fn store(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WarehouseError + use<> {
        let path = path.to_path_buf();
        move |error| WarehouseError::Store { doing, path, error }
    }

    /// Wraps a Parquet error; one that comes from the disk is the store's fault.
    pub fn parquet(doing: &'static str, path: &Path) -> impl FnOnce(ParquetError) -> WarehouseError + use<> {
        let path = path.to_path_buf();
        move |error| match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                // The decoders of pages speak of broken bytes by I/O errors too; the system's own
                // have a number.
                Ok(error) if error.raw_os_error().is_some() => WarehouseError::Store {
                    doing,
                    path,
                    error: *error,
                },
                Ok(error) => WarehouseError::Parquet {
                    doing,
                    path,
                    error: ParquetError::External(error),
                },
                Err(inner) => WarehouseError::Parquet {
                    doing,
                    path,
                    error: ParquetError::External(inner),
                },
            },
            error => WarehouseError::Parquet { doing, path, error },
        }
    }
}
