//! `first_activity`: brought up to date by the days of facts that changed. The footer lists the
//! days that a file was made from; rows with a first day before the earliest day that differs stay,
//! and the days from it on are read. In a usual night these are the last two or three.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::domain::window;
use crate::engine::build::activity_daily::facts_of;
use crate::engine::build::assignments::remove_beyond;
use crate::engine::build::window_tables::read_facts;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::causes::{Cause, Changes};
use crate::engine::plan::dependencies::upstream_causes;
use crate::engine::plan::fingerprint::settings_digest;
use crate::engine::plan::rebuild::{Made, Making, own_cause};
use crate::engine::plan::task::{Outcome, TableTask, Task, Work};
use crate::engine::report::{Size, Step};
use crate::engine::state::State;
use crate::stages::activity::activity_daily::ACTIVITY_DAILY;
use crate::stages::activity::first_activity;
use crate::stages::activity::first_activity::{FIRST_ACTIVITY, FirstActivity};
use crate::stages::activity::window_facts::marks;
use crate::warehouse::file::footer::{DayPart, Footer};
use crate::warehouse::store::listing::Place;
use crate::warehouse::table::Row;

/// How many days are in memory at once.
const DAYS_AT_ONCE: usize = 32;

/// Makes the files of the shards whose facts are not those that their files were made from.
pub fn run(job: &Job<'_>, state: &mut State, changes: &Changes) -> Result<Option<Step>, EngineError> {
    let before: &State = state;
    let last = last_day(job, before);
    let tasks: Vec<TableTask> = (0..job.shards())
        .into_par_iter()
        .filter_map(|shard| task(job, before, shard, last))
        .collect();
    let handed_out = job.request.hand_out(tasks.iter().cloned().map(Task::Tables), before)?;
    let made: Vec<Vec<Made>> = tasks
        .par_iter()
        .enumerate()
        .map(|(at, task)| handed_out.all_made(at, |state| execute(task, job, state)))
        .collect::<Result<_, EngineError>>()?;
    handed_out.check()?;
    let mut making = Making::new(&FIRST_ACTIVITY);
    for (task, (_, place, footer)) in tasks
        .iter()
        .zip(&made)
        .flat_map(|(task, made)| made.iter().map(move |made| (task, made)))
    {
        let causes = match task.work {
            _ if job.forced.shard(task.shard) => BTreeSet::from([Cause::Asked]),
            Work::FirstActivity { fingerprint, .. } => causes(before, changes, *place, fingerprint),
            _ => BTreeSet::new(),
        };
        making.add(*place, Size::of(footer), causes);
    }
    let step = making.step(state, changes, job.reason());
    for (contract, place, footer) in made.into_iter().flatten() {
        state.put(contract, place, footer);
    }
    remove_beyond(job.store, state, &FIRST_ACTIVITY, job.shards())?;
    Ok(step)
}

/// What is to be made of a shard; `None` where its file is what it would be made from.
fn task(job: &Job<'_>, state: &State, shard: u32, last: Day) -> Option<TableTask> {
    let fingerprint = fingerprint(job, &days_with_facts(job, state, shard, last));
    let is_stale = job.forced.shard(shard) || state.fingerprint(&FIRST_ACTIVITY, (None, shard)) != Some(fingerprint);
    is_stale.then_some(TableTask {
        shard,
        range: job.range,
        forced: job.forced,
        work: Work::FirstActivity { last, fingerprint },
    })
}

/// Makes the file of a shard out of the facts up to `last`, unless it is there.
pub fn execute(task: &TableTask, job: &Job<'_>, state: &State) -> Result<Outcome, EngineError> {
    let (
        shard,
        Work::FirstActivity {
            last,
            fingerprint: planned,
        },
    ) = (task.shard, &task.work)
    else {
        return Ok(Outcome::Outdated);
    };
    let place = (None, shard);
    if !job.forced.shard(shard) && state.fingerprint(&FIRST_ACTIVITY, place) == Some(*planned) {
        return Ok(Outcome::AlreadyMade);
    }
    let days = days_with_facts(job, state, shard, *last);
    if fingerprint(job, &days) != *planned {
        return Ok(Outcome::Outdated);
    }
    Ok(Outcome::Made(vec![(
        &FIRST_ACTIVITY,
        place,
        make(job, state, place, &days, *planned)?,
    )]))
}

