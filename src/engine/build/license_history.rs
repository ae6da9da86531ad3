//! Reads everything that ever came in about who was given which license. Most of it is snapshots of
//! holdings that say what the one before said, so they are cached in a compact form, beside the license
//! changes. The cache is used where its partitions are unchanged and no new file adds to a snapshot that
//! is in it. Otherwise everything is read again.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::digest::{Digest, Fingerprint, Hasher, SetDigest};
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::engine::cache::entry::Entry;
use crate::engine::cache::evidence_prints::EvidencePrints;
use crate::engine::cache::partition_set::{Partitions, rows_of};
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::fingerprint::settings_digest;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::listed_holders::{DaySet, ListedHolders};
use crate::stages::received::activity_events::shard_of;
use crate::stages::received::license_changes;
use crate::stages::received::license_changes::{LICENSE_CHANGES, LicenseChange, StoredChange};
use crate::stages::received::license_holdings::{LICENSE_HOLDINGS, LicenseHolding};
use crate::stages::received::snapshots::{HoldingsSnapshot, SNAPSHOTS, SnapshotFile, holdings_snapshots};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file::CacheFile;

/// What came in about the licenses of a shard, with the partitions that it was read from.
const FILE: CacheFile<Entry<CachedLicenses, Partitions>> = CacheFile::new("licenses", 6);
/// How many partitions are in memory at once while they are folded.
const PARTITIONS_AT_ONCE: usize = 16;

/// What assignments of one shard are made from.
pub struct Evidence {
    pub changes: Vec<LicenseChange>,
    pub listed: ListedHolders,
    pub snapshots: Vec<HoldingsSnapshot>,
}

impl Evidence {
    /// Everything out of the tables, and nothing out of the cache.
    pub fn read(job: &Job<'_>, state: &State, shard: u32) -> Result<Evidence, EngineError> {
        Ok(Evidence::with(job, shard, Folded::from_tables(job, state, shard)?))
    }

    /// The same out of what an earlier run cached and what came in since; cached for the next run.
    pub fn bring_up_to_date(job: &Job<'_>, state: &State, shard: u32) -> Result<Evidence, EngineError> {
        Ok(Evidence::with(job, shard, Folded::bring_up_to_date(job, state, shard)?))
    }

    fn with(job: &Job<'_>, shard: u32, folded: Folded) -> Evidence {
        let snapshots = folded.snapshots();
        let mut changes = folded.changes;
        let names = job.names(shard);
        for change in changes.iter_mut().filter(|_| !names.is_empty()) {
            change.user_id = names.on(change.day).user_of(&change.user_id).to_owned();
        }
        Evidence {
            changes: license_changes::distinct(changes),
            snapshots,
            listed: folded.listed,
        }
    }

    /// What assignments say that are made from it, and the states of accounts.
    pub fn fingerprints(&self, settings: &Settings) -> EvidencePrints {
        let inputs = self.inputs();
        EvidencePrints {
            assignments: Fingerprint {
                settings: settings_digest(&ASSIGNMENTS, settings),
                inputs,
            },
            account_states: Fingerprint {
                settings: settings_digest(&ACCOUNT_STATES, settings),
                inputs: Hasher::new().digest(inputs).digest(self.listed.accounts()).finish(),
            },
        }
    }

    /// A digest of everything that assignments are made from.
    fn inputs(&self) -> Digest {
        let mut rows = SetDigest::default();
        self.changes.iter().for_each(|change| rows.add(change.digest()));
        rows.add(self.listed.rows());
        let mut inputs = Hasher::new();
        inputs.digest(rows.digest());
        for snapshot in &self.snapshots {
            inputs
                .bytes(&snapshot.tenant.bytes())
                .number(i64::from(snapshot.day.0))
                .number(i64::from(snapshot.complete));
        }
        inputs.finish()
    }
}

/// The snapshots of one customer.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Taken {
    /// Days of which there is any file.
    known: DaySet,
    /// Days of which something could be read: there is a snapshot.
    readable: DaySet,
    complete: DaySet,
}

/// What came in about the licenses of a shard.
#[derive(Default)]
struct Folded {
    made_from: Partitions,
    /// As they stand in the partitions, in no order.
    changes: Vec<LicenseChange>,
    listed: ListedHolders,
    taken: BTreeMap<Guid, Taken>,
}

impl Folded {
    fn from_tables(job: &Job<'_>, state: &State, shard: u32) -> Result<Folded, EngineError> {
        let mut folded = Folded::default();
        let now = partitions(state, shard);
        let files = new_snapshots(job, &folded, &now, shard)?;
        folded.add(job.store, now, &files, shard)?;
        Ok(folded)
    }

