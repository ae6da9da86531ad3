//! The tables that are computed a second time. Each entry of [`COMPARED`] converts the rows of the
//! reference into rows of one table.

use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::reference::Tables;
use crate::stages::activity::activity_28d::{ACTIVITY_28D, Activity28d};
use crate::stages::activity::activity_daily::{ACTIVITY_DAILY, ActivityDaily};
use crate::stages::licenses::assignments::{ASSIGNMENTS, Assignment};
use crate::stages::licenses::subscriptions::{SUBSCRIPTIONS, Subscription};
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::measures::customer_adoption::{CUSTOMER_ADOPTION, CustomerAdoption};
use crate::stages::measures::portfolio;
use crate::stages::measures::spend::{SPEND, Spend};
use crate::stages::measures::usage::{USAGE, Usage};
use crate::stages::measures::workload_adoption::{WORKLOAD_ADOPTION, WorkloadAdoption};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::Row;

/// A table that is computed a second time, customer by customer.
pub struct ComparedTable {
    pub contract: &'static Contract,
    /// Returns the rows of a customer, sorted by key. If the table is partitioned, those of one
    /// day.
    pub recomputed: fn(&Tables, Guid, Option<Day>) -> Result<RecordBatch, WarehouseError>,
}

/// Makes a row of the warehouse from a key and a value of the reference. Their fields have the same
/// names.
macro_rules! row {
    ($row:ident from $key:ident: $($k:ident)+, $value:ident: $($v:ident)+) => {
        $row { $($k: $key.$k.clone(),)+ $($v: $value.$v.clone(),)+ }
    };
}

/// All tables that are compared, except `portfolio`, which sums all customers.
pub const COMPARED: &[ComparedTable] = &[
    ComparedTable {
        contract: &ASSIGNMENTS,
        recomputed: |tables, tenant, _| {
            let rows = tables.assignments.iter().filter(|(key, _)| key.tenant_id == tenant);
            frame(rows.map(|(key, of)| row!(Assignment from key: tenant_id user_id sku_id assigned_day, of: removed_day source)))
        },
    },
    ComparedTable {
        contract: &ACTIVITY_DAILY,
        recomputed: |tables, tenant, day| {
            let rows = tables
                .activity_daily
                .iter()
                .filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(ActivityDaily from key: tenant_id user_id workload,
                    of: interactive_sign_ins non_interactive_sign_ins actions reports guest first_at last_at)
            }))
        },
    },
    ComparedTable {
        contract: &ACTIVITY_28D,
        recomputed: |tables, tenant, day| {
            let rows = tables
                .activity_28d
                .iter()
                .filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(Activity28d from key: tenant_id user_id workload,
                    of: active_bits interactive_bits non_interactive_bits action_bits report_bits active_days last_active_day)
            }))
        },
    },
    ComparedTable {
        contract: &SUBSCRIPTIONS,
        recomputed: |tables, tenant, day| {
            let rows = tables
                .subscriptions
                .iter()
                .filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(Subscription from key: tenant_id subscription_id,
                    of: sku_id seats state is_trial seller ends_on renews_on term auto_renew snapshot_day)
            }))
        },
    },
    ComparedTable {
        contract: &USAGE,
        recomputed: |tables, tenant, day| {
            let rows = tables.usage.iter().filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(Usage from key: tenant_id sku_id workload,
                    of: entitlements_total entitlements_active active_current active_moved active_switched active_lapsed active_trial
                        active_over_assigned usage_ratio usage_ratio_adjusted)
            }))
        },
    },
    ComparedTable {
        contract: &ADOPTION,
        recomputed: |tables, tenant, day| {
            let rows = tables.adoption.iter().filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(Adoption from key: tenant_id sku_id,
                    of: seats_sold seats_sold_own seats_trial seats_lapsed seats_assigned seats_assigned_disabled seats_unassigned
                        users_waiting deployment_ratio
                        seats_assigned_own_prorated entitlements_total entitlements_active active_current active_moved
                        active_switched active_lapsed active_trial active_over_assigned usage_ratio usage_ratio_adjusted in_scope
                        scope_reason window_days_covered activity_source window_complete seats_snapshot_day)
            }))
        },
    },
    ComparedTable {
        contract: &WORKLOAD_ADOPTION,
        recomputed: |tables, tenant, day| {
            let rows = tables
                .workload_adoption
                .iter()
                .filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(WorkloadAdoption from key: tenant_id workload,
                    of: entitlements_total entitlements_active active_unlicensed usage_ratio usage_ratio_licensed users_entitled
                        users_active users_ratio)
            }))
        },
    },
    ComparedTable {
        contract: &CUSTOMER_ADOPTION,
        recomputed: |tables, tenant, day| {
            let rows = tables
                .customer_adoption
                .iter()
                .filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(CustomerAdoption from key: tenant_id,
                    of: users_entitled users_active users_ratio seats_sold seats_assigned products subscriptions_age_days
                        holdings_age_days)
            }))
        },
    },
    ComparedTable {
        contract: &SPEND,
        recomputed: |tables, tenant, day| {
            let rows = tables.spend.iter().filter(|(key, _)| is_of(key.tenant_id, key.day, tenant, day));
            frame(rows.map(|(key, of)| {
                row!(Spend from key: tenant_id sku_id,
                    of: currency price_per_month seats_sold seats_unassigned seats_idle seats_disabled cost_sold cost_unassigned
                        cost_idle cost_disabled in_scope)
            }))
        },
    },
];

/// Returns the rows of `portfolio` of a day.
pub fn portfolio(tables: &Tables, day: Day) -> Result<RecordBatch, WarehouseError> {
    use portfolio::Portfolio;
    let rows = tables.portfolio.iter().filter(|(key, _)| key.day == day);
    frame(rows.map(|(key, of)| {
        row!(Portfolio from key: sku_id workload,
            of: customers customers_without_seats seats_sold seats_sold_own seats_trial seats_lapsed seats_assigned
                seats_assigned_disabled seats_unassigned users_waiting deployment_ratio seats_assigned_own_prorated entitlements_total entitlements_active active_current active_moved
                active_switched active_lapsed active_trial active_over_assigned active_unlicensed usage_ratio usage_ratio_adjusted
                usage_ratio_licensed users_entitled users_active users_ratio)
    }))
}

fn is_of(of: Guid, on: Day, tenant: Guid, day: Option<Day>) -> bool {
    of == tenant && day == Some(on)
}

fn frame<R: Row>(rows: impl Iterator<Item = R>) -> Result<RecordBatch, WarehouseError> {
    R::frame(&rows.collect::<Vec<R>>())
}
