//! A task as schedulers get it: which one it is, and fingerprints of what it is made from. There is
//! no path and no row in it, and it is one line, however many raw files the task reads. What else it
//! takes to carry it out is in the warehouse.

use serde::{Deserialize, Serialize};

use crate::domain::digest::{Digest, Hasher};
use crate::engine::plan::fingerprint::{digest_of_reading, settings_digest};
use crate::engine::plan::task::{Level, Task};
use crate::pipeline::settings::Settings;
use crate::stages;

/// The version of the program: tasks of another one mean something else.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A line of `uptake plan --tasks`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskLine {
    /// The run that hands it out; `None` where no run leads, and nobody may carry it out.
    pub run: Option<RunId>,
    /// Unique in its run.
    pub task: Number,
    pub level: Level,
    pub version: String,
    /// Of everything in the pipeline and the catalogues that decides what is made.
    pub settings: Digest,
    /// Of the task with everything that it is made from.
    pub inputs: Digest,
    pub shard: Option<u32>,
    /// As people write them.
    pub first_day: Option<String>,
    pub last_day: Option<String>,
}

impl TaskLine {
    pub fn of(run: Option<RunId>, number: Number, task: &Task, settings: Digest) -> TaskLine {
        let days = task.days();
        TaskLine {
            run,
            task: number,
            level: task.level(),
            version: VERSION.to_owned(),
            settings,
            inputs: Digest::of(&text(task)),
            shard: task.shard(),
            first_day: days.map(|(first, _)| first.to_string()),
            last_day: days.map(|(_, last)| last.to_string()),
        }
    }

    /// Why a worker refuses it, before it looks for the run; `None` where it does not.
    pub fn refused(&self, settings: Digest) -> Option<String> {
        if self.version != VERSION {
            return Some(format!("the task is of version {} of uptake, and this is {VERSION}", self.version));
        }
        (self.settings != settings)
            .then(|| "the task was planned with another pipeline file or other catalogues than this worker has".to_owned())
    }
}

/// A task as it stands in the warehouse.
pub fn text(task: &Task) -> Vec<u8> {
    serde_json::to_vec(task).unwrap_or_default()
}

/// A digest of everything in the settings by which something is made.
pub fn digest_of_settings(settings: &Settings) -> Digest {
    let mut hasher = Hasher::new();
    hasher.digest(digest_of_reading(settings));
    for contract in stages::TABLES {
        hasher.text(contract.name).digest(settings_digest(contract, settings));
    }
    hasher.finish()
}

/// The name of a run that leads: letters and digits only, since it becomes the name of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    /// Nobody else has the same.
    pub fn new() -> RunId {
        use std::hash::BuildHasher;
        let chance = || std::collections::hash_map::RandomState::new().hash_one(std::process::id());
        RunId(format!("{:016x}{:016x}", chance(), chance()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How the holder of the lock describes himself who leads this run.
    pub fn holder(&self, holder: &str) -> String {
        format!("{holder}{LEADS}{}", self.0)
    }

    /// The run that is led by the holder of the lock, by how he describes himself.
    pub fn of_holder(holder: &str) -> Option<RunId> {
        holder.rsplit_once(LEADS).and_then(|(_, id)| RunId::try_from(id.to_owned()).ok())
    }
}

impl Default for RunId {
    fn default() -> RunId {
        RunId::new()
    }
}

const LEADS: &str = ", leads run ";

impl TryFrom<String> for RunId {
    type Error = String;

    fn try_from(text: String) -> Result<RunId, String> {
        match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            true => Ok(RunId(text)),
            false => Err(format!("`{text}` is no run")),
        }
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> String {
        run.0
    }
}

/// The number of a task within its run: of the list that it stands on, and of its line there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number {
    pub list: u32,
    pub line: u32,
}

impl std::fmt::Display for Number {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}-{}", self.list, self.line)
    }
}

impl From<Number> for String {
    fn from(number: Number) -> String {
        number.to_string()
    }
}

impl TryFrom<String> for Number {
    type Error = String;

    fn try_from(text: String) -> Result<Number, String> {
        let parsed = text
            .split_once('-')
            .and_then(|(list, line)| Some((list.parse().ok()?, line.parse().ok()?)));
        match parsed {
            Some((list, line)) => Ok(Number { list, line }),
            None => Err(format!("`{text}` is no task")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_known_by_how_its_leader_describes_himself() {
        let run = RunId::new();
        assert_ne!(run, RunId::new());
        assert_eq!(RunId::of_holder(&run.holder("process 1 since yesterday")), Some(run));
        assert_eq!(RunId::of_holder("process 1 since yesterday"), None);
    }

    #[test]
    fn what_would_lead_out_of_its_folder_is_no_run_and_no_task() {
        for text in ["\"\"", "\"../x\"", "\"a/b\"", "\".\""] {
            assert!(serde_json::from_str::<RunId>(text).is_err(), "{text}");
            assert!(serde_json::from_str::<Number>(text).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Number>("\"1-../2\"").is_err());
        assert_eq!(serde_json::from_str::<Number>("\"3-12\"").unwrap(), Number { list: 3, line: 12 });
    }
}
