//! A worker's part: takes tasks that a leader hands out, makes them, and says what came of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::domain::digest::Digest;
use crate::engine::cluster::attempt::{Attempt, Limits};
use crate::engine::cluster::claim::{Claim, End, EndKind, MOST_ATTEMPTS, expiry};
use crate::engine::cluster::other_claims::Others;
use crate::engine::cluster::pause::Pause;
use crate::engine::cluster::task_line::{Number, RunId, TaskLine, digest_of_settings};
use crate::engine::cluster::task_list::{Open, TaskList};
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::execute::Workplace;
use crate::engine::plan::task::{Outcome, Task};
use crate::pipeline::settings::Settings;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// The exit code of a run that ends with an error, and what it says.
pub type Explain = fn(EngineError) -> (u8, String);

/// A process that makes tasks.
pub struct Worker<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub watch: &'a Watch<'a>,
    pub limits: Limits,
    pub explain: Explain,
    /// Is told of each task that has come to an end.
    pub tell: &'a (dyn Fn(&TaskLine, u32, &End) + Sync),
}

/// Which tasks a worker takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    /// Every `of`-th one.
    Index { index: u32, of: u32 },
    /// Whichever nobody has claimed.
    Claims,
}

/// Why a worker has nothing to do any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The run is over.
    Over,
    /// No run led for as long as the worker was to wait.
    NobodyLeads,
    /// The run that led has lost the lock, and was not over.
    Lost,
    /// The run has other settings, or another version leads it.
    Refused(&'static str),
}

/// Exit codes that a refused task has in its record.
pub const WRONG_CALL: u8 = 2;
pub const LOST_LOCK: u8 = 5;
const GAVE_UP: u8 = 7;
const PANICKED: u8 = 1;
const OUT_OF_SETTINGS: &str =
    "the run that leads has another pipeline file, other catalogues or another version of uptake than this worker";

impl<'a> Worker<'a> {
    /// Takes tasks until the run that leads is over. Waits so long for one that leads.
    pub fn work(&self, share: Share, patience: Duration) -> Result<Ended, EngineError> {
        let digest = digest_of_settings(self.settings);
        let began = Instant::now();
        let mut pause = Pause::of(self.store);
        loop {
            self.watch.go_on()?;
            if let Some((task_list, holder)) = TaskList::of_leader(self.store)?
                && let Ok(_follows) = task_list.follow(&holder)
            {
                return match self.work_for(&task_list, &holder, share, digest) {
                    Err(EngineError::Interrupted) => Err(EngineError::Interrupted),
                    // A lost lock lets nothing be changed any more: that is no fault of the store.
                    Err(error) => self.how_it_ended(&task_list, &holder)?.ok_or(error),
                    ended => ended,
                };
            }
            if began.elapsed() >= patience {
                return Ok(Ended::NobodyLeads);
            }
            sleep(pause.next());
        }
    }

    fn work_for(&self, task_list: &TaskList<'a>, holder: &str, share: Share, digest: Digest) -> Result<Ended, EngineError> {
        let mut pause = Pause::of(self.store);
        let mut looked_at_lock = Instant::now();
        let mut list: Option<(u32, Others)> = None;
        let mut place: Option<Workplace<'a>> = None;
        loop {
            self.watch.go_on()?;
            let is_new = |open: &Open| list.as_ref().is_none_or(|(list, _)| *list != open.list);
            match task_list.open()? {
                Some(open) if open.is_over => return Ok(Ended::Over),
                Some(open) => {
                    if open.task_lines.iter().any(|task_line| task_line.refused(digest).is_some()) {
                        return Ok(Ended::Refused(OUT_OF_SETTINGS));
                    }
                    if is_new(&open) {
                        list = Some((open.list, Others::default()));
                        place.iter_mut().for_each(Workplace::go_to_next_level);
                    }
                    let others = list.as_mut().map(|(_, others)| others);
                    if let Some(others) = others
                        && self.take_all(task_list, holder, &open, share, others, &mut place)?
                    {
                        pause = Pause::of(self.store);
                    }
                }
                None => {}
            }
            if looked_at_lock.elapsed() >= expiry() / 4 {
                if let Some(ended) = self.how_it_ended(task_list, holder)? {
                    return Ok(ended);
                }
                looked_at_lock = Instant::now();
            }
            sleep(pause.next());
        }
    }

