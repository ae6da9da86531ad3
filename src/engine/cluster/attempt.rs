//! An attempt at a task: its claim is renewed as long as the worker is at it, and not longer than a
//! task may take. What hangs is somebody else's then.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::engine::cluster::claim::{Claim, End, RENEWALS, expiry};
use crate::engine::cluster::memory;
use crate::engine::cluster::task_line::{Number, RunId};
use crate::engine::cluster::task_list::TaskList;
use crate::engine::error::EngineError;
use crate::engine::plan::task::Task;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// What a worker may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a task may take before its claim is not renewed any more.
    pub time: Duration,
    /// The most bytes of memory; `None`: nobody says.
    pub memory: Option<u64>,
}

impl Limits {
    /// Why a task is refused; `None` where it fits.
    pub fn refuses(&self, task: &Task, state: &State, settings: &Settings) -> Option<String> {
        memory::refused(task, state, settings, self.memory?)
    }
}

/// A task that this worker has claimed.
pub struct Attempt<'a> {
    task_list: TaskList<'a>,
    number: Number,
    current: Arc<Mutex<Current>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The claim as it stands on the task list.
struct Current {
    claim: Claim,
    /// Whether somebody else has put his claim in its place.
    is_lost: bool,
}

impl<'a> Attempt<'a> {
    /// Begins to renew a claim that was put.
    pub fn begin(store: &'a Store, run: RunId, number: Number, claim: Claim, limits: Limits) -> Result<Attempt<'a>, EngineError> {
        let current = Arc::new(Mutex::new(Current { claim, is_lost: false }));
        let (stop, stopped) = channel();
        let (renewed, root, task_list_of) = (current.clone(), store.root().to_path_buf(), run.clone());
        let renew = move || {
            let (pause, began) = (expiry() / RENEWALS, Instant::now());
            // Most tasks are over before anything is to be renewed.
            let mut own: Option<Store> = None;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) && began.elapsed() < limits.time {
                let store = own.get_or_insert_with(|| Store::at(&root));
                // A store that does not answer may do so before it is too late.
                if matches!(renew(&TaskList::new(store, task_list_of.clone()), number, &renewed), Ok(false)) {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("claim".to_owned()).spawn(renew);
        let thread = thread.map_err(WarehouseError::store("renew a claim in", store.root()))?;
        Ok(Attempt {
            task_list: TaskList::new(store, run),
            number,
            current,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The which one it is at the task.
    pub fn number_of_attempt(&self) -> u32 {
        lock(&self.current).claim.attempt
    }

    /// Says what came of the task, unless it is somebody else's by now.
    pub fn end(mut self, end: End) -> Result<(), EngineError> {
        self.stop();
        let mut current = lock(&self.current);
        let before = current.claim.bytes();
        current.claim.end = Some(end);
        if !current.is_lost {
            self.task_list.put_claim(self.number, &current.claim, Some(&before))?;
        }
        Ok(())
    }

    fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Renews a claim; says whether it is still there.
fn renew(task_list: &TaskList<'_>, number: Number, current: &Mutex<Current>) -> Result<bool, WarehouseError> {
    let mut current = lock(current);
    let before = current.claim.bytes();
    let mut claim = current.claim.clone();
    claim.renewed += 1;
    let is_ours = task_list.put_claim(number, &claim, Some(&before))?;
    match is_ours {
        true => current.claim = claim,
        false => current.is_lost = true,
    }
    Ok(is_ours)
}

/// Nobody who holds this lock can panic, so nothing is ever half done.
fn lock(held: &Mutex<Current>) -> std::sync::MutexGuard<'_, Current> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
