//! Turns errors into a message, a hint and an exit code, for people and schedulers.

use std::fmt;
use std::io::{self, ErrorKind};

use crate::cli::args::global::LogFormat;
use crate::delta::error::DeltaError;
use crate::engine::error::EngineError;
use crate::observe::event_line::{Level, write_event};
use crate::observe::record::RunFailure;
use crate::observe::standard_error::write_line;
use crate::reports::error::ReportError;
use crate::sql::error::SqlError;
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
    Workers = 7,
    Interrupted = 130,
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    pub message: String,
    /// What to do about it. Empty if the message says it.
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

    /// The failure of a command that somebody interrupted.
    pub fn interrupted() -> Failure {
        Failure::new(Code::Interrupted, "interrupted")
    }

    /// The failure to write a result to standard output.
    pub fn no_output(error: &io::Error) -> Failure {
        let failure = Failure::new(Code::Store, format!("cannot write to standard output: {error}"));
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => failure.hint(store_hint("write", error.kind())),
            _ => failure.hint("look at where the output goes to"),
        }
    }

    /// Adds that finished files are kept. Only commands that make files say so.
    pub fn of_a_run(mut self) -> Failure {
        match self.code {
            Code::Interrupted => self.message.push_str(": what was finished is kept; the next run goes on from here"),
            Code::Store if self.hint.ends_with("run again") => self.hint.push_str(": what was finished is kept"),
            _ => {}
        }
        self
    }

    /// Converts the failure for the record of a run.
    pub fn to_record(&self) -> RunFailure {
        RunFailure {
            exit_code: self.code as u8,
            message: self.message.clone(),
            hint: self.hint.clone(),
        }
    }

    /// Writes the failure to standard error: as one line of JSON, or as a message and a hint.
    pub fn report(&self, format: LogFormat) {
        match format {
            LogFormat::Json => {
                let fields = serde_json::json!({"code": self.code as u8, "hint": self.hint});
                write_event(Level::Error, "error", &self.message, fields);
            }
            LogFormat::Text => {
                write_line(&format!("error: {}", self.message));
                if !self.hint.is_empty() {
                    write_line(&format!("hint: {}", self.hint));
                }
            }
        }
    }
}

impl From<WarehouseError> for Failure {
    fn from(error: WarehouseError) -> Failure {
        let message = error.to_string();
        match error {
            WarehouseError::Store { doing, error, .. } => Failure::new(Code::Store, message).hint(store_hint(doing, error.kind())),
            WarehouseError::Parquet { doing: "write", .. } => {
                Failure::new(Code::Store, message).hint("free some space or choose another folder, and run again")
            }
            WarehouseError::Parquet { .. } => Failure::new(Code::Check, message).hint("remove the file: the next run makes it again"),
            WarehouseError::Contract(_) => {
                Failure::new(Code::Check, message).hint("nothing was published; please report this with the message")
            }
            WarehouseError::TooMuchText { .. } => {
                Failure::new(Code::Usage, message).hint("customers are spread over so many files a day; all files are made again")
            }
            WarehouseError::Frame(_) | WarehouseError::Query(_) => Failure::new(Code::Bug, message).hint("please report this"),
            WarehouseError::Locked { .. } => Failure::new(Code::Locked, message)
                .hint("wait until it is done; a run that died holds nothing, in a store after two minutes"),
            WarehouseError::Older { .. } => Failure::new(Code::Usage, message)
                .hint("`uptake run` makes it again; where that says the same, let the version of uptake in between run once"),
            WarehouseError::Newer { .. } => Failure::new(Code::Usage, message).hint("use the newer version, or another warehouse folder"),
        }
    }
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Failure {
        match error {
            SqlError::Warehouse(error) => error.into(),
            SqlError::Question { message, hint } => Failure::new(Code::Usage, message).hint(hint),
        }
    }
}

/// What can be done to a file or folder without changing it.
const READING: [&str; 5] = ["read", "open", "list", "look at", "look at the lock"];

/// Returns what to do if the disk refused. If a disk cannot be read, choosing another folder to
/// write to does not help.
fn store_hint(doing: &str, kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space and run again",
        ErrorKind::FileTooLarge => "raise the limit on the size of files (`ulimit -f`) and run again",
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            "a file is where a folder should be, or a folder where a file should be: move it away, or choose another folder (`--warehouse DIR`, `--published DIR`)"
        }
        ErrorKind::PermissionDenied if READING.contains(&doing) => {
            "this user has to be allowed to read it: look at the rights of the file and of the folders above it"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that this user may write to (`--warehouse DIR`, `--published DIR`)"
        }
        ErrorKind::NotFound if READING.contains(&doing) => "it was removed meanwhile: try again",
        _ if READING.contains(&doing) => "look at the disk, or at the network that it comes over, and try again",
        _ => "mend it and run again",
    }
}

