//! The formats of the raw logs: the JSON of each kind of record.

pub mod audit_records;
pub mod graph_pages;
pub mod sign_in_records;
