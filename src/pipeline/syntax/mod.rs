//! Reads values from TOML and CSV texts, and collects problems with their lines.

pub mod keys;
pub mod nearest;
pub mod page;
pub mod problem;
pub(in crate::pipeline) mod section;
pub(in crate::pipeline) mod table;
