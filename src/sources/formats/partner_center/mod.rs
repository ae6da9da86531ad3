//! What Microsoft's Partner Center answers.

pub mod analytics;
pub mod subscribed_skus;
pub mod subscriptions;
