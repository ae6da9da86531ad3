//! Small portfolios with numbers worked out by hand from the definitions.

mod accounts;
mod activity;
mod assignments;
mod laws;
mod portfolio;
mod snapshots;
mod subscriptions;
mod usage;
mod world;
