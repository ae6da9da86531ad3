//! What a run did, or would do: plain values that the summary, `run.json` and `plan` read.

pub mod alert_report;
pub mod collapsed_list;

use serde::Serialize;

use crate::delta::export::NewVersion;
use crate::domain::day_ranges::runs;
use crate::domain::digest::Digest;
use crate::engine::report::alert_report::AlertReport;
use crate::engine::report::collapsed_list::CollapsedList;
use crate::reports::product_notes::UnknownProduct;
use crate::reports::publish::PublishedFile;
use crate::reports::releases::id::ReleaseId;
use crate::reports::summary::figures::Summary;
use crate::reports::summary::step_news::StepNews;
use crate::reports::summary::valuable_steps::ValuableSteps;
use crate::stages;
use crate::warehouse::contract::{Column, Contract, Partition};
use crate::warehouse::store::listing::Place;

/// Files of one table that a run made, or would make.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub table: &'static str,
    /// Whether the days are those that rows are about, and not those on which raw files came in.
    pub of_days: bool,
    /// Ranges of days, first and last; empty for a table without partitions.
    pub days: Vec<(String, String)>,
    pub day_count: u64,
    pub files: u64,
    /// Rows of the files; in a plan an estimate where only making them can say.
    pub rows: u64,
    /// Size of the files, likewise.
    pub bytes: u64,
    /// Files of the table that stay as they are, with their time of change.
    pub untouched: u64,
    /// Why, in ranges of days with the same kinds of causes.
    pub because: Vec<Because>,
    /// The same in ranges of days with the very same causes.
    #[serde(skip)]
    pub because_exactly: Vec<Because>,
}

/// Consecutive days of a table that are made for the same kinds of reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    pub first: String,
    pub last: String,
    pub day_count: u64,
    /// `asked`, `new`, `missing`, `settings`, `earlier`, or the table that changed.
    pub causes: Vec<&'static str>,
    /// The same in words.
    pub why: String,
}

/// The size of some files.
#[derive(Clone, Copy, Default, Debug)]
pub struct Size {
    pub rows: u64,
    pub bytes: u64,
}

impl Step {
    /// Some files of a table, out of all that it has now or will have.
    pub fn of<'p>(contract: &Contract, places: impl Iterator<Item = &'p Place>, size: Size, untouched: u64, because: Vec<Because>) -> Step {
        let mut files = 0;
        let mut days = Vec::new();
        for (day, _) in places {
            files += 1;
            days.extend(*day);
        }
        days.sort_unstable();
        days.dedup();
        Step {
            table: contract.name,
            of_days: contract.partition == Partition::Day,
            days: runs(&days)
                .into_iter()
                .map(|(first, last)| (first.to_string(), last.to_string()))
                .collect(),
            day_count: days.len() as u64,
            files,
            rows: size.rows,
            bytes: size.bytes,
            untouched,
            because,
            because_exactly: Vec::new(),
        }
    }

    /// The columns of its table.
    pub fn columns(&self) -> &'static [Column] {
        stages::table(self.table).map(|contract| contract.columns).unwrap_or_default()
    }
}

/// What the files of a source held that were read in this run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SourceReport {
    /// What people know it by.
    pub source: String,
    /// What the tables know it by.
    #[serde(skip)]
    pub id: String,
    pub files_found: u64,
    pub files_read: u64,
    pub bytes_read: u64,
    /// New files that could not be read: each is one reject, and is tried again.
    pub files_unread: u64,
    pub records: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub not_ours: u64,
    /// Rejects by reason.
    pub reasons: std::collections::BTreeMap<String, u64>,
    /// The latest day that a file's path names.
    pub latest_day: Option<String>,
}

/// How far a source has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Freshness {
    pub source: String,
    pub feed: &'static str,
    /// The latest day that a path names; where paths have none, the latest day of an event.
    pub latest_day: Option<String>,
    /// From that day to the last day of the tables; negative where there is more than the tables
    /// have.
    pub lag_days: Option<i64>,
}

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extent {
    pub table: &'static str,
    pub files: u64,
    pub rows: u64,
    /// Of its partitions; null for a table without them.
    pub first_day: Option<String>,
    pub last_day: Option<String>,
}

/// What a second computation confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many customers were computed again.
    pub customers: u64,
    /// Out of how many.
    pub customers_known: u64,
    /// How many of their rows the tables have, each the same cell by cell.
    pub rows: u64,
}

/// What a run did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunReport {
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    pub sources: Vec<SourceReport>,
    pub steps: Vec<Step>,
    /// Days that `--max-days` left for the next run.
    pub days_left: u64,
    /// Events of licenses that contradicted what was known, where assignments were made again.
    pub contradictions: u64,
    /// Users whom the logs know by name only, and nothing says whose names they are.
    pub users_known_by_name: u64,
    /// Products of the last day that the catalogue lacks.
    pub unknown_products: Vec<UnknownProduct>,
    /// Lists in force that have hardly anything of what the ones before them had.
    pub collapsed_lists: Vec<CollapsedList>,
    pub warnings: Vec<String>,
    /// Whether there is nothing to make tables of: no sign-in and no snapshot.
    #[serde(skip)]
    pub has_no_days: bool,
    /// How many files of days that the tables do not have were removed.
    pub pruned: u64,
    /// How many raw files and folders could not be read: they are tried again in the next run.
    pub unread: u64,
    /// What was computed a second time before anything was published; nothing without
    /// `--verify`.
    pub verified: Option<Verified>,
    pub published: bool,
    /// Digest of what the published files were made from.
    pub fingerprint: Option<Digest>,
    pub published_files: Vec<PublishedFile>,
    /// The Delta tables that have a new version.
    pub delta: Vec<NewVersion>,
    /// The release that was published.
    pub release: Option<ReleaseId>,
    /// How far each source has come.
    pub freshness: Vec<Freshness>,
    /// What each table holds.
    pub extents: Vec<Extent>,
    /// What the closing summary shows, where something was published.
    #[serde(skip)]
    pub summary: Option<Summary>,
    /// The next steps that it names.
    #[serde(skip)]
    pub next_steps: Option<ValuableSteps>,
    /// What is new among the next steps of the last day, and what is done.
    #[serde(skip)]
    pub step_news: Option<StepNews>,
    /// Who was told of the new ones; nothing where nobody was to be.
    pub alert: Option<AlertReport>,
}

impl RunReport {
    /// Nothing had to be made.
    pub fn is_idle(&self) -> bool {
        self.steps.is_empty() && !self.published && self.pruned == 0
    }
}
