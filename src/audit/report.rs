//! What is asked of a check, and what it found: plain values.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::audit::choice::Share;
use crate::audit::findings::{Bounded, Fault, day_as_text};
use crate::audit::oracle::Verdict;
use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::pipeline::settings::Settings;
use crate::warehouse::contract::Place;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// What is asked of a check.
pub struct Asked<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    /// How many customers are computed again.
    pub customers: Share,
    pub seed: Option<u64>,
    /// The last run did not come to its end: files may be left that are not what they would be made
    /// from.
    pub unfinished: bool,
    pub watch: &'a Watch<'a>,
}

/// What a check found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
    #[serde(serialize_with = "day_as_text")]
    pub first_day: Option<Day>,
    #[serde(serialize_with = "day_as_text")]
    pub last_day: Option<Day>,
    /// Days whose tables were held against each other.
    pub days_held: u64,
    pub published_files: u64,
    pub faults: Bounded<Fault>,
    /// The second computation, where it was asked for and possible.
    pub oracle: Option<Verdict>,
    /// What could not be held, and what else a person should know.
    pub warnings: Vec<String>,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_healthy(&self) -> bool {
        self.faults.is_empty() && self.oracle.as_ref().is_none_or(|oracle| oracle.differences.is_empty())
    }
}

/// Files by table and place.
pub type Places = BTreeSet<(&'static str, Place)>;

/// What a part of the check gave. Where files cannot be trusted it may fail on them: then it is
/// left out, with a warning.
pub fn trusted<T>(result: Result<T, EngineError>, untrusted: &Places, report: &mut Report) -> Result<Option<T>, EngineError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ (EngineError::Interrupted | EngineError::Warehouse(WarehouseError::Store { .. }))) => Err(error),
        Err(error) if !untrusted.is_empty() => {
            report
                .warnings
                .push(format!("what depends on the files above was not held: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