    /// How the run has ended; `None` where it still leads.
    fn how_it_ended(&self, task_list: &TaskList<'a>, holder: &str) -> Result<Option<Ended>, EngineError> {
        if task_list.is_led(holder)? {
            return Ok(None);
        }
        let is_over = task_list.open()?.is_some_and(|open| open.is_over);
        Ok(Some(if is_over { Ended::Over } else { Ended::Lost }))
    }

    /// Makes what is there for this worker on a list, and says whether there was anything.
    fn take_all(
        &self,
        task_list: &TaskList<'a>,
        holder: &str,
        open: &Open,
        share: Share,
        others: &mut Others,
        place: &mut Option<Workplace<'a>>,
    ) -> Result<bool, EngineError> {
        let mut has_made = false;
        // Workers that begin at the same task would be in each other's way.
        let (before, after) = open.task_lines.split_at(match share {
            Share::Index { .. } => 0,
            Share::Claims => std::process::id() as usize % open.task_lines.len().max(1),
        });
        for task_line in after.iter().chain(before) {
            others.look_now_and_then(task_list, open.list)?;
            let Number { line, .. } = task_line.task;
            let is_ours = match share {
                Share::Index { index, of } => line % of.max(1) == index,
                Share::Claims => true,
            };
            // Whoever had a task of ours before is this worker, before it died.
            let is_free = match share {
                Share::Index { .. } => !others.is_over(line),
                Share::Claims => others.is_free(line),
            };
            if !is_ours || !is_free {
                continue;
            }
            self.watch.go_on()?;
            let before = match others.knows(line) {
                true => task_list.claim_bytes(task_line.task)?,
                false => None,
            };
            if let Some(attempt) = self.begin(task_list, task_line, before)? {
                has_made = true;
                let number = attempt.number_of_attempt();
                let end = self.make(task_list, holder, task_line, attempt, place)?;
                (self.tell)(task_line, number, &end);
                if end.outcome == EndKind::Refused && end.code == LOST_LOCK {
                    break;
                }
            } else {
                others.note_over_if_ended(task_list, task_line.task)?;
            }
            // The list may be another one by now.
            if task_list.open()?.is_none_or(|now| now.list != open.list) {
                break;
            }
        }
        Ok(has_made)
    }

