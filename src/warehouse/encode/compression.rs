//! How pages are compressed: with zstd. The compressed bytes depend on nothing but the page.

use std::cell::RefCell;
use std::io;

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result;
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

/// Fast, and as small as the level above.
const LEVEL: i32 = 1;
/// The logarithm of the size of the table in which zstd looks for repeats. The level's own table
/// takes a sixth more time and finds nothing more: pages are small.
const HASH_LOG: u32 = 11;

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
            None => compressor.insert(new_compressor()?),
        }
        .compress(page)
    })
}

fn new_compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::HashLog(HASH_LOG))?;
    Ok(compressor)
}
