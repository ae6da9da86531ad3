//! Shows and records runs: progress, messages, run log, metrics, status. It reads the events and
//! reports of the engine and decides nothing.

pub mod alert;
pub mod closing_words;
pub mod event_line;
pub mod journal;
pub mod lineage;
pub mod metrics;
pub mod phases;
pub mod progress;
pub mod record;
pub mod run_log;
pub mod standard_error;
pub mod status;
