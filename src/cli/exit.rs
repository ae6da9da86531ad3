//! Errors as a person and a scheduler see them: one message, a hint, an exit code.

use std::fmt;

use crate::cli::args::LogFormat;
use crate::engine::error::EngineError;
use crate::observe::event_line::{Level, write_event};
use crate::observe::record::Fault;
use crate::observe::standard_error::say;
use crate::warehouse::error::WarehouseError;

/// The documented exit codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    Done = 0,
    Bug = 1,
    Usage = 2,
    Input = 3,
    Check = 4,
    Locked = 5,
    Store = 6,
    Interrupted = 130,
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    pub message: String,
    /// What to do about it; empty where the message says it.
    pub hint: String,
}

impl Failure {
    pub fn new(code: Code, message: impl fmt::Display) -> Failure {
        Failure {
            code,
            message: message.to_string(),
            hint: String::new(),
        }
    }

    pub fn hint(mut self, hint: impl fmt::Display) -> Failure {
        self.hint = hint.to_string();
        self
    }

    /// As the record of a run takes it.
    pub fn fault(&self) -> Fault {
        Fault {
            exit_code: self.code as u8,
            message: self.message.clone(),
            hint: self.hint.clone(),
        }
    }

    /// Tells it on standard error: as one line of JSON, or as a message and a hint.
    pub fn tell(&self, format: LogFormat) {
        match format {
            LogFormat::Json => {
                let fields = serde_json::json!({"code": self.code as u8, "hint": self.hint});
                write_event(Level::Error, "error", &self.message, fields);
            }
            LogFormat::Text => {
                say(&format!("error: {}", self.message));
                if !self.hint.is_empty() {
                    say(&format!("hint: {}", self.hint));
                }
            }
        }
    }
}

impl From<WarehouseError> for Failure {
    fn from(error: WarehouseError) -> Failure {
        let message = error.to_string();
        match error {
            WarehouseError::Store { error, .. } => Failure::new(Code::Store, message).hint(store_hint(error.kind())),
            WarehouseError::Parquet { doing, .. } => {
                let code = if doing == "write" { Code::Store } else { Code::Check };
                let hint = if doing == "write" {
                    "free some space or choose another folder, and run again: what was finished is kept"
                } else {
                    "remove the file: the next run makes it again"
                };
                Failure::new(code, message).hint(hint)
            }
            WarehouseError::Contract(_) => {
                Failure::new(Code::Check, message).hint("nothing was published; please report this with the message")
            }
            WarehouseError::Frame(_) => Failure::new(Code::Bug, message).hint("please report this"),
            WarehouseError::Locked { .. } => {
                Failure::new(Code::Locked, message).hint("wait until it is done; a run that died holds nothing")
            }
            WarehouseError::Older { .. } => Failure::new(Code::Usage, message)
                .hint("`uptake run` makes it again; where that says the same, let the version of uptake in between run once"),
            WarehouseError::Newer { .. } => Failure::new(Code::Usage, message).hint("use the newer version, or another warehouse folder"),
        }
    }
}

fn store_hint(kind: std::io::ErrorKind) -> &'static str {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space and run again: what was finished is kept",
        ErrorKind::FileTooLarge => "raise the limit on the size of files (`ulimit -f`) and run again: what was finished is kept",
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            "a file is where a folder should be, or a folder where a file should be: move it away, or choose another folder (`--warehouse DIR`, `--published DIR`)"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that this user may write to (`--warehouse DIR`, `--published DIR`)"
        }
        _ => "mend it and run again: what was finished is kept",
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        let message = error.to_string();
        match error {
            EngineError::Warehouse(error) => error.into(),
            EngineError::Report(error) => {
                let kept = "the files that were published before are still there";
                match error.disk_error() {
                    Some(kind) => Failure::new(Code::Store, message).hint(format!("{}; {kept}", store_hint(kind))),
                    None => Failure::new(Code::Check, message).hint(kept),
                }
            }
            EngineError::Input { .. } => Failure::new(Code::Input, message).hint("nothing was done; mend it, or name another folder with `--input DIR`"),
            EngineError::Rejects(_) => {
                Failure::new(Code::Input, message).hint("nothing was published; the table `rejects` has every line with its reason")
            }
            EngineError::Gone(_) => Failure::new(Code::Input, message)
                .hint("nothing was done; bring the files back, or add `--from-facts` to begin with what the warehouse keeps of them"),
            EngineError::Unusable(_) => Failure::new(Code::Input, message).hint("nothing was done"),
            EngineError::Unseen(_) => Failure::new(Code::Input, message).hint(
                "nothing was done; mend it and run again, or add `--allow-unreadable` to go on without what is there: rows that came from there stay",
            ),
            EngineError::Usage(_) => Failure::new(Code::Usage, message),
            EngineError::Check(_) => Failure::new(Code::Check, message).hint(
                "the files that were published before are still there; remove the warehouse's files of these tables and days and run again: they are made anew. If it comes back, report it",
            ),
            EngineError::Interrupted => {
                Failure::new(Code::Interrupted, message).hint("what was finished is kept; the next run goes on from here")
            }
        }
    }
}
