//! `portfolio`: sums over the customers' rows of one day, and ratios of the sums.
//!
//! Source: `spec: Portfolio`. Customers without a snapshot in force are counted, but add to no sum.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::guid::Guid;

use super::tables::{
    Adoption, AdoptionKey, CustomerAdoption, Portfolio, PortfolioKey, Tables, WorkloadAdoption, WorkloadAdoptionKey, ratio,
};

/// Adds the rows of one day to the table, computed from the day's `adoption` and
/// `workload_adoption`.
pub(super) fn add(tables: &mut Tables, day: Day) {
    let adoption: Vec<(&AdoptionKey, &Adoption)> = tables.adoption.iter().filter(|(key, row)| key.day == day && row.in_scope).collect();
    let workloads: Vec<(&WorkloadAdoptionKey, &WorkloadAdoption)> =
        tables.workload_adoption.iter().filter(|(key, _)| key.day == day).collect();

    let mut rows = Vec::new();
    for sku in adoption.iter().map(|(key, _)| key.sku_id).collect::<BTreeSet<Guid>>() {
        let group: Vec<_> = adoption.iter().copied().filter(|(key, _)| key.sku_id == sku).collect();
        rows.push((
            PortfolioKey {
                day,
                sku_id: Some(sku),
                workload: None,
            },
            of_adoption(&group),
        ));
    }
    if !adoption.is_empty() {
        rows.push((
            PortfolioKey {
                day,
                sku_id: None,
                workload: None,
            },
            with_people(of_adoption(&adoption), tables, day),
        ));
    }
    for workload in workloads.iter().map(|(key, _)| &key.workload).collect::<BTreeSet<&String>>() {
        let group: Vec<_> = workloads.iter().copied().filter(|(key, _)| key.workload == *workload).collect();
        rows.push((
            PortfolioKey {
                day,
                sku_id: None,
                workload: Some(workload.clone()),
            },
            of_workload(&group),
        ));
    }
    tables.portfolio.extend(rows);
}

/// One row from rows of `adoption` in key order.
fn of_adoption(group: &[(&AdoptionKey, &Adoption)]) -> Portfolio {
    let with_seats: Vec<&Adoption> = group
        .iter()
        .map(|(_, row)| *row)
        .filter(|row| row.seats_snapshot_day.is_some())
        .collect();
    let sum = |column: &dyn Fn(&Adoption) -> Option<i64>| -> Option<i64> {
        (!with_seats.is_empty()).then(|| with_seats.iter().filter_map(|row| column(row)).sum())
    };
    let prorated: Vec<f64> = with_seats.iter().filter_map(|row| row.seats_assigned_own_prorated).collect();
    let mut row = Portfolio {
        customers: tenants(group.iter().map(|(key, _)| key.tenant_id)),
        customers_without_seats: tenants(
            group
                .iter()
                .filter(|(_, row)| row.seats_snapshot_day.is_none())
                .map(|(key, _)| key.tenant_id),
        ),
        seats_sold: sum(&|row| row.seats_sold),
        seats_sold_own: sum(&|row| row.seats_sold_own),
        seats_trial: sum(&|row| row.seats_trial),
        seats_lapsed: sum(&|row| row.seats_lapsed),
        seats_assigned: sum(&|row| Some(row.seats_assigned)),
        seats_assigned_disabled: sum(&|row| Some(row.seats_assigned_disabled)),
        seats_unassigned: sum(&|row| row.seats_unassigned),
        users_waiting: sum(&|row| Some(row.users_waiting)),
        seats_assigned_own_prorated: (!with_seats.is_empty()).then(|| prorated.iter().fold(0.0, |sum, value| sum + value)),
        entitlements_total: sum(&|row| row.entitlements_total),
        entitlements_active: sum(&|row| Some(row.entitlements_active)),
        active_current: sum(&|row| Some(row.active_current)),
        active_moved: sum(&|row| Some(row.active_moved)),
        active_switched: sum(&|row| Some(row.active_switched)),
        active_lapsed: sum(&|row| Some(row.active_lapsed)),
        active_trial: sum(&|row| Some(row.active_trial)),
        active_over_assigned: sum(&|row| Some(row.active_over_assigned)),
        ..Portfolio::default()
    };
    row.deployment_ratio = row.seats_assigned.and_then(|assigned| ratio(assigned, row.seats_sold));
    row.usage_ratio = row.entitlements_active.and_then(|active| ratio(active, row.entitlements_total));
    row.usage_ratio_adjusted = row.active_current.and_then(|current| ratio(current, row.entitlements_total));
    row
}

/// The row of everything, with the people of all customers that have a snapshot in force.
fn with_people(mut row: Portfolio, tables: &Tables, day: Day) -> Portfolio {
    let customers = tables.customer_adoption.iter().filter(|(key, _)| key.day == day);
    let with_seats: Vec<&CustomerAdoption> = customers
        .map(|(_, row)| row)
        .filter(|row| row.subscriptions_age_days.is_some())
        .collect();
    if row.customers > row.customers_without_seats {
        row.users_entitled = Some(with_seats.iter().map(|row| row.users_entitled).sum());
        row.users_active = Some(with_seats.iter().map(|row| row.users_active).sum());
        row.users_ratio = row.users_active.and_then(|active| ratio(active, row.users_entitled));
    }
    row
}

/// One row from rows of `workload_adoption`. Their total is unknown exactly if the customer has no
/// snapshot in force.
fn of_workload(group: &[(&WorkloadAdoptionKey, &WorkloadAdoption)]) -> Portfolio {
    let with_seats: Vec<&WorkloadAdoption> = group
        .iter()
        .map(|(_, row)| *row)
        .filter(|row| row.entitlements_total.is_some())
        .collect();
    let sum = |column: &dyn Fn(&WorkloadAdoption) -> i64| -> Option<i64> {
        (!with_seats.is_empty()).then(|| with_seats.iter().map(|row| column(row)).sum())
    };
    let total = sum(&|row| row.entitlements_total.unwrap_or(0));
    let active = sum(&|row| row.entitlements_active);
    let unlicensed = sum(&|row| row.active_unlicensed);
    let (users_entitled, users_active) = (sum(&|row| row.users_entitled), sum(&|row| row.users_active));
    Portfolio {
        customers: tenants(group.iter().map(|(key, _)| key.tenant_id)),
        customers_without_seats: tenants(
            group
                .iter()
                .filter(|(_, row)| row.entitlements_total.is_none())
                .map(|(key, _)| key.tenant_id),
        ),
        entitlements_total: total,
        entitlements_active: active,
        active_unlicensed: unlicensed,
        usage_ratio: active.and_then(|active| ratio(active, total)),
        usage_ratio_licensed: active
            .zip(unlicensed)
            .and_then(|(active, unlicensed)| ratio(active - unlicensed, total)),
        users_entitled,
        users_active,
        users_ratio: users_active.and_then(|active| ratio(active, users_entitled)),
        ..Portfolio::default()
    }
}

/// Counts different tenants.
fn tenants(of_rows: impl Iterator<Item = Guid>) -> i64 {
    of_rows.collect::<BTreeSet<Guid>>().len() as i64
}
