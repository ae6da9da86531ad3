//! The summary of a run, as figures and as text.

pub mod figures;
pub mod text;
pub mod valuable_steps;
