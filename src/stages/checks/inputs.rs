//! What the checks under the settings read besides the rows of the day: the settings, and what all
//! days of a shard share.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::stages::activity::first_activity::FirstActivity;
use crate::stages::checks::window_sums::DailyUsers;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::measures::window_pass::Coverage;

/// What all days of a shard share.
pub struct CheckInputs<'a> {
    pub rules: &'a Rules,
    pub products: &'a Products<'a>,
    /// Sorted by the key.
    pub assignments: &'a [Assignment],
    /// Sorted by the key.
    pub first_activity: &'a [FirstActivity],
    pub coverage: &'a Coverage,
    /// For the days to check and the 27 days before each.
    pub daily_users: &'a BTreeMap<Day, DailyUsers>,
}

/// SKU -> workloads, in the order of the catalogue. SKUs without workloads are missing.
pub struct Products<'a>(FxHashMap<Guid, Vec<&'a str>>);

impl<'a> Products<'a> {
    pub fn of(rules: &'a Rules) -> Products<'a> {
        let catalogue = &rules.catalogue;
        let with_workloads = catalogue.products.iter().filter(|(_, product)| !product.workloads.is_empty());
        Products(
            with_workloads
                .map(|(sku, product)| (*sku, product.workloads.iter().map(String::as_str).collect()))
                .collect(),
        )
    }

    /// Returns the workloads of a SKU.
    pub fn workloads(&self, sku: Guid) -> &[&'a str] {
        self.0.get(&sku).map_or(&[], Vec::as_slice)
    }
}
