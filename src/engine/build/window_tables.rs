//! The tables that look back on 28 days, and the ones beside them: `subscriptions`, `activity_28d`,
//! `usage`, `adoption`, `workload_adoption`, `customer_adoption`, `spend`, `next_steps`. A range
//! of N days is one pass over N + 27 days of facts.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::day_ranges::runs;
use crate::domain::digest::Fingerprint;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::engine::build::activity_daily::facts_of;
use crate::engine::build::assignments::remove_beyond;
use crate::engine::build::portfolio;
use crate::engine::build::window_fingerprints::{PASS_TABLES, ShardInputs, window_tables};
use crate::engine::build::window_plan::{ShardPlan, WindowsPlan};
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::task::{DayFiles, Outcome, TableTask, Task, Work};
use crate::engine::state::State;
use crate::stages::activity::activity_28d;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::window_facts::{DailyFacts, DailyFactsBuilder, FOLDED_COLUMNS, Windows, marks};
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION;
use crate::stages::measures::spend;
use crate::stages::measures::spend::SPEND;
use crate::stages::measures::usage::USAGE;
use crate::stages::measures::window_pass::Pass;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;
use crate::stages::next_steps::background::Background;
use crate::stages::next_steps::{self, NEXT_STEPS};
use crate::warehouse::contract::Contract;
use crate::warehouse::table::Row;

/// A pass has at least so many days, if there are so many.
const LEAST_DAYS_IN_PASS: i32 = 96;
/// A pass has no more days where their facts would be more than these: what a pass holds in memory
/// is its days' facts.
const MOST_FACTS_IN_PASS: u64 = 4_000_000;
/// How many days are folded before their files are written side by side.
const DAYS_WRITTEN_TOGETHER: usize = 8;

/// The tasks of a plan: the passes of its shards, and before them the days of `subscriptions`, which
/// need no facts.
fn tasks(job: &Job<'_>, state: &State, plan: &WindowsPlan<'_>) -> (Vec<TableTask>, Vec<TableTask>) {
    let (mut subscriptions, mut of_passes) = (Vec::new(), Vec::new());
    for ShardPlan { inputs, stale } in &plan.shards {
        let task = |files: DayFiles| TableTask {
            shard: inputs.shard,
            range: job.range,
            forced: job.forced,
            work: Work::Windows(files),
        };
        if let Some(days) = stale.get(SUBSCRIPTIONS.name).filter(|days| !days.is_empty()) {
            subscriptions.push(task(DayFiles::from([(SUBSCRIPTIONS.name.into(), days.clone())])));
        }
        for (first, last) in passes(&days_of_passes(stale), |day| facts_on(job, state, day, inputs.shard)) {
            let of_table = |contract: &&Contract| {
                let days = stale.get(contract.name)?.range(first..=last);
                Some((contract.name.into(), days.map(|(day, fingerprint)| (*day, *fingerprint)).collect()))
            };
            of_passes.push(task(PASS_TABLES.iter().filter_map(of_table).collect()));
        }
    }
    (subscriptions, of_passes)
}

