//! `usage`: for each customer, SKU and workload, how many entitlements there are, how many of them
//! are active, and why the latter may exceed the former. Reads `activity_daily`, `assignments` and
//! `subscriptions` (through `window_pass`).

use crate::domain::guid::Guid;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::warehouse::table::table;

table! {
    /// The use of one workload of a SKU in the 28 days that end on the day. The six parts add up
    /// to `entitlements_active`.
    USAGE = "usage", version 2, Day, sharded,
        from Day [SUBSCRIPTIONS]
            Window [ACTIVITY_DAILY, ACTIVITY_BEFORE, ASSIGNMENTS],
        settings [Evidence, States, Workloads];
    Usage {
        @key tenant_id: Guid = "the customer",
        @key sku_id: Guid = "the product",
        @key workload: String = "what is used",
        entitlements_total: Option<i64> = "seats that may be used now; null before the customer's first snapshot",
        entitlements_active: i64 = "distinct users with an active day in the window on which they held the SKU",
        active_current: i64 = "active users who have the SKU, as far as there are entitlements",
        active_moved: i64 = "active users who no longer have it: the license moved on",
        active_switched: i64 = "active users who no longer have it, and have another product with the workload: they were switched",
        active_lapsed: i64 = "active holders beyond the entitlements, while another subscription of the SKU has lapsed",
        active_trial: i64 = "active holders beyond those, while there is a trial of the SKU",
        active_over_assigned: i64 = "active holders beyond everything that was sold",
        usage_ratio: Option<f64> = "entitlements_active / entitlements_total; may exceed 1",
        usage_ratio_adjusted: Option<f64> = "active_current / entitlements_total; never above 1",
    }
}

/// Checks the invariants of a row of `usage` or `adoption`: its parts add up, none is negative, and
/// the adjusted ratio is at most 1. Returns the invariant that the row violates.
pub fn violated_invariant(active: i64, parts: Parts, adjusted: Option<f64>) -> Option<&'static str> {
    let all = parts.all();
    if all.iter().sum::<i64>() != active {
        Some("the parts do not add up to entitlements_active")
    } else if all.iter().any(|part| *part < 0) {
        Some("a part is negative")
    } else if adjusted.is_some_and(|ratio| ratio > 1.0) {
        Some("usage_ratio_adjusted is above 1")
    } else {
        None
    }
}

/// Divides two counts. Returns `None` if the denominator is 0 or unknown.
pub fn ratio(numerator: i64, denominator: Option<i64>) -> Option<f64> {
    denominator
        .filter(|&denominator| denominator != 0)
        .map(|denominator| numerator as f64 / denominator as f64)
}

/// How many users are active, and how many of them have the SKU at the end of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActiveUsers {
    /// A: active on a day on which they held the SKU.
    pub active: i64,
    /// C: those of A who have it at the end of the day.
    pub holders: i64,
    /// Those of A who no longer have it, and have another product with the workload.
    pub switched: i64,
}

/// The parts of A.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub current: i64,
    pub moved: i64,
    pub switched: i64,
    pub lapsed: i64,
    pub trial: i64,
    pub over_assigned: i64,
}

impl Parts {
    /// Splits A by causes. `entitlements` is E; if it is unknown (`None`), no use counts as beyond
    /// it.
    pub fn of(users: ActiveUsers, entitlements: Option<i64>, seats_lapsed: i64, seats_trial: i64) -> Parts {
        let current = entitlements.map_or(users.holders, |entitlements| users.holders.min(entitlements));
        let beyond = users.holders - current;
        let lapsed = beyond.min(seats_lapsed);
        let trial = (beyond - lapsed).min(seats_trial);
        Parts {
            current,
            moved: users.active - users.holders - users.switched,
            switched: users.switched,
            lapsed,
            trial,
            over_assigned: beyond - lapsed - trial,
        }
    }

    /// Returns all of them. Their sum is A.
    pub fn all(self) -> [i64; 6] {
        [self.current, self.moved, self.switched, self.lapsed, self.trial, self.over_assigned]
    }
}

impl Usage {
    /// Returns the invariant that the row violates; see [`violated_invariant`].
    pub fn violated_invariant(&self) -> Option<&'static str> {
        violated_invariant(self.entitlements_active, self.parts(), self.usage_ratio_adjusted)
    }

    /// Returns the six parts of `entitlements_active`.
    pub fn parts(&self) -> Parts {
        Parts {
            current: self.active_current,
            moved: self.active_moved,
            switched: self.active_switched,
            lapsed: self.active_lapsed,
            trial: self.active_trial,
            over_assigned: self.active_over_assigned,
        }
    }
}
