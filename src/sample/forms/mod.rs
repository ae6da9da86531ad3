//! The portfolio in every form that raw files can have (`uptake sample --form`).
//!
//! The records are made up once, as diagnostic settings and Graph write them. A form writes them
//! anew: a batch of records becomes one file. So every form tells of the same portfolio, as far as
//! it can tell of it.
//!
//! To add a form: a file here that says what the form is, with a function from a [`Batch`] to the
//! bytes of a file, and an entry in `list.rs` for each feed that comes in it. `--form`, the pipeline
//! file of the sample and the tests that read the portfolio in every form follow from the entry.

pub mod admin_center;
pub mod audit_search;
pub mod azure_monitor;
pub mod capture;
pub mod form;
pub mod graph;
pub mod list;
pub mod log_analytics;
pub mod management_api;
pub mod own_tables;
pub mod partner_center;
pub mod portal_csv;
pub mod powershell;
pub mod product_names;
pub mod record;
pub mod rewrite;
pub mod text;
pub mod usage_report;

pub use form::{Batch, Form};
pub use list::{DEFAULT, FORMS, names, of};
