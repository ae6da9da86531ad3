//! `activity_coverage` and `activity_daily` out of the `received=` partitions: the days that an
//! event came in for, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher, SetDigest};
use crate::domain::window;
use crate::engine::build::assignments::remove_beyond;
use crate::engine::build::user_names::{has_named, joins_of_day};
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ingest::recent_events::RecentEvents;
use crate::engine::plan::causes::{Cause, Changes, why};
use crate::engine::plan::day_range::Range;
use crate::engine::plan::dependencies::feeds_behind;
use crate::engine::plan::fingerprint::settings_digest;
use crate::engine::plan::rebuild::{Made, Making, own_cause};
use crate::engine::plan::task::{ActivityDay, Outcome, TableTask, Task, Work};
use crate::engine::report::{Size, Step};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::activity::activity_daily;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::received::activity_events::{ACTIVITY_EVENTS, DigestedEvents};
use crate::warehouse::contract::Contract;
use crate::warehouse::file::footer::{DayPart, Footer};
use crate::warehouse::store::listing::Place;
use crate::warehouse::table::Row;

/// How many days one worker reduces at most before it lets go of the partitions that it holds.
const DAYS_AT_ONCE: usize = 6;
/// Into how many portions for each worker the days are cut at least: so that none has much to do
/// when the others are through.
const PORTIONS: usize = 16;

/// What was made of the facts.
pub struct Facts {
    pub steps: Vec<Step>,
    /// The earliest stale day that is left to another run, because this one is to be short.
    pub waiting: Vec<Day>,
}

/// A day whose files are not what they would be made from.
struct StaleDay {
    activity: ActivityDay,
    causes: BTreeSet<Cause>,
}

/// Makes the days again whose events are not those that their files were made from.
pub fn run(job: &Job<'_>, state: &mut State, recent_events: RecentEvents, changes: &mut Changes) -> Result<Facts, EngineError> {
    let mut stale: Vec<Vec<StaleDay>> = (0..job.shards())
        .into_par_iter()
        .map(|shard| stale_days(job, state, changes, shard))
        .collect::<Result<_, _>>()?;
    let days: BTreeSet<Day> = stale.iter().flatten().map(|stale| stale.activity.day).collect();
    let waiting = beyond_limit(job, &days);
    if let Some(first) = waiting.first() {
        stale.iter_mut().for_each(|days| days.retain(|stale| stale.activity.day < *first));
    }
    job.watch.tell(Event::Begin {
        what: ACTIVITY_DAILY.name,
        unit: "days",
        total: stale.iter().map(|days| days.len() as u64).sum(),
    });
    let mut makings = [&ACTIVITY_COVERAGE, &ACTIVITY_DAILY, &ACTIVITY_BEFORE].map(|contract| (contract, Making::new(contract)));
    let before: &State = state;
    let mut made: Vec<Made> = Vec::new();
    let portions: Vec<(TableTask, &[StaleDay])> = (0..)
        .zip(&stale)
        .flat_map(|(shard, stale)| {
            let at_once = stale.len().div_ceil(PORTIONS * rayon::current_num_threads()).clamp(1, DAYS_AT_ONCE);
            stale.chunks(at_once).map(move |days| (task(job, shard, days), days))
        })
        .collect();
    let handed_out = job
        .request
        .hand_out(portions.iter().map(|(task, _)| Task::Tables(task.clone())), before)?;
    let written: Vec<Vec<Made>> = portions
        .par_iter()
        .enumerate()
        .with_max_len(1)
        .map(|(at, (task, _))| handed_out.all_made(at, |state| execute(task, job, state, &recent_events)))
        .collect::<Result<_, EngineError>>()?;
    handed_out.check()?;
    for ((_, days), written) in portions.iter().zip(written) {
        for (contract, place, footer) in written {
            let stale = days.iter().find(|stale| Some(stale.activity.day) == place.0);
            let causes = stale.map(|stale| stale.causes.clone()).unwrap_or_default();
            note_change(before, changes, contract, place, &footer, &causes);
            if let Some((_, making)) = makings.iter_mut().find(|(of, _)| of.name == contract.name) {
                making.add(place, Size::of(&footer), causes);
            }
            made.push((contract, place, footer));
        }
    }
    job.watch.tell(Event::End);
    let steps = makings
        .iter()
        .filter_map(|(_, making)| making.step(before, changes, job.reason()))
        .collect();
    for (contract, place, footer) in made {
        state.put(contract, place, footer);
    }
    for (contract, _) in makings {
        remove_beyond(job.store, state, contract, job.shards())?;
    }
    remove_misplaced(job, state, changes)?;
    Ok(Facts { steps, waiting })
}