/// Makes what a plan says.
pub fn make(job: &Job<'_>, state: &mut State, plan: &WindowsPlan<'_>) -> Result<(), EngineError> {
    let before: &State = state;
    let (subscriptions, of_passes) = tasks(job, before, plan);
    job.watch.tell(Event::Begin {
        what: "usage and adoption",
        unit: "days",
        total: plan.shards.iter().map(|shard| days_of_passes(&shard.stale).len() as u64).sum(),
    });
    let all = || subscriptions.iter().chain(&of_passes);
    let handed_out = job.request.hand_out(all().cloned().map(Task::Tables), before)?;
    let carry_out = |(at, task): &(usize, &TableTask)| -> Result<Vec<Made>, EngineError> {
        let planned = plan.shards.iter().find(|planned| planned.inputs.shard == task.shard);
        match (&task.work, planned) {
            (Work::Windows(files), Some(planned)) => handed_out.all_made(*at, |state| execute(task, files, job, state, planned)),
            _ => Ok(Vec::new()),
        }
    };
    let numbered: Vec<(usize, &TableTask)> = all().enumerate().collect();
    let (subscriptions, of_passes) = numbered.split_at(subscriptions.len());
    let mut made: Vec<Vec<Made>> = subscriptions.par_iter().map(carry_out).collect::<Result<_, _>>()?;
    // As many passes are in memory as there are threads.
    for some in of_passes.chunks(rayon::current_num_threads()) {
        made.extend(some.par_iter().map(carry_out).collect::<Result<Vec<_>, _>>()?);
    }
    handed_out.check()?;
    job.watch.tell(Event::End);
    for (contract, place, footer) in made.into_iter().flatten() {
        state.put(contract, place, footer);
    }
    for contract in window_tables() {
        remove_beyond(job.store, state, contract, job.shards())?;
    }
    for (contract, place, footer) in portfolio::make(job, state, &plan.portfolio)? {
        state.put(contract, place, footer);
    }
    Ok(())
}

/// Makes the files of a task that are not there yet, as far as they are `planned` now too.
pub fn execute(task: &TableTask, files: &DayFiles, job: &Job<'_>, state: &State, planned: &ShardPlan<'_>) -> Result<Outcome, EngineError> {
    let mut missing = DayFiles::new();
    for contract in window_tables() {
        let days = files.get(contract.name).into_iter().flatten();
        let is_missing = |(day, fingerprint): &(&Day, &Fingerprint)| task.is_to_be_made(state, contract, **day, **fingerprint);
        let days: BTreeMap<Day, Fingerprint> = days.filter(is_missing).map(|(day, fingerprint)| (*day, *fingerprint)).collect();
        let now = planned.stale.get(contract.name);
        if days
            .iter()
            .any(|(day, fingerprint)| now.and_then(|now| now.get(day)) != Some(fingerprint))
        {
            return Ok(Outcome::Outdated);
        }
        missing.insert(contract.name.into(), days);
    }
    let mut made = make_subscriptions(job, &planned.inputs, &missing)?;
    made.extend(make_pass(job, state, &planned.inputs, &missing)?);
    Ok(Outcome::of(made))
}

fn make_subscriptions(job: &Job<'_>, inputs: &ShardInputs<'_>, files: &DayFiles) -> Result<Vec<Made>, EngineError> {
    let days = files.get(SUBSCRIPTIONS.name).into_iter().flatten();
    days.collect::<Vec<_>>()
        .into_par_iter()
        .map(|(day, fingerprint)| {
            job.watch.go_on()?;
            let place = (Some(*day), inputs.shard);
            let footer = job.store.replace_rows(place, &inputs.timeline.rows(*day), *fingerprint)?;
            Ok((&SUBSCRIPTIONS, place, footer))
        })
        .collect()
}

/// The days of which a file of the pass is made.
fn days_of_passes(files: &DayFiles) -> Vec<Day> {
    let tables = PASS_TABLES.iter().filter_map(|contract| files.get(contract.name));
    let days: BTreeSet<Day> = tables.flat_map(|days| days.keys().copied()).collect();
    days.into_iter().collect()
}

/// How many facts a day has.
fn facts_on(job: &Job<'_>, state: &State, day: Day, shard: u32) -> u64 {
    let (table, place) = facts_of(job.range, day, shard);
    state.footer(table, place).map_or(0, |footer| footer.rows)
}

