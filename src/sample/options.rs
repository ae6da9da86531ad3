//! The options of a sample, its summary, and its errors.

use std::path::PathBuf;

use crate::domain::day::Day;
use crate::sample::forms;

/// What to make up, and where to write it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder to write to. It is created if it is missing, and must not contain a sample.
    pub out: PathBuf,
    pub customers: u32,
    pub days: u32,
    pub seed: u64,
    /// The last day.
    pub last_day: Day,
    pub gzip: bool,
    /// Accounts per customer, on average. `None`: 4 to 40, as each story needs them.
    pub users: Option<u32>,
    /// Files per tenant, day and kind of log: 1 to 24.
    pub files_per_day: u32,
    /// Approximate length of the record of a sign-in, in bytes. Real ones have 2,000 to 15,000. The
    /// fields that all records have take about 1,400.
    pub record_bytes: u32,
    /// The form of the raw files: one of [`forms::names`].
    pub form: &'static str,
}

impl Options {
    /// The options of the small sample: 8 customers, 60 days until 2026-09-30, compressed.
    pub fn small(out: PathBuf) -> Options {
        // 2026-09-30
        let last_day = Day(20_726);
        Options {
            out,
            customers: 8,
            days: 60,
            seed: 7,
            last_day,
            gzip: true,
            users: None,
            files_per_day: 1,
            record_bytes: 1200,
            form: forms::DEFAULT,
        }
    }

    /// Returns the first day.
    pub fn first_day(&self) -> Day {
        self.last_day.plus(1 - self.days as i32)
    }

    /// Checks that every number is in its range.
    pub(super) fn check(&self) -> Result<(), SampleError> {
        let limits = [
            ("customers", self.customers, 1, 1_000_000),
            ("days", self.days, 1, 3_660),
            ("users", self.users.unwrap_or(1), 1, 1_000_000),
            ("files per day", self.files_per_day, 1, 24),
            ("record bytes", self.record_bytes, 1, 100_000),
        ];
        match limits.into_iter().find(|&(_, value, least, most)| value < least || value > most) {
            Some((name, value, least, most)) => Err(SampleError::Setting { name, value, least, most }),
            None => Ok(()),
        }
    }
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    pub customers: u32,
    pub users: u64,
    pub first_day: Day,
    pub last_day: Day,
    pub files: u64,
    /// Readable records of all kinds, including copies.
    pub records: u64,
    /// Lines that are unreadable by plan, and last lines that are cut off as if the file were still
    /// growing.
    pub unreadable_lines: u64,
    pub unfinished_lines: u64,
    /// Before compression, and on disk.
    pub raw_bytes: u64,
    pub file_bytes: u64,
}

/// Why a sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("cannot make up a sample with {name} `{value}`; it has to be between {least} and {most}")]
    Setting {
        name: &'static str,
        value: u32,
        least: u32,
        most: u32,
    },
    #[error("`{}` already holds `{found}`; choose another folder or remove the old sample, since both would be read together", out.display())]
    NotEmpty { out: PathBuf, found: String },
    #[error("cannot write the sample to `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
}
