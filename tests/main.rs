//! All integration tests in one binary, so that the program is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests put files where they want")]

mod catalogue_refresh;
mod check;
mod check_healthy;
mod checks;
mod cluster;
mod command_line;
mod contracts;
mod corrections;
mod crash;
mod customers;
mod delta;
mod describe;
mod endings;
mod examples;
mod exceptions;
mod explain;
mod floor_plan;
mod formats;
mod golden;
mod init;
mod input;
mod inspect;
mod large_files;
mod laws;
mod lists;
mod messages;
mod mutations;
mod names;
mod oddities;
mod powerbi;
mod privacy;
mod query;
mod readers;
mod releases;
mod report;
mod seat_outcomes;
mod silence;
mod status;
mod stores;
mod tasks;
mod upgrade;
mod watching;
mod workdir;