impl From<DeltaError> for Failure {
    fn from(error: DeltaError) -> Failure {
        let message = error.to_string();
        match error {
            DeltaError::Storage { doing, error, .. } => Failure::new(Code::Store, message).hint(format!(
                "{}; what is published stays, and the next run brings the Delta tables to it",
                store_hint(doing, error.kind())
            )),
            DeltaError::Parquet { .. } => Failure::new(Code::Check, message).hint("remove the file: the next run publishes it again"),
            DeltaError::Foreign { .. } => {
                Failure::new(Code::Usage, message).hint("name a folder of its own in `[export.delta]`; nothing was touched")
            }
            DeltaError::Raced { .. } => Failure::new(Code::Locked, message)
                .hint("two pipelines are not to have one Delta folder; where the other one was a run of this pipeline, run again"),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        let message = error.to_string();
        match error {
            EngineError::Warehouse(error) => error.into(),
            EngineError::Report(ReportError::Publishing { .. }) => Failure::new(Code::Locked, message)
                .hint("wait until it is done, and give each pipeline a published folder of its own"),
            EngineError::Report(ReportError::Damaged { .. }) => {
                Failure::new(Code::Check, message).hint("nothing was changed; go back to another release, or publish anew with `uptake run`")
            }
            EngineError::Report(error) => {
                let kept = "the files that were published before are still there";
                match error.disk_error() {
                    Some((doing, kind)) => Failure::new(Code::Store, message).hint(format!("{}; {kept}", store_hint(doing, kind))),
                    None => Failure::new(Code::Check, message).hint(kept),
                }
            }
            EngineError::Delta(error) => error.into(),
            EngineError::Input { .. } => Failure::new(Code::Input, message).hint("nothing was done; mend it, or name another folder with `--input DIR`"),
            EngineError::Rejects(_) => {
                Failure::new(Code::Input, message).hint(
                    "nothing was published; mend the files that are named or remove them, or raise `fail_above` of the source, and run again: the table `rejects` has every line with its reason",
                )
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
            EngineError::GivenUp { is_bug: true, .. } => Failure::new(Code::Bug, message).hint("nothing was published; please report this"),
            EngineError::GivenUp { .. } => Failure::new(Code::Workers, message).hint(
                "nothing was published, and the next run goes on from here; give workers more memory, or raise `shards` in [warehouse] so that each task needs less",
            ),
            EngineError::Interrupted => Failure::interrupted(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn failure(doing: &'static str, kind: ErrorKind) -> Failure {
        Failure::from(WarehouseError::store(doing, Path::new("warehouse"))(kind.into()))
    }

    #[test]
    fn a_hint_fits_what_was_being_done_and_the_command() {
        let reading = failure("read", ErrorKind::PermissionDenied);
        assert!(
            reading.hint.contains("allowed to read") && !reading.hint.contains("write"),
            "{}",
            reading.hint
        );
        assert!(failure("write", ErrorKind::PermissionDenied).hint.contains("may write to"));
        let full = failure("write", ErrorKind::StorageFull);
        assert!(!full.hint.contains("is kept"), "a plan keeps nothing: {}", full.hint);
        assert!(full.of_a_run().hint.ends_with("run again: what was finished is kept"));
        assert_eq!(Failure::interrupted().message, "interrupted");
        assert!(Failure::interrupted().of_a_run().message.contains("goes on from here"));
    }

    #[test]
    fn delta_tables_of_somebody_else_are_wrong_usage_and_a_lost_race_is_another_run() {
        let path = || Path::new("delta/usage").to_path_buf();
        let code = |error: DeltaError| Failure::from(EngineError::from(error)).code;
        let why = "is somebody else's".to_owned();
        assert_eq!(code(DeltaError::Foreign { path: path(), why }), Code::Usage);
        assert_eq!(code(DeltaError::Raced { path: path() }), Code::Locked);
        let full = DeltaError::Storage {
            doing: "write",
            path: path(),
            error: ErrorKind::StorageFull.into(),
        };
        let failure = Failure::from(full);
        assert_eq!(failure.code, Code::Store);
        assert!(failure.hint.starts_with("free some space"), "{}", failure.hint);
    }
}
