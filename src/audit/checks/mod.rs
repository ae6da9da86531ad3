//! The checks of the whole warehouse and of the published files, one file each.

pub mod files;
pub mod origins;
pub mod presence;
pub mod published;
pub mod rows;
