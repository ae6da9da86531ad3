//! `assignments` and the timeline of subscriptions, out of everything that ever came in about
//! licenses: small, and read whole.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::domain::kinds::Feed;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window;
use crate::engine::build::license_history::Evidence;
use crate::engine::cache::Cache;
use crate::engine::cache::entry::Entries;
use crate::engine::cache::partition_set::rows_of;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::causes::{Cause, Changes, why};
use crate::engine::plan::dependencies::upstream_causes;
use crate::engine::plan::interval_digests;
use crate::engine::plan::rebuild::{Making, own_cause};
use crate::engine::report::{Size, Step};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
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

/// Rebuilds `assignments` of every shard whose evidence is not that which its file was made from,
/// and takes note of the days on which its intervals differ. Says how many events contradicted what
/// was known.
pub fn run_assignments(
    job: &Job<'_>,
    state: &mut State,
    cache: &mut Cache,
    changes: &mut Changes,
) -> Result<(Option<Step>, u64), EngineError> {
    let mut making = Making::new(&ASSIGNMENTS);
    let mut contradictions = 0;
    let mut made = Vec::new();
    let shards: Vec<u32> = (0..job.shards()).collect();
    // As many shards are in memory as there are threads.
    for some in shards.chunks(rayon::current_num_threads()) {
        let (before, cached): (&State, &Entries<u32, Fingerprint>) = (state, &cache.assignments);
        let examined: Vec<Option<Examined>> = some
            .par_iter()
            .map(|shard| Examined::of(job, before, cached, *shard))
            .collect::<Result<_, _>>()?;
        for Examined {
            place,
            read_from,
            print,
            built,
        } in examined.into_iter().flatten()
        {
            cache.assignments.put(place.1, read_from, print);
            let Some(Built { before, now, footer }) = built else { continue };
            let cause = match own_cause(state, &ASSIGNMENTS, place, print) {
                _ if job.forced.shard(place.1) => vec![Cause::Asked],
                Some(cause) => vec![cause],
                None => upstream_causes(changes, &ASSIGNMENTS, None).into_iter().collect(),
            };
            contradictions += now.contradictions;
            note_intervals(job, &before, &now.rows, &cause, changes);
            making.add(place, Size::of(&footer), cause);
            made.push((place, footer));
        }
    }
    let step = making.step(state, changes, job.reason());
    for (place, footer) in made {
        state.put(&ASSIGNMENTS, place, footer);
    }
    remove_beyond(job.store, state, &ASSIGNMENTS, job.shards())?;
    Ok((step, contradictions))
}

/// A shard whose evidence was looked at.
struct Examined {
    place: Place,
    /// What the evidence was read from.
    read_from: Digest,
    print: Fingerprint,
    built: Option<Built>,
}

/// Assignments that were made again.
struct Built {
    before: Vec<Assignment>,
    now: Assignments,
    footer: Footer,
}

impl Examined {
    /// Makes the file of a shard where it is not what the evidence says. `None` where what the
    /// evidence is read from is what it was.
    fn of(job: &Job<'_>, state: &State, cached: &Entries<u32, Fingerprint>, shard: u32) -> Result<Option<Examined>, EngineError> {
        let place = (None, shard);
        let read_from = inputs_digest(job, state, shard);
        let known = cached.get(&shard, read_from).copied();
        let forced = job.forced.shard(shard);
        let made_from = state.fingerprint(&ASSIGNMENTS, place);
        if !forced && known.is_some() && made_from == known {
            return Ok(None);
        }
        let evidence = Evidence::bring_up_to_date(job, state, shard)?;
        let print = evidence.fingerprint(job.settings);
        let build = || {
            let now = assignments::build(&evidence.changes, &evidence.listed, &evidence.snapshots);
            let before = assignments(job.store, state, shard)?;
            let footer = job.store.replace_rows(place, &now.rows, print)?;
            Ok::<_, EngineError>(Built { before, now, footer })
        };
        let is_stale = forced || made_from != Some(print);
        let built = is_stale.then(build).transpose()?;
        Ok(Some(Examined {
            place,
            read_from,
            print,
            built,
        }))
    }
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
