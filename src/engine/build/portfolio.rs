//! `portfolio`: the days of which something that it sums was made.

use std::collections::BTreeSet;

use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::Fingerprint;
use crate::engine::build::window_fingerprints::portfolio_fingerprint;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::task::{Outcome, TableTask, Task, Work};
use crate::engine::state::State;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION;
use crate::stages::measures::portfolio;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;

/// Makes the portfolio of the days of a plan, once what it sums is made.
pub fn make(job: &Job<'_>, state: &State, days: &BTreeSet<Day>) -> Result<Vec<Made>, EngineError> {
    let tasks = days.iter().map(|&day| TableTask {
        shard: 0,
        range: job.range,
        forced: job.forced,
        work: Work::Portfolio {
            day,
            fingerprint: portfolio_fingerprint(job, state, day),
        },
    });
    let tasks: Vec<TableTask> = tasks.collect();
    let handed_out = job.request.hand_out(tasks.iter().cloned().map(Task::Tables), state)?;
    let made = tasks.par_iter().enumerate().map(|(at, task)| match task.work {
        Work::Portfolio { day, fingerprint } => handed_out.all_made(at, |state| execute(day, fingerprint, job, state)),
        _ => Ok(Vec::new()),
    });
    let made: Vec<Vec<Made>> = made.collect::<Result<_, EngineError>>()?;
    handed_out.check()?;
    Ok(made.into_iter().flatten().collect())
}

/// Makes the portfolio of a day, unless it is there.
pub fn execute(day: Day, fingerprint: Fingerprint, job: &Job<'_>, state: &State) -> Result<Outcome, EngineError> {
    if !job.forced.day(day) && state.fingerprint(&PORTFOLIO, (Some(day), 0)) == Some(fingerprint) {
        return Ok(Outcome::AlreadyMade);
    }
    if portfolio_fingerprint(job, state, day) != fingerprint {
        return Ok(Outcome::Outdated);
    }
    job.watch.go_on()?;
    let of_all_shards = |contract: &'static Contract| -> Result<RecordBatch, EngineError> {
        let shards = (0..job.shards()).map(|shard| job.store.read(contract, (Some(day), shard), &[]));
        let shards = shards.collect::<Result<Vec<RecordBatch>, WarehouseError>>()?;
        Ok(concat_batches(&contract.schema(), &shards).map_err(WarehouseError::from)?)
    };
    let rows = portfolio::build(
        &of_all_shards(&ADOPTION)?,
        &of_all_shards(&WORKLOAD_ADOPTION)?,
        &of_all_shards(&CUSTOMER_ADOPTION)?,
    )?;
    let place = (Some(day), 0);
    let footer = job.store.replace(&PORTFOLIO, place, &rows, fingerprint, &[])?;
    Ok(Outcome::Made(vec![(&PORTFOLIO, place, footer)]))
}
