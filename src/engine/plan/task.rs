//! Tasks: what is to be made of one `received=` partition, or of one shard, as plain values. A plan
//! gives a list of them. Whoever carries one out loads what it needs from the input and the
//! warehouse, so that any thread can do it, and any process that sees these.
//!
//! A task says from what its files are to be made, by fingerprints or digests. Carrying it out
//! begins with the footers that are there. Files that already have these fingerprints are left
//! alone, so that a task can be carried out twice. Where the warehouse has something else by now
//! than the task was planned from, nothing is made, and the answer says so.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint};
use crate::engine::error::EngineError;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::received_task::ReceivedTask;
use crate::engine::state::State;
use crate::warehouse::contract::Contract;

/// What is to be made. A task reads what tasks of the kinds before its own make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// A `received=` partition, out of raw files.
    Received(ReceivedTask),
    /// Tables of one shard, out of the partitions.
    Tables(TableTask),
}

/// What is to be made of one shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableTask {
    pub shard: u32,
    /// The days of the tables.
    pub range: Range,
    /// The files that are made again whatever their footers say.
    pub forced: Forced,
    pub work: Work,
}

/// The kinds of tasks of a shard, in the order of the data's way: a task reads what the kinds
/// before its own make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// `activity_coverage` and the facts of some days.
    Activity(Vec<ActivityDay>),
    /// `assignments` and `account_states`, out of everything that came in about licenses. The digest
    /// is of what they are read from.
    Assignments(Digest),
    /// `first_activity`, out of the facts up to a day.
    FirstActivity { last: Day, fingerprint: Fingerprint },
    /// `subscriptions` and the tables that look back on windows.
    Windows(DayFiles),
    /// `portfolio` of a day, out of all shards.
    Portfolio { day: Day, fingerprint: Fingerprint },
}

/// A day of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityDay {
    pub day: Day,
    /// The `received=` partitions that have events of the day, with the digests of these.
    pub sources: Vec<(Day, Digest)>,
}

/// Files of days by their table, each with the fingerprint that it is to have.
pub type DayFiles = BTreeMap<Cow<'static, str>, BTreeMap<Day, Fingerprint>>;

/// What came of a task: `T` tells of the files that were made.
#[derive(Debug)]
pub enum Outcome<T = Vec<Made>> {
    /// What was missing of the task's files was made.
    Made(T),
    /// Everything was there already.
    AlreadyMade,
    /// The warehouse is no longer what the task was planned from: nothing was made.
    Outdated,
}

impl Outcome {
    /// Of some files, which may be none.
    pub fn of(made: Vec<Made>) -> Outcome {
        if made.is_empty() {
            Outcome::AlreadyMade
        } else {
            Outcome::Made(made)
        }
    }
}

impl<T> Outcome<T> {
    /// What was made, for the run that has planned the task and has the lock: nobody else can have
    /// changed the warehouse.
    pub fn into_made(self) -> Result<Option<T>, EngineError> {
        match self {
            Outcome::Made(made) => Ok(Some(made)),
            Outcome::AlreadyMade => Ok(None),
            Outcome::Outdated => Err(changed_meanwhile()),
        }
    }

    /// The same with another account of what was made.
    pub fn map<U>(self, tell: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Made(made) => Outcome::Made(tell(made)),
            Outcome::AlreadyMade => Outcome::AlreadyMade,
            Outcome::Outdated => Outcome::Outdated,
        }
    }
}

/// Of a run that has the lock, and finds that its own task is outdated.
pub fn changed_meanwhile() -> EngineError {
    EngineError::Check("the warehouse is not what it was planned from: something else than this run has changed it".to_owned())
}

impl TableTask {
    /// Whether a file of a day is still to be made.
    pub fn is_to_be_made(&self, state: &State, contract: &Contract, day: Day, fingerprint: Fingerprint) -> bool {
        self.forced.covers(day, self.shard) || state.fingerprint(contract, (Some(day), self.shard)) != Some(fingerprint)
    }
}

/// Files that are made again because somebody asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Forced {
    pub days: Option<(Day, Day)>,
    pub shard: Option<u32>,
}

impl Forced {
    /// Whether the file of a day and shard is one of them.
    pub fn covers(self, day: Day, shard: u32) -> bool {
        self.day(day) && self.shard(shard)
    }

    /// Whether any shard of a day is.
    pub fn day(self, day: Day) -> bool {
        self.days.is_some_and(|(first, last)| first <= day && day <= last)
    }

    /// The first of the days that are made again.
    pub fn first_day(self) -> Option<Day> {
        self.days.map(|(first, _)| first)
    }

    /// Whether a table without days is.
    pub fn shard(self, shard: u32) -> bool {
        self.days.is_some() && self.shard.is_none_or(|of| of == shard)
    }
}
