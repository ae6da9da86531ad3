//! What is to be published: the one value from which every file of a publication is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::reports::error::ReportError;
use crate::reports::published_reader::PublishedReader;
use crate::reports::published_table::FACTS;
use crate::reports::releases::release::ReleaseNotes;
use crate::stages::received::customers::Customer;
use crate::storage::interface::Storage;
use crate::warehouse::contract::Contract;
use crate::warehouse::store::Store;

/// What is published, and where.
pub struct Publication<'a> {
    pub store: &'a Store,
    /// Where the published files are.
    pub published: &'a dyn Storage,
    pub rules: &'a Rules,
    /// Over how many files the customers are spread.
    pub shards: u32,
    /// The first and the last day. Every table has a file for each day between them. There are no
    /// days where `first` is after `last`.
    pub first: Day,
    pub last: Day,
    /// The latest entry of each tenant in the customer lists.
    pub customers: Vec<Customer>,
    /// Tenants that occur anywhere in the warehouse; `publish` adds those of the published tables.
    pub seen_tenants: BTreeSet<Guid>,
    /// For each table and day, the digest of what its rows are made from.
    pub made_from: BTreeMap<(&'static str, Day), Digest>,
    /// The digest of everything that is the same for all days: the names next to the ids, the
    /// settings.
    pub names_made_from: Digest,
    /// The files of the last publication with the digests of their bytes. Months that did not
    /// change are copied from them.
    pub earlier: BTreeMap<String, Digest>,
    /// What the release says of itself; `None` where none is to be made.
    pub release: Option<ReleaseNotes>,
    /// Who makes pages for people of the files; `None` where none are wanted.
    pub pages: Option<Box<dyn Pages + 'a>>,
}

/// Makes pages for people of files that are about to be published.
pub trait Pages: Sync {
    /// Reads the files and gives each page with the name under which it is published.
    fn write(&self, files: &PublishedReader<'_>) -> Result<Vec<(String, Vec<u8>)>, ReportError>;
}

impl Publication<'_> {
    /// The digest of what the published rows of some days of a table are made from: the rows, and
    /// what the days before leave to them.
    pub(super) fn part_made_from(&self, contract: &Contract, (first, last): (Day, Day), left: Digest) -> Digest {
        let mut hasher = Hasher::new();
        hasher.digest(self.names_made_from).text(contract.name).digest(left);
        for day in first.to(last) {
            let rows = self.made_from.get(&(contract.name, day)).copied().unwrap_or_default();
            hasher.number(i64::from(day.0)).digest(rows);
        }
        hasher.finish()
    }

    /// How many units of progress [`publish`] reports: one for each day of a table.
    pub fn units(&self) -> u64 {
        self.first.to(self.last).count() as u64 * FACTS.len() as u64
    }
}
