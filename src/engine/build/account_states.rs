//! `account_states`: made beside `assignments`, out of the same evidence. What it says of a day makes
//! that day's numbers, and no other's.

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::causes::{Cause, Changes, why};
use crate::engine::plan::interval_digests;
use crate::engine::state::State;
use crate::stages::licenses::account_states::{ACCOUNT_STATES, AccountSpan};
use crate::warehouse::store::Store;

/// The spans of a shard's accounts, sorted by their key.
pub fn account_spans(store: &Store, state: &State, shard: u32) -> Result<Vec<AccountSpan>, EngineError> {
    match state.footer(&ACCOUNT_STATES, (None, shard)) {
        Some(_) => Ok(store.rows((None, shard))?),
        None => Ok(Vec::new()),
    }
}

/// For each day from `first` to `last` a digest of whose account is disabled and who waits.
pub fn digests(spans: &[AccountSpan], first: Day, last: Day) -> Vec<Digest> {
    let members = spans
        .iter()
        .map(|span| (span.state_digest(), (Some(span.from_day), span.until_day)));
    interval_digests::digests(members, first, last)
}

/// Takes note of the days on which an account is in another state than before.
pub fn note_changes(job: &Job<'_>, before: &[AccountSpan], now: &[AccountSpan], causes: &[Cause], changes: &mut Changes) {
    let (first, last) = (job.range.first, job.range.last);
    let how = why(&causes.iter().copied().collect(), changes, job.reason());
    let (before, now) = (digests(before, first, last), digests(now, first, last));
    for (day, (before, now)) in first.to(last).zip(before.into_iter().zip(now)) {
        if before != now {
            changes.note(ACCOUNT_STATES.name, day, how.clone());
        }
    }
}
