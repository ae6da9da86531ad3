//! `usage`, `adoption` and `workload_adoption` of one tenant on one day.
//!
//! Source: `spec: Per customer, SKU and day`, `Per customer, SKU, workload and day`,
//! `Per customer, workload and day`.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::exceptions::LEFT;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;

use super::accounts::Accounts;
use super::activity::{TenantActivity, window_of};
use super::assignments::UserAssignments;
use super::subscriptions::{InForce, Seats};
use super::tables::{Adoption, CustomerAdoption, Usage, WorkloadAdoption, ratio};

/// The evidence about one tenant on one day.
pub(super) struct TenantDay<'a> {
    pub day: Day,
    pub tenant: Guid,
    /// The first day on which it is no customer any more, by the customer list.
    pub left_on: Option<Day>,
    pub rules: &'a Rules,
    pub activity: &'a TenantActivity,
    /// user -> SKU -> intervals.
    pub assignments: &'a BTreeMap<String, UserAssignments>,
    pub accounts: &'a Accounts<'a>,
    /// The subscription snapshot in force. `None`: seats are unknown.
    pub in_force: Option<&'a InForce>,
    /// The day of the latest list of users with their licenses.
    pub list_of_users: Option<Day>,
}

/// E, A, and the parts of A.
struct Parts {
    total: Option<i64>,
    active: i64,
    current: i64,
    moved: i64,
    switched: i64,
    lapsed: i64,
    trial: i64,
    over_assigned: i64,
}

impl<'a> TenantDay<'a> {
    /// Returns every SKU that might have a row: subscribed, or ever assigned.
    pub fn skus(&self) -> BTreeSet<Guid> {
        let subscribed = self
            .in_force
            .into_iter()
            .flat_map(|snapshot| snapshot.listed.values().map(|row| row.sku_id));
        subscribed
            .chain(self.assignments.values().flat_map(|skus| skus.keys().copied()))
            .collect()
    }

