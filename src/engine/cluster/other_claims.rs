//! What a worker knows of the claims of others.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::engine::cluster::claim::expiry;
use crate::engine::cluster::task_line::Number;
use crate::engine::cluster::task_list::TaskList;
use crate::engine::error::EngineError;
use crate::storage::version_tag::VersionTag;

/// What is known of the claims on a list, and since when each has been what it is; and when all were
/// looked at last.
#[derive(Default)]
pub struct Others(HashMap<u32, Other>, Option<Instant>);

/// How old what is known of claims may be.
const LOOKED_AT: Duration = Duration::from_millis(500);

struct Other {
    version: VersionTag,
    since: Instant,
    is_over: bool,
}

impl Others {
    /// Looks at the claims, unless that was done a moment ago.
    pub fn look_now_and_then(&mut self, task_list: &TaskList<'_>, list: u32) -> Result<(), EngineError> {
        if self.1.is_none_or(|last| last.elapsed() >= LOOKED_AT) {
            self.look(&task_list.claimed()?, list);
            self.1 = Some(Instant::now());
        }
        Ok(())
    }

    fn look(&mut self, claimed: &[(Number, VersionTag)], list: u32) {
        for (number, version) in claimed.iter().filter(|(number, _)| number.list == list) {
            let known = self.0.get(&number.line);
            if known.is_none_or(|known| known.version != *version && !known.is_over) {
                let other = Other {
                    version: *version,
                    since: Instant::now(),
                    is_over: false,
                };
                self.0.insert(number.line, other);
            }
        }
    }

    pub fn knows(&self, line: u32) -> bool {
        self.0.contains_key(&line)
    }

    /// Whether nobody has claimed a task, or whoever has is dead.
    pub fn is_free(&self, line: u32) -> bool {
        self.0
            .get(&line)
            .is_none_or(|known| !known.is_over && known.since.elapsed() >= expiry())
    }

    pub fn is_over(&self, line: u32) -> bool {
        self.0.get(&line).is_some_and(|known| known.is_over)
    }

    /// Takes note of a claim that somebody else has put.
    pub fn note_over_if_ended(&mut self, task_list: &TaskList<'_>, number: Number) -> Result<(), EngineError> {
        let is_over = task_list.claim(number)?.is_some_and(|claim| claim.end.is_some());
        match self.0.get_mut(&number.line) {
            Some(known) => {
                known.is_over = is_over;
                known.since = Instant::now();
            }
            None => self.1 = None,
        }
        Ok(())
    }
}
