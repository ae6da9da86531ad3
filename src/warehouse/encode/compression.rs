//! How pages are compressed: with zstd. The compressed bytes depend on nothing but the page.

use std::cell::RefCell;
use std::io;

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result;
use zstd::bulk::Compressor;

/// Fast, and as small as the level above.
const LEVEL: i32 = 1;

thread_local! {
    /// The compressor of a thread: setting one up costs more than compressing a small page.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// The compression of a file's pages.
pub fn compression(is_compressed: bool) -> Result<Compression> {
    Ok(if is_compressed {
        Compression::ZSTD(ZstdLevel::try_new(LEVEL)?)
    } else {
        Compression::UNCOMPRESSED
    })
}

/// Compresses a page.
pub fn compress(page: &[u8]) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        match compressor {
            Some(compressor) => compressor,
            None => compressor.insert(Compressor::new(LEVEL)?),
        }
        .compress(page)
    })
}
