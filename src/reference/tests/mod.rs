//! Small portfolios with numbers worked out by hand from the definitions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod accounts;
mod activity;
mod assignments;
mod laws;
mod portfolio;
mod snapshots;
mod subscriptions;
mod usage;
mod world;
