//! The command line: one command a file. What was written becomes what it means in `context`; errors become exit codes in `exit`.

pub mod args;
pub mod completions;
pub mod context;
pub mod describe;
pub mod exit;
pub mod plan;
pub mod run;
pub mod sample;
