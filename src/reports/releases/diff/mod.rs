//! What was restated from one release to another: rows of days that both have, and why.
//!
//! | file | what |
//! |---|---|
//! | `table_changes` | the rows of a table that differ |
//! | `seats` | the seats among them |
//! | `reasons` | why, as the runs in between noted it |
//! | `cells` | all of it as a table with a row for each value |

pub mod cells;
pub mod reasons;
pub mod seats;
pub mod table_changes;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::reports::dimensions::{CustomerEntry, ProductEntry};
use crate::reports::error::ReportError;
use crate::reports::published_reader::{Open, PublishedReader};
use crate::reports::published_table::{FACTS, days_by_month, is_by_month};
use crate::reports::releases::diff::reasons::Reasons;
use crate::reports::releases::diff::seats::{DayShare, SeatChange, seat_changes, shares};
use crate::reports::releases::diff::table_changes::{TableChanges, compare};
use crate::reports::releases::folder;
use crate::reports::releases::release::Release;
use crate::stages::measures::adoption::ADOPTION;
use crate::storage::error::StorageError;
use crate::storage::interface::Storage;
use crate::storage::object::OpenObject;
use crate::warehouse::contract::Contract;

/// Two releases, and what differs.
#[derive(Debug)]
pub struct Diff {
    pub old: Release,
    pub new: Release,
    /// The first and the last day that both have.
    pub days: Option<(Day, Day)>,
    /// How many days only the newer one has, and only the older one.
    pub days_added: u64,
    pub days_removed: u64,
    pub tables: Vec<TableChanges>,
    /// The changes of seats, in the order of `adoption`.
    pub seats: Vec<SeatChange>,
    /// For each day with a change, which part of its seats was restated.
    pub shares: BTreeMap<Day, DayShare>,
    pub reasons: Reasons,
    pub customers: BTreeMap<Guid, String>,
    pub products: BTreeMap<Guid, String>,
}

impl Diff {
    /// What two releases say of the days that both have. `old` need not be the older one.
    pub fn of(published: &dyn Storage, old: Release, new: Release) -> Result<Diff, ReportError> {
        let open = |release: &Release, name: &str| open(published, release, name);
        let (old_open, new_open) = (|name: &str| open(&old, name), |name: &str| open(&new, name));
        let diff = Diff::between(
            (&old, &old_open),
            (&new, &new_open),
            Reasons::of(&old, &new, &between(published, &old, &new)?),
        )?;
        Ok(diff)
    }

    /// The same of files that are opened by their published names.
    pub fn between(
        (old, old_open): (&Release, &Open<'_>),
        (new, new_open): (&Release, &Open<'_>),
        reasons: Reasons,
    ) -> Result<Diff, ReportError> {
        let days = old.days().zip(new.days());
        let both = days
            .map(|(old, new)| (old.0.max(new.0), old.1.min(new.1)))
            .filter(|(first, last)| first <= last);
        let in_both = both.map_or(0, length);
        let compared = |contract: &&'static Contract| {
            let is_same = |old: &Release, new: &Release| {
                let digest = |release: &Release| release.file(&format!("{}.parquet", contract.name)).map(|file| file.digest);
                digest(old) == digest(new)
            };
            let Some((of_old, of_new)) = days.filter(|_| !is_same(old, new)) else {
                return Ok(None);
            };
            let common: BTreeSet<Day> = days_of(contract, of_old)
                .intersection(&days_of(contract, of_new))
                .copied()
                .collect();
            compare(contract, old_open, new_open, &common)
        };
        let tables: Vec<Option<TableChanges>> = FACTS.par_iter().map(compared).collect::<Result<_, ReportError>>()?;
        let tables: Vec<TableChanges> = tables.into_iter().flatten().collect();
        let adoption = tables.iter().find(|table| table.table == ADOPTION.name);
        let seats = adoption.map(seat_changes).transpose()?.unwrap_or_default();
        let (older, newer) = (PublishedReader::new(old_open), PublishedReader::new(new_open));
        let (mut customers, mut products) = names(&older)?;
        let newest = names(&newer)?;
        customers.extend(newest.0);
        products.extend(newest.1);
        Ok(Diff {
            days: both,
            days_added: new.days().map_or(0, length) - in_both,
            days_removed: old.days().map_or(0, length) - in_both,
            shares: shares(&seats, &newer)?,
            tables,
            seats,
            reasons,
            customers,
            products,
            old: old.clone(),
            new: new.clone(),
        })
    }

    /// How many rows differ.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows.len()).sum()
    }

    /// How a customer is called.
    pub fn customer(&self, id: Guid) -> String {
        self.customers.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// How a product is called.
    pub fn product(&self, id: Guid) -> String {
        self.products.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// The day of which the largest part was restated.
    pub fn most_restated(&self) -> Option<(Day, DayShare)> {
        let shares = self.shares.iter().map(|(day, share)| (*day, *share));
        shares.max_by(|(one, a), (other, b)| a.share().total_cmp(&b.share()).then(other.cmp(one)))
    }
}

/// Opens a file of a release by its published name.
pub fn open(published: &dyn Storage, release: &Release, name: &str) -> Result<OpenObject, StorageError> {
    let path = release.file(name).map_or(name, |file| file.path.as_str());
    published.open(path)
}

/// The releases after the older one of two, up to the newer one.
fn between(published: &dyn Storage, one: &Release, other: &Release) -> Result<Vec<Release>, ReportError> {
    let (older, newer) = (one.release.min(other.release), one.release.max(other.release));
    let ids = folder::ids(published)?.into_iter().filter(|id| *id > older && *id <= newer);
    let releases = ids.map(|id| folder::read(published, id)).collect::<Result<Vec<_>, _>>()?;
    Ok(releases.into_iter().flatten().collect())
}

fn length((first, last): (Day, Day)) -> u64 {
    first.to(last).count() as u64
}

/// The days that a table is published with.
fn days_of(contract: &Contract, (first, last): (Day, Day)) -> BTreeSet<Day> {
    match is_by_month(contract) {
        true => days_by_month(first, last).collect(),
        false => first.to(last).collect(),
    }
}

type NamesById = BTreeMap<Guid, String>;

/// The names of customers and products.
fn names(reader: &PublishedReader<'_>) -> Result<(NamesById, NamesById), ReportError> {
    let customers = reader.whole::<CustomerEntry>()?.into_iter();
    let products = reader.whole::<ProductEntry>()?.into_iter();
    Ok((
        customers.filter_map(|entry| Some((entry.tenant_id, entry.name?))).collect(),
        products
            .filter_map(|entry| Some((entry.sku_id, entry.name.or(entry.part_number)?)))
            .collect(),
    ))
}
