//! What the Entra portal downloads as CSV.

pub mod audit_logs;
pub mod languages;
pub mod sign_ins;