    fn bring_up_to_date(job: &Job<'_>, state: &State, shard: u32) -> Result<Folded, EngineError> {
        let now = partitions(state, shard);
        let Some(mut folded) = load(job, shard).filter(|folded| folded.made_from.are_part_of(&now)) else {
            let folded = Folded::from_tables(job, state, shard)?;
            folded.save(job, shard)?;
            return Ok(folded);
        };
        if folded.made_from == now {
            return Ok(folded);
        }
        let files = new_snapshots(job, &folded, &now, shard)?;
        if files.iter().any(|file| folded.knows(file)) {
            folded = Folded::from_tables(job, state, shard)?;
        } else {
            folded.add(job.store, now, &files, shard)?;
        }
        folded.save(job, shard)?;
        Ok(folded)
    }

    /// Whether a file belongs to a snapshot of which there was a file before.
    fn knows(&self, file: &SnapshotFile) -> bool {
        self.taken.get(&file.tenant_id).is_some_and(|taken| taken.known.has(file.day))
    }

    /// Takes in the partitions that are not in it, whose files of snapshots are these.
    fn add(&mut self, store: &Store, now: Partitions, files: &[SnapshotFile], shard: u32) -> Result<(), EngineError> {
        for places in self.made_from.new_places(&now, &LICENSE_HOLDINGS, shard).chunks(PARTITIONS_AT_ONCE) {
            let read: Vec<Vec<LicenseHolding>> = places
                .par_iter()
                .map(|place| store.rows(*place))
                .collect::<Result<_, WarehouseError>>()?;
            read.iter().flatten().for_each(|row| self.listed.add(row));
        }
        self.changes
            .extend(rows_of(store, self.made_from.new_places(&now, &LICENSE_CHANGES, shard), |_| true)?);
        for file in files {
            self.taken.entry(file.tenant_id).or_default().known.insert(file.day);
        }
        for snapshot in holdings_snapshots(files) {
            let taken = self.taken.entry(snapshot.tenant).or_default();
            taken.readable.insert(snapshot.day);
            if snapshot.complete {
                taken.complete.insert(snapshot.day);
            }
        }
        self.made_from = now;
        Ok(())
    }

    /// By customer and day.
    fn snapshots(&self) -> Vec<HoldingsSnapshot> {
        let of = |(tenant, taken): (&Guid, &Taken)| -> Vec<HoldingsSnapshot> {
            let snapshot = |day| HoldingsSnapshot {
                tenant: *tenant,
                day,
                complete: taken.complete.has(day),
            };
            taken.readable.iter().map(snapshot).collect()
        };
        self.taken.iter().flat_map(of).collect()
    }

    fn save(&self, job: &Job<'_>, shard: u32) -> Result<(), EngineError> {
        let cached = CachedLicenses {
            shards: job.shards(),
            changes: self.changes.iter().cloned().map(LicenseChange::into_stored).collect(),
            listed: self.listed.clone(),
            taken: self.taken.clone(),
        };
        Ok(FILE.of_shard(shard).save(job.store, &Entry::new(self.made_from.clone(), cached))?)
    }
}

/// The partitions that evidence is read from.
fn partitions(state: &State, shard: u32) -> Partitions {
    Partitions::of(state, &[(&LICENSE_CHANGES, shard), (&LICENSE_HOLDINGS, shard), (&SNAPSHOTS, 0)])
}

/// The files of snapshots of holdings of a shard's customers in the partitions that are not folded
/// yet.
fn new_snapshots(job: &Job<'_>, folded: &Folded, now: &Partitions, shard: u32) -> Result<Vec<SnapshotFile>, EngineError> {
    let mine = |file: &SnapshotFile| file.feed == Feed::LicenseHoldings.name() && shard_of(file.tenant_id, job.shards()) == shard;
    rows_of(job.store, folded.made_from.new_places(now, &SNAPSHOTS, 0), mine)
}

/// What came in about the licenses of a shard, as it is cached.
#[derive(Serialize, Deserialize)]
struct CachedLicenses {
    shards: u32,
    changes: Vec<StoredChange>,
    listed: ListedHolders,
    taken: BTreeMap<Guid, Taken>,
}

/// What an earlier run cached; nothing where there is none, or none of this form.
fn load(job: &Job<'_>, shard: u32) -> Option<Folded> {
    let (made_from, cached) = FILE.of_shard(shard).load(job.store)?.into_parts();
    let changes = cached.changes.into_iter().map(LicenseChange::from_stored).collect::<Option<_>>()?;
    (cached.shards == job.shards()).then_some(Folded {
        made_from,
        changes,
        listed: cached.listed,
        taken: cached.taken,
    })
}
