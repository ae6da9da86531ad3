//! The rows about the people of a customer: those of `workload_adoption` and `customer_adoption`.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::stages::activity::window_facts::GUEST;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::usage::ratio;
use crate::stages::measures::window_pass::{Pass, TenantPass};
use crate::stages::measures::workload_adoption::WorkloadAdoption;

/// The active users of a customer.
pub(super) struct ActivePeople {
    /// By the workload's index in the facts.
    by_workload: Vec<ActiveInWorkload>,
    /// Those with a product in scope that has one of the workloads they are active in.
    entitled: i64,
}

/// The active users of one workload.
#[derive(Clone, Copy, Default)]
struct ActiveInWorkload {
    /// They held a product in scope on an active day.
    licensed: i64,
    /// They held no product on any of their active days.
    unlicensed: i64,
    /// They have a product in scope at the end of the day.
    entitled: i64,
}

impl Pass<'_> {
    /// Counts the active users of a customer. The entities of a user are adjacent.
    pub(super) fn active_people(&self, customer: &TenantPass) -> ActivePeople {
        let guests = self.windows.pattern(GUEST);
        let mut by_workload = vec![ActiveInWorkload::default(); self.facts.workloads.len()];
        let (mut entitled, mut counted) = (0, None);
        for entity in customer.entities.clone() {
            let bits = self.windows.active(entity, self.chosen);
            if bits == 0 {
                continue;
            }
            let of = self.facts.entities[entity];
            let users = &mut by_workload[of.workload as usize];
            if bits & self.held_in_scope[entity] != 0 {
                users.licensed += 1;
            }
            let counts_unlicensed = || self.rules.unlicensed_use.contains(&self.facts.workloads[of.workload as usize]);
            if bits & self.held[entity] == 0 && guests.get(entity).is_none_or(|guest| *guest == 0) && counts_unlicensed() {
                users.unlicensed += 1;
            }
            if self.holdings.is_entitled(entity) {
                users.entitled += 1;
                if counted.replace(of.user) != Some(of.user) {
                    entitled += 1;
                }
            }
        }
        ActivePeople { by_workload, entitled }
    }

    /// Returns the rows of `workload_adoption`. `entitlements` has the workloads of the products in
    /// scope that have a row.
    pub(super) fn workload_rows(
        &self,
        tenant: Guid,
        customer: &TenantPass,
        active: &ActivePeople,
        entitlements: &BTreeMap<&str, Option<i64>>,
        known: bool,
    ) -> Vec<WorkloadAdoption> {
        let mut workloads: BTreeMap<&str, ActiveInWorkload> = entitlements
            .keys()
            .map(|workload| (*workload, ActiveInWorkload::default()))
            .collect();
        for (workload, users) in self.facts.workloads.iter().zip(&active.by_workload) {
            if users.licensed + users.unlicensed > 0 || workloads.contains_key(workload.as_str()) {
                workloads.insert(workload, *users);
            }
        }
        let row = |(workload, active): (&str, ActiveInWorkload)| {
            let total = entitlements.get(workload).copied().unwrap_or(known.then_some(0));
            let users_entitled = self.holdings.users_entitled(&customer.entitled, workload);
            WorkloadAdoption {
                tenant_id: tenant,
                workload: workload.to_owned(),
                entitlements_total: total,
                entitlements_active: active.licensed + active.unlicensed,
                active_unlicensed: active.unlicensed,
                usage_ratio: ratio(active.licensed + active.unlicensed, total),
                usage_ratio_licensed: ratio(active.licensed, total),
                users_entitled,
                users_active: active.entitled,
                users_ratio: ratio(active.entitled, Some(users_entitled)),
            }
        };
        workloads.into_iter().map(row).collect()
    }

    /// Returns the row of `customer_adoption`, if there is anything to say. `adoption` are the rows
    /// of the customer.
    pub(super) fn customer_row(
        &self,
        tenant: Guid,
        customer: &TenantPass,
        active: &ActivePeople,
        adoption: &[Adoption],
        day: Day,
    ) -> Option<CustomerAdoption> {
        let age = |taken_on: Day| i64::from(day.0 - taken_on.0);
        let subscriptions = self.timeline.on(tenant, day);
        let subscriptions_age_days = subscriptions.map(|in_force| age(in_force.snapshot_day));
        let holdings_age_days = self.timeline.holdings_taken_on(tenant, day).map(age);
        if adoption.is_empty() && subscriptions_age_days.is_none() && holdings_age_days.is_none() {
            return None;
        }
        let in_scope = || adoption.iter().filter(|row| row.in_scope);
        let users_entitled = customer.entitled.any;
        Some(CustomerAdoption {
            tenant_id: tenant,
            users_entitled,
            users_active: active.entitled,
            users_ratio: ratio(active.entitled, Some(users_entitled)),
            seats_sold: subscriptions.map(|_| in_scope().filter_map(|row| row.seats_sold).sum()),
            seats_assigned: in_scope().map(|row| row.seats_assigned).sum(),
            products: in_scope().count() as i64,
            subscriptions_age_days,
            holdings_age_days,
        })
    }
}