    /// Puts a claim on a task, in the place of one that is dead. `None` where somebody was faster,
    /// or where it has come to an end.
    fn begin(&self, task_list: &TaskList<'a>, task_line: &TaskLine, before: Option<Vec<u8>>) -> Result<Option<Attempt<'a>>, EngineError> {
        let earlier = before.as_deref().and_then(Claim::parse);
        if earlier.as_ref().is_some_and(|claim| claim.end.is_some()) {
            return Ok(None);
        }
        let attempt = earlier.map_or(1, |claim| claim.attempt + 1);
        let mut claim = Claim {
            worker: RunId::new().as_str().to_owned() + "-" + &std::process::id().to_string(),
            attempt,
            renewed: 0,
            end: None,
        };
        if attempt > MOST_ATTEMPTS {
            let why = format!("{MOST_ATTEMPTS} workers ended or hung while they made it");
            claim.end = Some(End::without(EndKind::GivenUp, GAVE_UP, why));
            task_list.put_claim(task_line.task, &claim, before.as_deref())?;
            return Ok(None);
        }
        match task_list.put_claim(task_line.task, &claim, before.as_deref())? {
            true => Ok(Some(Attempt::begin(
                self.store,
                task_list.run.clone(),
                task_line.task,
                claim,
                self.limits,
            )?)),
            false => Ok(None),
        }
    }

    /// Makes a task that is claimed, and puts on its claim what came of it.
    fn make(
        &self,
        task_list: &TaskList<'a>,
        holder: &str,
        task_line: &TaskLine,
        attempt: Attempt<'a>,
        place: &mut Option<Workplace<'a>>,
    ) -> Result<End, EngineError> {
        let began = Instant::now();
        let mut end = match task_list.task(task_line)? {
            None => End::without(EndKind::Outdated, 0, "the task is not on the list of its run".to_owned()),
            Some(task) => self.carry_out(&task, attempt.number_of_attempt(), place),
        };
        end.seconds = began.elapsed().as_secs_f64();
        if end.outcome == EndKind::Failed && !task_list.is_led(holder)? {
            end = End::without(EndKind::Refused, LOST_LOCK, lost(&task_list.run));
        }
        match attempt.end(end.clone()) {
            // Nothing is put any more for a run that has lost the lock.
            Err(_) if end.code == LOST_LOCK => Ok(end),
            Err(error) => Err(error),
            Ok(()) if end.code == INTERRUPTED => Err(EngineError::Interrupted),
            Ok(()) => Ok(end),
        }
    }

    /// Carries out a task: whatever happens is told and not returned.
    fn carry_out(&self, task: &Task, attempt: u32, place: &mut Option<Workplace<'a>>) -> End {
        let mut too_large = None;
        let work = || {
            let place = match place {
                Some(place) => place,
                None => place.insert(Workplace::open(self.settings, self.store)?),
            };
            place.catch_up()?;
            if attempt > 1 {
                place.look_again(task)?;
            }
            too_large = self.limits.refuses(task, place.state(), self.settings);
            match too_large {
                None => place.carry_out(task, self.watch),
                Some(_) => Ok(Outcome::Outdated),
            }
        };
        let ended = |outcome| End::without(outcome, 0, String::new());
        let result = catch_unwind(AssertUnwindSafe(work));
        if let Some(why) = too_large {
            return End::without(EndKind::Refused, WRONG_CALL, why);
        }
        match result {
            Ok(Ok(Outcome::Made(done))) => End {
                files: done.made.len() as u64,
                rows: done.made.iter().map(|(.., footer)| footer.rows).sum(),
                account: done.account,
                ..ended(EndKind::Made)
            },
            Ok(Ok(Outcome::AlreadyMade)) => ended(EndKind::AlreadyMade),
            Ok(Ok(Outcome::Outdated)) => End {
                message: "the input or the warehouse is not what the task was planned from".to_owned(),
                ..ended(EndKind::Outdated)
            },
            Ok(Err(error)) => {
                *place = None;
                let (code, message) = (self.explain)(error);
                End::without(EndKind::Failed, code, message)
            }
            Err(panic) => {
                *place = None;
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
                End::without(EndKind::Failed, PANICKED, format!("the program panicked: {text}"))
            }
        }
    }

    /// Carries out one task that a scheduler gives, whoever had it before. Tasks of one level share
    /// a `place`.
    pub fn carry_out_line(&self, task_line: &TaskLine, place: &mut Option<Workplace<'a>>) -> Result<End, EngineError> {
        let refused = |code, why: String| Ok(End::without(EndKind::Refused, code, why));
        if let Some(why) = task_line.refused(digest_of_settings(self.settings)) {
            return refused(WRONG_CALL, why);
        }
        let Some(run) = task_line.run.clone() else {
            return refused(
                LOST_LOCK,
                "the task belongs to no run: `uptake run --workers tasks` leads one".to_owned(),
            );
        };
        let (task_list, holder) = match TaskList::of_leader(self.store)? {
            Some((task_list, holder)) if task_list.run == run => (task_list, holder),
            _ => return refused(LOST_LOCK, lost(&run)),
        };
        let _follows = match task_list.follow(&holder) {
            Ok(follows) => follows,
            Err(WarehouseError::Locked { .. }) => return refused(LOST_LOCK, lost(&run)),
            Err(error) => return Err(error.into()),
        };
        let before = task_list.claim_bytes(task_line.task)?;
        let mut claim = before.as_deref().and_then(Claim::parse);
        if let Some(end) = claim.as_ref().and_then(|claim| claim.end.clone()) {
            // The files decide, and not what was said of them.
            let now = match task_list.task(task_line)? {
                Some(task) => self.carry_out(&task, 2, place),
                None => return refused(LOST_LOCK, lost(&run)),
            };
            if now.outcome == EndKind::AlreadyMade {
                return Ok(now);
            }
            if let Some(claim) = &mut claim {
                let account = now.account.clone().or(end.account);
                claim.end = Some(End { account, ..now.clone() });
                task_list.put_claim(task_line.task, claim, before.as_deref())?;
            }
            return Ok(now);
        }
        match self.begin(&task_list, task_line, before)? {
            Some(attempt) => self.make(&task_list, &holder, task_line, attempt, place),
            None => {
                let end = task_list.claim(task_line.task)?.and_then(|claim| claim.end);
                let somebody_else = || End::without(EndKind::Outdated, 0, "somebody else makes the task at the moment".to_owned());
                Ok(end.unwrap_or_else(somebody_else))
            }
        }
    }
}

const INTERRUPTED: u8 = 130;

fn lost(run: &RunId) -> String {
    format!("the run {} does not hold the warehouse any more", run.as_str())
}
