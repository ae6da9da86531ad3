//! What the warehouse holds at the moment: the footers of all tables, and the disposable cache that
//! spares reading them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::cache::source_totals::Summaries;
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::write::Footer;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file;
use crate::warehouse::store::listing::{Broken, FolderTimes, Known, Listing, Place, TableIndex, folder_of};

/// What was learned in earlier runs and can be learned again: deleting it costs time and nothing
/// else.
#[derive(Default, Serialize, Deserialize)]
pub struct Cache {
    /// The footers of each table by its name. While a run has its [`State`], they are there.
    footers: BTreeMap<String, KeptTable>,
    /// Digests of inputs -> the fingerprint that reading them gave.
    pub memos: BTreeMap<String, String>,
    /// What the partitions of `raw_files` come to.
    pub raw: Summaries,
    /// Since when each customer has events.
    pub first_days: FirstDays,
}

/// The files of a table as a run left them.
#[derive(Serialize, Deserialize)]
struct KeptTable {
    /// Of the table's contract.
    version: u32,
    /// Day, shard and footer.
    files: Vec<(Option<i32>, u32, Footer)>,
    /// Day and time of change of folders.
    folders: Vec<(i32, u64)>,
}

impl KeptTable {
    fn of(contract: &Contract, Known { files, folders }: Known) -> KeptTable {
        let kept = |((day, shard), footer): (Place, Footer)| (day.map(|day| day.0), shard, footer);
        KeptTable {
            version: contract.version,
            files: files.into_iter().map(kept).collect(),
            folders: folders.into_iter().map(|(day, time)| (day.0, time)).collect(),
        }
    }

    fn known(self) -> Known {
        let known = |(day, shard, footer): (Option<i32>, u32, Footer)| ((day.map(Day), shard), footer);
        Known {
            files: self.files.into_iter().map(known).collect(),
            folders: self.folders.into_iter().map(|(day, time)| (Day(day), time)).collect(),
        }
    }
}

/// Rises when [`Cache`] changes its form.
const CACHE_VERSION: u8 = 5;

/// The footers of all tables.
#[derive(Default)]
pub struct State {
    tables: BTreeMap<&'static str, TableIndex>,
    /// When the folders of each table's partitions were changed, as this run has found them.
    folders: BTreeMap<&'static str, FolderTimes>,
    /// Files that are not ours, in table folders.
    pub foreign: Vec<PathBuf>,
    /// Files of ours that cannot be used and will be made again.
    pub broken: Vec<Broken>,
    /// Whether files are gone that the last run left there.
    pub has_lost_files: bool,
    /// Files of days that the tables do not have.
    outside: BTreeMap<&'static str, TableIndex>,
    /// The files that this run has written.
    changed: BTreeMap<&'static str, BTreeSet<Place>>,
}

impl State {
    /// Looks at every table. The footers move here from the cache.
    pub fn read(store: &Store, cache: &mut Cache) -> Result<State, WarehouseError> {
        State::read_some(store, cache, |_| true)
    }

    /// Looks at some tables; the others are what they were when a run looked last, if the cache
    /// knows that.
    pub fn read_some(store: &Store, cache: &mut Cache, is_looked_at: impl Fn(&Contract) -> bool + Sync) -> Result<State, WarehouseError> {
        let mut known = std::mem::take(&mut cache.footers);
        let of_table = |contract: &'static Contract| {
            let kept = known.remove(contract.name).filter(|kept| kept.version == contract.version);
            (contract, kept)
        };
        let tables: Vec<(&Contract, Option<KeptTable>)> = stages::TABLES.iter().copied().map(of_table).collect();
        let listings: Vec<(&'static str, Listing)> = tables
            .into_par_iter()
            .map(|(contract, kept)| {
                let listing = match kept.map(KeptTable::known) {
                    Some(Known { files, folders }) if !is_looked_at(contract) => Listing {
                        files,
                        folders,
                        ..Listing::default()
                    },
                    kept => store.list(contract, kept.unwrap_or_default())?,
                };
                Ok((contract.name, listing))
            })
            .collect::<Result<_, WarehouseError>>()?;
        let mut state = State::default();
        for (name, listing) in listings {
            state.tables.insert(name, listing.files);
            state.folders.insert(name, listing.folders);
            state.foreign.extend(listing.foreign);
            state.broken.extend(listing.broken);
            state.has_lost_files |= listing.has_lost_files;
        }
        Ok(state)
    }

