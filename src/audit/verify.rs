//! `run --verify N`: the oracle in the middle of a run, after the tables are made and before anything is published.

use std::collections::BTreeSet;

use crate::audit::choice::{self, Share};
use crate::audit::oracle::Oracle;
use crate::engine::checks::message;
use crate::engine::days::Range;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::report::Verified;
use crate::engine::state::State;
use crate::engine::walk;
use crate::pipeline::settings::Settings;
use crate::warehouse::store::Store;

/// Computes some customers again, over the days that the run could make, and fails where the tables differ. Which customers says the last
/// day, so that night after night all of them have their turn. Ids of users are not in the message: it goes to the run log.
pub fn verify(
    settings: &Settings,
    share: Share,
    store: &Store,
    state: &State,
    range: Range,
    watch: &Watch<'_>,
) -> Result<Verified, EngineError> {
    let known = choice::known(store, state)?;
    let chosen = choice::choose(&known, share, choice::seed_of(range.last));
    let files = walk::discover(settings, None, watch)?;
    let oracle = Oracle {
        settings,
        store,
        state,
        files: &files,
        days: (range.first.max(range.from), range.last),
        left_out: &BTreeSet::new(),
        watch,
    };
    let verdict = oracle.ask(&chosen)?;
    if !verdict.differences.is_empty() {
        let shown: Vec<String> = verdict.differences.shown.iter().map(|one| one.words(false)).collect();
        let what = "customers computed again differ from the tables, so nothing is published";
        return Err(EngineError::Check(message(what, verdict.differences.count, &shown)));
    }
    Ok(Verified {
        customers: verdict.customers.len() as u64,
        customers_known: verdict.customers_known,
        rows: verdict.rows,
    })
}
