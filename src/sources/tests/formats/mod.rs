//! Tests of each format.

mod audit;
mod audit_search;
mod exports;
mod graph;
mod graph_logs;
mod log_analytics;
mod management;
mod named_products;
mod partner_center;
mod people;
mod portal;
mod powershell;
mod sign_ins;
mod usage_reports;
