//! How things stand: what the warehouse says, the last runs, the work that is going on or was left
//! unfinished, and what of all this needs somebody's attention. `uptake status` shows it. Nothing
//! is written.

use serde::Serialize;

use crate::domain::day::{Day, Instant};
use crate::domain::words::Words;
use crate::engine::error::EngineError;
use crate::engine::health::status;
use crate::engine::health::status::value::Status;
use crate::observe::run_log::{self, RUN_LOG};
use crate::observe::standing_attention::{Attention, attention};
use crate::observe::standing_runs::{LastRun, unrecorded};
use crate::pipeline::settings::Settings;
use crate::reports::manifest::RunRecord;
use crate::reports::publish::is_unfinished;
use crate::storage::interface::Holder;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// How many runs are told.
const RUNS: usize = 10;
/// How many are looked through for the last one that was not refused.
pub const RUNS_LOOKED_AT: usize = 200;

/// Everything. docs/status.md explains every key.
#[derive(Debug, Serialize)]
pub struct Standing {
    pub pipeline: String,
    /// When it was looked.
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

/// What is being done, and what was not done to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    /// The run that is at work, as it describes itself.
    pub at_work: Option<String>,
    /// A run that ended without a word: it was killed, or the machine went down.
    pub died: Option<String>,
    /// The published files may be of two runs.
    pub publication_unfinished: bool,
    /// Days that `--max-days` left.
    pub days_left: u64,
}

/// Looks at everything. `due` is the day until which the tables should go; what needs attention is
/// said in `words`.
pub fn look(words: Words, settings: &Settings, store: &Store, due: Day, at: Instant) -> Result<Standing, EngineError> {
    let log = settings.published.join(RUN_LOG);
    let lines = run_log::read(&settings.published, RUNS_LOOKED_AT).map_err(WarehouseError::store("read", &log))?;
    let mut runs: Vec<LastRun> = lines.iter().rev().map(LastRun::of).collect();
    let work = work(settings, store, &runs)?;
    let status = status::read(settings, store, due)?;
    let attention = attention(words, &work, &runs, status.as_ref());
    runs.truncate(RUNS);
    Ok(Standing {
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

fn work(settings: &Settings, store: &Store, runs: &[LastRun]) -> Result<Work, EngineError> {
    let record = RunRecord::read(&settings.published);
    let (at_work, last_holder) = match store.lock_holder()? {
        Holder::Untouched => (None, None),
        Holder::Held(holder) => (Some(holder), None),
        Holder::Free(holder) => (None, Some(holder)),
    };
    let own = runs.iter().find(|run| !run.was_refused());
    let recorded = own.map(|run| run.began.as_str());
    let recorded = recorded.max(record.as_ref().and_then(|record| record.began.as_deref()));
    Ok(Work {
        publication_unfinished: at_work.is_none() && is_unfinished(&settings.published),
        died: last_holder.filter(|holder| unrecorded(holder, recorded)),
        at_work,
        days_left: record.map_or(0, |record| record.days_left),
    })
}
