//! One Parquet file of the warehouse: written, read, and verified to the last byte.

pub(crate) mod extent;
pub mod read;
pub mod select;
pub mod verify;
pub mod write;
