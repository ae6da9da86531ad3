//! All integration tests in one binary: a program that links Polars is not to be linked ten times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]

mod golden;
mod laws;
mod workdir;
