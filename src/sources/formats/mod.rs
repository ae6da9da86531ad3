//! The raw formats, by who sends them: one format is one file.
//!
//! How to add a format:
//!
//! 1. A file here, beside those of the same sender. Its head says where the format comes from, and
//!    what its traps are. Its reader implements [`Reader`](crate::sources::records::reader::Reader)
//!    and, for what it comes as, [`JsonReader`](crate::sources::records::json::JsonReader) or
//!    [`TableReader`](crate::sources::records::table::TableReader): it makes rows of one record, or
//!    says why the record is a reject. What several formats share is in `shared/`.
//! 2. Its entry in `registry.rs`, which gives it its feed, its name and the signs by which `auto`
//!    recognises it. A new name is a line in [`Format`](crate::sources::Format).
//! 3. Tests with records of the real shape, their flaws too, in `sources/tests/`.
//!
//! Nothing else has to know it: pipeline files, `auto`, `inspect`, the cutting of large files and
//! the fuzz targets follow from the registry.

pub mod admin_center_users;
pub mod azure_monitor;
pub mod companion;
pub mod entry;
pub mod graph;
pub mod log_analytics;
pub mod management_api;
pub mod own;
pub mod partner_center;
pub mod portal;
pub mod registry;
pub mod shared;
pub mod usage_report;
