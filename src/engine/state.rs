//! What the warehouse holds at the moment: the footers of all tables. A run gives those that it
//! knows to the next one, which reads only what changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::Footer;
use crate::warehouse::store::Store;
use crate::warehouse::store::listing::{Broken, Fault, FolderTags, Known, Listing, Place, TableIndex, folder_of};

/// The footers of each table by its name, as a run left them, with the version of the table's
/// contract.
pub type Footers = BTreeMap<String, (u32, Known)>;

/// The footers of all tables.
#[derive(Clone, Default)]
pub struct State {
    tables: BTreeMap<&'static str, TableIndex>,
    /// The tags of the folders of each table's partitions, as this run has found them.
    folders: BTreeMap<&'static str, FolderTags>,
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
    /// Looks at every table. Footers that are known are not read again.
    pub fn read(store: &Store, known: Footers) -> Result<State, WarehouseError> {
        State::read_some(store, known, |_| true)
    }

    /// Looks at some tables; the others are what they were when a run looked last, if that is
    /// known.
    pub fn read_some(store: &Store, mut known: Footers, is_looked_at: impl Fn(&Contract) -> bool + Sync) -> Result<State, WarehouseError> {
        let of_table = |contract: &'static Contract| {
            let of_version = known.remove(contract.name).filter(|(version, _)| *version == contract.version);
            (contract, of_version.map(|(_, known)| known))
        };
        let tables: Vec<(&Contract, Option<Known>)> = stages::TABLES.iter().copied().map(of_table).collect();
        let listings: Vec<(&'static str, Listing)> = tables
            .into_par_iter()
            .map(|(contract, known)| {
                let listing = match known {
                    Some(Known { files, folders }) if !is_looked_at(contract) => Listing {
                        files,
                        folders,
                        ..Listing::default()
                    },
                    known => store.list(contract, known.unwrap_or_default())?,
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

    /// The footers for the next run, with those of the files that this run has made.
    pub fn into_footers(mut self, store: &Store) -> Result<Footers, WarehouseError> {
        let mut footers = Footers::new();
        for contract in stages::TABLES {
            let mut files = self.tables.remove(contract.name).unwrap_or_default();
            files.extend(self.outside.remove(contract.name).unwrap_or_default());
            for place in self.changed.remove(contract.name).unwrap_or_default() {
                let Some(footer) = files.get_mut(&place) else { continue };
                match store.version(contract, place, footer)? {
                    Some(version) => footer.version = Some(version),
                    None => drop(files.remove(&place)),
                }
            }
            // Folders in which this run has written have another tag now, and are gone through by
            // the next one.
            let folders = self.folders.remove(contract.name).unwrap_or_default();
            footers.insert(contract.name.to_owned(), (contract.version, Known { files, folders }));
        }
        Ok(footers)
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
                hasher.day(*day).digest(footer.digest);
            }
        }
        hasher.finish()
    }

    /// Adds the files of a `received=` partition to what a digest is of: what each is made from and
    /// contains.
    pub fn add_partition_to(&self, hasher: &mut Hasher, received: Day) {
        for contract in stages::TABLES.iter().filter(|contract| contract.partition == Partition::Received) {
            hasher.text(contract.name);
            for ((_, shard), footer) in self.table(contract).range((Some(received), 0)..=(Some(received), u32::MAX)) {
                let Fingerprint { settings, inputs } = footer.fingerprint;
                hasher
                    .number(i64::from(*shard))
                    .digest(settings)
                    .digest(inputs)
                    .digest(footer.digest);
            }
        }
    }

    /// Why a file of a table and day that was found cannot be used; `None` where none was found.
    pub fn fault(&self, contract: &Contract, day: Option<Day>) -> Option<Fault> {
        let folder = Path::new(contract.name).join(folder_of(contract.partition, day));
        let is_there = |broken: &&Broken| broken.path.parent().is_some_and(|parent| parent.ends_with(&folder));
        self.broken.iter().find(is_there).map(|broken| broken.fault)
    }

    /// Takes note of a file that was written.
    pub fn put(&mut self, contract: &'static Contract, place: Place, footer: Footer) {
        self.tables.entry(contract.name).or_default().insert(place, footer);
        self.changed.entry(contract.name).or_default().insert(place);
    }

    /// Looks at files again that somebody else may have made since.
    pub fn look_again(&mut self, store: &Store, places: &[(&'static Contract, Place)]) -> Result<(), WarehouseError> {
        let look = |(contract, place): &(&'static Contract, Place)| store.footer(contract, *place);
        let found: Vec<Option<Footer>> = places.par_iter().map(look).collect::<Result<_, _>>()?;
        for ((contract, place), footer) in places.iter().zip(found) {
            match footer {
                Some(footer) => self.put(contract, *place, footer),
                None => self.forget(contract, *place),
            }
        }
        Ok(())
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
