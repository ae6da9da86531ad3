//! How pages are compressed: with zstd, in a way that depends on their bytes alone.

use std::cell::RefCell;
use std::io;

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result;
use zstd::zstd_safe::{CParameter, ParamSwitch};

use crate::warehouse::encode::repeats::Repeats;

/// Fast, and as small as the level above.
const LEVEL: i32 = 1;
/// How many bytes are passed over where numbers do not match.
const STEP: u32 = 16;
/// So many texts tell which way of compressing them takes less room.
const SAMPLE: usize = 64;
/// Longer texts have more in common than their beginning.
const MOST_TEXT_BYTES: usize = 64;

/// What compresses the pages of a thread: setting one up costs more than compressing a small page.
struct Compressors {
    search: zstd::bulk::Compressor<'static>,
    numbers: zstd::bulk::Compressor<'static>,
    repeats: Repeats,
}

thread_local! {
    static COMPRESSORS: RefCell<Option<Compressors>> = const { RefCell::new(None) };
}

/// The compression of a file's pages.
pub fn compression(is_compressed: bool) -> Result<Compression> {
    Ok(if is_compressed {
        Compression::ZSTD(ZstdLevel::try_new(LEVEL)?)
    } else {
        Compression::UNCOMPRESSED
    })
}

fn with<T>(what: impl FnOnce(&mut Compressors) -> io::Result<T>) -> io::Result<T> {
    COMPRESSORS.with_borrow_mut(|compressors| {
        what(match compressors {
            Some(compressors) => compressors,
            None => compressors.insert(Compressors {
                search: zstd::bulk::Compressor::new(LEVEL)?,
                numbers: for_numbers()?,
                repeats: Repeats::new(LEVEL)?,
            }),
        })
    })
}

/// Looks for long matches only, and soon gives up where there are none: what is left are the few
/// bits that frequent bytes take.
fn for_numbers() -> io::Result<zstd::bulk::Compressor<'static>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::MinMatch(7))?;
    compressor.set_parameter(CParameter::TargetLength(STEP))?;
    compressor.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
    Ok(compressor)
}

/// Compresses numbers of whole bytes, of which many are different. Matches of one or two of them
/// are all that a search finds, and take as much room as they save.
pub fn compress_numbers(body: &[u8]) -> io::Result<Vec<u8>> {
    with(|compressors| compressors.numbers.compress(body))
}

/// Compresses any bytes.
pub fn compress(body: &[u8]) -> io::Result<Vec<u8>> {
    with(|compressors| compressors.search.compress(body))
}

/// Compresses texts with their lengths before them. Those of one length that are chance but for
/// their beginning, as ids are, take less room and time when nothing else is searched for.
pub fn compress_texts(entries: &[u8]) -> io::Result<Vec<u8>> {
    with(|compressors| {
        if let Some(width) = equal_width(entries) {
            let sample = &entries[..SAMPLE * width];
            let searched = compressors.search.compress(sample)?.len();
            let repeated = compressors.repeats.compress(sample, width);
            if repeated.is_ok_and(|repeated| repeated.len() < searched)
                && let Ok(page) = compressors.repeats.compress(entries, width)
            {
                return Ok(page);
            }
        }
        compressors.search.compress(entries)
    })
}

/// What each text takes with its length, where it is the same for all; `None` where they are few,
/// or long.
fn equal_width(entries: &[u8]) -> Option<usize> {
    let first = entries.first_chunk::<4>()?;
    let width = size_of_val(first) + u32::from_le_bytes(*first) as usize;
    let is_equal = width <= MOST_TEXT_BYTES
        && entries.len() >= SAMPLE * width
        && entries.len().is_multiple_of(width)
        && entries.chunks_exact(width).all(|entry| entry.starts_with(first));
    is_equal.then_some(width)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

    use super::*;

    #[test]
    fn texts_come_back_whatever_they_have_in_common() {
        let texts: [fn(u32) -> String; 5] = [
            |at| format!("{:08x}-4a", at.wrapping_mul(2_654_435_761)),
            |at| format!("user{at:06}@customer.example"),
            |at| format!("user{at}"),
            |_| "teams".to_owned(),
            |_| String::new(),
        ];
        for text in texts {
            for count in [1, 63, 64, 5_000] {
                let put = |at| {
                    let text = text(at);
                    (text.len() as u32)
                        .to_le_bytes()
                        .into_iter()
                        .chain(text.into_bytes())
                        .collect::<Vec<u8>>()
                };
                let entries: Vec<u8> = (0..count).flat_map(put).collect();
                let page = compress_texts(&entries).unwrap();
                assert_eq!(zstd::bulk::decompress(&page, entries.len()).unwrap(), entries);
                assert!(page.len() <= compress(&entries).unwrap().len() + 64, "{}", text(1));
            }
        }
    }
}
