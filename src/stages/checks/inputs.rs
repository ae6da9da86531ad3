//! What the checks under the settings read besides the rows of the day: the settings, and what all
//! days of a shard share.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::stages::activity::first_activity::FirstActivity;
use crate::stages::checks::window_sums::DailyUsers;
use crate::stages::licenses::account_states::AccountSpan;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::measures::window_pass::Coverage;

/// What all days of a shard share.
pub struct CheckInputs<'a> {
    pub rules: &'a Rules,
    pub products: &'a Products<'a>,
    /// Sorted by the key.
    pub assignments: &'a [Assignment],
    /// Sorted by the key.
    pub accounts: &'a [AccountSpan],
    /// Sorted by the key.
    pub first_activity: &'a [FirstActivity],
    pub coverage: &'a Coverage,
    /// For the days to check and the 27 days before each.
    pub daily_users: &'a BTreeMap<Day, DailyUsers>,
}

/// SKU -> the workloads that it is bought for, in the order of the catalogue, and those that it
/// brings along. SKUs without any are missing.
pub struct Products<'a>(FxHashMap<Guid, (Vec<&'a str>, Vec<&'a str>)>);

impl<'a> Products<'a> {
    pub fn of(rules: &'a Rules) -> Products<'a> {
        let names = |words: &'a BTreeSet<String>| words.iter().map(String::as_str).collect();
        let products = rules.catalogue.products.iter();
        let with_workloads = products.filter(|(_, product)| !product.workloads.is_empty() || !product.along.is_empty());
        Products(
            with_workloads
                .map(|(sku, product)| (*sku, (names(&product.workloads), names(&product.along))))
                .collect(),
        )
    }

    /// Returns the workloads that a SKU is bought for.
    pub fn workloads(&self, sku: Guid) -> &[&'a str] {
        self.0.get(&sku).map_or(&[], |(workloads, _)| workloads)
    }

    /// Returns the workloads that a SKU brings along.
    pub fn along(&self, sku: Guid) -> &[&'a str] {
        self.0.get(&sku).map_or(&[], |(_, along)| along)
    }
}
