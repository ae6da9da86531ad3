//! Tests of whole files, one file a format, and the laws that hold for all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod audit;
mod audit_search;
mod avro;
mod compressed;
mod dates;
mod details;
mod detect;
mod encodings;
mod exports;
mod files;
mod framing;
mod graph;
mod graph_logs;
mod json;
mod laws;
mod log_analytics;
mod management;
mod named_products;
mod oracle;
mod parquet;
mod partner_center;
mod people;
mod portal;
mod powershell;
mod registry;
mod sign_ins;
mod tables;
mod usage_reports;
