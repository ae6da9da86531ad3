//! How the sources and the tables are doing: gaps, late sources, warnings, and the status page.

pub mod collapsed_lists;
pub mod foreign_files;
pub mod freshness;
pub mod lateness;
pub mod list_warnings;
pub mod source_gaps;
pub mod status;
