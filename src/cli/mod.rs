//! The command line: one command a file. What was written becomes what it means in `context`;
//! errors become exit codes in `exit`.

pub mod args;
pub mod arguments;
pub mod check;
pub mod completions;
pub mod context;
pub mod describe;
pub mod exit;
pub mod explain;
pub mod inspect;
pub mod interruption;
pub mod plan;
pub mod reprocess;
pub mod run;
pub mod sample;
pub mod status;
pub mod text;

use std::io::{self, ErrorKind, Write};

use crate::cli::exit::Failure;
use crate::observe::standard_error::harmless;

/// Writes a result to standard output. Whoever reads it may stop reading: that is no fault. A disk
/// that is full is one.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    written(out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush()))
}

/// Whether a result is where it should be.
pub fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::no_output(&error)),
        _ => Ok(()),
    }
}