/// Makes the stale days of the tables of the pass.
pub fn make_pass(job: &Job<'_>, state: &State, inputs: &ShardInputs<'_>, stale: &DayFiles) -> Result<Vec<Made>, EngineError> {
    let empty = BTreeMap::new();
    let of = |contract: &Contract| stale.get(contract.name).unwrap_or(&empty);
    let days = days_of_passes(stale);
    let mut made = Vec::new();
    for (first, last) in passes(&days, |day| facts_on(job, state, day, inputs.shard)) {
        let days_of_pass: Vec<Day> = window::first_day(first).to(last).collect();
        let facts = read_facts(job, state, inputs.shard, &days_of_pass)?;
        let with_use = PASS_TABLES[1..]
            .iter()
            .any(|contract| of(contract).range(first..=last).next().is_some());
        let licenses = (inputs.assignments.as_slice(), inputs.accounts.as_slice());
        let rules = &job.settings.rules;
        let (firsts, coverage) = (&inputs.first_activity, &inputs.coverage);
        let mut pass = with_use.then(|| Pass::new(&facts, licenses, firsts, inputs.timeline, coverage, rules, first));
        let mut windows = Windows::before(window::first_day(first), &facts);
        let mut at = 0;
        let mut waiting: Vec<Finished> = Vec::new();
        let texts = activity_28d::Texts::of(&facts)?;
        for day in days_of_pass {
            job.watch.go_on()?;
            if let Some(pass) = &mut pass {
                pass.advance(day);
            }
            let rows = match facts.days.get(at) {
                Some((of, rows)) if *of == day => {
                    at += 1;
                    rows.as_slice()
                }
                _ => &[],
            };
            windows.advance(day, rows);
            // Days before `first` belong to the pass before: their windows are not whole here.
            if day >= first && days.binary_search(&day).is_ok() {
                let rolling = of(&ACTIVITY_28D)
                    .get(&day)
                    .map(|_| activity_28d::rows(&windows, marks(&rules.evidence)));
                let used = pass.as_ref().map(|pass| pass.rows(day)).unwrap_or_default();
                waiting.push(Finished { day, rolling, used });
            }
            if waiting.len() == DAYS_WRITTEN_TOGETHER || day == last {
                let written: Vec<Vec<Made>> = waiting
                    .par_iter()
                    .map(|finished| finished.write(job, inputs, (&facts, &texts), stale))
                    .collect::<Result<_, _>>()?;
                made.extend(written.into_iter().flatten());
                job.watch.tell(Event::Advance(waiting.len() as u64));
                waiting.clear();
            }
        }
    }
    Ok(made)
}

/// A day whose rows are there and whose files are not.
struct Finished {
    day: Day,
    rolling: Option<activity_28d::DayOfWindows>,
    used: crate::stages::measures::window_pass::DayOfUse,
}

impl Finished {
    fn write(
        &self,
        job: &Job<'_>,
        inputs: &ShardInputs<'_>,
        (facts, texts): (&DailyFacts, &activity_28d::Texts),
        stale: &DayFiles,
    ) -> Result<Vec<Made>, EngineError> {
        let place = (Some(self.day), inputs.shard);
        let mut made: Vec<Made> = Vec::new();
        let mut put = |contract: &'static Contract, frame: &dyn Fn() -> Result<RecordBatch, EngineError>| -> Result<(), EngineError> {
            if let Some(fingerprint) = stale.get(contract.name).and_then(|days| days.get(&self.day)) {
                made.push((contract, place, job.store.replace(contract, place, &frame()?, *fingerprint, &[])?));
            }
            Ok(())
        };
        let broken = self
            .used
            .usage
            .iter()
            .find_map(|row| Some((row.tenant_id, row.sku_id, row.violated_invariant()?)));
        let broken = broken.or_else(|| {
            self.used
                .adoption
                .iter()
                .find_map(|row| Some((row.tenant_id, row.sku_id, row.violated_invariant()?)))
        });
        if let Some((tenant, sku, promise)) = broken {
            return Err(EngineError::Check(format!(
                "{}, customer `{tenant}`, product `{sku}`: {promise}",
                self.day
            )));
        }
        if let Some(rows) = &self.rolling {
            put(&ACTIVITY_28D, &|| Ok(activity_28d::frame(self.day, rows, facts, texts)?))?;
        }
        put(&USAGE, &|| Ok(Row::frame(&self.used.usage)?))?;
        put(&ADOPTION, &|| Ok(Row::frame(&self.used.adoption)?))?;
        put(&WORKLOAD_ADOPTION, &|| Ok(Row::frame(&self.used.workload_adoption)?))?;
        put(&CUSTOMER_ADOPTION, &|| Ok(Row::frame(&self.used.customer_adoption)?))?;
        put(&SPEND, &|| {
            Ok(spend::build(&self.used.adoption, self.day, &job.settings.rules.catalogue)?)
        })?;
        let background = Background {
            rules: &job.settings.rules,
            timeline: inputs.timeline,
            support: &inputs.support,
            first_events: &inputs.coverage.first,
            facts_since: window::first_day(job.range.first),
        };
        put(&NEXT_STEPS, &|| {
            Ok(Row::frame(&next_steps::build(self.day, &self.used, &background))?)
        })?;
        Ok(made)
    }
}

