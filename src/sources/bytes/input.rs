//! Where the bytes of a raw file come from: in order, and for a form that begins at its end
//! (Parquet) from any place too.

use std::fs::File;
use std::io::{Read, Seek};

/// What can be read from any place.
pub trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

/// The bytes of a raw file.
pub trait Input: Read {
    /// The same bytes from any place. `None` where they only come in order: then a form that needs
    /// it takes the file into memory. Whoever uses it puts the place back.
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        None
    }
}

impl Input for File {
    fn seekable(&mut self) -> Option<&mut dyn Seekable> {
        Some(self)
    }
}

impl Input for &[u8] {}
