//! The command line, with one file per command. `context` turns arguments into a request, `exit`
//! turns errors into exit codes.

pub mod args;
pub mod commands;
pub mod context;
pub mod dictionary;
pub mod exit;
pub mod interruption;
pub mod invocation;
pub mod leading;
pub mod output;
pub mod text;
pub mod worker_index;

use std::io::{self, ErrorKind, Write};

use crate::cli::exit::Failure;
use crate::observe::standard_error::harmless;

/// Writes a result to standard output. If the reader stops reading, that is not an error. A full
/// disk is.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    written(out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush()))
}

/// Returns an error if a result could not be written.
pub fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::no_output(&error)),
        _ => Ok(()),
    }
}
