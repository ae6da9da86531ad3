//! Work that is going on or was left unfinished.

use serde::Serialize;

use crate::engine::error::EngineError;
use crate::observe::status::last_runs::{LastRun, unrecorded};
use crate::reports::manifest::RunRecord;
use crate::reports::publish::is_unfinished;
use crate::storage::interface::{Holder, Storage};
use crate::warehouse::store::Store;

/// Work that is going on or was left unfinished.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    /// The run that is at work, as it describes itself.
    pub at_work: Option<String>,
    /// A run that ended without a record: it was killed, or the machine went down.
    pub died: Option<String>,
    /// Whether the published files may be those of two runs.
    pub publication_unfinished: bool,
    /// Days that `--max-days` left for the next run.
    pub days_left: u64,
}

/// Reads it from the lock, `run.json` and the last runs, the latest first.
pub fn work(published: &dyn Storage, store: &Store, runs: &[LastRun]) -> Result<Work, EngineError> {
    let record = RunRecord::read(published);
    let (at_work, last_holder) = match store.lock_holder()? {
        Holder::Untouched => (None, None),
        Holder::Held(holder) => (Some(holder), None),
        Holder::Free(holder) => (None, Some(holder)),
    };
    let own = runs.iter().find(|run| !run.was_refused());
    let recorded = own.map(|run| run.began.as_str());
    let recorded = recorded.max(record.as_ref().and_then(|record| record.began.as_deref()));
    Ok(Work {
        publication_unfinished: at_work.is_none() && is_unfinished(published),
        died: last_holder.filter(|holder| unrecorded(holder, recorded)),
        at_work,
        days_left: record.map_or(0, |record| record.days_left),
    })
}
