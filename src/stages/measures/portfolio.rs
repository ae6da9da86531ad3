//! `portfolio`: sums over customers by product, by workload, and in total. Reads `adoption` and
//! `workload_adoption`. Ratios are sum over sum. Fractions are added in the order of the key, so
//! that the same input gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::guid::Guid;
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::measures::usage::ratio;
use crate::stages::measures::workload_adoption::{WORKLOAD_ADOPTION, WorkloadAdoption};
use crate::warehouse::table::table;

table! {
    /// A sum over customers: of one product (workload null), of one workload (SKU null), or of
    /// everything (both null).
    PORTFOLIO = "portfolio", version 2, Day, single,
        from Day [ADOPTION, WORKLOAD_ADOPTION];
    Portfolio {
        @key sku_id: Option<Guid> = "the product; null: all of them",
        @key workload: Option<String> = "the workload; null: any",
        customers: i64 = "customers with a row in scope in the summed table",
        customers_without_seats: i64 = "those of them without a snapshot in force, who are in no sum",
        seats_sold: Option<i64> = "sum over the customers; null for a workload",
        seats_sold_own: Option<i64> = "sum over the customers; null for a workload",
        seats_trial: Option<i64> = "sum over the customers; null for a workload",
        seats_lapsed: Option<i64> = "sum over the customers; null for a workload",
        seats_assigned: Option<i64> = "sum over the customers; null for a workload",
        seats_unassigned: Option<i64> = "sum over the customers; null for a workload",
        deployment_ratio: Option<f64> = "seats_assigned / seats_sold",
        seats_assigned_own_prorated: Option<f64> = "sum over the customers; null for a workload",
        entitlements_total: Option<i64> = "sum over the customers",
        entitlements_active: Option<i64> = "sum over the customers",
        active_current: Option<i64> = "sum over the customers; null for a workload",
        active_moved: Option<i64> = "sum over the customers; null for a workload",
        active_switched: Option<i64> = "sum over the customers; null for a workload",
        active_lapsed: Option<i64> = "sum over the customers; null for a workload",
        active_trial: Option<i64> = "sum over the customers; null for a workload",
        active_over_assigned: Option<i64> = "sum over the customers; null for a workload",
        active_unlicensed: Option<i64> = "sum over the customers; only for a workload",
        usage_ratio: Option<f64> = "entitlements_active / entitlements_total",
        usage_ratio_adjusted: Option<f64> = "active_current / entitlements_total; null for a workload",
        usage_ratio_licensed: Option<f64> = "the same without the unlicensed; only for a workload",
    }
}

/// Sums one day. The rows are those of all shards.
pub fn build(adoption: &[Adoption], workload_adoption: &[WorkloadAdoption]) -> Vec<Portfolio> {
    let mut in_scope: Vec<&Adoption> = adoption.iter().filter(|row| row.in_scope).collect();
    in_scope.sort_unstable_by_key(|row| (row.tenant_id, row.sku_id));
    let mut products: BTreeMap<Option<Guid>, Vec<&Adoption>> = BTreeMap::new();
    for row in &in_scope {
        products.entry(Some(row.sku_id)).or_default().push(row);
    }
    let mut workloads: BTreeMap<&str, Vec<&WorkloadAdoption>> = BTreeMap::new();
    for row in workload_adoption {
        workloads.entry(&row.workload).or_default().push(row);
    }
    let mut rows = Vec::new();
    if !in_scope.is_empty() {
        rows.push(product_row(None, &in_scope));
    }
    rows.extend(workloads.into_iter().map(|(workload, group)| workload_row(workload, &group)));
    rows.extend(products.into_iter().map(|(sku, group)| product_row(sku, &group)));
    rows
}

