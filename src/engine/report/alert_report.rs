//! What came of telling a command of new next steps, as `run.json` has it.

use serde::Serialize;

/// What the command was told, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AlertReport {
    /// How many new steps there were to tell.
    pub steps: usize,
    /// Null where it did not end by itself, or was not run yet.
    pub exit_code: Option<i32>,
    pub seconds: Option<f64>,
    /// Why it does not count as told.
    pub error: Option<String>,
    /// The steps that the next publication tells again.
    pub undelivered: Vec<String>,
}
