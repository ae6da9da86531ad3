//! `assignments`, `account_states` and the timeline of subscriptions, out of everything that ever came
//! in about licenses: small, and read whole.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::domain::kinds::Feed;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window;
use crate::engine::build::account_states;
use crate::engine::build::account_states::account_spans;
use crate::engine::build::license_history::Evidence;
use crate::engine::cache::Cache;
use crate::engine::cache::entry::Entries;
use crate::engine::cache::evidence_prints::EvidencePrints;
use crate::engine::cache::partition_set::rows_of;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::causes::{Cause, Changes, why};
use crate::engine::plan::dependencies::upstream_causes;
use crate::engine::plan::interval_digests;
use crate::engine::plan::rebuild::{Made, Making, own_cause};
use crate::engine::plan::task::{Outcome, TableTask, Task, Work};
use crate::engine::plan::workers::HandedOut;
use crate::engine::report::{Size, Step};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::licenses::account_states::{ACCOUNT_STATES, AccountSpan, build as build_spans};
use crate::stages::licenses::assignments;
use crate::stages::licenses::assignments::{ASSIGNMENTS, Assignment, Assignments};
use crate::stages::licenses::snapshot_history::SnapshotHistory;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::received::activity_events::shard_of;
use crate::stages::received::license_changes::LICENSE_CHANGES;
use crate::stages::received::license_holdings::LICENSE_HOLDINGS;
use crate::stages::received::snapshots::SNAPSHOTS;
use crate::warehouse::contract::Contract;
use crate::warehouse::file::footer::Footer;
use crate::warehouse::store::Store;
use crate::warehouse::store::listing::Place;
use crate::warehouse::table::Row;

/// Rebuilds `assignments` and `account_states` of every shard whose evidence is not that which its
/// files were made from, and takes note of the days on which their intervals differ. Says how many
/// events contradicted what was known.
pub fn run_assignments(
    job: &Job<'_>,
    state: &mut State,
    cache: &mut Cache,
    changes: &mut Changes,
) -> Result<(Vec<Step>, u64), EngineError> {
    let (mut making, mut making_states) = (Making::new(&ASSIGNMENTS), Making::new(&ACCOUNT_STATES));
    let mut contradictions = 0;
    let mut made: Vec<Made> = Vec::new();
    let tasks: Vec<TableTask> = (0..job.shards())
        .filter_map(|shard| task(job, state, &cache.assignments, shard))
        .collect();
    let before: &State = state;
    let rows_before = |shard| Ok::<_, EngineError>((assignments(job.store, before, shard)?, account_spans(job.store, before, shard)?));
    // Workers put other rows in the place of these.
    let mut kept: BTreeMap<u32, _> = BTreeMap::new();
    if job.request.workers.is_some() {
        for task in &tasks {
            kept.insert(task.shard, rows_before(task.shard)?);
        }
    }
    let handed_out = job.request.hand_out(tasks.iter().cloned().map(Task::Tables), before)?;
    let tasks: Vec<(usize, &TableTask, _)> = (0..).zip(&tasks).map(|(at, task)| (at, task, kept.remove(&task.shard))).collect();
    // As many shards are in memory as there are threads.
    for some in tasks.chunks(rayon::current_num_threads()) {
        let carry_out = |(at, task, kept): &(usize, &TableTask, Option<_>)| {
            let rows = match kept {
                Some(kept) => Clone::clone(kept),
                None => rows_before(task.shard)?,
            };
            Ok::<_, EngineError>((task.shard, rows, built(job, before, &handed_out, (*at, task))?))
        };
        let done: Vec<_> = some.par_iter().map(carry_out).collect::<Result<_, _>>()?;
        for (shard, (rows_before, spans_before), built) in done {
            let place = (None, shard);
            let prints = built.as_ref().map(|built| built.prints).or_else(|| prints_there(job, state, shard));
            if let Some(prints) = prints {
                cache.assignments.put(shard, inputs_digest(job, state, shard), prints);
            }
            let Some(built) = built else { continue };
            let causes = |contract: &'static Contract, print: Fingerprint, changes: &Changes| match own_cause(state, contract, place, print)
            {
                _ if job.forced.shard(shard) => vec![Cause::Asked],
                Some(cause) => vec![cause],
                None => upstream_causes(changes, contract, None).into_iter().collect(),
            };
            if let Some((now, footer)) = built.assignments {
                let cause = causes(&ASSIGNMENTS, footer.fingerprint, changes);
                contradictions += now.contradictions;
                note_intervals(job, &rows_before, &now.rows, &cause, changes);
                making.add(place, Size::of(&footer), cause);
                made.push((&ASSIGNMENTS, place, footer));
            }
            if let Some((now, footer)) = built.account_states {
                let cause = causes(&ACCOUNT_STATES, footer.fingerprint, changes);
                account_states::note_changes(job, &spans_before, &now, &cause, changes);
                making_states.add(place, Size::of(&footer), cause);
                made.push((&ACCOUNT_STATES, place, footer));
            }
        }
    }
    handed_out.check()?;
    let steps = [making, making_states].map(|making| making.step(state, changes, job.reason()));
    for (contract, place, footer) in made {
        state.put(contract, place, footer);
    }
    for contract in [&ASSIGNMENTS, &ACCOUNT_STATES] {
        remove_beyond(job.store, state, contract, job.shards())?;
    }
    Ok((steps.into_iter().flatten().collect(), contradictions))
}

