//! The raw formats, by who sends them. One format is one file.

pub mod azure_monitor;
pub mod graph;
pub mod log_analytics;
pub mod management_api;
pub mod own;
pub mod partner_center;
pub mod portal_csv;
pub mod shared;
