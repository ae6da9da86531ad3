//! Everything that changes files.

pub mod disk;
