//! The request for a check and its report, as plain values.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::audit::findings::{Bounded, Finding, day_as_text};
use crate::audit::recompute::customer_choice::Share;
use crate::audit::recompute::oracle::Verdict;
use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::pipeline::settings::Settings;
use crate::warehouse::contract::Place;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// The request for a check.
pub struct CheckRequest<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    /// How many customers are computed again.
    pub customers: Share,
    pub seed: Option<u64>,
    /// Whether the last run broke off. Then files may be stale.
    pub unfinished: bool,
    pub watch: &'a Watch<'a>,
}

/// The result of a check.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
    #[serde(serialize_with = "day_as_text")]
    pub first_day: Option<Day>,
    #[serde(serialize_with = "day_as_text")]
    pub last_day: Option<Day>,
    /// Number of days whose tables were checked against each other.
    pub days_held: u64,
    pub published_files: u64,
    pub faults: Bounded<Finding>,
    /// The second computation, if it was requested and possible.
    pub oracle: Option<Verdict>,
    /// What could not be checked, and what else people should know.
    pub warnings: Vec<String>,
}

impl Report {
    /// Returns whether nothing is wrong.
    pub fn is_healthy(&self) -> bool {
        self.faults.is_empty() && self.oracle.as_ref().is_none_or(|oracle| oracle.differences.is_empty())
    }
}

/// Files by table and place.
pub type Places = BTreeSet<(&'static str, Place)>;

/// Returns the result of a part of the check. If some files cannot be trusted, the part may fail on
/// them. Then it is left out with a warning.
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
