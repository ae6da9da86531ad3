//! What is to be published: the one value that every file of a publication is written from.

use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::reports::columns::FACTS;
use crate::stages::customers::Customer;
use crate::warehouse::store::Store;

/// What is published, and where to.
pub struct Publication<'a> {
    pub store: &'a Store,
    /// The folder, which need not exist yet.
    pub published: &'a Path,
    pub rules: &'a Rules,
    /// Over how many files the customers are spread.
    pub shards: u32,
    /// The first and the last day, each with a file of every table; no days where `first` is after `last`.
    pub first: Day,
    pub last: Day,
    /// The latest entry of each tenant that a customer list names.
    pub customers: Vec<Customer>,
    /// Tenants that occur anywhere in the warehouse; those of the published tables are added.
    pub seen_tenants: BTreeSet<Guid>,
}

impl Publication<'_> {
    /// How many units of progress [`publish`] will tell: a day of a table is one.
    pub fn units(&self) -> u64 {
        self.first.to(self.last).count() as u64 * FACTS.len() as u64
    }
}
