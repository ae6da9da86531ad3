//! The tables of raw data: one partition for each day of receipt, one file for each table.

pub mod activity_events;
pub mod customers;
pub mod distinct_events;
pub mod excerpt_words;
pub mod license_changes;
pub mod license_holdings;
pub mod raw_files;
pub mod reject_excerpt;
pub mod rejects;
pub mod snapshots;
pub mod subscription_snapshots;
pub mod support_requests;
