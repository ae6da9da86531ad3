//! The windows of workloads: how many use one, and until when.

use std::collections::BTreeSet;

use crate::domain::catalogue::Catalogue;
use crate::domain::day::Day;
use crate::domain::window;

/// The active users of a workload in the 28 days up to a day, over all customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub end: Day,
    pub users: u64,
    /// The days on which anybody was active.
    bits: u32,
}

impl Window {
    pub fn of(end: Day) -> Window {
        Window { end, users: 0, bits: 0 }
    }

    /// Adds a user's active days.
    pub fn add(&mut self, bits: u32) {
        self.users += 1;
        self.bits |= bits;
    }

    /// The last day on which anybody was active.
    pub fn last_day(&self) -> Option<Day> {
        window::last_day(self.bits, self.end)
    }
}

/// The workloads that products or applications of the catalogue stand for.
pub fn of_catalogue(catalogue: &Catalogue) -> BTreeSet<String> {
    let of_products = catalogue.products.values().flat_map(|product| &product.workloads);
    of_products.chain(catalogue.apps.values()).cloned().collect()
}
