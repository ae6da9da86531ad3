//! Where a leader puts tasks, and workers find them.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::engine::cluster::claim::Claim;
use crate::engine::cluster::task_line::{self, Number, RunId, TaskLine};
use crate::engine::error::EngineError;
use crate::engine::plan::task::Task;
use crate::storage::interface::{Holder, Lease};
use crate::storage::version_tag::VersionTag;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

const TASKS: &str = "tasks";
const CLAIMS: &str = "claims";

/// How workers find their tasks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A scheduler, or the number of the worker, says who makes which.
    Tasks,
    /// Whoever claims one first makes it.
    Claims,
}

/// The tasks that are handed out now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Open {
    /// Which list of the run it is.
    pub list: u32,
    pub mode: Mode,
    /// Whether the run is over.
    pub is_over: bool,
    pub task_lines: Vec<TaskLine>,
}

/// The task list of a run.
pub struct TaskList<'a> {
    store: &'a Store,
    pub run: RunId,
}

impl<'a> TaskList<'a> {
    pub fn new(store: &'a Store, run: RunId) -> TaskList<'a> {
        TaskList { store, run }
    }

    /// The task list of the run that leads at the moment, and how its leader describes himself. `None`
    /// where no run leads: whether the leader lives is not looked at.
    pub fn of_leader(store: &'a Store) -> Result<Option<(TaskList<'a>, String)>, WarehouseError> {
        let (Holder::Held(holder) | Holder::Free(holder)) = store.lock_holder()? else {
            return Ok(None);
        };
        Ok(RunId::of_holder(&holder).map(|run| (TaskList::new(store, run), holder)))
    }

    /// Works for the run. Fails where it has not got the lock any more.
    pub fn follow(&self, holder: &str) -> Result<Lease, WarehouseError> {
        self.store.follow(holder)
    }

    /// Whether the run has the lock still.
    pub fn is_led(&self, holder: &str) -> Result<bool, WarehouseError> {
        match self.follow(holder) {
            Ok(_follows) => Ok(true),
            Err(WarehouseError::Locked { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The tasks that are handed out and have come to no end.
    pub fn to_be_made(&self) -> Result<Vec<TaskLine>, WarehouseError> {
        let Some(open) = self.open()? else { return Ok(Vec::new()) };
        let claimed: HashSet<Number> = self.claimed()?.into_iter().map(|(number, _)| number).collect();
        let is_over = |task_line: &TaskLine| match claimed.contains(&task_line.task) {
            true => Ok(self.claim(task_line.task)?.is_some_and(|claim| claim.end.is_some())),
            false => Ok::<_, WarehouseError>(false),
        };
        let mut left = Vec::new();
        for task_line in open.task_lines {
            if !is_over(&task_line)? {
                left.push(task_line);
            }
        }
        Ok(left)
    }

    fn tasks(&self) -> String {
        format!("{TASKS}/{}", self.run.as_str())
    }

    fn claims(&self) -> String {
        format!("{CLAIMS}/{}", self.run.as_str())
    }

    fn claim_name(&self, number: Number) -> String {
        format!("{}/{number}.json", self.claims())
    }

    /// Removes the task lists of runs that are over or dead. The caller has the lock.
    pub fn clear(&self) -> Result<(), WarehouseError> {
        self.store.delete_private_below(TASKS)?;
        self.store.delete_private_below(CLAIMS)
    }

    /// Puts tasks on the task list: each by itself, then the list of them.
    pub fn hand_out(&self, open: &Open, tasks: &[&Task]) -> Result<(), WarehouseError> {
        let put = |(task_line, task): (&TaskLine, &&Task)| {
            let name = format!("{}/{}.json", self.tasks(), task_line.task);
            self.store.replace_private(&name, &task_line::text(task))
        };
        open.task_lines.par_iter().zip(tasks).try_for_each(put)?;
        let bytes = serde_json::to_vec(open).unwrap_or_default();
        self.store.replace_private(&format!("{}/open.json", self.tasks()), &bytes)
    }

    /// The tasks that are handed out now; `None` where none are yet.
    pub fn open(&self) -> Result<Option<Open>, WarehouseError> {
        let bytes = self.store.read_private(&format!("{}/open.json", self.tasks()))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The task of a task line with everything that it takes; `None` where it is not there, or is
    /// another one.
    pub fn task(&self, task_line: &TaskLine) -> Result<Option<Task>, EngineError> {
        let bytes = self.store.read_private(&format!("{}/{}.json", self.tasks(), task_line.task))?;
        let bytes = bytes.filter(|bytes| Digest::of(bytes) == task_line.inputs);
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The claim on a task, as it stands there.
    pub fn claim(&self, number: Number) -> Result<Option<Claim>, WarehouseError> {
        Ok(self.claim_bytes(number)?.and_then(|bytes| Claim::parse(&bytes)))
    }

    pub fn claim_bytes(&self, number: Number) -> Result<Option<Vec<u8>>, WarehouseError> {
        self.store.read_private(&self.claim_name(number))
    }

    /// Puts a claim in the place of another one, or of none, and says whether that was there still.
    pub fn put_claim(&self, number: Number, claim: &Claim, before: Option<&[u8]>) -> Result<bool, WarehouseError> {
        self.store.put_private_if(&self.claim_name(number), &claim.bytes(), before)
    }

    /// The tasks that have a claim, each with the version of that.
    pub fn claimed(&self) -> Result<Vec<(Number, VersionTag)>, WarehouseError> {
        let found = self.store.list_private(&self.claims())?;
        let numbered = found.into_iter().filter_map(|(name, version)| {
            let number = Number::try_from(name.strip_suffix(".json")?.to_owned()).ok()?;
            Some((number, version))
        });
        Ok(numbered.collect())
    }
}
