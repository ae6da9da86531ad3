//! Whoever else carries out the tasks of a run: processes that see the same input and the same
//! warehouse. What they say of a task is not believed. The run looks at the files afterwards, and
//! carries out what is left by itself.

use std::borrow::Cow;

use serde_json::Value;

use crate::engine::error::EngineError;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::task::{Outcome, Task};
use crate::engine::state::State;

/// Those who carry out the tasks of a run.
pub trait Workers: Sync {
    /// Has the tasks of a level made, as far as that can be done. `before` is what the warehouse had.
    fn make(&self, tasks: &[Task], before: &State) -> Result<Tried, EngineError>;
}

/// What workers have left.
pub struct Tried {
    /// The warehouse as it is now, as far as the files of the tasks go.
    pub now: State,
    /// What there is to tell of each task.
    pub told: Vec<Told>,
}

/// What workers tell of a task. No number depends on it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What a run tells of what was made besides the files.
    pub account: Option<Value>,
    /// Why nobody is to try it again.
    pub given_up: Option<GivenUp>,
}

/// Why a task was given up.
#[derive(Clone, Debug)]
pub struct GivenUp {
    pub why: String,
    /// Whether the program panicked over it.
    pub is_bug: bool,
}

/// The tasks of a level, which workers have tried to carry out, or nobody yet.
pub struct HandedOut<'s> {
    shards: u32,
    tasks: Vec<Task>,
    before: &'s State,
    tried: Option<Tried>,
}

impl<'s> HandedOut<'s> {
    /// Has tasks made where there are `workers`. Returns when each of them was tried.
    pub fn new(tasks: Vec<Task>, before: &'s State, shards: u32, workers: Option<&dyn Workers>) -> Result<HandedOut<'s>, EngineError> {
        let workers = workers.filter(|_| !tasks.is_empty());
        let tried = workers.map(|workers| workers.make(&tasks, before)).transpose()?;
        Ok(HandedOut {
            shards,
            tasks,
            before,
            tried,
        })
    }

    /// What the warehouse has now.
    fn now(&self) -> &State {
        self.tried.as_ref().map_or(self.before, |tried| &tried.now)
    }

    fn told(&self, at: usize) -> Option<&Told> {
        self.tried.as_ref()?.told.get(at)
    }

    /// What a worker tells of a task besides the files.
    pub fn account(&self, at: usize) -> Option<&Value> {
        self.told(at)?.account.as_ref()
    }

    /// The files of a task that workers have made.
    pub fn made_by_workers(&self, at: usize) -> Vec<Made> {
        match (self.tasks.get(at), &self.tried) {
            (Some(task), Some(tried)) => task.made_between(self.shards, self.before, &tried.now),
            _ => Vec::new(),
        }
    }

    /// Carries out a task of which something may be left. `None` where it was given up.
    pub fn carry_out<T>(
        &self,
        at: usize,
        execute: impl FnOnce(&State) -> Result<Outcome<T>, EngineError>,
    ) -> Result<Option<Outcome<T>>, EngineError> {
        match self.told(at).is_some_and(|told| told.given_up.is_some()) {
            true => Ok(None),
            false => execute(self.now()).map(Some),
        }
    }

    /// All files that were made of a task: by workers, and by this process, which makes what they
    /// left.
    pub fn all_made(&self, at: usize, execute: impl FnOnce(&State) -> Result<Outcome, EngineError>) -> Result<Vec<Made>, EngineError> {
        let mut made = self.made_by_workers(at);
        let here = match self.carry_out(at, execute)? {
            Some(outcome) => outcome.into_made()?.unwrap_or_default(),
            None => Vec::new(),
        };
        made.retain(|(contract, place, _)| !here.iter().any(|(of, there, _)| (of.name, there) == (contract.name, place)));
        made.extend(here);
        Ok(made)
    }

    /// Fails where tasks were given up, and names them: once everything else of the level is made.
    pub fn check(&self) -> Result<(), EngineError> {
        let told = self.tried.iter().flat_map(|tried| &tried.told);
        let given_up: Vec<(&Task, &GivenUp)> = self
            .tasks
            .iter()
            .zip(told)
            .filter_map(|(task, told)| Some((task, told.given_up.as_ref()?)))
            .collect();
        if given_up.is_empty() {
            return Ok(());
        }
        let lines = given_up
            .iter()
            .map(|(task, given_up)| format!("\n  {}: {}", name(task), given_up.why));
        let count = given_up.len();
        let tasks = if count == 1 {
            "1 task was given up"
        } else {
            &format!("{count} tasks were given up")
        };
        Err(EngineError::GivenUp {
            text: format!("{tasks}; everything else of this level is made{}", lines.collect::<String>()),
            is_bug: given_up.iter().all(|(_, given_up)| given_up.is_bug),
        })
    }
}

/// How messages call a task.
pub fn name(task: &Task) -> String {
    let level = task.level().name();
    let shard: Cow<'_, str> = task.shard().map_or("".into(), |shard| format!(", shard {shard}").into());
    match task.days() {
        Some((first, last)) if first == last => format!("`{level}`, {first}{shard}"),
        Some((first, last)) => format!("`{level}`, {first} to {last}{shard}"),
        None => format!("`{level}`{shard}"),
    }
}
