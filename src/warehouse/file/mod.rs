//! One Parquet file of the warehouse: written, read, and verified to the last byte.

mod chunks;
pub(crate) mod extent;
pub mod footer;
pub mod read;
pub mod select;
mod statistics;
pub mod verify;
pub mod write;
