//! The tables: one file for each, with its contract, the function that builds it, and tests. All
//! functions take frames and rows and return frames and rows. Nothing here reads a file, the clock
//! or the environment.
//!
//! The imports between these files are the edges of the data flow, from raw records to the
//! portfolio.

pub mod activity;
pub mod checks;
pub mod interner;
pub mod licenses;
pub mod measures;
pub mod next_steps;
pub mod people;
pub mod received;

use crate::warehouse::contract::Contract;

/// All tables of the warehouse, in the order in which a run makes them.
pub const TABLES: &[&Contract] = &[
    &crate::stages::received::raw_files::RAW_FILES,
    &crate::stages::received::rejects::REJECTS,
    &crate::stages::received::activity_events::ACTIVITY_EVENTS,
    &crate::stages::received::license_changes::LICENSE_CHANGES,
    &crate::stages::received::license_holdings::LICENSE_HOLDINGS,
    &crate::stages::received::snapshots::SNAPSHOTS,
    &crate::stages::received::subscription_snapshots::SUBSCRIPTION_SNAPSHOTS,
    &crate::stages::received::customers::CUSTOMERS,
    &crate::stages::received::support_requests::SUPPORT_REQUESTS,
    &crate::stages::people::user_names::USER_NAMES,
    &crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE,
    &crate::stages::activity::activity_daily::ACTIVITY_DAILY,
    &crate::stages::activity::activity_daily::ACTIVITY_BEFORE,
    &crate::stages::activity::first_activity::FIRST_ACTIVITY,
    &crate::stages::activity::activity_28d::ACTIVITY_28D,
    &crate::stages::licenses::assignments::ASSIGNMENTS,
    &crate::stages::licenses::account_states::ACCOUNT_STATES,
    &crate::stages::licenses::subscriptions::SUBSCRIPTIONS,
    &crate::stages::measures::usage::USAGE,
    &crate::stages::measures::adoption::ADOPTION,
    &crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION,
    &crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION,
    &crate::stages::measures::spend::SPEND,
    &next_steps::NEXT_STEPS,
    &crate::stages::measures::portfolio::PORTFOLIO,
];

/// Returns the contract of a table.
pub fn table(name: &str) -> Option<&'static Contract> {
    TABLES.iter().copied().find(|contract| contract.name == name)
}
