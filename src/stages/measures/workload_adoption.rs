//! `workload_adoption`: usage for each customer and workload over all products in scope, with
//! unlicensed use; and in people, whom no overlap of licenses counts twice. Reads what `usage` reads.

use crate::domain::guid::Guid;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::received::customers::CUSTOMERS;
use crate::warehouse::table::table;

table! {
    /// A workload of a customer, whatever the product.
    WORKLOAD_ADOPTION = "workload_adoption", version 2, Day, sharded,
        from Day [SUBSCRIPTIONS]
            Window [ACTIVITY_DAILY, ACTIVITY_BEFORE, ASSIGNMENTS]
            History [CUSTOMERS],
        settings [Evidence, States, Workloads, Scope, UnlicensedUse], by effect [Exceptions];
    WorkloadAdoption {
        @key tenant_id: Guid = "the customer",
        @key workload: String = "what is used",
        entitlements_total: Option<i64> = "seats of the products in scope that have the workload; null before the first snapshot",
        entitlements_active: i64 = "distinct active users with such a product, and the unlicensed ones",
        active_unlicensed: i64 = "active users who held no product with the workload on any of their active days",
        usage_ratio: Option<f64> = "entitlements_active / entitlements_total; may exceed 1",
        usage_ratio_licensed: Option<f64> = "the same without the unlicensed",
        users_entitled: i64 = "distinct users who have a product in scope with the workload at the end of the day",
        users_active: i64 = "those of them with an active day in the window in the workload",
        users_ratio: Option<f64> = "users_active / users_entitled; never above 1",
    }
}
