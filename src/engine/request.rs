//! What a run is to do: plain values, the same for `run`, `reprocess` and `plan`.

use std::collections::BTreeSet;

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::task::{Forced, Task};
use crate::engine::plan::workers::{HandedOut, Workers};
use crate::engine::report::Verified;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::received::activity_events::shard_of;
use crate::storage::local::reads::Reads;
use crate::warehouse::store::Store;

/// What a run is to do.
#[derive(Clone)]
pub struct Request<'a> {
    pub settings: &'a Settings,
    /// When the run began: releases are called by it.
    pub began: Instant,
    /// The last day of the tables.
    pub last: Day,
    /// The day that it is: snapshots of later days are rejects until it comes. `None`: nobody asks.
    pub today: Option<Day>,
    /// Days before this one are left alone.
    pub from: Option<Day>,
    /// The tables to bring up to date, and what they need; `None`: all, and the published files.
    pub tables: Option<BTreeSet<&'static str>>,
    /// Days that are made again even if nothing changed.
    pub again: Option<Again>,
    /// The most days of raw files that are read, and of tables that are made; the oldest go first.
    pub max_days: Option<u32>,
    /// Looks at every raw file, whatever `rescan_days` says, and at its bytes, whatever its size
    /// and time of change say.
    pub rescan: bool,
    /// Goes on where the input folder has no file at all.
    pub allow_empty: bool,
    /// Goes on without folders that cannot be read.
    pub allow_unreadable: bool,
    /// Removes files of days that the tables do not have.
    pub prune: bool,
    /// Publishes although an earlier release was put into force.
    pub forward: bool,
    /// The way to the input folder.
    pub reads: Reads,
    /// Computes customers a second time before anything is published. It comes from above: the
    /// engine knows one computation only.
    pub verify: Option<&'a Verify<'a>>,
    /// Those who carry out the tasks; `None`: this process, on its threads.
    pub workers: Option<&'a dyn Workers>,
    /// Is told of every task when it is about to be carried out.
    pub on_task: Option<&'a OnTask<'a>>,
}

/// Takes the tasks of a run: all tasks of one level before those of the next one.
pub type OnTask<'a> = dyn Fn(&Task) + Sync + 'a;

/// A second computation of some customers, compared with the tables. It fails where they differ.
pub type Verify<'a> = dyn Fn(&Store, &State, Range, &Watch<'_>) -> Result<Verified, EngineError> + Sync + 'a;

impl<'a> Request<'a> {
    /// The nightly job until a day.
    pub fn new(settings: &'a Settings, last: Day) -> Request<'a> {
        Request {
            settings,
            began: Instant(0),
            last,
            today: None,
            from: None,
            tables: None,
            again: None,
            max_days: None,
            rescan: false,
            allow_empty: false,
            allow_unreadable: false,
            prune: false,
            forward: false,
            reads: Reads::default(),
            verify: None,
            workers: None,
            on_task: None,
        }
    }

    /// Has the tasks of a level made where there are workers, and tells of them where somebody
    /// wants to know. Carrying out the answer makes what is left.
    pub fn hand_out<'s>(&self, tasks: impl Iterator<Item = Task>, before: &'s State) -> Result<HandedOut<'s>, EngineError> {
        let tasks: Vec<Task> = match (self.workers, self.on_task) {
            (None, None) => Vec::new(),
            _ => tasks.collect(),
        };
        if let Some(on_task) = self.on_task {
            tasks.iter().for_each(on_task);
        }
        HandedOut::new(tasks, before, u32::from(self.settings.shards), self.workers)
    }

    /// Which files of the tables are made again whatever their footers say.
    pub fn forced(&self) -> Forced {
        Forced {
            days: self.again.as_ref().map(|again| (again.first, again.last)),
            shard: self
                .again
                .as_ref()
                .and_then(|again| again.customer)
                .map(|customer| shard_of(customer, u32::from(self.settings.shards))),
        }
    }
}

/// What `reprocess` asks for.
#[derive(Clone, Debug)]
pub struct Again {
    pub first: Day,
    pub last: Day,
    /// Only the raw files and the tables of this customer (and of the ones that share its files).
    pub customer: Option<Guid>,
    /// Why, for the record.
    pub reason: Option<String>,
    /// Begins with what the warehouse keeps of the raw files, and not with them.
    pub from_facts: bool,
}

impl Again {
    /// Whether a raw file may have something to say of the days: its path names one of them, or its
    /// rows are about one. `tenant` is the customer that its path names.
    pub fn concerns(&self, tenant: Option<Guid>, path_day: Option<Day>, rows: Option<(Day, Day)>) -> bool {
        let whose = self.customer.is_none() || tenant.is_none() || tenant == self.customer;
        let by_path = path_day.is_some_and(|day| self.first <= day && day <= self.last);
        let by_rows = rows.is_some_and(|(first, last)| first <= self.last && self.first <= last);
        whose && (by_path || by_rows)
    }
}
