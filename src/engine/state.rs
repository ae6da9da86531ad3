//! What the warehouse holds at the moment: the footers of all tables, and the disposable cache that spares reading them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::engine::first_days::FirstDays;
use crate::engine::kept;
use crate::engine::raw_summary::Summaries;
use crate::stages;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::Footer;
use crate::warehouse::index::{Broken, FooterCache, Place, TableIndex, folder_of, place_of};
use crate::warehouse::store::Store;

/// What was learned in earlier runs and can be learned again: deleting it costs time and nothing else.
#[derive(Default, Serialize, Deserialize)]
pub struct Cache {
    pub footers: FooterCache,
    /// Digests of inputs -> the fingerprint that reading them gave.
    pub memos: BTreeMap<String, String>,
    /// What the partitions of `raw_files` come to.
    pub raw: Summaries,
    /// Since when each customer has events.
    pub first_days: FirstDays,
}

/// Rises when [`Cache`] changes its form.
const CACHE_VERSION: u8 = 2;

/// The footers of all tables.
#[derive(Default)]
pub struct State {
    tables: BTreeMap<&'static str, TableIndex>,
    /// Files that are not ours, in table folders.
    pub foreign: Vec<PathBuf>,
    /// Files of ours that cannot be used and will be made again.
    pub broken: Vec<Broken>,
    /// Whether files are gone that the last run left there.
    pub has_lost_files: bool,
    /// The files that this run has written or removed.
    changed: BTreeSet<(&'static str, Place)>,
}

impl State {
    /// Looks at every table. `cache.footers` is brought up to date.
    pub fn read(store: &Store, cache: &mut Cache) -> Result<State, WarehouseError> {
        State::read_some(store, cache, |_| true)
    }

    /// Looks at some tables; the others are what they were when a run looked last, if the cache knows any.
    pub fn read_some(store: &Store, cache: &mut Cache, is_looked_at: impl Fn(&Contract) -> bool) -> Result<State, WarehouseError> {
        let mut state = State::default();
        let mut fresh = FooterCache::with_capacity_and_hasher(cache.footers.len(), Default::default());
        let (looked_at, others): (Vec<&'static Contract>, Vec<_>) = stages::TABLES
            .iter()
            .partition(|contract| cache.footers.is_empty() || is_looked_at(contract));
        for contract in looked_at {
            let listing = store.list(contract, &cache.footers, &mut fresh)?;
            state.tables.insert(contract.name, listing.files);
            state.foreign.extend(listing.foreign);
            state.broken.extend(listing.broken);
        }
        let others: BTreeMap<&str, &Contract> = others.into_iter().map(|contract| (contract.name, contract)).collect();
        for (path, seen) in std::mem::take(&mut cache.footers) {
            if let Some(contract) = path.split('/').next().and_then(|table| others.get(table)) {
                if let (Some(place), Some(footer)) = (place_of(contract, &path), seen.footer_of(contract)) {
                    state.tables.entry(contract.name).or_default().insert(place, footer.clone());
                }
                fresh.insert(path, seen);
            } else if !fresh.contains_key(&path) {
                state.has_lost_files = true;
            }
        }
        cache.footers = fresh;
        Ok(state)
    }

    /// Brings the cache up to date with the files that this run has made and removed.
    pub fn keep(&self, store: &Store, cache: &mut Cache) -> Result<(), WarehouseError> {
        for (name, place) in &self.changed {
            if let Some(contract) = stages::table(name) {
                store.keep(contract, *place, self.footer(contract, *place), &mut cache.footers)?;
            }
        }
        Ok(())
    }

    /// The files of a table.
    pub fn table(&self, contract: &Contract) -> &TableIndex {
        static EMPTY: TableIndex = TableIndex::new();
        self.tables.get(contract.name).unwrap_or(&EMPTY)
    }

    /// The footer of one file.
    pub fn footer(&self, contract: &Contract, place: Place) -> Option<&Footer> {
        self.table(contract).get(&place)
    }

    /// What a file was made from.
    pub fn fingerprint(&self, contract: &Contract, place: Place) -> Option<Fingerprint> {
        self.footer(contract, place).map(|footer| footer.fingerprint)
    }

    /// What a file contains; a digest of nothing where there is none.
    pub fn digest(&self, contract: &Contract, place: Place) -> Digest {
        self.footer(contract, place).map(|footer| footer.digest).unwrap_or_default()
    }

    /// A digest of the files of some tables on some days.
    pub fn digest_of_days(&self, contracts: &[&Contract], (first, last): (Day, Day)) -> Digest {
        let mut hasher = Hasher::new();
        for contract in contracts {
            for ((day, _), footer) in self.table(contract).range((Some(first), 0)..=(Some(last), u32::MAX)) {
                hasher.number(day.map_or(0, |day| i64::from(day.0))).digest(footer.digest);
            }
        }
        hasher.finish()
    }

    /// Whether a file of a table and day was found that cannot be used.
    pub fn was_broken(&self, contract: &Contract, day: Option<Day>) -> bool {
        let folder = Path::new(contract.name).join(folder_of(contract.partition, day));
        self.broken
            .iter()
            .filter_map(|broken| broken.path.parent())
            .any(|parent| parent.ends_with(&folder))
    }

    /// Takes note of a file that was written.
    pub fn put(&mut self, contract: &'static Contract, place: Place, footer: Footer) {
        self.tables.entry(contract.name).or_default().insert(place, footer);
        self.changed.insert((contract.name, place));
    }

    /// Takes note of a file that is no more.
    pub fn forget(&mut self, contract: &'static Contract, place: Place) {
        if let Some(files) = self.tables.get_mut(contract.name) {
            files.remove(&place);
            self.changed.insert((contract.name, place));
        }
    }

    /// The days of a table's files, in order, each once.
    pub fn days(&self, contract: &Contract) -> Vec<Day> {
        let mut days: Vec<Day> = self.table(contract).keys().filter_map(|(day, _)| *day).collect();
        days.dedup();
        days
    }
}

impl Cache {
    const FILE: &str = "cache.bin";

    /// What is cached for a warehouse; nothing where there is no cache that can be used.
    pub fn load(store: &Store) -> Cache {
        kept::load(store, Cache::FILE, CACHE_VERSION).unwrap_or_default()
    }

    /// Keeps the cache for the next run.
    pub fn save(&self, store: &Store) -> Result<(), WarehouseError> {
        kept::save(store, Cache::FILE, CACHE_VERSION, self)
    }
}