/// Cuts stale days into passes: days that lie closer together than a window share one, up to the
/// most that memory is to hold. `facts` says how many a day has. Every pass reads the days of a
/// window before its own again.
fn passes(days: &[Day], facts: impl Fn(Day) -> u64) -> Vec<(Day, Day)> {
    let mut joined: Vec<(Day, Day)> = Vec::new();
    for (first, last) in runs(days) {
        match joined.last_mut() {
            Some((_, end)) if first.0 - end.0 < WINDOW_DAYS => *end = last,
            _ => joined.push((first, last)),
        }
    }
    let mut passes: Vec<(Day, Day)> = Vec::new();
    for (first, last) in joined {
        let mut start = first;
        let mut held: u64 = window::first_day(first).to(first.plus(-1)).map(&facts).sum();
        for day in first.to(last) {
            held += facts(day);
            if day.0 - start.0 >= LEAST_DAYS_IN_PASS && held > MOST_FACTS_IN_PASS {
                passes.push((start, day.plus(-1)));
                start = day;
                held = window::first_day(day).to(day).map(&facts).sum();
            }
        }
        passes.push((start, last));
    }
    passes
}

/// Reads the facts of some days.
pub fn read_facts(job: &Job<'_>, state: &State, shard: u32, days: &[Day]) -> Result<DailyFacts, EngineError> {
    let mut builder = DailyFactsBuilder::default();
    for some in days.chunks(DAYS_WRITTEN_TOGETHER) {
        let frames: Vec<(Day, Vec<RecordBatch>)> = some
            .par_iter()
            .map(|day| {
                let (table, place) = facts_of(job.range, *day, shard);
                let filled = state.footer(table, place).is_some_and(|footer| footer.rows > 0);
                let frames = if filled {
                    job.store.read_coded(table, place, FOLDED_COLUMNS)?
                } else {
                    Vec::new()
                };
                Ok::<_, EngineError>((*day, frames))
            })
            .collect::<Result<_, _>>()?;
        for (day, frames) in frames.iter().filter(|(_, frames)| !frames.is_empty()) {
            builder.day(*day, frames)?;
        }
    }
    Ok(builder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(days: &[i32], facts: u64) -> Vec<(i32, i32)> {
        let days: Vec<Day> = days.iter().copied().map(Day).collect();
        passes(&days, |_| facts)
            .into_iter()
            .map(|(first, last)| (first.0, last.0))
            .collect()
    }

    #[test]
    fn days_closer_together_than_a_window_share_a_pass() {
        assert_eq!(cut(&[100, 127], 1), [(100, 127)]);
        assert_eq!(cut(&[100, 128], 1), [(100, 100), (128, 128)]);
        assert_eq!(cut(&[], 1), []);
    }

    #[test]
    fn a_pass_ends_where_memory_does_but_not_before_it_has_some_days() {
        let year: Vec<i32> = (0..365).collect();
        assert_eq!(cut(&year, 1), [(0, 364)]);
        assert_eq!(cut(&year, MOST_FACTS_IN_PASS), [(0, 95), (96, 191), (192, 287), (288, 364)]);
        assert_eq!(cut(&year, MOST_FACTS_IN_PASS / 227), [(0, 199), (200, 364)]);
    }
}