/// What the file of a shard would be made from today.
pub fn expected(job: &Job<'_>, state: &State, shard: u32) -> Fingerprint {
    fingerprint(job, &days_with_facts(job, state, shard, last_day(job, state)))
}

/// The last day of the facts, also where it is beyond the days of this run.
fn last_day(job: &Job<'_>, state: &State) -> Day {
    state.days(&ACTIVITY_DAILY).last().copied().unwrap_or(job.range.first)
}

/// The days of a shard up to `last` that have facts, each with the digest of its file: those of the
/// tables and the 27 before them.
fn days_with_facts(job: &Job<'_>, state: &State, shard: u32, last: Day) -> Vec<DayPart> {
    let part = |day: Day| {
        let (table, place) = facts_of(job.range, day, shard);
        let footer = state.footer(table, place).filter(|footer| footer.rows > 0)?;
        Some(DayPart {
            day: day.0,
            rows: footer.rows,
            sign_ins: 0,
            digest: footer.digest,
        })
    };
    window::first_day(job.range.first).to(last).filter_map(part).collect()
}

fn fingerprint(job: &Job<'_>, days: &[DayPart]) -> Fingerprint {
    let mut inputs = Hasher::new();
    for part in days {
        inputs.number(i64::from(part.day)).digest(part.digest);
    }
    Fingerprint {
        settings: settings_digest(&FIRST_ACTIVITY, job.settings),
        inputs: inputs.finish(),
    }
}

fn causes(state: &State, changes: &Changes, place: Place, fingerprint: Fingerprint) -> BTreeSet<Cause> {
    match own_cause(state, &FIRST_ACTIVITY, place, fingerprint) {
        Some(own) => BTreeSet::from([own]),
        None => upstream_causes(changes, &FIRST_ACTIVITY, None),
    }
}

fn make(job: &Job<'_>, state: &State, place: Place, days: &[DayPart], fingerprint: Fingerprint) -> Result<Footer, EngineError> {
    let known = state
        .footer(&FIRST_ACTIVITY, place)
        .filter(|footer| footer.fingerprint.settings == fingerprint.settings);
    let differs = known.and_then(|known| first_difference(&known.days, days));
    let from = differs.into_iter().chain(job.forced.first_day()).min();
    // Of a file that is there, what it says of the days before the first that differs stays.
    let stays = |day: Day| known.is_some() && from.is_none_or(|from| day < from);
    let mut rows: Vec<FirstActivity> = Vec::new();
    if known.is_some() {
        rows = job.store.rows(place)?;
        rows.retain(|row| stays(row.first_day));
    }
    let to_read: Vec<Day> = days.iter().map(|part| Day(part.day)).filter(|day| !stays(*day)).collect();
    let chosen = marks(&job.settings.rules.evidence);
    for some in to_read.chunks(DAYS_AT_ONCE) {
        job.watch.go_on()?;
        let facts = read_facts(job, state, place.1, some)?;
        rows = first_activity::add(rows, &facts, chosen);
    }
    Ok(job
        .store
        .replace(&FIRST_ACTIVITY, place, &FirstActivity::frame(&rows)?, fingerprint, days)?)
}

/// The earliest day that is in one of two lists only, or has another digest.
fn first_difference(known: &[DayPart], now: &[DayPart]) -> Option<Day> {
    let of = |parts: &[DayPart]| -> BTreeMap<i32, Digest> { parts.iter().map(|part| (part.day, part.digest)).collect() };
    let (known, now) = (of(known), of(now));
    let days = known.keys().chain(now.keys());
    days.filter(|day| known.get(day) != now.get(day)).min().map(|day| Day(*day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_begins_with_the_earliest_day_that_differs() {
        let part = |day: i32, digest: u128| DayPart {
            day,
            rows: 1,
            sign_ins: 0,
            digest: Digest(digest),
        };
        let known = [part(1, 1), part(2, 2), part(4, 4)];
        let differs = |now: &[DayPart]| first_difference(&known, now).map(|day| day.0);
        assert_eq!(differs(&known), None);
        assert_eq!(differs(&[part(1, 1), part(2, 2), part(4, 4), part(5, 5)]), Some(5));
        assert_eq!(differs(&[part(1, 1), part(2, 9), part(4, 4)]), Some(2));
        assert_eq!(differs(&[part(1, 1), part(2, 2), part(3, 3), part(4, 9)]), Some(3));
        assert_eq!(differs(&[part(2, 2), part(4, 4)]), Some(1));
    }
}
