//! A worker's part: takes tasks that a leader hands out, makes them, and says what came of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::domain::digest::Digest;
use crate::engine::crew::attempt::{Attempt, Limits};
use crate::engine::crew::board::{Board, Open};
use crate::engine::crew::claim::{Claim, End, EndKind, MOST_ATTEMPTS, expiry};
use crate::engine::crew::others::Others;
use crate::engine::crew::pause::Pause;
use crate::engine::crew::slip::{Number, RunId, Slip, digest_of_settings};
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
    pub tell: &'a (dyn Fn(&Slip, u32, &End) + Sync),
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
            if let Some((board, holder)) = Board::of_leader(self.store)?
                && let Ok(_follows) = board.follow(&holder)
            {
                return self.work_for(&board, &holder, share, digest);
            }
            if began.elapsed() >= patience {
                return Ok(Ended::NobodyLeads);
            }
            sleep(pause.next());
        }
    }

    fn work_for(&self, board: &Board<'a>, holder: &str, share: Share, digest: Digest) -> Result<Ended, EngineError> {
        let mut pause = Pause::of(self.store);
        let mut looked_at_lock = Instant::now();
        let mut list: Option<(u32, Others)> = None;
        let mut place: Option<Workplace<'a>> = None;
        loop {
            self.watch.go_on()?;
            let is_new = |open: &Open| list.as_ref().is_none_or(|(list, _)| *list != open.list);
            match board.open()? {
                Some(open) if open.is_over => return Ok(Ended::Over),
                Some(open) => {
                    if open.slips.iter().any(|slip| slip.refused(digest).is_some()) {
                        return Ok(Ended::Refused(OUT_OF_SETTINGS));
                    }
                    if is_new(&open) {
                        list = Some((open.list, Others::default()));
                        place.iter_mut().for_each(Workplace::go_to_next_level);
                    }
                    let others = list.as_mut().map(|(_, others)| others);
                    if let Some(others) = others
                        && self.take_all(board, holder, &open, share, others, &mut place)?
                    {
                        pause = Pause::of(self.store);
                    }
                }
                None => {}
            }
            if looked_at_lock.elapsed() >= expiry() / 4 {
                if !board.is_led(holder)? {
                    let is_over = board.open()?.is_some_and(|open| open.is_over);
                    return Ok(if is_over { Ended::Over } else { Ended::Lost });
                }
                looked_at_lock = Instant::now();
            }
            sleep(pause.next());
        }
    }

    /// Makes what is there for this worker on a list, and says whether there was anything.
    fn take_all(
        &self,
        board: &Board<'a>,
        holder: &str,
        open: &Open,
        share: Share,
        others: &mut Others,
        place: &mut Option<Workplace<'a>>,
    ) -> Result<bool, EngineError> {
        let mut has_made = false;
        // Workers that begin at the same task would be in each other's way.
        let (before, after) = open.slips.split_at(match share {
            Share::Index { .. } => 0,
            Share::Claims => std::process::id() as usize % open.slips.len().max(1),
        });
        for slip in after.iter().chain(before) {
            others.look_now_and_then(board, open.list)?;
            let Number { line, .. } = slip.task;
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
                true => board.claim_bytes(slip.task)?,
                false => None,
            };
            if let Some(attempt) = self.begin(board, slip, before)? {
                has_made = true;
                let number = attempt.number_of_attempt();
                let end = self.make(board, holder, slip, attempt, place)?;
                (self.tell)(slip, number, &end);
                if end.outcome == EndKind::Refused && end.code == LOST_LOCK {
                    break;
                }
            } else {
                others.note_over_if_ended(board, slip.task)?;
            }
            // The list may be another one by now.
            if board.open()?.is_none_or(|now| now.list != open.list) {
                break;
            }
        }
        Ok(has_made)
    }

    /// Puts a claim on a task, in the place of one that is dead. `None` where somebody was faster,
    /// or where it has come to an end.
    fn begin(&self, board: &Board<'a>, slip: &Slip, before: Option<Vec<u8>>) -> Result<Option<Attempt<'a>>, EngineError> {
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
            board.put_claim(slip.task, &claim, before.as_deref())?;
            return Ok(None);
        }
        match board.put_claim(slip.task, &claim, before.as_deref())? {
            true => Ok(Some(Attempt::begin(self.store, board.run.clone(), slip.task, claim, self.limits)?)),
            false => Ok(None),
        }
    }

    /// Makes a task that is claimed, and puts on its claim what came of it.
    fn make(
        &self,
        board: &Board<'a>,
        holder: &str,
        slip: &Slip,
        attempt: Attempt<'a>,
        place: &mut Option<Workplace<'a>>,
    ) -> Result<End, EngineError> {
        let began = Instant::now();
        let mut end = match board.task(slip)? {
            None => End::without(EndKind::Outdated, 0, "the task is not on the board of its run".to_owned()),
            Some(task) => self.carry_out(&task, attempt.number_of_attempt(), place),
        };
        end.seconds = began.elapsed().as_secs_f64();
        if end.outcome == EndKind::Failed && !board.is_led(holder)? {
            end = End::without(EndKind::Refused, LOST_LOCK, lost(&board.run));
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
    pub fn carry_out_slip(&self, slip: &Slip, place: &mut Option<Workplace<'a>>) -> Result<End, EngineError> {
        let refused = |code, why: String| Ok(End::without(EndKind::Refused, code, why));
        if let Some(why) = slip.refused(digest_of_settings(self.settings)) {
            return refused(WRONG_CALL, why);
        }
        let Some(run) = slip.run.clone() else {
            return refused(
                LOST_LOCK,
                "the task belongs to no run: `uptake run --workers tasks` leads one".to_owned(),
            );
        };
        let (board, holder) = match Board::of_leader(self.store)? {
            Some((board, holder)) if board.run == run => (board, holder),
            _ => return refused(LOST_LOCK, lost(&run)),
        };
        let _follows = match board.follow(&holder) {
            Ok(follows) => follows,
            Err(WarehouseError::Locked { .. }) => return refused(LOST_LOCK, lost(&run)),
            Err(error) => return Err(error.into()),
        };
        let before = board.claim_bytes(slip.task)?;
        let mut claim = before.as_deref().and_then(Claim::parse);
        if let Some(end) = claim.as_ref().and_then(|claim| claim.end.clone()) {
            // The files decide, and not what was said of them.
            let now = match board.task(slip)? {
                Some(task) => self.carry_out(&task, 2, place),
                None => return refused(LOST_LOCK, lost(&run)),
            };
            if now.outcome == EndKind::AlreadyMade {
                return Ok(now);
            }
            if let Some(claim) = &mut claim {
                let account = now.account.clone().or(end.account);
                claim.end = Some(End { account, ..now.clone() });
                board.put_claim(slip.task, claim, before.as_deref())?;
            }
            return Ok(now);
        }
        match self.begin(&board, slip, before)? {
            Some(attempt) => self.make(&board, &holder, slip, attempt, place),
            None => {
                let end = board.claim(slip.task)?.and_then(|claim| claim.end);
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
