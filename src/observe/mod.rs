//! Progress, messages and what stays of a run: reads the engine's events and reports, and decides
//! nothing.

pub mod closing_words;
pub mod event_line;
pub mod journal;
pub mod metrics;
pub mod parts;
pub mod progress;
pub mod record;
pub mod run_log;
pub mod standard_error;
pub mod standing;
pub mod standing_attention;
pub mod standing_runs;
