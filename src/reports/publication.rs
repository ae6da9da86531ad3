//! What is to be published: the one value that every file of a publication is written from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::reports::published_table::FACTS;
use crate::stages::received::customers::Customer;
use crate::warehouse::contract::Contract;
use crate::warehouse::store::Store;

/// What is published, and where to.
pub struct Publication<'a> {
    pub store: &'a Store,
    /// The folder, which need not exist yet.
    pub published: &'a Path,
    pub rules: &'a Rules,
    /// Over how many files the customers are spread.
    pub shards: u32,
    /// The first and the last day, each with a file of every table; no days where `first` is after
    /// `last`.
    pub first: Day,
    pub last: Day,
    /// The latest entry of each tenant that a customer list names.
    pub customers: Vec<Customer>,
    /// Tenants that occur anywhere in the warehouse; those of the published tables are added.
    pub seen_tenants: BTreeSet<Guid>,
    /// What the rows of a table and day are made from.
    pub made_from: BTreeMap<(&'static str, Day), Digest>,
    /// What the names next to the ids are made from, and everything else that is the same for all
    /// days.
    pub names_made_from: Digest,
    /// The files of the last publication, and what their bytes were: what they have of days that
    /// are as they were is taken over.
    pub earlier: BTreeMap<String, Digest>,
}

impl Publication<'_> {
    /// What the published rows of some days of a table are made from.
    pub(super) fn part_made_from(&self, contract: &Contract, (first, last): (Day, Day)) -> Digest {
        let mut hasher = Hasher::new();
        hasher.digest(self.names_made_from).text(contract.name);
        for day in first.to(last) {
            let rows = self.made_from.get(&(contract.name, day)).copied().unwrap_or_default();
            hasher.number(i64::from(day.0)).digest(rows);
        }
        hasher.finish()
    }

    /// How many units of progress [`publish`] will tell: a day of a table is one.
    pub fn units(&self) -> u64 {
        self.first.to(self.last).count() as u64 * FACTS.len() as u64
    }
}
