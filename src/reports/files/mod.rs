//! Published Parquet files as bytes: written part by part, and read as the last publication left
//! them.

pub(super) mod earlier_file;
pub(super) mod parquet_file;
