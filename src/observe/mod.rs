//! Progress, messages and the record of a run: reads the engine's events and decides nothing.

pub mod progress;
pub mod record;
