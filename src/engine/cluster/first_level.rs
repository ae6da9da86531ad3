//! The tasks of the first level of which something is to be made, and the end of the run that would
//! make them.

use std::sync::{Mutex, PoisonError};

use crate::engine::error::EngineError;
use crate::engine::plan::task::Task;
use crate::engine::plan::workers::{Tried, Workers};
use crate::engine::state::State;

/// Takes the tasks of the first level.
#[derive(Default)]
pub struct FirstLevel(Mutex<Vec<Task>>);

impl FirstLevel {
    pub fn tasks(&self) -> Vec<Task> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Workers for FirstLevel {
    fn make(&self, tasks: &[Task], _before: &State) -> Result<Tried, EngineError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tasks.to_vec();
        Err(EngineError::Interrupted)
    }
}
