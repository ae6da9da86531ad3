//! Tables of a Log Analytics workspace, or of Microsoft Sentinel.

pub mod activity;
pub mod audit_logs;
pub mod row_object;
