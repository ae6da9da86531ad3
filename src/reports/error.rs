//! What can go wrong between the warehouse and the published files.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use crate::storage::error::StorageError;
use crate::warehouse::error::WarehouseError;

/// A fault of publishing. The command line maps each kind to an exit code:
/// [`ReportError::disk_error`] says which are the disk's.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The disk or the file system refused.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    Disk {
        doing: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A Parquet file that cannot be written: a fault of ours.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    Parquet {
        doing: &'static str,
        path: PathBuf,
        error: ParquetError,
    },
    /// A value that cannot be written as JSON.
    #[error("cannot write `{}`: {error}", path.display())]
    Json { path: PathBuf, error: serde_json::Error },
    /// A page or workbook that cannot be made: a fault of ours.
    #[error("cannot make `{name}`: {what}")]
    Page { name: String, what: String },
    /// Columns that Arrow refuses to put together: a fault of ours.
    #[error("cannot put together the rows of `{table}`: {error}")]
    Frame {
        table: &'static str,
        error: arrow::error::ArrowError,
    },
    /// A file of a release that has other bytes than its manifest says.
    #[error("`{}` is damaged: its bytes are not those that were released", path.display())]
    Damaged { path: PathBuf },
    /// Somebody else publishes to the same folder at this moment.
    #[error("another run publishes to `{}`{holder}", path.display())]
    Publishing { path: PathBuf, holder: String },
    /// A table of the warehouse that cannot be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

impl From<StorageError> for ReportError {
    fn from(StorageError { doing, path, error }: StorageError) -> ReportError {
        ReportError::Disk { doing, path, error }
    }
}

impl ReportError {
    /// Wraps an I/O error with what was being done to which file.
    pub(super) fn disk(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ReportError + use<> {
        let path = path.to_path_buf();
        move |error| ReportError::Disk { doing, path, error }
    }

    /// Wraps a Parquet error; one that comes from the disk is the disk's.
    pub(super) fn parquet(doing: &'static str, path: &Path) -> impl FnOnce(ParquetError) -> ReportError + use<> {
        let path = path.to_path_buf();
        move |error| match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => ReportError::Disk {
                    doing,
                    path,
                    error: *error,
                },
                Err(inner) => ReportError::Parquet {
                    doing,
                    path,
                    error: ParquetError::External(inner),
                },
            },
            error => ReportError::Parquet { doing, path, error },
        }
    }

    /// Wraps an Arrow error with the table whose rows were being put together.
    pub fn frame(table: &'static str) -> impl FnOnce(arrow::error::ArrowError) -> ReportError {
        move |error| ReportError::Frame { table, error }
    }

    /// Whether a file is not there.
    pub fn is_missing(&self) -> bool {
        self.disk_error().is_some_and(|(_, kind)| kind == io::ErrorKind::NotFound)
    }

    /// What was being done and what the disk or the store answered, where it failed rather than the
    /// program.
    pub fn disk_error(&self) -> Option<(&'static str, io::ErrorKind)> {
        match self {
            ReportError::Disk { doing, error, .. } | ReportError::Warehouse(WarehouseError::Store { doing, error, .. }) => {
                Some((doing, error.kind()))
            }
            _ => None,
        }
    }
}
