//! The leader's part: hands out the tasks of a level, waits, looks at the files, and hands out again
//! what is missing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::domain::digest::Digest;
use crate::engine::cluster::claim::{Claim, EndKind, MOST_ATTEMPTS};
use crate::engine::cluster::pause::Pause;
use crate::engine::cluster::task_line::{Number, RunId, TaskLine, digest_of_settings};
use crate::engine::cluster::task_list::{Mode, Open, TaskList};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::plan::task::Task;
use crate::engine::plan::workers::{GivenUp, Told, Tried, Workers};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::storage::version_tag::VersionTag;
use crate::warehouse::store::Store;

/// How often the tasks of a level are handed out.
const MOST_ROUNDS: u32 = 3;
/// The exit code of a program that panicked.
const PANICKED: u8 = 1;

/// Leads workers. When it is dropped they are told that the run is over.
pub struct Leader<'a> {
    task_list: TaskList<'a>,
    mode: Mode,
    settings: &'a Settings,
    digest: Digest,
    store: &'a Store,
    watch: &'a Watch<'a>,
    /// How long it waits while no worker does anything.
    patience: Duration,
    lists: AtomicU32,
}

impl<'a> Leader<'a> {
    /// Begins to lead. The caller has the warehouse's lock, and describes himself with the run.
    pub fn begin(
        run: RunId,
        (mode, patience): (Mode, Duration),
        settings: &'a Settings,
        store: &'a Store,
        watch: &'a Watch<'a>,
    ) -> Result<Leader<'a>, EngineError> {
        let task_list = TaskList::new(store, run);
        task_list.clear()?;
        Ok(Leader {
            task_list,
            mode,
            settings,
            digest: digest_of_settings(settings),
            store,
            watch,
            patience,
            lists: AtomicU32::new(0),
        })
    }

    fn open(&self, tasks: &[&Task]) -> Open {
        let list = self.lists.fetch_add(1, Ordering::Relaxed);
        let task_line =
            |(line, task): (u32, &&Task)| TaskLine::of(Some(self.task_list.run.clone()), Number { list, line }, task, self.digest);
        Open {
            list,
            mode: self.mode,
            is_over: false,
            task_lines: (0..).zip(tasks).map(task_line).collect(),
        }
    }

    /// Waits until each task of a list has come to an end, or until nothing has happened for a
    /// while. Gives the claims by the lines of the list.
    fn wait(&self, tasks: &[&Task], list: u32) -> Result<HashMap<u32, Claim>, EngineError> {
        let mut claims: HashMap<u32, (VersionTag, Claim)> = HashMap::new();
        let mut happened = Instant::now();
        let mut pause = Pause::of(self.store);
        loop {
            self.watch.go_on()?;
            let mut has_news = false;
            for (number, version) in self.task_list.claimed()? {
                let known = claims.get(&number.line).map(|(version, claim)| (version, claim.end.is_some()));
                let is_settled = known.is_some_and(|(known, is_over)| is_over || *known == version);
                if number.list != list || is_settled {
                    continue;
                }
                let Some(claim) = self.task_list.claim(number)? else { continue };
                has_news = true;
                if claim.end.is_some() {
                    self.watch
                        .tell(Event::Advance(tasks.get(number.line as usize).map_or(0, |task| task.units())));
                }
                claims.insert(number.line, (version, claim));
            }
            if claims.values().filter(|(_, claim)| claim.end.is_some()).count() >= tasks.len() {
                break;
            }
            if has_news {
                happened = Instant::now();
                pause = Pause::of(self.store);
            } else if happened.elapsed() >= self.patience {
                break;
            }
            sleep(pause.next());
        }
        Ok(claims.into_iter().map(|(line, (_, claim))| (line, claim)).collect())
    }

    /// Says that nobody came, or that something is left.
    fn tell(&self, left: usize, nobody_came: bool) {
        let seconds = self.patience.as_secs();
        let text = if nobody_came {
            format!(
                "no worker has taken a task for {seconds} seconds: this process makes what is to be made; start workers with `uptake work`, \
                 which see the same input and warehouse"
            )
        } else {
            let tasks = if left == 1 { "1 task" } else { &format!("{left} tasks") };
            format!("workers have left {tasks} in {MOST_ROUNDS} rounds: this process makes what can be made of that")
        };
        self.watch.tell(Event::Warning(text));
    }
}

impl Workers for Leader<'_> {
    fn make(&self, tasks: &[Task], before: &State) -> Result<Tried, EngineError> {
        let shards = u32::from(self.settings.shards);
        let mut now = before.clone();
        let mut told = vec![Told::default(); tasks.len()];
        let mut ended_workers = vec![0; tasks.len()];
        let mut left: Vec<usize> = (0..tasks.len()).collect();
        for round in 1..=MOST_ROUNDS {
            let of_round: Vec<&Task> = left.iter().filter_map(|at| tasks.get(*at)).collect();
            let open = self.open(&of_round);
            self.task_list.hand_out(&open, &of_round)?;
            let claims = self.wait(&of_round, open.list)?;
            if claims.len() < left.len() || claims.values().any(|claim| claim.end.is_none() || claim.attempt > 1) {
                // Somebody has died, perhaps in the middle of several renames. Whoever has tried the
                // task again has found a partition that is neither what it was nor what it is to be.
                self.store.recover()?;
            }
            let places: Vec<_> = of_round.iter().flat_map(|task| task.places(shards)).collect();
            now.look_again(self.store, &places)?;
            let still_left = |(line, at): (u32, &usize)| {
                let claim = claims.get(&line);
                let end = claim.and_then(|claim| claim.end.as_ref());
                if let Some(account) = end.and_then(|end| end.account.as_ref()) {
                    told[*at].account = Some(account.clone());
                }
                let is_said_to_be_there = end.is_some_and(|end| end.outcome == EndKind::AlreadyMade);
                if is_said_to_be_there || tasks[*at].looks_made(shards, before, &now) {
                    return None;
                }
                ended_workers[*at] += match (claim, end) {
                    (_, Some(end)) if end.outcome == EndKind::GivenUp => MOST_ATTEMPTS,
                    (_, Some(end)) => u32::from(end.code == PANICKED),
                    (Some(claim), None) => claim.attempt,
                    (None, None) => 0,
                };
                if ended_workers[*at] < MOST_ATTEMPTS {
                    return Some(*at);
                }
                told[*at].given_up = Some(given_up(claim));
                None
            };
            left = (0..).zip(&left).filter_map(still_left).collect();
            if left.is_empty() {
                break;
            }
            if claims.is_empty() || round == MOST_ROUNDS {
                self.tell(left.len(), claims.is_empty());
                break;
            }
        }
        Ok(Tried { now, told })
    }
}

/// Why a task is given up, by the last claim on it.
fn given_up(claim: Option<&Claim>) -> GivenUp {
    let end = claim.and_then(|claim| claim.end.as_ref());
    let panicked = end.filter(|end| end.code == PANICKED);
    GivenUp {
        why: match panicked {
            Some(end) => format!("{MOST_ATTEMPTS} times: {}", end.message),
            None => format!("{MOST_ATTEMPTS} workers ended or hung while they made it, out of memory perhaps"),
        },
        is_bug: panicked.is_some(),
    }
}

impl Drop for Leader<'_> {
    /// Workers who are not told see that the lock is free.
    fn drop(&mut self) {
        let open = Open {
            list: u32::MAX,
            mode: self.mode,
            is_over: true,
            task_lines: Vec::new(),
        };
        let _ = self.task_list.clear();
        let _ = self.task_list.hand_out(&open, &[]);
    }
}
