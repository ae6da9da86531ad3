//! Columns as the bytes of a Parquet file.
//!
//! Column chunks are encoded here, because most of the time of writing goes into them. The Parquet
//! library does the rest.

pub mod bit_packing;
pub mod column_chunk;
pub mod column_values;
pub mod compression;
pub mod dictionary;
