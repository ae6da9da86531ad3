//! From tables to published files: the checks that hold them back, and the publication.

pub mod cross_checks;
pub mod publication;
