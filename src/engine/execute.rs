//! Carries out tasks in a process that knows nothing but the pipeline, the input and the warehouse.
//! A run hands the same functions what it knows already, which spares them reading it and changes
//! nothing.
//!
//! Tasks of one level read nothing that another one of the level makes. So a [`Workplace`] looks at
//! the warehouse once for all of them, and reads once what they share.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::engine::build::window_fingerprints::ShardInputs;
use crate::engine::build::window_plan::{ShardPlan, opened_requests};
use crate::engine::build::{activity_daily, assignments, first_activity, portfolio, subscription_history, user_names, window_tables};
use crate::engine::cache::Cache;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::ingest::execute_task;
use crate::engine::ingest::read_back::Account;
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
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::people::user_names::Names;
use crate::warehouse::store::Store;

/// Looks at the warehouse as it is now, and makes what is missing of a task. Whoever calls has the
/// lock, or works for somebody who has it.
pub fn execute(task: &Task, settings: &Settings, store: &Store, watch: &Watch<'_>) -> Result<Outcome, EngineError> {
    let outcome = Workplace::open(settings, store)?.carry_out(task, watch)?;
    Ok(outcome.map(|done| done.made))
}

/// What was made of a task, and what there is to tell of it besides.
pub struct Done {
    pub made: Vec<Made>,
    pub account: Option<Value>,
}

/// What the tasks of a level read, as far as it was read.
pub struct Workplace<'a> {
    settings: &'a Settings,
    store: &'a Store,
    state: State,
    is_of_level_before: bool,
    /// The settings with what is known of customers.
    applied: Option<Settings>,
    names: Vec<Names>,
    /// The shards whose names were read.
    named: BTreeSet<u32>,
    timelines: Option<Vec<Timeline>>,
}