/// What was made again of a shard: by a worker, or here.
fn built(job: &Job<'_>, before: &State, handed_out: &HandedOut<'_>, (at, task): (usize, &TableTask)) -> Result<Option<Built>, EngineError> {
    let here = match handed_out.carry_out(at, |state| execute(task, job, state))? {
        Some(outcome) => outcome.into_made()?,
        None => None,
    };
    if here.is_some() {
        return Ok(here);
    }
    let made = handed_out.made_by_workers(at);
    let footer_of = |contract: &Contract| {
        made.iter()
            .find(|(of, ..)| of.name == contract.name)
            .map(|(.., footer)| footer.clone())
    };
    let place = (None, task.shard);
    let assignments = match footer_of(&ASSIGNMENTS) {
        Some(footer) => {
            let contradictions = handed_out.account(at).and_then(serde_json::Value::as_u64).unwrap_or(0);
            let rows = job.store.rows(place)?;
            Some((Assignments { rows, contradictions }, footer))
        }
        None => None,
    };
    let account_states = match footer_of(&ACCOUNT_STATES) {
        Some(footer) => Some((job.store.rows(place)?, footer)),
        None => None,
    };
    // What stands in the footers was held against the evidence when this was carried out again.
    let print = |contract: &Contract| footer_of(contract).map(|footer| footer.fingerprint);
    let print = |contract| print(contract).or_else(|| before.fingerprint(contract, place)).unwrap_or_default();
    let is_any = assignments.is_some() || account_states.is_some();
    Ok(is_any.then(|| Built {
        prints: EvidencePrints {
            assignments: print(&ASSIGNMENTS),
            account_states: print(&ACCOUNT_STATES),
        },
        assignments,
        account_states,
    }))
}