fn task(job: &Job<'_>, shard: u32, days: &[StaleDay]) -> TableTask {
    TableTask {
        shard,
        range: job.range,
        forced: job.forced,
        work: Work::Activity(days.iter().map(|stale| stale.activity.clone()).collect()),
    }
}

/// Makes the days of a task whose files are not there yet, as far as the events are those that it
/// was planned from. `recent_events` need not have any.
pub fn execute(task: &TableTask, job: &Job<'_>, state: &State, recent_events: &RecentEvents) -> Result<Outcome, EngineError> {
    let (shard, Work::Activity(days)) = (task.shard, &task.work) else {
        return Ok(Outcome::Outdated);
    };
    let has_events = |day: Day, (received, digest): &Source| {
        let footer = state.footer(&ACTIVITY_EVENTS, (Some(*received), shard));
        footer.is_some_and(|footer| footer.days.iter().any(|part| part.day() == day && part.digest == *digest))
    };
    let mut missing = Vec::new();
    for activity in days {
        if !activity.sources.iter().all(|source| has_events(activity.day, source)) {
            return Ok(Outcome::Outdated);
        }
        let joins = joins_of_day(job.store, state, job.names(shard), (Some(activity.day), shard))?;
        if job.forced.covers(activity.day, shard) || !is_up_to_date(job, state, shard, activity, joins) {
            missing.push(activity);
        }
    }
    Ok(Outcome::of(reduce(job, state, recent_events, shard, &missing)?))
}

/// Whether the files of a day are what they would be made from.
fn is_up_to_date(job: &Job<'_>, state: &State, shard: u32, activity: &ActivityDay, joins: Digest) -> bool {
    let place = (Some(activity.day), shard);
    let coverage = coverage_fingerprint(job.settings, &activity.sources, joins);
    let has_facts = |table| {
        let expected = facts_fingerprint(table, job.settings, state.digest(&ACTIVITY_COVERAGE, place), joins);
        state.fingerprint(table, place) == Some(expected)
    };
    state.fingerprint(&ACTIVITY_COVERAGE, place) == Some(coverage) && facts_table(job.range, activity.day).is_none_or(has_facts)
}

/// Removes the facts of days that have theirs in the other table, or in none, since the tables
/// begin on another day than before; and what there is of days before the tables of which there are
/// no events any more.
fn remove_misplaced(job: &Job<'_>, state: &mut State, changes: &mut Changes) -> Result<(), EngineError> {
    let first = job.range.first;
    let with_events: BTreeSet<Place> = (0..job.shards())
        .flat_map(|shard| {
            sources_of_days(state, shard, first.plus(-1))
                .into_keys()
                .map(move |day| (Some(day), shard))
        })
        .collect();
    for contract in [&ACTIVITY_COVERAGE, &ACTIVITY_DAILY, &ACTIVITY_BEFORE] {
        let is_of_table = |day: Day| {
            contract.name == ACTIVITY_COVERAGE.name || facts_table(job.range, day).is_some_and(|table| table.name == contract.name)
        };
        let belongs = |place: &Place| {
            let of_day = |day: Day| is_of_table(day) && (day >= first || with_events.contains(place));
            place.0.is_none_or(of_day)
        };
        let places: Vec<Place> = state.table(contract).keys().copied().collect();
        for place in places.into_iter().filter(|place| !belongs(place)) {
            if let Some(day) = place
                .0
                .filter(|_| state.footer(contract, place).is_some_and(|footer| footer.rows > 0))
            {
                let how = changes
                    .how(ACTIVITY_EVENTS.name, day)
                    .unwrap_or("there are no events of it any more")
                    .to_owned();
                changes.note(contract.name, day, how);
            }
            job.store.remove(contract, place)?;
            state.forget(contract, place);
        }
    }
    Ok(())
}

/// The stale days that are more than a run is to make: all from a day on.
pub fn beyond_limit(job: &Job<'_>, days: &BTreeSet<Day>) -> Vec<Day> {
    let counted = days.iter().filter(|day| **day >= job.range.first).copied();
    job.request
        .max_days
        .map_or_else(Vec::new, |most| counted.skip(most as usize).collect())
}

