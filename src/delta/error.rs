//! What can go wrong between the published files and the Delta tables.

use std::io;
use std::path::PathBuf;

use parquet::errors::ParquetError;

use crate::storage::error::StorageError;

/// A fault of the export.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// The disk or the store refused.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    Storage {
        doing: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A published file whose footer cannot be read.
    #[error("cannot read the footer of `{}`: {error}", path.display())]
    Parquet { path: PathBuf, error: ParquetError },
    /// Something is there that this pipeline has not written.
    #[error("`{}` {why}", path.display())]
    Foreign { path: PathBuf, why: String },
    /// Somebody else has put the commit that was to be put.
    #[error("somebody else writes to the Delta table `{}` at this moment", path.display())]
    Raced { path: PathBuf },
}

impl From<StorageError> for DeltaError {
    fn from(StorageError { doing, path, error }: StorageError) -> DeltaError {
        DeltaError::Storage { doing, path, error }
    }
}
