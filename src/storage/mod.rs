//! Everything that touches files: the one place that changes them, and the one that opens raw
//! files.

pub mod disk;
pub mod input_folder;
