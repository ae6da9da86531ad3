//! What a run did: plain values that the summary, `run.json` and `plan` read.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::day::Day;
use crate::engine::days::runs;
use crate::engine::freshness::{Extent, Freshness};
use crate::reports::publish::PublishedFile;
use crate::reports::summary::Summary;
use crate::warehouse::contract::Contract;

/// Files of one table that a run made, or would make.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub table: &'static str,
    /// Ranges of days, first and last; empty for a table without partitions.
    pub days: Vec<(String, String)>,
    pub day_count: u64,
    pub files: u64,
    pub because: String,
}

impl Step {
    /// Some days of a table.
    pub fn of_days(contract: &Contract, days: &BTreeSet<Day>, shards: u32, because: &str) -> Step {
        let sorted: Vec<Day> = days.iter().copied().collect();
        Step {
            table: contract.name,
            days: runs(&sorted)
                .into_iter()
                .map(|(first, last)| (first.to_string(), last.to_string()))
                .collect(),
            day_count: sorted.len() as u64,
            files: sorted.len() as u64 * u64::from(contract.files(shards)),
            because: because.to_owned(),
        }
    }

    /// A table without partitions.
    pub fn whole(contract: &Contract, files: u64, because: &str) -> Step {
        Step {
            table: contract.name,
            days: Vec::new(),
            day_count: 0,
            files,
            because: because.to_owned(),
        }
    }
}

/// What the files of a source held that were read in this run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SourceReport {
    pub source: String,
    pub files_found: u64,
    pub files_read: u64,
    pub bytes_read: u64,
    pub records: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub not_ours: u64,
    /// Rejects by reason.
    pub reasons: std::collections::BTreeMap<String, u64>,
    /// The latest day that a file's path names.
    pub latest_day: Option<String>,
}

/// What a run did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunReport {
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    pub sources: Vec<SourceReport>,
    pub steps: Vec<Step>,
    /// Events of licenses that contradicted what was known, where assignments were made again.
    pub contradictions: u64,
    pub warnings: Vec<String>,
    pub published: bool,
    /// Digest of what the published files were made from.
    pub fingerprint: Option<String>,
    pub published_files: Vec<PublishedFile>,
    /// How far each source has come.
    pub freshness: Vec<Freshness>,
    /// What each table holds.
    pub extents: Vec<Extent>,
    /// What the closing summary tells, where something was published.
    #[serde(skip)]
    pub summary: Option<Summary>,
}

impl RunReport {
    /// Nothing had to be made.
    pub fn is_idle(&self) -> bool {
        self.steps.is_empty() && !self.published
    }
}
