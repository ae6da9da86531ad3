//! Makes up customers: users, subscriptions, and the story of each.

pub mod draft;
pub mod held;
pub mod policy;
pub mod portfolio;
pub mod stories;
pub mod story;
