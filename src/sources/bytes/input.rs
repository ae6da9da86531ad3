//! Where the bytes of a raw file come from. They come in order; Parquet files, which are read from
//! their end, are also read from other places.

use std::io::{Read, Seek};

/// What can be read from any place.
pub trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

/// The bytes of a raw file.
pub trait Input: Read {
    /// The same bytes, from any place. `None` where they come in order only: a Parquet file is then
    /// read into memory first. The caller puts the position back where it was.
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        None
    }
}

impl Input for &[u8] {}
