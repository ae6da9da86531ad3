//! The tables that are made of what came in, each in the order of the data.

pub mod activity_daily;
pub mod assignments;
pub mod expected;
pub mod first_activity;
pub mod license_history;
pub mod subscription_history;
pub mod user_names;
pub mod window_fingerprints;
pub mod window_plan;
pub mod window_tables;
