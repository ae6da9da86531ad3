//! The command line: one command a file. What was written becomes what it means in `context`; errors become exit codes in `exit`.

use std::io::{self, Write};

pub mod args;
pub mod asked;
pub mod check;
pub mod check_text;
pub mod completions;
pub mod context;
pub mod describe;
pub mod describe_page;
pub mod exit;
pub mod explain;
pub mod inspect;
pub mod inspect_text;
pub mod plan;
pub mod plan_text;
pub mod reprocess;
pub mod run;
pub mod sample;
pub mod status;
pub mod status_text;

/// Writes a result to standard output. Whoever reads it may stop reading: that is no fault.
pub fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
