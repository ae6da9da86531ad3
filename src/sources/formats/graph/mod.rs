//! What Microsoft Graph answers.

pub mod company_subscriptions;
pub mod directory_audits;
pub mod sign_ins;
pub mod subscribed_skus;
pub mod users;
