//! `run --verify N`: the oracle within a run, after the tables were made and before anything is
//! published.

use std::collections::BTreeSet;

use serde_json::json;

use crate::audit::recompute::customer_choice;
use crate::audit::recompute::customer_choice::Share;
use crate::audit::recompute::oracle::Oracle;
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::input::discover;
use crate::engine::plan::day_range::Range;
use crate::engine::publish::cross_checks::message;
use crate::engine::query::customers::known_customers;
use crate::engine::query::exceptions;
use crate::engine::report::Verified;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::warehouse::store::Store;

/// File in the warehouse's private folder with the customers that differed last time. Every run
/// that verifies computes them again until they are correct: the next night, with other customers,
/// must not publish what was refused.
const DIFFERING: &str = "differing.json";

/// Computes some customers again, over the days that the run could make, and fails if the tables
/// differ. The last day decides which customers, so that all have their turn night after night. The
/// message goes to the run log and has no ids of users.
pub fn verify(
    settings: &Settings,
    share: Share,
    store: &Store,
    state: &State,
    range: Range,
    watch: &Watch<'_>,
) -> Result<Verified, EngineError> {
    let settings = &exceptions::applied(settings, &known_customers(store, state)?);
    let known = customer_choice::known(store, state)?;
    let mut chosen = customer_choice::choose(&known, share, customer_choice::seed_of(range.last));
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
    let verdict = oracle.run(&chosen)?;
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

/// Returns the customers that differed last time, or none if nobody looked.
fn differing(store: &Store) -> BTreeSet<Guid> {
    let bytes = store.read_private(DIFFERING).ok().flatten().unwrap_or_default();
    let ids: Vec<String> = serde_json::from_slice(&bytes).unwrap_or_default();
    ids.iter().filter_map(|id| Guid::parse(id.as_bytes())).collect()
}
