//! All integration tests in one binary, so that the program is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod command_line;
mod formats;
mod golden;
mod laws;
mod readers;
mod workdir;
