//! Usage reports of Microsoft 365 (feed `activity`, format `usage-report`).

pub mod json_record;
pub mod reader;
pub mod reports;
