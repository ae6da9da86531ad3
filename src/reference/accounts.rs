//! Disabled accounts and people who wait for a seat, on one day of one tenant.
//!
//! Source: amendments D3 and D4. Every question is answered from the snapshots of holdings up to the
//! day, the latest first.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;

use super::assignments::UserAssignments;
use super::snapshots::Snapshot;

/// What the snapshots of one tenant up to a day say.
pub(super) struct Accounts<'a> {
    pub day: Day,
    /// All snapshots of the tenant.
    pub snapshots: &'a BTreeMap<Day, Snapshot>,
    /// user -> SKU -> intervals.
    pub assignments: &'a BTreeMap<String, UserAssignments>,
}

impl Accounts<'_> {
    /// Whether the account is disabled at the end of the day: the latest snapshot that says
    /// something about it says so. A complete one without the user ends what others said.
    pub fn is_disabled(&self, user: &str) -> bool {
        for snapshot in self.snapshots.range(..=self.day).rev().map(|(_, snapshot)| snapshot) {
            match snapshot.enabled.get(user) {
                Some(enabled) => return !enabled,
                None if snapshot.complete && !snapshot.lists(user) => return false,
                None => {}
            }
        }
        false
    }

    /// The users who wait for the SKU at the end of the day: the latest snapshot that speaks about
    /// user and SKU says so, and they have had the SKU at the end of no day since.
    pub fn waiting(&self, sku: Guid) -> BTreeSet<&str> {
        let ever = self.snapshots.values().flat_map(|snapshot| &snapshot.waiting);
        let users: BTreeSet<&str> = ever.filter(|(_, of)| *of == sku).map(|(user, _)| user.as_str()).collect();
        users.into_iter().filter(|user| self.waits(user, sku)).collect()
    }

    fn waits(&self, user: &str, sku: Guid) -> bool {
        let seat = (user.to_owned(), sku);
        let speaks = |snapshot: &Snapshot| snapshot.complete || snapshot.listed.contains(&seat) || snapshot.waiting.contains(&seat);
        let latest = self.snapshots.range(..=self.day).rev().find(|(_, snapshot)| speaks(snapshot));
        latest.is_some_and(|(&taken, snapshot)| snapshot.waiting.contains(&seat) && !taken.to(self.day).any(|day| self.has(user, sku, day)))
    }

    fn has(&self, user: &str, sku: Guid, day: Day) -> bool {
        let intervals = self.assignments.get(user).and_then(|skus| skus.get(&sku));
        intervals.is_some_and(|intervals| intervals.iter().any(|one| one.has(day)))
    }
}
