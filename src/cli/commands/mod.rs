//! The commands, one file each.

pub mod catalogue;
pub mod check;
pub mod completions;
pub mod describe;
pub mod explain;
pub mod inspect;
pub mod plan;
pub mod reprocess;
pub mod run;
pub mod sample;
pub mod status;
