//! From tables to published files: the checks that come before, and the publication.

pub mod cross_checks;
pub mod delta;
pub mod kept_back;
pub mod pages;
pub mod publication;
mod restated;
pub mod rollback;
pub mod run_notes;
mod seat_outcomes;