/// Returns the row of a product, or of all products.
fn product_row(sku_id: Option<Guid>, group: &[&Adoption]) -> Portfolio {
    let without: BTreeSet<Guid> = group
        .iter()
        .filter(|row| row.seats_snapshot_day.is_none())
        .map(|row| row.tenant_id)
        .collect();
    let known: Vec<&Adoption> = group.iter().copied().filter(|row| row.seats_snapshot_day.is_some()).collect();
    let sum = |of: fn(&Adoption) -> i64| (!known.is_empty()).then(|| known.iter().map(|row| of(row)).sum::<i64>());
    let prorated: Vec<f64> = known.iter().filter_map(|row| row.seats_assigned_own_prorated).collect();
    let (sold, assigned) = (sum(|row| row.seats_sold.unwrap_or(0)), sum(|row| row.seats_assigned));
    let (total, active) = (sum(|row| row.entitlements_total.unwrap_or(0)), sum(|row| row.entitlements_active));
    let current = sum(|row| row.active_current);
    Portfolio {
        customers: distinct(group.iter().map(|row| row.tenant_id)),
        customers_without_seats: without.len() as i64,
        seats_sold: sold,
        seats_sold_own: sum(|row| row.seats_sold_own.unwrap_or(0)),
        seats_trial: sum(|row| row.seats_trial.unwrap_or(0)),
        seats_lapsed: sum(|row| row.seats_lapsed.unwrap_or(0)),
        seats_assigned: assigned,
        seats_unassigned: sum(|row| row.seats_unassigned.unwrap_or(0)),
        deployment_ratio: assigned.and_then(|assigned| ratio(assigned, sold)),
        seats_assigned_own_prorated: (!known.is_empty()).then(|| prorated.iter().fold(0.0, |sum, part| sum + part)),
        entitlements_total: total,
        entitlements_active: active,
        active_current: current,
        active_moved: sum(|row| row.active_moved),
        active_switched: sum(|row| row.active_switched),
        active_lapsed: sum(|row| row.active_lapsed),
        active_trial: sum(|row| row.active_trial),
        active_over_assigned: sum(|row| row.active_over_assigned),
        usage_ratio: active.and_then(|active| ratio(active, total)),
        usage_ratio_adjusted: current.and_then(|current| ratio(current, total)),
        ..empty(sku_id, None)
    }
}

/// Returns the row of a workload.
fn workload_row(workload: &str, group: &[&WorkloadAdoption]) -> Portfolio {
    let known: Vec<&WorkloadAdoption> = group.iter().copied().filter(|row| row.entitlements_total.is_some()).collect();
    let sum = |of: fn(&WorkloadAdoption) -> i64| (!known.is_empty()).then(|| known.iter().map(|row| of(row)).sum::<i64>());
    let (total, active) = (sum(|row| row.entitlements_total.unwrap_or(0)), sum(|row| row.entitlements_active));
    let unlicensed = sum(|row| row.active_unlicensed);
    Portfolio {
        customers: group.len() as i64,
        customers_without_seats: (group.len() - known.len()) as i64,
        entitlements_total: total,
        entitlements_active: active,
        active_unlicensed: unlicensed,
        usage_ratio: active.and_then(|active| ratio(active, total)),
        usage_ratio_licensed: active
            .zip(unlicensed)
            .and_then(|(active, unlicensed)| ratio(active - unlicensed, total)),
        ..empty(None, Some(workload.to_owned()))
    }
}

fn distinct(tenants: impl Iterator<Item = Guid>) -> i64 {
    tenants.collect::<BTreeSet<Guid>>().len() as i64
}

/// Returns a row without numbers.
fn empty(sku_id: Option<Guid>, workload: Option<String>) -> Portfolio {
    Portfolio {
        sku_id,
        workload,
        customers: 0,
        customers_without_seats: 0,
        seats_sold: None,
        seats_sold_own: None,
        seats_trial: None,
        seats_lapsed: None,
        seats_assigned: None,
        seats_unassigned: None,
        deployment_ratio: None,
        seats_assigned_own_prorated: None,
        entitlements_total: None,
        entitlements_active: None,
        active_current: None,
        active_moved: None,
        active_switched: None,
        active_lapsed: None,
        active_trial: None,
        active_over_assigned: None,
        active_unlicensed: None,
        usage_ratio: None,
        usage_ratio_adjusted: None,
        usage_ratio_licensed: None,
    }
}