    /// Why a product is out of scope: by the catalogue, because the customer is, or by an exception
    /// for the product.
    pub fn out_of_scope(&self, sku: Guid) -> Option<&'a str> {
        let of_catalogue = self.rules.catalogue.excluded.get(&sku).map(String::as_str);
        of_catalogue
            .or_else(|| self.customer_out_of_scope())
            .or_else(|| self.excepted(Some(self.tenant), Some(sku)))
            .or_else(|| self.excepted(None, Some(sku)))
    }

    /// Why the customer is out of scope with all products. Of an exception and the customer list
    /// the earlier day counts.
    pub fn customer_out_of_scope(&self) -> Option<&'a str> {
        let left = self.left_on.map(|day| (Some(day), LEFT));
        let exclusions = self.rules.exceptions.excluded();
        let excepted = exclusions.filter(|(of, _)| of.tenant == Some(self.tenant) && of.sku.is_none());
        let since = excepted.map(|(_, exclusion)| (exclusion.from, exclusion.reason.as_str()));
        let (from, reason) = since.chain(left).min()?;
        from.is_none_or(|from| from <= self.day).then_some(reason)
    }

    fn excepted(&self, tenant: Option<Guid>, sku: Option<Guid>) -> Option<&'a str> {
        let mut exclusions = self.rules.exceptions.excluded();
        let (_, exclusion) = exclusions.find(|(of, _)| of.tenant == tenant && of.sku == sku)?;
        let begun = exclusion.from.is_none_or(|from| from <= self.day);
        begun.then_some(exclusion.reason.as_str())
    }

    fn is_subscribed(&self, sku: Guid) -> bool {
        self.in_force
            .is_some_and(|snapshot| snapshot.listed.values().any(|row| row.sku_id == sku))
    }

    fn seats(&self, sku: Guid) -> Option<Seats> {
        self.in_force.map(|snapshot| snapshot.seats(sku, self.rules))
    }

    /// Returns the users who have the SKU at the end of the day.
    pub fn holders(&self, sku: Guid) -> BTreeSet<&'a str> {
        let has = |skus: &UserAssignments| {
            skus.get(&sku)
                .is_some_and(|intervals| intervals.iter().any(|one| one.has(self.day)))
        };
        self.assignments
            .iter()
            .filter(|(_, skus)| has(skus))
            .map(|(user, _)| user.as_str())
            .collect()
    }

    fn held(&self, user: &str, sku: Guid, day: Day) -> bool {
        let intervals = self.assignments.get(user).and_then(|skus| skus.get(&sku));
        intervals.is_some_and(|intervals| intervals.iter().any(|one| one.held(day)))
    }

    /// Returns the users with a day in the window on which they held the SKU and were active in at
    /// least one of the workloads.
    pub fn active(&self, sku: Guid, workloads: &[&str]) -> BTreeSet<&'a str> {
        let is_active_holder = |user: &str, skus: &UserAssignments, day: Day| {
            let held = skus.get(&sku).is_some_and(|intervals| intervals.iter().any(|one| one.held(day)));
            held && workloads
                .iter()
                .any(|workload| self.activity.is_active(user, workload, day, self.rules))
        };
        let active = self
            .assignments
            .iter()
            .filter(|(user, skus)| window_of(self.day).any(|day| is_active_holder(user, skus, day)));
        active.map(|(user, _)| user.as_str()).collect()
    }

    /// Whether a user has, at the end of the day, another SKU with at least one of the workloads.
    fn has_another(&self, user: &str, sku: Guid, workloads: &[&str]) -> bool {
        let mut skus = self.assignments.get(user).into_iter().flatten();
        skus.any(|(&other, intervals)| {
            let has = intervals.iter().any(|one| one.has(self.day));
            other != sku && has && workloads.iter().any(|workload| self.carries(other, workload))
        })
    }

    fn parts(&self, sku: Guid, workloads: &[&str]) -> Parts {
        let seats = self.seats(sku);
        let holders = self.holders(sku);
        let active_users = self.active(sku, workloads);
        let active = active_users.len() as i64;
        let holding = active_users.intersection(&holders).count() as i64;
        let left = active_users.difference(&holders);
        let switched = left.filter(|user| self.has_another(user, sku, workloads)).count() as i64;
        // A SKU without a workload has no entitlements, because its use cannot be seen.
        let total = seats.map(|seats| if workloads.is_empty() { 0 } else { seats.entitled });
        let (seats_lapsed, seats_trial) = seats.map_or((0, 0), |seats| (seats.lapsed, seats.trial));

        let current = total.map_or(holding, |total| holding.min(total));
        let lapsed = (holding - current).min(seats_lapsed);
        let trial = (holding - current - lapsed).min(seats_trial);
        let over_assigned = holding - current - lapsed - trial;
        Parts {
            total,
            active,
            current,
            moved: active - holding - switched,
            switched,
            lapsed,
            trial,
            over_assigned,
        }
    }

    /// The row of one SKU over all of its workloads. There is none if the SKU is neither
    /// subscribed, nor held, nor used.
    pub fn adoption(&self, sku: Guid) -> Option<Adoption> {
        let workloads: Vec<&str> = self.rules.catalogue.workloads_of(sku).collect();
        let parts = self.parts(sku, &workloads);
        let seats = self.seats(sku);
        let sold = seats.map(|seats| seats.sold);
        let assigned = self.holders(sku).len() as i64;
        if !self.is_subscribed(sku) && assigned == 0 && parts.active == 0 {
            return None;
        }
        let reason = self.out_of_scope(sku);
        Some(Adoption {
            seats_sold: sold,
            seats_sold_own: seats.map(|seats| seats.sold_own),
            seats_trial: seats.map(|seats| seats.trial),
            seats_lapsed: seats.map(|seats| seats.lapsed),
            seats_assigned: assigned,
            seats_assigned_disabled: self.holders(sku).into_iter().filter(|user| self.accounts.is_disabled(user)).count() as i64,
            seats_unassigned: sold.map(|sold| (sold - assigned).max(0)),
            users_waiting: self.accounts.waiting(sku).len() as i64,
            deployment_ratio: ratio(assigned, sold),
            seats_assigned_own_prorated: seats.and_then(|seats| ratio(assigned * seats.sold_own, sold)),
            entitlements_total: parts.total,
            entitlements_active: parts.active,
            active_current: parts.current,
            active_moved: parts.moved,
            active_switched: parts.switched,
            active_lapsed: parts.lapsed,
            active_trial: parts.trial,
            active_over_assigned: parts.over_assigned,
            usage_ratio: ratio(parts.active, parts.total),
            usage_ratio_adjusted: ratio(parts.current, parts.total),
            in_scope: reason.is_none(),
            scope_reason: reason.map(str::to_owned),
            window_days_covered: self.activity.window_days_covered(self.day),
            activity_source: self.activity.activity_source(self.day),
            window_complete: self.activity.window_complete(self.day),
            seats_snapshot_day: self.in_force.map(|snapshot| snapshot.snapshot_day),
        })
    }

    /// The row of one SKU and one of its workloads. It exists if the SKU has a row in `adoption`.
    pub fn usage(&self, sku: Guid, workload: &str) -> Usage {
        let parts = self.parts(sku, &[workload]);
        Usage {
            entitlements_total: parts.total,
            entitlements_active: parts.active,
            active_current: parts.current,
            active_moved: parts.moved,
            active_switched: parts.switched,
            active_lapsed: parts.lapsed,
            active_trial: parts.trial,
            active_over_assigned: parts.over_assigned,
            usage_ratio: ratio(parts.active, parts.total),
            usage_ratio_adjusted: ratio(parts.current, parts.total),
        }
    }

    /// The row of one workload over the SKUs in scope that have it and a row on this day. There is
    /// none without such a SKU and without unlicensed use.
    pub fn workload_adoption(&self, workload: &str, skus_in_scope: &BTreeSet<Guid>) -> Option<WorkloadAdoption> {
        if self.customer_out_of_scope().is_some() {
            return None;
        }
        let carrying: Vec<Guid> = skus_in_scope.iter().copied().filter(|&sku| self.carries(sku, workload)).collect();
        let unlicensed = self.unlicensed(workload).len() as i64;
        if carrying.is_empty() && unlicensed == 0 {
            return None;
        }
        let licensed: BTreeSet<&str> = carrying.iter().flat_map(|&sku| self.active(sku, &[workload])).collect();
        let licensed = licensed.len() as i64;
        let entitled = |snapshot: &InForce| carrying.iter().map(|&sku| snapshot.seats(sku, self.rules).entitled).sum();
        let total: Option<i64> = self.in_force.map(entitled);
        let users: BTreeSet<&str> = carrying.iter().flat_map(|&sku| self.holders(sku)).collect();
        let users_active = users.iter().filter(|user| self.works_in(user, workload)).count() as i64;
        let users_entitled = users.len() as i64;
        Some(WorkloadAdoption {
            entitlements_total: total,
            entitlements_active: licensed + unlicensed,
            active_unlicensed: unlicensed,
            usage_ratio: ratio(licensed + unlicensed, total),
            usage_ratio_licensed: ratio(licensed, total),
            users_entitled,
            users_active,
            users_ratio: ratio(users_active, Some(users_entitled)),
        })
    }

    /// The row of the customer, where there is a product, a list of subscriptions or a list of
    /// users.
    pub fn customer_adoption(&self, products: &[(Guid, Adoption)]) -> Option<CustomerAdoption> {
        if products.is_empty() && self.in_force.is_none() && self.list_of_users.is_none() {
            return None;
        }
        let in_scope: Vec<&(Guid, Adoption)> = products.iter().filter(|(_, row)| row.in_scope).collect();
        let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (sku, _) in &in_scope {
            for user in self.holders(*sku) {
                users.entry(user).or_default().extend(self.rules.catalogue.workloads_of(*sku));
            }
        }
        let works = |user: &str, workloads: &BTreeSet<&str>| workloads.iter().any(|workload| self.works_in(user, workload));
        let users_active = users.iter().filter(|(user, workloads)| works(user, workloads)).count() as i64;
        let users_entitled = users.len() as i64;
        let age = |taken_on: Day| i64::from(self.day.0 - taken_on.0);
        Some(CustomerAdoption {
            users_entitled,
            users_active,
            users_ratio: ratio(users_active, Some(users_entitled)),
            seats_sold: self.in_force.map(|_| in_scope.iter().filter_map(|(_, row)| row.seats_sold).sum()),
            seats_assigned: in_scope.iter().map(|(_, row)| row.seats_assigned).sum(),
            products: in_scope.len() as i64,
            subscriptions_age_days: self.in_force.map(|snapshot| age(snapshot.snapshot_day)),
            holdings_age_days: self.list_of_users.map(age),
        })
    }

    /// Whether a user has an active day in the window in a workload, with or without a license.
    fn works_in(&self, user: &str, workload: &str) -> bool {
        window_of(self.day).any(|day| self.activity.is_active(user, workload, day, self.rules))
    }

    fn carries(&self, sku: Guid, workload: &str) -> bool {
        self.rules.catalogue.workloads_of(sku).any(|carried| carried == workload)
    }

    /// Returns whether the SKU gives a right to the workload: it is bought for it, or the workload
    /// only comes along.
    fn may_use(&self, sku: Guid, workload: &str) -> bool {
        let product = self.rules.catalogue.products.get(&sku);
        product.is_some_and(|product| product.along.contains(workload)) || self.carries(sku, workload)
    }

    /// Returns the users active in the window who held no SKU that gives a right to the workload,
    /// in scope or not, on any of their active days. Guests are left out, and only the workloads that the pipeline
    /// names are looked at.
    fn unlicensed(&self, workload: &str) -> BTreeSet<&'a str> {
        if !self.rules.unlicensed_use.contains(workload) {
            return BTreeSet::new();
        }
        let is_licensed = |user: &str, day: Day| {
            let skus = self.assignments.get(user).into_iter().flat_map(|skus| skus.keys());
            skus.into_iter()
                .any(|&sku| self.may_use(sku, workload) && self.held(user, sku, day))
        };
        let is_unlicensed = |user: &str| {
            let is_active = |&day: &Day| self.activity.is_active(user, workload, day, self.rules);
            let active_days: Vec<Day> = window_of(self.day).filter(is_active).collect();
            let is_guest = window_of(self.day).any(|day| self.activity.is_guest(user, workload, day));
            !active_days.is_empty() && !is_guest && !active_days.iter().any(|&day| is_licensed(user, day))
        };
        self.activity
            .users
            .keys()
            .map(String::as_str)
            .filter(|user| is_unlicensed(user))
            .collect()
    }
}
