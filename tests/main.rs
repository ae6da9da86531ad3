//! All integration tests in one binary, so that the program is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod checks;
mod command_line;
mod golden;
mod laws;
mod readers;
mod watching;
mod workdir;
