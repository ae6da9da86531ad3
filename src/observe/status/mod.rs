//! The status of a pipeline, which `uptake status` shows.

pub mod attention;
pub mod last_runs;
pub mod report;
pub mod work;
