//! Holds Microsoft's newest list of products against the built-in one, so that a maintainer knows
//! what to decide. Pure: bytes in, what changed out.
//!
//! `download` reads a list, `comparison` says what is new, gone and changed, `files` writes the
//! built-in files anew.

pub mod comparison;
pub mod download;
pub mod files;

#[cfg(test)]
mod refresh_tests;
