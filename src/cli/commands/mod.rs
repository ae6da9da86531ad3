//! The commands, one file each.

pub mod catalogue;
pub mod check;
pub mod completions;
pub mod customers;
pub mod describe;
pub mod explain;
pub mod init;
pub mod inspect;
pub mod plan;
pub mod powerbi;
pub mod query;
pub mod releases;
pub mod report;
pub mod reprocess;
pub mod run;
pub mod sample;
pub mod status;
pub mod work;
