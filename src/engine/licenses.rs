//! `assignments` and the timeline of subscriptions, out of everything that ever came in about licenses: small, and read whole.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher, SetDigest};
use crate::domain::kinds::Feed;
use crate::engine::error::EngineError;
use crate::engine::report::Step;
use crate::engine::state::{Cache, State};
use crate::pipeline::settings::Settings;
use crate::stages::activity_events::shard_of;
use crate::stages::assignments::{self, ASSIGNMENTS, Assignment};
use crate::stages::license_changes::{self, LICENSE_CHANGES, LicenseChange};
use crate::stages::license_holdings::{self, LICENSE_HOLDINGS, LicenseHolding};
use crate::stages::snapshots::{SNAPSHOTS, SnapshotFile, holdings_snapshots};
use crate::stages::subscriptions::{SnapshotSubscription, Timeline};
use crate::warehouse::contract::Contract;
use crate::warehouse::index::Place;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// Rebuilds `assignments` of every shard whose evidence is not that which its file was made from.
pub fn run_assignments(
    settings: &Settings,
    store: &Store,
    state: &mut State,
    cache: &mut Cache,
) -> Result<(Option<Step>, u64), EngineError> {
    let shards = u32::from(settings.shards);
    let mut made = 0;
    let mut contradictions = 0;
    for shard in 0..shards {
        let place = (None, shard);
        let memo = inputs_memo(settings, state, shard);
        let known = cache.memos.get(&memo).and_then(|text| Digest::parse(text));
        if known.is_some() && state.fingerprint(&ASSIGNMENTS, place) == known {
            continue;
        }
        let changes = license_changes::distinct(all(store, state, shard, |_: &LicenseChange| true)?);
        let holdings = license_holdings::distinct(all(store, state, shard, |_: &LicenseHolding| true)?);
        let mine = |file: &SnapshotFile| shard_of(file.tenant_id, shards) == shard && file.feed == Feed::LicenseHoldings.name();
        let snapshots = holdings_snapshots(&all(store, state, 0, mine)?);
        let mut evidence = SetDigest::default();
        changes.iter().for_each(|change| evidence.add(change.digest()));
        holdings.iter().for_each(|holding| evidence.add(holding.digest()));
        let mut hasher = Hasher::new();
        hasher
            .text(ASSIGNMENTS.name)
            .number(i64::from(ASSIGNMENTS.version))
            .number(i64::from(shards))
            .text(&settings.zone_text());
        hasher.digest(evidence.digest());
        for snapshot in &snapshots {
            hasher
                .bytes(&snapshot.tenant.bytes())
                .number(i64::from(snapshot.day.0))
                .number(i64::from(snapshot.complete));
        }
        let fingerprint = hasher.finish();
        cache.memos.retain(|key, _| !key.starts_with(&format!("assignments {shard} ")));
        cache.memos.insert(memo, fingerprint.to_string());
        if state.fingerprint(&ASSIGNMENTS, place) == Some(fingerprint) {
            continue;
        }
        let built = assignments::build(&changes, &holdings, &snapshots);
        contradictions += built.contradictions;
        state.put(&ASSIGNMENTS, place, store.replace_rows(place, &built.rows, fingerprint)?);
        made += 1;
    }
    remove_beyond(store, state, &ASSIGNMENTS, shards)?;
    let step = (made > 0).then(|| Step::whole(&ASSIGNMENTS, made, "license events or holdings came in or changed"));
    Ok((step, contradictions))
}

/// What the evidence of a shard's assignments is read from, as a text.
fn inputs_memo(settings: &Settings, state: &State, shard: u32) -> String {
    let mut hasher = Hasher::new();
    hasher
        .number(i64::from(ASSIGNMENTS.version))
        .number(i64::from(settings.shards))
        .text(&settings.zone_text());
    for (contract, of) in [(&LICENSE_CHANGES, shard), (&LICENSE_HOLDINGS, shard), (&SNAPSHOTS, 0)] {
        for ((day, _), footer) in state.table(contract).iter().filter(|((_, shard), _)| *shard == of) {
            hasher.number(i64::from(day.map_or(0, |day| day.0))).digest(footer.digest);
        }
    }
    format!("assignments {shard} {}", hasher.finish())
}

/// All rows of a shard of a `received=` table that pass.
fn all<R: Row + Send>(store: &Store, state: &State, shard: u32, wanted: impl Fn(&R) -> bool + Sync) -> Result<Vec<R>, EngineError> {
    let places: Vec<Place> = state
        .table(R::CONTRACT)
        .iter()
        .filter(|((_, of), footer)| *of == shard && footer.rows > 0)
        .map(|(place, _)| *place)
        .collect();
    let parts: Vec<Vec<R>> = places
        .into_par_iter()
        .map(|place| Ok::<_, EngineError>(store.rows::<R>(place)?.into_iter().filter(|row| wanted(row)).collect()))
        .collect::<Result<_, _>>()?;
    Ok(parts.into_iter().flatten().collect())
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
pub fn timelines(settings: &Settings, store: &Store, state: &State) -> Result<Vec<Timeline>, EngineError> {
    let files: Vec<SnapshotFile> = all(store, state, 0, |file: &SnapshotFile| file.feed == Feed::Subscriptions.name())?;
    let rows: Vec<SnapshotSubscription> = all(store, state, 0, |_| true)?;
    let sources: Vec<String> = settings
        .sources
        .iter()
        .filter(|source| source.feed == Feed::Subscriptions)
        .map(|source| source.id.clone())
        .collect();
    let shards = u32::from(settings.shards);
    let mut timelines = Vec::new();
    for shard in 0..shards {
        let files: Vec<SnapshotFile> = files
            .iter()
            .filter(|file| shard_of(file.tenant_id, shards) == shard)
            .cloned()
            .collect();
        let rows = rows
            .iter()
            .filter(|row| shard_of(row.tenant_id, shards) == shard)
            .cloned()
            .collect();
        timelines.push(Timeline::build(&files, rows, &sources, &settings.rules));
    }
    Ok(timelines)
}

/// For each day a digest of who has, and of who held, which SKU: so that a changed interval makes exactly its days stale.
pub struct HolderDigests {
    first: Day,
    has: Vec<Digest>,
    held: Vec<Digest>,
}

impl HolderDigests {
    /// Of the days from `first` to `last`.
    pub fn of(assignments: &[Assignment], first: Day, last: Day) -> HolderDigests {
        let days = (last.0 - first.0 + 1).max(0) as usize;
        let mut changes: BTreeMap<usize, (SetDigest, SetDigest)> = BTreeMap::new();
        let place = |day: Day| (day.0.max(first.0) - first.0) as usize;
        for assignment in assignments {
            let holder = assignment.holder_digest();
            let start = place(assignment.assigned_day.unwrap_or(first));
            let change = changes.entry(start).or_default();
            change.0.add(holder);
            change.1.add(holder);
            if let Some(removed) = assignment.removed_day {
                changes.entry(place(removed).max(start)).or_default().0.remove(holder);
                changes.entry(place(removed.plus(1)).max(start)).or_default().1.remove(holder);
            }
        }
        let (mut has, mut held) = (SetDigest::default(), SetDigest::default());
        let (mut has_days, mut held_days) = (Vec::with_capacity(days), Vec::with_capacity(days));
        for day in 0..days {
            if let Some((has_change, held_change)) = changes.get(&day) {
                has.add(has_change.digest());
                held.add(held_change.digest());
            }
            has_days.push(has.digest());
            held_days.push(held.digest());
        }
        HolderDigests {
            first,
            has: has_days,
            held: held_days,
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
