//! What a run tells about its sources and tables: gaps, freshness, warnings, and the status page.

pub mod collapsed_lists;
pub mod freshness;
pub mod lateness;
pub mod list_warnings;
pub mod source_gaps;
pub mod status;