impl<'a> Workplace<'a> {
    pub fn open(settings: &'a Settings, store: &'a Store) -> Result<Workplace<'a>, EngineError> {
        let state = State::read(store, Cache::load(store).take_footers())?;
        Ok(Workplace::of(settings, store, state))
    }

    fn of(settings: &'a Settings, store: &'a Store, state: State) -> Workplace<'a> {
        Workplace {
            settings,
            store,
            state,
            is_of_level_before: false,
            applied: None,
            names: (0..settings.shards).map(|_| Names::default()).collect(),
            named: BTreeSet::new(),
            timelines: None,
        }
    }

    /// Takes note that tasks of the next level come, which read what those of this one have made.
    pub fn go_to_next_level(&mut self) {
        self.is_of_level_before = true;
    }

    /// Looks at the warehouse again where it is another level's.
    pub fn catch_up(&mut self) -> Result<(), EngineError> {
        if self.is_of_level_before {
            let known = std::mem::take(&mut self.state).into_footers(self.store)?;
            *self = Workplace::of(self.settings, self.store, State::read(self.store, known)?);
        }
        Ok(())
    }

    /// What the warehouse has.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Looks whether somebody else has made files of a task meanwhile.
    pub fn look_again(&mut self, task: &Task) -> Result<(), EngineError> {
        let places = task.places(u32::from(self.settings.shards));
        Ok(self.state.look_again(self.store, &places)?)
    }

    /// Makes what is missing of a task.
    pub fn carry_out(&mut self, task: &Task, watch: &Watch<'_>) -> Result<Outcome<Done>, EngineError> {
        let outcome = match task {
            Task::Received(task) => self.receive(task, watch)?,
            Task::Tables(task) => self.make_tables(task, watch)?,
        };
        if let Outcome::Made(done) = &outcome {
            for (contract, place, footer) in &done.made {
                self.state.put(contract, *place, footer.clone());
            }
        }
        Ok(outcome)
    }

    /// A partition is made of all its raw files or not at all: nobody here can tell of files that
    /// cannot be read.
    fn receive(&self, task: &ReceivedTask, watch: &Watch<'_>) -> Result<Outcome<Done>, EngineError> {
        let (files, unread) = (execute_task::raw_files_of(task, self.settings), Unread::default());
        let recent_events = RecentEvents::default();
        let context = TaskContext {
            goes_on_without_unread: false,
            ..TaskContext::of_run(self.settings, self.store, &self.state, &files, &unread, (watch, &recent_events))
        };
        let outcome = execute_task::execute(task, &context, None)?;
        Ok(outcome.map(|mut written| Done {
            account: serde_json::to_value(Account::of(&mut written)).ok(),
            made: written.footers,
        }))
    }

    fn make_tables(&mut self, task: &TableTask, watch: &Watch<'_>) -> Result<Outcome<Done>, EngineError> {
        if task.shard >= u32::from(self.settings.shards) {
            return Ok(Outcome::Outdated);
        }
        self.read_what_is_shared(task)?;
        let Workplace {
            store,
            state,
            applied,
            names,
            ..
        } = &*self;
        let settings = applied.as_ref().unwrap_or(self.settings);
        let request = Request::new(settings, task.range.last);
        let tables: BTreeSet<&'static str> = stages::TABLES.iter().map(|contract| contract.name).collect();
        let job = Job {
            settings,
            request: &request,
            store,
            range: task.range,
            forced: task.forced,
            tables: &tables,
            names,
            watch,
        };
        let files_only = |outcome: Outcome| outcome.map(|made| Done { made, account: None });
        match &task.work {
            Work::Activity(_) => Ok(files_only(activity_daily::execute(task, &job, state, &RecentEvents::default())?)),
            Work::Assignments(_) => {
                let place = (None, task.shard);
                let done = |built: assignments::Built| {
                    let contradictions = built.assignments.as_ref().map(|(now, _)| now.contradictions);
                    let assignments = built.assignments.map(|(_, footer)| -> Made { (&ASSIGNMENTS, place, footer) });
                    let account_states = built.account_states.map(|(_, footer)| -> Made { (&ACCOUNT_STATES, place, footer) });
                    Done {
                        made: assignments.into_iter().chain(account_states).collect(),
                        account: contradictions.map(Value::from),
                    }
                };
                Ok(assignments::execute(task, &job, state)?.map(done))
            }
            Work::FirstActivity { .. } => Ok(files_only(first_activity::execute(task, &job, state)?)),
            Work::Windows(files) => {
                let (at, timelines) = (task.shard as usize, self.timelines.as_deref().unwrap_or_default());
                let (Some(timeline), Some(opened)) = (timelines.get(at), opened_requests(&job, state)?.into_iter().nth(at)) else {
                    return Ok(Outcome::Outdated);
                };
                let mut first_days = FirstDays::default();
                let first = first_days
                    .bring_up_to_date(store, state, task.shard, Some(task.range.last))?
                    .clone();
                let inputs = ShardInputs::read(&job, state, task.shard, timeline, opened, first)?;
                let plan = ShardPlan::of(&job, state, inputs)?;
                Ok(files_only(window_tables::execute(task, files, &job, state, &plan)?))
            }
            Work::Portfolio { day, fingerprint } => Ok(files_only(portfolio::execute(*day, *fingerprint, &job, state)?)),
        }
    }

    /// Reads what other tasks of the level need, too, unless that was done.
    fn read_what_is_shared(&mut self, task: &TableTask) -> Result<(), EngineError> {
        let (store, state) = (self.store, &self.state);
        let applied = match self.applied.take() {
            Some(applied) => applied,
            None => exceptions::applied(self.settings, &known_customers(store, state)?),
        };
        if let Some(names) = self.names.get_mut(task.shard as usize)
            && self.named.insert(task.shard)
        {
            *names = user_names::names(store, state, task.shard)?;
        }
        if matches!(task.work, Work::Windows(_)) && self.timelines.is_none() {
            let taken = subscription_history::bring_up_to_date(store, state)?;
            self.timelines = Some(assignments::timelines(&applied, &taken));
        }
        self.applied = Some(applied);
        Ok(())
    }
}
