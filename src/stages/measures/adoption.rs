//! `adoption`: deployment (assigned / sold) and usage over all workloads, for each customer and
//! SKU, with how complete the numbers are. A row is a line of the single-customer view and of the
//! portfolio export. Reads what `usage` reads, the coverage, and the states of accounts.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::measures::usage::{Parts, violated_invariant};
use crate::stages::received::customers::CUSTOMERS;
use crate::warehouse::table::table;

table! {
    /// A product of a customer: what was sold, assigned and used.
    ADOPTION = "adoption", version 3 reads 2, Day, sharded,
        from Day [SUBSCRIPTIONS, ACCOUNT_STATES]
            Window [ACTIVITY_DAILY, ACTIVITY_BEFORE, ACTIVITY_COVERAGE, ASSIGNMENTS]
            History [ACTIVITY_COVERAGE, CUSTOMERS],
        settings [Evidence, States, Workloads, Scope], by effect [Exceptions];
    Adoption {
        @key tenant_id: Guid = "the customer",
        @key sku_id: Guid = "the product",
        seats_sold: Option<i64> = "paid seats in the states that count as sold; null before the customer's first snapshot",
        seats_sold_own: Option<i64> = "those of them that we sold",
        seats_trial: Option<i64> = "trial seats that are active or in grace",
        seats_lapsed: Option<i64> = "paid seats in grace, disabled or deprovisioned",
        seats_assigned: i64 = "distinct users who have the SKU at the end of the day",
        seats_assigned_disabled: i64 = "those of them whose account is disabled, as far as user lists say",
        seats_unassigned: Option<i64> = "sold and not assigned",
        users_waiting: i64 = "distinct users who are meant to have the SKU and wait for a seat, as far as user lists say",
        deployment_ratio: Option<f64> = "seats_assigned / seats_sold; may exceed 1",
        seats_assigned_own_prorated: Option<f64> = "seats_assigned x seats_sold_own / seats_sold",
        entitlements_total: Option<i64> = "seats that may be used now; 0 for a SKU without a workload",
        entitlements_active: i64 = "distinct users with an active day in any of its workloads on which they held the SKU",
        active_current: i64 = "active users who have the SKU, as far as there are entitlements",
        active_moved: i64 = "active users who no longer have it: the license moved on",
        active_switched: i64 = "active users who no longer have it, and have another product with one of its workloads: they were switched",
        active_lapsed: i64 = "active holders beyond the entitlements, while another subscription of the SKU has lapsed",
        active_trial: i64 = "active holders beyond those, while there is a trial of the SKU",
        active_over_assigned: i64 = "active holders beyond everything that was sold",
        usage_ratio: Option<f64> = "entitlements_active / entitlements_total; may exceed 1",
        usage_ratio_adjusted: Option<f64> = "active_current / entitlements_total; never above 1",
        in_scope: bool = "counts in workload_adoption and portfolio",
        scope_reason: Option<String> = "why it does not",
        window_days_covered: i64 = "days of the window on which the customer has any event",
        [since 3] activity_source: Option<ActivitySource> = "where these events come from: logs, reports or both; reports know the latest day of a user only",
        window_complete: bool = "the customer's first event is on or before the first day of the window",
        seats_snapshot_day: Option<Day> = "the snapshot of subscriptions in force",
    }
}

impl Adoption {
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
