//! The summary of a run, as figures and as text.

pub mod figures;
mod step_lines;
pub mod step_news;
pub mod text;
pub mod valuable_steps;