/// The tables that the evidence of a shard makes, as far as they are wanted, each with what its file
/// says by these fingerprints.
fn wanted(job: &Job<'_>, prints: EvidencePrints) -> impl Iterator<Item = (&'static Contract, Fingerprint)> {
    let all: [(&'static Contract, Fingerprint); 2] = [(&ASSIGNMENTS, prints.assignments), (&ACCOUNT_STATES, prints.account_states)];
    let tables = job.tables;
    all.into_iter().filter(move |(contract, _)| tables.contains(contract.name))
}

/// The fingerprints of the files that are there, where both are wanted.
fn prints_there(job: &Job<'_>, state: &State, shard: u32) -> Option<EvidencePrints> {
    let print = |contract: &Contract| {
        let print = state.fingerprint(contract, (None, shard));
        print.filter(|_| job.tables.contains(contract.name))
    };
    Some(EvidencePrints {
        assignments: print(&ASSIGNMENTS)?,
        account_states: print(&ACCOUNT_STATES)?,
    })
}

/// What is to be made of a shard; `None` where what the evidence is read from is what it was when
/// the files were made.
fn task(job: &Job<'_>, state: &State, cached: &Entries<u32, EvidencePrints>, shard: u32) -> Option<TableTask> {
    let read_from = inputs_digest(job, state, shard);
    let is_there = |(contract, print): (&Contract, Fingerprint)| state.fingerprint(contract, (None, shard)) == Some(print);
    let known = cached.get(&shard, read_from);
    let is_as_known = known.is_some_and(|known| wanted(job, *known).all(is_there));
    (job.forced.shard(shard) || !is_as_known).then_some(TableTask {
        shard,
        range: job.range,
        forced: job.forced,
        work: Work::Assignments(read_from),
    })
}

/// What was made again of a shard.
pub struct Built {
    /// What the evidence gives.
    prints: EvidencePrints,
    pub assignments: Option<(Assignments, Footer)>,
    pub account_states: Option<(Vec<AccountSpan>, Footer)>,
}

/// Makes the files of a shard that are not what the evidence says.
pub fn execute(task: &TableTask, job: &Job<'_>, state: &State) -> Result<Outcome<Built>, EngineError> {
    let place = (None, task.shard);
    if task.work != Work::Assignments(inputs_digest(job, state, task.shard)) {
        return Ok(Outcome::Outdated);
    }
    let evidence = Evidence::bring_up_to_date(job, state, task.shard)?;
    let prints = evidence.fingerprints(job.settings);
    let stale: BTreeSet<&str> = wanted(job, prints)
        .filter(|(contract, print)| job.forced.shard(task.shard) || state.fingerprint(contract, place) != Some(*print))
        .map(|(contract, _)| contract.name)
        .collect();
    if stale.is_empty() {
        return Ok(Outcome::AlreadyMade);
    }
    let now = assignments::build(&evidence.changes, &evidence.listed, &evidence.snapshots);
    let account_states = if stale.contains(ACCOUNT_STATES.name) {
        let spans = build_spans(&evidence.listed, &evidence.snapshots, &now.rows);
        let footer = job.store.replace_rows(place, &spans, prints.account_states)?;
        Some((spans, footer))
    } else {
        None
    };
    let assignments = if stale.contains(ASSIGNMENTS.name) {
        let footer = job.store.replace_rows(place, &now.rows, prints.assignments)?;
        Some((now, footer))
    } else {
        None
    };
    Ok(Outcome::Made(Built {
        prints,
        assignments,
        account_states,
    }))
}

/// Takes note of the days on which somebody has or held what they did not before, or the other way
/// round.
fn note_intervals(job: &Job<'_>, before: &[Assignment], now: &[Assignment], causes: &[Cause], changes: &mut Changes) {
    let (first, last) = (window::first_day(job.range.first), job.range.last);
    let (before, now) = (HolderDigests::of(before, first, last), HolderDigests::of(now, first, last));
    let how = why(&causes.iter().copied().collect(), changes, job.reason());
    for day in first.to(last) {
        if (before.has(day), before.held(day)) != (now.has(day), now.held(day)) {
            changes.note(ASSIGNMENTS.name, day, how.clone());
        }
    }
}

/// A digest of what the evidence of a shard's assignments is read from.
fn inputs_digest(job: &Job<'_>, state: &State, shard: u32) -> Digest {
    let settings = job.settings;
    let mut hasher = Hasher::new();
    hasher
        .number(i64::from(ASSIGNMENTS.version))
        .number(i64::from(ACCOUNT_STATES.version))
        .number(i64::from(settings.shards))
        .text(&settings.text(SettingsGroup::Zone))
        .digest(job.names(shard).digest());
    for (contract, of) in [(&LICENSE_CHANGES, shard), (&LICENSE_HOLDINGS, shard), (&SNAPSHOTS, 0)] {
        for ((day, _), footer) in state.table(contract).iter().filter(|((_, shard), _)| *shard == of) {
            hasher.day(*day).digest(footer.digest);
        }
    }
    hasher.finish()
}

/// All rows of a shard of a `received=` table that pass, in the order of `received`.
pub fn all<R: Row + Send>(store: &Store, state: &State, shard: u32, wanted: impl Fn(&R) -> bool + Sync) -> Result<Vec<R>, EngineError> {
    let places: Vec<Place> = state
        .table(R::CONTRACT)
        .iter()
        .filter(|((_, of), footer)| *of == shard && footer.rows > 0)
        .map(|(place, _)| *place)
        .collect();
    rows_of(store, places, wanted)
}

/// Removes the files of shards that are no more.
pub fn remove_beyond(store: &Store, state: &mut State, contract: &'static Contract, shards: u32) -> Result<(), EngineError> {
    let beyond: Vec<Place> = state
        .table(contract)
        .keys()
        .filter(|(_, shard)| *shard >= contract.files(shards))
        .copied()
        .collect();
    for place in beyond {
        store.remove(contract, place)?;
        state.forget(contract, place);
    }
    Ok(())
}

/// The assignments of a shard, sorted by their key.
pub fn assignments(store: &Store, state: &State, shard: u32) -> Result<Vec<Assignment>, EngineError> {
    match state.footer(&ASSIGNMENTS, (None, shard)) {
        Some(_) => Ok(store.rows((None, shard))?),
        None => Ok(Vec::new()),
    }
}

/// Which snapshots of subscriptions are in force when, for each shard.
pub fn timelines(settings: &Settings, taken: &SnapshotHistory) -> Vec<Timeline> {
    let shards = u32::from(settings.shards);
    let mut sources: Vec<String> = settings
        .sources
        .iter()
        .filter(|source| source.feed == Feed::Subscriptions)
        .map(|source| source.id.clone())
        .collect();
    // Snapshots that a source took which the pipeline file has no more come after those of the
    // others.
    let others: BTreeSet<&str> = taken.by_source().map(|(_, source, _)| source).collect();
    let others: Vec<String> = others
        .into_iter()
        .filter(|other| !sources.iter().any(|source| source == other))
        .map(str::to_owned)
        .collect();
    sources.extend(others);
    let build = |shard| Timeline::build(taken, |tenant| shard_of(tenant, shards) == shard, &sources, &settings.rules);
    (0..shards).into_par_iter().map(build).collect()
}

/// For each day a digest of who has, and of who held, which SKU: so that a changed interval makes
/// exactly its days stale.
pub struct HolderDigests {
    first: Day,
    has: Vec<Digest>,
    held: Vec<Digest>,
}

impl HolderDigests {
    /// Of the days from `first` to `last`.
    pub fn of(assignments: &[Assignment], first: Day, last: Day) -> HolderDigests {
        let holders: Vec<(Digest, &Assignment)> = assignments.iter().map(|row| (row.holder_digest(), row)).collect();
        let has = holders.iter().map(|(holder, row)| (*holder, (row.assigned_day, row.removed_day)));
        let held = holders
            .iter()
            .map(|(holder, row)| (*holder, (row.assigned_day, row.removed_day.map(|removed| removed.plus(1)))));
        HolderDigests {
            first,
            has: interval_digests::digests(has, first, last),
            held: interval_digests::digests(held, first, last),
        }
    }

    /// Who has what at the end of a day.
    pub fn has(&self, day: Day) -> Digest {
        self.at(&self.has, day)
    }

    /// Who held what on a day.
    pub fn held(&self, day: Day) -> Digest {
        self.at(&self.held, day)
    }

    fn at(&self, days: &[Digest], day: Day) -> Digest {
        usize::try_from(day.0 - self.first.0)
            .ok()
            .and_then(|at| days.get(at))
            .copied()
            .unwrap_or_default()
    }
}
