//! The status of a pipeline: what the warehouse says, the last runs, work that is going on or was
//! left unfinished, and what needs attention. `uptake status` shows it. Nothing is written.

use serde::Serialize;

use crate::domain::day::{Day, Instant};
use crate::domain::words::Words;
use crate::engine::error::EngineError;
use crate::engine::health::status;
use crate::engine::health::status::value::Status;
use crate::observe::run_log;
use crate::observe::status::attention::{Attention, attention};
use crate::observe::status::last_runs::{LastRun, RUNS_LOOKED_AT};
use crate::observe::status::work::{Work, work};
use crate::pipeline::settings::Settings;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// How many runs are shown.
const RUNS_SHOWN: usize = 10;

/// The whole status. docs/status.md explains every key.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    pub pipeline: String,
    /// When the status was read.
    pub at: String,
    pub warehouse: String,
    pub published: String,
    /// What needs attention, the worst first.
    pub attention: Vec<Attention>,
    pub work: Work,
    /// The latest first.
    pub runs: Vec<LastRun>,
    /// `None`: there is no warehouse yet.
    #[serde(flatten)]
    pub status: Option<Status>,
}

/// Reads the status. `due` is the last day that the tables should have. `words` is the language of
/// what needs attention.
pub fn read(words: Words, settings: &Settings, store: &Store, due: Day, at: Instant) -> Result<StatusReport, EngineError> {
    let published = store.beside(&settings.published);
    let lines = run_log::read(&*published, RUNS_LOOKED_AT).map_err(WarehouseError::from)?;
    let mut runs: Vec<LastRun> = lines.iter().rev().map(LastRun::of).collect();
    let work = work(&*published, store, &runs)?;
    let status = status::read(settings, store, due)?;
    let attention = attention(words, &work, &runs, status.as_ref());
    runs.truncate(RUNS_SHOWN);
    Ok(StatusReport {
        pipeline: settings.name.clone(),
        at: at.to_string(),
        warehouse: settings.warehouse.display().to_string(),
        published: settings.published.display().to_string(),
        attention,
        work,
        runs,
        status,
    })
}
