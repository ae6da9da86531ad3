//! Computes the fingerprint that each file of the warehouse would have if it were made now, from the
//! warehouse and the pipeline file. `check` compares it with the footer. New raw files are not looked
//! at: they make nothing stale before a run reads them.

use std::collections::BTreeMap;

use crate::domain::digest::Fingerprint;
use crate::engine::build::activity_daily::{coverage_fingerprint, facts_fingerprint, facts_table, sources_of_days};
use crate::engine::build::first_activity;
use crate::engine::build::license_history::Evidence;
use crate::engine::build::user_names::joins_of_day;
use crate::engine::build::window_fingerprints::{Fingerprints, ShardInputs, portfolio_fingerprint};
use crate::engine::build::window_plan::opened_requests;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::ingest::partition_files;
use crate::engine::state::State;
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::first_activity::FIRST_ACTIVITY;
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::warehouse::contract::{Contract, Partition, Place};

/// Fingerprints by table and place.
pub type Expected = BTreeMap<&'static str, BTreeMap<Place, Fingerprint>>;

/// The fingerprints of all files. A table or day that should be there and is not has its
/// fingerprint too.
pub fn fingerprints(job: &Job<'_>, state: &State, timelines: &[Timeline]) -> Result<Expected, EngineError> {
    let mut expected = Expected::new();
    of_received(job, state, &mut expected)?;
    for ((shard, timeline), opened) in (0..).zip(timelines).zip(opened_requests(job, state)?) {
        of_facts(job, state, shard, &mut expected)?;
        let evidence = Evidence::read(job, state, shard)?;
        let prints = evidence.fingerprints(job.settings);
        put(&mut expected, &ASSIGNMENTS, (None, shard), prints.assignments);
        put(&mut expected, &ACCOUNT_STATES, (None, shard), prints.account_states);
        put(
            &mut expected,
            &FIRST_ACTIVITY,
            (None, shard),
            first_activity::expected(job, state, shard),
        );
        let mut first_days = FirstDays::default();
        let first = first_days.bring_up_to_date(job.store, state, shard, Some(job.range.last))?.clone();
        let inputs = ShardInputs::read(job, state, shard, timeline, opened, first)?;
        for (table, days) in Fingerprints::of(job, state, &inputs).all() {
            let places = days.into_iter().map(|(day, print)| ((Some(day), shard), print));
            expected.entry(table).or_default().extend(places);
        }
    }
    for day in job.range.days() {
        put(&mut expected, &PORTFOLIO, (Some(day), 0), portfolio_fingerprint(job, state, day));
    }
    Ok(expected)
}

fn put(expected: &mut Expected, contract: &'static Contract, place: Place, print: Fingerprint) {
    expected.entry(contract.name).or_default().insert(place, print);
}

/// The `received=` partitions are made from the raw files that `raw_files` names.
fn of_received(job: &Job<'_>, state: &State, expected: &mut Expected) -> Result<(), EngineError> {
    for place in state.table(&RAW_FILES).keys() {
        let files: Vec<RawFile> = job.store.rows(*place)?;
        for contract in stages::TABLES {
            if contract.partition == Partition::Received {
                let print = partition_files::fingerprint(job.settings, contract, &files);
                for shard in 0..contract.files(job.shards()) {
                    put(expected, contract, (place.0, shard), print);
                }
            }
        }
    }
    Ok(())
}

/// Coverage is made from the events of a day, facts from what coverage says of them.
fn of_facts(job: &Job<'_>, state: &State, shard: u32, expected: &mut Expected) -> Result<(), EngineError> {
    let mut sources = sources_of_days(state, shard, job.range.last);
    for day in job.range.days() {
        sources.entry(day).or_default();
    }
    for (day, sources) in sources {
        let place = (Some(day), shard);
        let joins = joins_of_day(job.store, state, job.names(shard), place)?;
        put(
            expected,
            &ACTIVITY_COVERAGE,
            place,
            coverage_fingerprint(job.settings, &sources, joins),
        );
        if let Some(table) = facts_table(job.range, day) {
            let print = facts_fingerprint(table, job.settings, state.digest(&ACTIVITY_COVERAGE, place), joins);
            put(expected, table, place, print);
        }
    }
    Ok(())
}
