//! The way of the data: one table one file, each with its contract, the function that builds it, and its tests. Frames and
//! rows in, frames and rows out: no file, clock or environment is touched here.
//!
//! The imports between these files are the edges of the data flow, raw records at the bottom, the portfolio at the top.

pub mod activity_28d;
pub mod activity_coverage;
pub mod activity_daily;
pub mod activity_events;
pub mod adoption;
pub mod assignments;
pub mod customers;
pub mod daily_facts;
pub mod events;
pub mod excerpt;
pub mod excerpt_words;
pub mod first_activity;
pub mod holders;
pub mod idle_seats;
pub mod interner;
pub mod license_changes;
pub mod license_holdings;
pub mod listed;
pub mod next_steps;
pub mod portfolio;
pub mod promises;
pub mod raw_files;
pub mod rejects;
pub mod seats;
pub mod snapshots;
pub mod subscription_snapshots;
pub mod subscriptions;
pub mod support_requests;
pub mod taken_snapshots;
pub mod usage;
pub mod user_names;
pub mod workload_adoption;

use crate::warehouse::contract::Contract;

/// Every table of the warehouse, in the order in which they are made.
pub const TABLES: &[&Contract] = &[
    &raw_files::RAW_FILES,
    &rejects::REJECTS,
    &activity_events::ACTIVITY_EVENTS,
    &license_changes::LICENSE_CHANGES,
    &license_holdings::LICENSE_HOLDINGS,
    &snapshots::SNAPSHOTS,
    &subscription_snapshots::SUBSCRIPTION_SNAPSHOTS,
    &customers::CUSTOMERS,
    &support_requests::SUPPORT_REQUESTS,
    &user_names::USER_NAMES,
    &activity_coverage::ACTIVITY_COVERAGE,
    &activity_daily::ACTIVITY_DAILY,
    &activity_daily::ACTIVITY_BEFORE,
    &first_activity::FIRST_ACTIVITY,
    &activity_28d::ACTIVITY_28D,
    &assignments::ASSIGNMENTS,
    &subscriptions::SUBSCRIPTIONS,
    &usage::USAGE,
    &adoption::ADOPTION,
    &workload_adoption::WORKLOAD_ADOPTION,
    &next_steps::NEXT_STEPS,
    &portfolio::PORTFOLIO,
];

/// The table of that name.
pub fn table(name: &str) -> Option<&'static Contract> {
    TABLES.iter().copied().find(|contract| contract.name == name)
}
