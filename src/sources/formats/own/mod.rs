//! Tables in columns of our own names, for whoever brings data from elsewhere.

pub mod activity;
pub mod customers_csv;
pub mod customers_json;
pub mod license_changes;
pub mod license_holdings;
pub mod snapshots;
pub mod subscriptions;
pub mod support_request;
pub mod support_requests_csv;
pub mod support_requests_json;
