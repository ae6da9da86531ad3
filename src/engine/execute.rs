//! Carries out a task in a process that knows nothing but the pipeline, the input and the
//! warehouse. A run hands the same functions what it knows already, which spares them reading it
//! and changes nothing.

use std::collections::BTreeSet;

use crate::engine::build::window_fingerprints::ShardInputs;
use crate::engine::build::window_plan::{ShardPlan, opened_requests};
use crate::engine::build::{activity_daily, assignments, first_activity, portfolio, subscription_history, user_names, window_tables};
use crate::engine::cache::Cache;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::ingest::execute_task;
use crate::engine::ingest::recent_events::RecentEvents;
use crate::engine::ingest::task_context::TaskContext;
use crate::engine::input::unread::Unread;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::received_task::ReceivedTask;
use crate::engine::plan::task::{Outcome, TableTask, Task, Work};
use crate::engine::query::customers::known_customers;
use crate::engine::query::exceptions;
use crate::engine::request::Request;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages;
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::people::user_names::Names;
use crate::warehouse::store::Store;

/// Looks at the warehouse as it is now, and makes what is missing of a task. Whoever calls has the
/// lock, or works for somebody who has it.
pub fn execute(task: &Task, settings: &Settings, store: &Store, watch: &Watch<'_>) -> Result<Outcome, EngineError> {
    let state = State::read(store, Cache::load(store).take_footers())?;
    match task {
        Task::Received(task) => receive(task, settings, store, &state, watch),
        Task::Tables(task) => make_tables(task, settings, store, &state, watch),
    }
}

/// A partition is made of all its raw files or not at all: nobody here can tell of files that
/// cannot be read.
fn receive(task: &ReceivedTask, settings: &Settings, store: &Store, state: &State, watch: &Watch<'_>) -> Result<Outcome, EngineError> {
    let (files, unread) = (execute_task::raw_files_of(task, settings), Unread::default());
    let context = TaskContext {
        goes_on_without_unread: false,
        ..TaskContext::of_run(settings, store, state, &files, &unread, watch)
    };
    let outcome = execute_task::execute(task, &context, None)?;
    Ok(outcome.map(|written| written.footers))
}

fn make_tables(task: &TableTask, settings: &Settings, store: &Store, state: &State, watch: &Watch<'_>) -> Result<Outcome, EngineError> {
    let settings = &exceptions::applied(settings, &known_customers(store, state)?);
    let mut names: Vec<Names> = (0..settings.shards).map(|_| Names::default()).collect();
    if let Some(names) = names.get_mut(task.shard as usize) {
        *names = user_names::names(store, state, task.shard)?;
    }
    let request = Request::new(settings, task.range.last);
    let tables: BTreeSet<&'static str> = stages::TABLES.iter().map(|contract| contract.name).collect();
    let job = Job {
        settings,
        request: &request,
        store,
        range: task.range,
        forced: task.forced,
        tables: &tables,
        names: &names,
        watch,
    };
    match &task.work {
        Work::Activity(_) => activity_daily::execute(task, &job, state, &RecentEvents::default()),
        Work::Assignments(_) => {
            let place = (None, task.shard);
            let made = |built: assignments::Built| -> Vec<Made> {
                let assignments = built.assignments.map(|(_, footer)| -> Made { (&ASSIGNMENTS, place, footer) });
                let account_states = built.account_states.map(|(_, footer)| -> Made { (&ACCOUNT_STATES, place, footer) });
                assignments.into_iter().chain(account_states).collect()
            };
            Ok(assignments::execute(task, &job, state)?.map(made))
        }
        Work::FirstActivity { .. } => first_activity::execute(task, &job, state),
        Work::Windows(files) => {
            let taken = subscription_history::bring_up_to_date(store, state)?;
            let timelines = assignments::timelines(settings, &taken);
            let at = task.shard as usize;
            let (Some(timeline), Some(opened)) = (timelines.get(at), opened_requests(&job, state)?.into_iter().nth(at)) else {
                return Ok(Outcome::Outdated);
            };
            let mut first_days = FirstDays::default();
            let first = first_days
                .bring_up_to_date(store, state, task.shard, Some(task.range.last))?
                .clone();
            let inputs = ShardInputs::read(&job, state, task.shard, timeline, opened, first)?;
            window_tables::execute(task, files, &job, state, &ShardPlan::of(&job, state, inputs)?)
        }
        Work::Portfolio { day, fingerprint } => portfolio::execute(*day, *fingerprint, &job, state),
    }
}
