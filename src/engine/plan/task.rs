//! Tasks: what is to be made of one `received=` partition, or of one shard, as plain values. A plan
//! gives a list of them. Whoever carries one out loads what it needs from the input and the
//! warehouse, so that any thread can do it, and any process that sees these.
//!
//! A task says from what its files are to be made, by fingerprints or digests. Carrying it out
//! begins with the footers that are there. Files that already have these fingerprints are left
//! alone, so that a task can be carried out twice. Where the warehouse has something else by now
//! than the task was planned from, nothing is made, and the answer says so.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint};
use crate::engine::error::EngineError;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::received_task::ReceivedTask;
use crate::engine::state::State;
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::activity::first_activity::FIRST_ACTIVITY;
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::file::footer::Footer;
use crate::warehouse::store::listing::Place;

/// What is to be made. A task reads what tasks of the kinds before its own make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// A `received=` partition, out of raw files.
    Received(ReceivedTask),
    /// Tables of one shard, out of the partitions.
    Tables(TableTask),
}

/// Tasks of one level read nothing that another task of the level makes, and what they read is made
/// in the levels before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Received,
    Facts,
    Assignments,
    FirstActivity,
    Windows,
    Portfolio,
}

impl Level {
    /// The name that people and programs read.
    pub fn name(self) -> &'static str {
        match self {
            Level::Received => "received",
            Level::Facts => "facts",
            Level::Assignments => "assignments",
            Level::FirstActivity => "first_activity",
            Level::Windows => "windows",
            Level::Portfolio => "portfolio",
        }
    }
}

impl Task {
    pub fn level(&self) -> Level {
        match self {
            Task::Received(_) => Level::Received,
            Task::Tables(task) => match task.work {
                Work::Activity(_) => Level::Facts,
                Work::Assignments(_) => Level::Assignments,
                Work::FirstActivity { .. } => Level::FirstActivity,
                Work::Windows(_) => Level::Windows,
                Work::Portfolio { .. } => Level::Portfolio,
            },
        }
    }

    /// The shard whose files are made; `None` where they are of all shards.
    pub fn shard(&self) -> Option<u32> {
        match self {
            Task::Tables(task) if !matches!(task.work, Work::Portfolio { .. }) => Some(task.shard),
            Task::Tables(_) | Task::Received(_) => None,
        }
    }

    /// The first and the last of the days whose files are made; `None` where they have none.
    pub fn days(&self) -> Option<(Day, Day)> {
        let task = match self {
            Task::Received(task) => return Some((task.received, task.received)),
            Task::Tables(task) => task,
        };
        let days: Vec<Day> = match &task.work {
            Work::Activity(days) => days.iter().map(|of| of.day).collect(),
            Work::Assignments(_) | Work::FirstActivity { .. } => Vec::new(),
            Work::Windows(files) => files.values().flat_map(|days| days.keys().copied()).collect(),
            Work::Portfolio { day, .. } => vec![*day],
        };
        Some((*days.iter().min()?, *days.iter().max()?))
    }

    /// The files that it makes, as far as that is known before: it may find that some are there.
    pub fn places(&self, shards: u32) -> Vec<(&'static Contract, Place)> {
        let task = match self {
            Task::Received(task) => {
                let tables = stages::TABLES.iter().filter(|table| table.partition == Partition::Received);
                let of_table = |table: &&'static Contract| {
                    let table = *table;
                    (0..table.files(shards)).map(move |shard| (table, (Some(task.received), shard)))
                };
                return tables.flat_map(of_table).collect();
            }
            Task::Tables(task) => task,
        };
        let on = |day: Option<Day>| (day, task.shard);
        match &task.work {
            Work::Activity(days) => {
                let tables: [&'static Contract; 3] = [&ACTIVITY_COVERAGE, &ACTIVITY_DAILY, &ACTIVITY_BEFORE];
                let of_day = |of: &ActivityDay| tables.map(|table| (table, on(Some(of.day))));
                days.iter().flat_map(of_day).collect()
            }
            Work::Assignments(_) => vec![(&ASSIGNMENTS, on(None)), (&ACCOUNT_STATES, on(None))],
            Work::FirstActivity { .. } => vec![(&FIRST_ACTIVITY, on(None))],
            Work::Windows(files) => {
                let tables = files.iter().filter_map(|(name, days)| Some((stages::table(name)?, days)));
                tables
                    .flat_map(|(table, days)| days.keys().map(move |day| (table, on(Some(*day)))))
                    .collect()
            }
            Work::Portfolio { day, .. } => vec![(&PORTFOLIO, (Some(*day), 0))],
        }
    }

    /// Whether its files seem to be made: they have the fingerprints that it names, or some of them
    /// are not what they were. Carrying it out again finds what is missing after all.
    pub fn looks_made(&self, shards: u32, before: &State, now: &State) -> bool {
        let has = |contract: &Contract, place, print| now.fingerprint(contract, place) == Some(print);
        match self {
            Task::Tables(TableTask { shard, work, .. }) => match work {
                Work::FirstActivity { fingerprint, .. } => has(&FIRST_ACTIVITY, (None, *shard), *fingerprint),
                Work::Portfolio { day, fingerprint } => has(&PORTFOLIO, (Some(*day), 0), *fingerprint),
                Work::Windows(files) => files.iter().all(|(name, days)| {
                    let table = stages::table(name);
                    table.is_some_and(|table| days.iter().all(|(day, print)| has(table, (Some(*day), *shard), *print)))
                }),
                Work::Activity(_) | Work::Assignments(_) => !self.made_between(shards, before, now).is_empty(),
            },
            Task::Received(_) => !self.made_between(shards, before, now).is_empty(),
        }
    }

    /// Its files that are not what they were.
    pub fn made_between(&self, shards: u32, before: &State, now: &State) -> Vec<Made> {
        let is_other =
            |now: &Footer, then: Option<&Footer>| then.is_none_or(|then| (now.fingerprint, now.digest) != (then.fingerprint, then.digest));
        let files = self.places(shards).into_iter().filter_map(|(contract, place)| {
            let footer = now.footer(contract, place)?;
            is_other(footer, before.footer(contract, place)).then(|| (contract, place, footer.clone()))
        });
        files.collect()
    }

    /// How much of what a run counts it is: raw files, or days.
    pub fn units(&self) -> u64 {
        match self {
            Task::Received(task) => task.files.iter().filter(|file| file.fate.taken().is_some()).count() as u64,
            Task::Tables(task) => match &task.work {
                Work::Activity(days) => days.len() as u64,
                Work::Windows(files) => {
                    let tables = files.iter().filter(|(name, _)| **name != SUBSCRIPTIONS.name);
                    let days: BTreeSet<&Day> = tables.flat_map(|(_, days)| days.keys()).collect();
                    days.len() as u64
                }
                Work::Assignments(_) | Work::FirstActivity { .. } | Work::Portfolio { .. } => 0,
            },
        }
    }
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
