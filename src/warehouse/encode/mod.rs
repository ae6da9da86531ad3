//! Columns as the bytes of a Parquet file.
//!
//! Text that comes as numbers of a dictionary is encoded here, because that is where the time of
//! writing goes. The Parquet library does the rest.

pub mod bit_packing;
pub mod column_chunk;
pub mod column_values;
pub mod compression;
pub mod dictionary;
