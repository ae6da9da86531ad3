//! `run --verify N`: the oracle in the middle of a run, after the tables are made and before
//! anything is published.

use std::collections::BTreeSet;

use serde_json::json;

use crate::audit::choice::{self, Share};
use crate::audit::oracle::Oracle;
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::input::discover;
use crate::engine::plan::day_range::Range;
use crate::engine::publish::cross_checks::message;
use crate::engine::report::Verified;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::warehouse::store::Store;

/// The customers that differed when they were computed again last, in the warehouse's folder for
/// what is no table. Every run that verifies computes them again until they are as they should be:
/// another night, with others, is not to publish what was refused.
const DIFFERING: &str = "differing.json";

/// Computes some customers again, over the days that the run could make, and fails where the tables
/// differ. Which customers says the last day, so that night after night all of them have their
/// turn. Ids of users are not in the message: it goes to the run log.
pub fn verify(
    settings: &Settings,
    share: Share,
    store: &Store,
    state: &State,
    range: Range,
    watch: &Watch<'_>,
) -> Result<Verified, EngineError> {
    let known = choice::known(store, state)?;
    let mut chosen = choice::choose(&known, share, choice::seed_of(range.last));
    let before = differing(store);
    chosen.tenants.extend(before.intersection(&known));
    let files = discover::discover_what_is_there(settings, watch)?;
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
    if verdict.differing != before {
        let ids: Vec<String> = verdict.differing.iter().map(Guid::to_string).collect();
        store.replace_private(DIFFERING, json!(ids).to_string().as_bytes())?;
    }
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

/// The customers that differed last time; none where nobody ever looked.
fn differing(store: &Store) -> BTreeSet<Guid> {
    let bytes = store.read_private(DIFFERING).ok().flatten().unwrap_or_default();
    let ids: Vec<String> = serde_json::from_slice(&bytes).unwrap_or_default();
    ids.iter().filter_map(|id| Guid::parse(id.as_bytes())).collect()
}
