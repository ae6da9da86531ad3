//! Makes the tables that follow from what came in, in the order of the data: `activity_daily`,
//! `assignments`, `first_activity`, and the tables that look back on windows.

pub mod account_states;
pub mod activity_daily;
pub mod assignments;
pub mod expected;
pub mod first_activity;
pub mod license_history;
pub mod portfolio;
pub mod subscription_history;
pub mod user_names;
pub mod window_fingerprints;
pub mod window_plan;
pub mod window_tables;
