//! A made-up portfolio of a cloud partner, as raw logs in the formats that partners really have:
//! what `uptake sample` writes.
//!
//! Nothing here is random in the sense of a surprise. The first eight customers tell one story each
//! ([`Story`]), and together they make every situation of `spec/definitions.md` happen, some on
//! purpose (licenses that move on, subscriptions in grace, trials, deleted and restored users),
//! some by the rates of `deeds.rs` (failed, late and repeated sign-ins). The same options give the
//! same bytes, and customer 5 is the same whether there are 8 customers or 200. One customer is
//! made up, written and forgotten at a time.
//!
//! | file | what it has |
//! |---|---|
//! | `chance.rs` | the generator of random numbers |
//! | `facts.rs` | real products, applications and error codes; words for names |
//! | `portfolio.rs`, `draft.rs` | customers, users, subscriptions, and the scenes that change them; how a customer is made up |
//! | `story.rs`, `stories.rs` | which stories there are; which customer has which scenes |
//! | `estate.rs`, `held.rs`, `changes.rs` | what a customer has at a moment, and the audit record of each change |
//! | `timeline.rs` | day by day: scenes, people at work, snapshots |
//! | `deeds.rs` | a user's day |
//! | `arrivals.rs` | which line lies in which file: twice, late, unreadable |
//! | `records.rs`, `audit.rs`, `pages.rs`, `text.rs` | the shapes of the JSON |
//! | `size.rs` | how large it will be |
//! | `write.rs` | files, gzip, the pipeline file |
//!
//! Below the output folder:
//!
//! ```text
//! insights-logs-{signinlogs,noninteractiveusersigninlogs,serviceprincipalsigninlogs,auditlogs}/
//!     tenantId=<guid>/y=2026/m=09/d=01/h=23/m=00/PT1H.json[.gz]
//! graph-users/tenantId=<guid>/2026-09-01/users-1.json[.gz]
//! graph-subscriptions/tenantId=<guid>/2026-09-01.json[.gz]
//! customers.csv, pipeline.toml
//! ```

mod arrivals;
mod audit;
mod chance;
mod changes;
mod deeds;
mod draft;
mod estate;
mod facts;
mod held;
mod pages;
mod portfolio;
mod records;
pub mod size;
mod stories;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod write;

use std::path::PathBuf;

use crate::domain::day::Day;

pub use story::Story;

/// What to make up, and where to write it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder to write to; it is made if it is missing, and must not hold a sample.
    pub out: PathBuf,
    pub customers: u32,
    pub days: u32,
    pub seed: u64,
    /// The last of the days.
    pub last_day: Day,
    pub gzip: bool,
    /// Accounts per customer, on average; `None`: 4 to 40, as each story needs them.
    pub users: Option<u32>,
    /// Files per tenant, day and kind of log: 1 to 24.
    pub files_per_day: u32,
    /// About how long the record of a sign-in is, in bytes: real ones have 2,000 to 15,000. The
    /// fields that all records have take about 1,400.
    pub record_bytes: u32,
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
        }
    }

    /// The first of the days.
    pub fn first_day(&self) -> Day {
        self.last_day.plus(1 - self.days as i32)
    }

    fn check(&self) -> Result<(), SampleError> {
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
    /// Readable records of all kinds, copies included.
    pub records: u64,
    /// Lines that are unreadable on purpose, and last lines that are cut as if the file were still
    /// growing.
    pub unreadable_lines: u64,
    pub unfinished_lines: u64,
    /// Before compression, and on the disk.
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

/// Makes up a portfolio and writes its raw logs. `progress` is told after each customer how many
/// are done.
pub fn write(options: &Options, progress: &mut dyn FnMut(u32)) -> Result<Summary, SampleError> {
    options.check()?;
    let mut output = write::Output::open(options)?;
    for number in 0..options.customers {
        let (customer, mut chance) = stories::customer(options, number);
        timeline::live(options, &customer, &mut chance, &mut output)?;
        output.customer(&customer)?;
        progress(number + 1);
    }
    output.close()
}