    /// Gives the footers back to the cache, with those of the files that this run has made.
    pub fn keep(mut self, store: &Store, cache: &mut Cache) -> Result<(), WarehouseError> {
        for contract in stages::TABLES {
            let mut files = self.tables.remove(contract.name).unwrap_or_default();
            files.extend(self.outside.remove(contract.name).unwrap_or_default());
            for place in self.changed.remove(contract.name).unwrap_or_default() {
                let Some(footer) = files.get_mut(&place) else { continue };
                match store.changed_at(contract, place, footer)? {
                    Some(changed) => footer.changed = changed,
                    None => drop(files.remove(&place)),
                }
            }
            // Folders in which this run has written have another time now, and are gone through by
            // the next one.
            let folders = self.folders.remove(contract.name).unwrap_or_default();
            let kept = KeptTable::of(contract, Known { files, folders });
            cache.footers.insert(contract.name.to_owned(), kept);
        }
        Ok(())
    }

    /// The files of a table.
    pub fn table(&self, contract: &Contract) -> &TableIndex {
        static EMPTY: TableIndex = TableIndex::new();
        self.tables.get(contract.name).unwrap_or(&EMPTY)
    }

    /// Takes the files of days before the first or after the last day of the tables out of sight.
    /// The events of earlier days are looked back on, and so are their facts.
    pub fn set_aside(&mut self, first: Option<Day>, last: Option<Day>) {
        let looks_back = [&ACTIVITY_COVERAGE, &ACTIVITY_DAILY, &ACTIVITY_BEFORE].map(|contract| contract.name);
        for contract in stages::TABLES.iter().filter(|contract| contract.partition == Partition::Day) {
            let Some(files) = self.tables.get_mut(contract.name) else {
                continue;
            };
            let mut outside = TableIndex::new();
            if let Some(last) = last {
                outside.extend(files.split_off(&(Some(last.plus(1)), 0)));
            }
            if let Some(first) = first.filter(|_| !looks_back.contains(&contract.name)) {
                let inside = files.split_off(&(Some(first), 0));
                outside.extend(std::mem::replace(files, inside));
            }
            self.outside.entry(contract.name).or_default().extend(outside);
        }
    }

    /// The files that were set aside.
    pub fn outside(&self) -> impl Iterator<Item = (&'static Contract, Place)> {
        let files = |contract: &&'static Contract| {
            let (contract, files) = (*contract, self.outside.get(contract.name));
            files.into_iter().flat_map(TableIndex::keys).map(move |place| (contract, *place))
        };
        stages::TABLES.iter().flat_map(files)
    }

    /// Takes note that they are no more.
    pub fn forget_outside(&mut self) {
        self.outside.clear();
    }

    /// The files of a table in order, with those that were set aside.
    pub fn all_files(&self, contract: &Contract) -> Vec<(Place, &Footer)> {
        let outside = self.outside.get(contract.name).into_iter().flatten();
        let mut files: Vec<(Place, &Footer)> = self
            .table(contract)
            .iter()
            .chain(outside)
            .map(|(place, footer)| (*place, footer))
            .collect();
        files.sort_by_key(|(place, _)| *place);
        files
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
        self.changed.entry(contract.name).or_default().insert(place);
    }

    /// Takes note of a file that is no more.
    pub fn forget(&mut self, contract: &'static Contract, place: Place) {
        if let Some(files) = self.tables.get_mut(contract.name) {
            files.remove(&place);
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
        cache_file::load(store, Cache::FILE, CACHE_VERSION).unwrap_or_default()
    }

    /// Keeps the cache for the next run.
    pub fn save(&self, store: &Store) -> Result<(), WarehouseError> {
        cache_file::save(store, Cache::FILE, CACHE_VERSION, self)
    }
}
