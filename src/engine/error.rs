//! What can end a run.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::error::StorageError;
use crate::warehouse::error::WarehouseError;

/// Why a run did not finish. The command line maps each kind to an exit code and a hint.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The published files cannot be written.
    #[error(transparent)]
    Report(#[from] crate::reports::error::ReportError),
    /// The Delta tables cannot be written.
    #[error(transparent)]
    Delta(#[from] crate::delta::error::DeltaError),
    /// The raw input cannot be read as a whole.
    #[error("cannot {doing} `{}`: {error}", path.display())]
    Input {
        doing: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A source has more rejects than it may have.
    #[error("{0}")]
    Rejects(String),
    /// Raw files are gone that something was to be made from again.
    #[error("{0}")]
    Gone(String),
    /// There is no raw file, or none of a required source.
    #[error("{0}")]
    Unusable(String),
    /// Some of the input folder cannot be read.
    #[error("{0}")]
    Unseen(String),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A table breaks its contract: nothing is published.
    #[error("{0}")]
    Check(String),
    /// Workers could not make some tasks, and nobody is to try them again.
    #[error("{text}")]
    GivenUp { text: String, is_bug: bool },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Of the raw input: the warehouse and the reports wrap their own.
impl From<StorageError> for EngineError {
    fn from(StorageError { doing, path, error }: StorageError) -> EngineError {
        EngineError::Input { doing, path, error }
    }
}

impl EngineError {
    /// Where the texts of one file are too much: how many shards would do, where there are so many
    /// today.
    pub fn with_shards(self, today: u16) -> EngineError {
        match self {
            EngineError::Warehouse(WarehouseError::TooMuchText { .. }) => WarehouseError::TooMuchText {
                shards: Some(u32::from(today) * 2),
            }
            .into(),
            other => other,
        }
    }

    /// Wraps an I/O error of the raw input.
    pub fn input(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EngineError + use<> {
        let path = path.to_path_buf();
        move |error| EngineError::Input { doing, path, error }
    }
}
