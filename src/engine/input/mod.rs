//! The raw files below the input folder: which there are, who reads them, and how they are named.

pub mod discover;
pub mod folders;
pub(crate) mod glob_steps;
pub mod raw_file;
pub mod unread;
