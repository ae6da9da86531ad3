//! Renders what commands print.

pub mod catalogue;
pub mod check;
pub mod describe_page;
pub mod diff;
pub mod init;
pub mod inspect;
pub mod plan;
pub mod status;