/// The days of a shard whose files are not what they would be made from, and why.
fn stale_days(job: &Job<'_>, state: &State, changes: &Changes, shard: u32) -> Result<Vec<StaleDay>, EngineError> {
    let range = job.range;
    let mut sources = sources_of_days(state, shard, range.last);
    let mut wanted: BTreeSet<Day> = sources.keys().copied().collect();
    wanted.extend(range.first.to(range.last));
    wanted
        .into_iter()
        .filter(|day| *day >= range.from || *day < range.first)
        .filter_map(|day| {
            let sources = sources.remove(&day).unwrap_or_default();
            let joins = match joins_of_day(job.store, state, job.names(shard), (Some(day), shard)) {
                Ok(joins) => joins,
                Err(error) => return Some(Err(error)),
            };
            let causes = causes(job, state, changes, (day, shard), &sources, joins);
            let activity = ActivityDay { day, sources };
            (!causes.is_empty()).then_some(Ok(StaleDay { activity, causes }))
        })
        .collect()
}

/// Why the files of a day are stale; empty where they are not.
fn causes(job: &Job<'_>, state: &State, changes: &Changes, (day, shard): (Day, u32), sources: &[Source], joins: Digest) -> BTreeSet<Cause> {
    let place = (Some(day), shard);
    let upstream = || match changes.how(ACTIVITY_EVENTS.name, day) {
        Some(_) => vec![Cause::Upstream(ACTIVITY_EVENTS.name, day)],
        // With the same events: a name that is in them is somebody else's now.
        None if state.footer(&ACTIVITY_COVERAGE, place).is_some_and(has_named) => changes.causes_of(&feeds_behind(&ACTIVITY_COVERAGE)),
        None => vec![Cause::Earlier],
    };
    let mut causes = BTreeSet::new();
    if job.forced.covers(day, shard) {
        causes.insert(Cause::Asked);
    }
    let fingerprint = coverage_fingerprint(job.settings, sources, joins);
    if state.fingerprint(&ACTIVITY_COVERAGE, place) != Some(fingerprint) {
        causes.extend(own_cause(state, &ACTIVITY_COVERAGE, place, fingerprint).map_or_else(upstream, |own| vec![own]));
    }
    if let Some(table) = facts_table(job.range, day) {
        let expected = facts_fingerprint(table, job.settings, state.digest(&ACTIVITY_COVERAGE, place), joins);
        if causes.is_empty() && state.fingerprint(table, place) != Some(expected) {
            causes.insert(own_cause(state, table, place, expected).unwrap_or(Cause::Earlier));
        }
    }
    causes
}

/// Takes note of a file whose content is not what it was: of coverage only the set of tenants
/// matters to others.
fn note_change(state: &State, changes: &mut Changes, contract: &'static Contract, place: Place, footer: &Footer, causes: &BTreeSet<Cause>) {
    let (Some(day), before) = (place.0, state.footer(contract, place)) else {
        return;
    };
    let changed = if contract.name == ACTIVITY_COVERAGE.name {
        before.map(|footer| footer.days.first().map(|part| part.digest)) != Some(footer.days.first().map(|part| part.digest))
    } else {
        before.map(|footer| footer.digest) != Some(footer.digest)
    };
    if changed {
        let how = changes.how(ACTIVITY_EVENTS.name, day).map(str::to_owned);
        let how = how.unwrap_or_else(|| why(causes, changes, None));
        changes.note(contract.name, day, how);
    }
}

/// A `received=` partition that has events of a day, and the digest of those.
type Source = (Day, Digest);

/// For each event day up to `last` the partitions that have events of it.
pub(crate) fn sources_of_days(state: &State, shard: u32, last: Day) -> BTreeMap<Day, Vec<Source>> {
    let mut days: BTreeMap<Day, Vec<Source>> = BTreeMap::new();
    for ((received, of), footer) in state.table(&ACTIVITY_EVENTS) {
        if let Some(received) = received.filter(|_| *of == shard) {
            for part in footer.days.iter().filter(|part| part.day() <= last) {
                days.entry(part.day()).or_default().push((received, part.digest));
            }
        }
    }
    days
}

/// What the coverage of a day is made from: its events, and who is meant by those of whom only the
/// name is known.
pub(crate) fn coverage_fingerprint(settings: &Settings, sources: &[Source], joins: Digest) -> Fingerprint {
    let mut inputs = Hasher::new();
    for (received, digest) in sources {
        inputs.number(i64::from(received.0)).digest(*digest);
    }
    Fingerprint {
        settings: settings_digest(&ACTIVITY_COVERAGE, settings),
        inputs: with_joins(inputs.finish(), joins),
    }
}

