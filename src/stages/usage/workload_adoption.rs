//! `workload_adoption`: per customer and workload over all products in scope, with use beyond the
//! license. Reads what `usage` reads.

use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A workload of a customer, whatever the product.
    WORKLOAD_ADOPTION = "workload_adoption", version 1, Day, sharded;
    WorkloadAdoption {
        @key tenant_id: Guid = "the customer",
        @key workload: String = "what is used",
        entitlements_total: Option<i64> = "seats of the products in scope that have the workload; null before the first snapshot",
        entitlements_active: i64 = "distinct active users with such a product, and the unlicensed ones",
        active_unlicensed: i64 = "active users who held no product with the workload on any of their active days",
        usage_ratio: Option<f64> = "entitlements_active / entitlements_total; may exceed 1",
        usage_ratio_licensed: Option<f64> = "the same without the unlicensed",
    }
}
