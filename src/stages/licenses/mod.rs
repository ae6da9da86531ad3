//! Licenses: who has which one from when to when, and what was sold.

pub mod account_states;
pub mod assignments;
pub mod listed_holders;
pub mod snapshot_history;
pub mod subscription_terms;
pub mod subscriptions;