/// A digest of something and of the joins of a day; where there are none, of that thing alone.
fn with_joins(digest: Digest, joins: Digest) -> Digest {
    if joins == Digest::default() {
        digest
    } else {
        Hasher::new().digest(digest).digest(joins).finish()
    }
}

/// What the facts of a day are made from: what its distinct events say, wherever they were logged.
pub(crate) fn facts_fingerprint(contract: &Contract, settings: &Settings, coverage: Digest, joins: Digest) -> Fingerprint {
    Fingerprint {
        settings: settings_digest(contract, settings),
        inputs: with_joins(coverage, joins),
    }
}

/// The table that has the facts of a day; none for days that no window looks at.
pub(crate) fn facts_table(range: Range, day: Day) -> Option<&'static Contract> {
    if day >= range.first {
        Some(&ACTIVITY_DAILY)
    } else {
        (day >= window::first_day(range.first)).then_some(&ACTIVITY_BEFORE)
    }
}

/// Reduces some days. Partitions are read once as long as the days in a row need them.
fn reduce(job: &Job<'_>, state: &State, recent_events: &RecentEvents, shard: u32, days: &[&ActivityDay]) -> Result<Vec<Made>, EngineError> {
    let store = job.store;
    let mut parts: BTreeMap<Day, Vec<Arc<DigestedEvents>>> = BTreeMap::new();
    let mut written = Vec::new();
    for stale in days {
        job.watch.go_on()?;
        parts.retain(|received, _| stale.sources.iter().any(|(needed, _)| needed == received));
        for (received, _) in &stale.sources {
            if !parts.contains_key(received) {
                parts.insert(*received, recent_events.of(store, (Some(*received), shard))?);
            }
        }
        let place = (Some(stale.day), shard);
        let names = job.names(shard);
        let result = activity_daily::build(stale.day, &parts.values().flatten().map(Arc::as_ref).collect::<Vec<_>>(), names)?;
        let joins = names
            .on(stale.day)
            .digest_of(result.coverage.iter().flat_map(ActivityCoverage::named));
        let (frame, parts) = (
            ActivityCoverage::frame(&result.coverage)?,
            coverage_parts(stale.day, &result.coverage),
        );
        let fingerprint = coverage_fingerprint(job.settings, &stale.sources, joins);
        let footer = store.replace(&ACTIVITY_COVERAGE, place, &frame, fingerprint, &parts)?;
        let facts = facts_table(job.range, stale.day).map(|table| (table, facts_fingerprint(table, job.settings, footer.digest, joins)));
        written.push((&ACTIVITY_COVERAGE, place, footer));
        let is_stale = |table, fingerprint| job.forced.covers(stale.day, shard) || state.fingerprint(table, place) != Some(fingerprint);
        if let Some((table, fingerprint)) = facts.filter(|(table, fingerprint)| is_stale(table, *fingerprint)) {
            let footer = store.replace(table, place, &result.facts(table)?, fingerprint, &[])?;
            written.push((table, place, footer));
        }
        job.watch.tell(Event::Advance(1));
    }
    Ok(written)
}

/// What the footer of a day's coverage counts: the tenants, with the digest of their set and of
/// where their events come from, which is all that most readers need, and the users of whom only the name is known.
pub fn coverage_parts(day: Day, rows: &[ActivityCoverage]) -> [DayPart; 2] {
    let mut tenants = SetDigest::default();
    for row in rows {
        let mut hasher = Hasher::new();
        tenants.add(hasher.bytes(&row.tenant_id.bytes()).text(row.source().name()).finish());
    }
    let part = DayPart {
        day: day.0,
        rows: rows.len() as u64,
        sign_ins: 0,
        digest: tenants.digest(),
    };
    let named = DayPart {
        rows: rows.iter().flat_map(ActivityCoverage::named).count() as u64,
        digest: Digest::default(),
        ..part
    };
    [part, named]
}

/// The table and place of a day's facts.
pub fn facts_of(range: Range, day: Day, shard: u32) -> (&'static Contract, Place) {
    (
        if day >= range.first { &ACTIVITY_DAILY } else { &ACTIVITY_BEFORE },
        (Some(day), shard),
    )
}
