//! From tables to published files: the checks that come before, and the publication.

pub mod cross_checks;
pub mod delta;
pub mod pages;
pub mod publication;
mod seat_outcomes;
