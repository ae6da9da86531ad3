//! `customer_adoption`: a customer in one row, in people instead of entitlements. What an invoice
//! or the first page of a report needs: who has a license, who of them works, how many seats were
//! bought, and how old the lists are that say so.

use crate::domain::guid::Guid;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::received::snapshots::SNAPSHOTS;
use crate::warehouse::table::table;

table! {
    /// A customer with all its products in scope. There is a row where `adoption` has one of the
    /// customer, or a list of its subscriptions or of its users is in force.
    CUSTOMER_ADOPTION = "customer_adoption", version 1, Day, sharded,
        from Day [SUBSCRIPTIONS]
            Window [ACTIVITY_DAILY, ACTIVITY_BEFORE, ASSIGNMENTS]
            History [SNAPSHOTS],
        settings [Evidence, States, Workloads, Scope], by effect [Exceptions];
    CustomerAdoption {
        @key tenant_id: Guid = "the customer",
        users_entitled: i64 = "distinct users who have a product in scope at the end of the day",
        users_active: i64 = "those of them with an active day in the window in a workload of such a product",
        users_ratio: Option<f64> = "users_active / users_entitled; never above 1",
        seats_sold: Option<i64> = "paid seats of the products in scope; null before the first snapshot",
        seats_assigned: i64 = "assigned seats of the products in scope: who has two products counts twice",
        products: i64 = "products in scope that are listed, held or used",
        subscriptions_age_days: Option<i64> = "how old the list of subscriptions in force is; null where there is none",
        holdings_age_days: Option<i64> = "how old the latest list of users with their licenses is; null where there is none",
    }
}
