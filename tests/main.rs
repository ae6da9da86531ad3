//! All integration tests in one binary, so that the program is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests put files where they want")]

mod checks;
mod command_line;
mod corrections;
mod crash;
mod formats;
mod golden;
mod inspect;
mod laws;
mod names;
mod oddities;
mod privacy;
mod readers;
mod silence;
mod watching;
mod workdir;
