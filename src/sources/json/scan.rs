//! Scans a JSON text into bits: which of every 64 bytes are quotes, backslashes and marks (colons
//! and brackets outside of strings). It is one pass over all bytes that keeps its state in
//! registers, because this is most of the work that is done for every byte.

use std::ops::Range;

use crate::sources::json::simd::{Masks, classify, equal, escaped, not_ascii, within};
#[cfg(target_arch = "x86_64")]
use crate::sources::json::simd::{classify_with_avx2, equal_with_avx2, within_with_pclmul};

/// The quotes and backslashes of 64 bytes; bit 0 is the first byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuoteBits {
    /// Quotes that begin or end a string.
    pub quotes: u64,
    pub backslashes: u64,
}

/// The most marks of a text. No record has so many, and their places would take too much memory.
pub const MARKS_LIMIT: usize = 8 << 20;
/// How many blocks of 64 bytes are classified before the places of their marks are written. Doing
/// both for each block took longer. Classifying all of a large text first needs more memory than
/// the processor's caches have.
const CHUNK_BLOCKS: usize = 64;

/// What the scan found out about the text so far.
#[derive(Default)]
pub struct Scan {
    pub ends_in_string: bool,
    /// Whether there is a line break in a string. Only [`scan_document`] looks for it.
    pub has_broken_string: bool,
    /// The number of colons and brackets outside of strings, and of every [`FALSE_MARK`]. Above
    /// [`MARKS_LIMIT`] the scan stops.
    ///
    /// [`FALSE_MARK`]: crate::sources::json::simd::FALSE_MARK
    pub marks: usize,
    /// The places of the first and the last byte that is not ASCII.
    pub not_ascii: Option<(usize, usize)>,
    /// Whether some `\u` may spell a letter.
    pub has_unicode_escapes: bool,
    /// How many bytes were scanned.
    scanned: usize,
    /// 1 if the next byte is escaped.
    escape: u64,
}

/// Scans a text into `quote_bits`, one for every 64 bytes, and writes the places of its marks to the
/// beginning of `places`.
pub fn scan(text: &[u8], quote_bits: &mut Vec<QuoteBits>, places: &mut Vec<u32>) -> Scan {
    scan_on::<false>(Scan::default(), text, quote_bits, places)
}

/// Goes on with a document whose beginning was scanned before: `text` begins with the same bytes and
/// has more. But at the end of the file it has a multiple of 64 bytes.
pub fn scan_document(before: Scan, text: &[u8], quote_bits: &mut Vec<QuoteBits>, places: &mut Vec<u32>) -> Scan {
    scan_on::<true>(before, text, quote_bits, places)
}

fn scan_on<const DOCUMENT: bool>(before: Scan, text: &[u8], quote_bits: &mut Vec<QuoteBits>, places: &mut Vec<u32>) -> Scan {
    // The scan writes all of them, so old content does no harm.
    quote_bits.resize(text.len().div_ceil(64), QuoteBits::default());
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("pclmulqdq")
        {
            // SAFETY: the machine was just asked for what the function is compiled for.
            return unsafe { scan_with_avx2::<DOCUMENT>(before, text, quote_bits, places) };
        }
    }
    scan_blocks::<DOCUMENT>(before, text, quote_bits, places, classify, equal, within)
}

/// The same, compiled for machines with AVX2: every server of the last ten years. AVX-512 would
/// need fewer instructions, but it slows the processor down for everything that follows.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,popcnt,pclmulqdq")]
fn scan_with_avx2<const DOCUMENT: bool>(before: Scan, text: &[u8], quote_bits: &mut [QuoteBits], places: &mut Vec<u32>) -> Scan {
    scan_blocks::<DOCUMENT>(
        before,
        text,
        quote_bits,
        places,
        |block| classify_with_avx2(block),
        |block, byte| equal_with_avx2(block, byte),
        |quotes| within_with_pclmul(quotes),
    )
}

/// The state that goes from one block to the next.
struct Carried {
    /// 1 if the next byte is escaped.
    escape: u64,
    /// All bits set if the next byte is in a string.
    in_string: u64,
    not_ascii: Option<(usize, usize)>,
    has_unicode_escapes: u64,
    /// Line breaks in strings.
    broken: u64,
}

#[inline(always)]
fn scan_blocks<const DOCUMENT: bool>(
    before: Scan,
    text: &[u8],
    quote_bits: &mut [QuoteBits],
    places: &mut Vec<u32>,
    classify: impl Fn(&[u8; 64]) -> Masks,
    equal: impl Fn(&[u8; 64], u8) -> u64,
    within: impl Fn(u64) -> u64,
) -> Scan {
    // Of a text that is not scanned piece by piece nothing was seen before. The compiler knows, too.
    let before = if DOCUMENT { before } else { Scan::default() };
    let mut carried = Carried {
        escape: before.escape,
        in_string: u64::from(before.ends_in_string).wrapping_neg(),
        not_ascii: before.not_ascii,
        has_unicode_escapes: u64::from(before.has_unicode_escapes),
        broken: u64::from(before.has_broken_string),
    };
    let mut marks = before.marks;
    let mut found = [0; CHUNK_BLOCKS];
    let begin = before.scanned;
    let new_bits = quote_bits.get_mut(begin / 64..).unwrap_or_default();
    let new_text = text.get(begin..).unwrap_or_default();
    for (number, (chunk, quote_bits)) in new_text
        .chunks(CHUNK_BLOCKS * 64)
        .zip(new_bits.chunks_mut(CHUNK_BLOCKS))
        .enumerate()
    {
        let from = begin + number * CHUNK_BLOCKS * 64;
        let (blocks, tail) = chunk.as_chunks::<64>();
        for (number, ((block, word), found)) in blocks.iter().zip(quote_bits.iter_mut()).zip(&mut found).enumerate() {
            (*word, *found) = take_block::<DOCUMENT>(block, from + number * 64, &classify, &equal, &within, &mut carried);
        }
        if let Some(word) = quote_bits.get_mut(blocks.len()) {
            let mut last = [b' '; 64];
            last[..tail.len()].copy_from_slice(tail);
            (*word, found[blocks.len()]) =
                take_block::<DOCUMENT>(&last, from + blocks.len() * 64, &classify, &equal, &within, &mut carried);
        }
        if places.len() < marks + (CHUNK_BLOCKS + 1) * 64 {
            places.resize(places.len() * 2 + (CHUNK_BLOCKS + 1) * 64, 0);
        }
        marks += write_places(&found[..quote_bits.len()], from as u32, &mut places[marks..]);
        if marks > MARKS_LIMIT {
            break;
        }
    }
    Scan {
        ends_in_string: carried.in_string != 0,
        has_broken_string: carried.broken != 0,
        marks,
        not_ascii: carried.not_ascii,
        has_unicode_escapes: carried.has_unicode_escapes != 0,
        scanned: text.len(),
        escape: carried.escape,
    }
}

#[inline(always)]
fn take_block<const DOCUMENT: bool>(
    block: &[u8; 64],
    place: usize,
    classify: &impl Fn(&[u8; 64]) -> Masks,
    equal: &impl Fn(&[u8; 64], u8) -> u64,
    within: &impl Fn(u64) -> u64,
    carried: &mut Carried,
) -> (QuoteBits, u64) {
    let found = classify(block);
    let mut quotes = found.quotes;
    if found.backslashes | carried.escape != 0 {
        let escaped = escaped(found.backslashes, &mut carried.escape);
        quotes &= !escaped;
        carried.has_unicode_escapes |= escaped & equal(block, b'u');
    }
    if found.has_not_ascii {
        let not_ascii = not_ascii(block);
        let from = place + not_ascii.trailing_zeros() as usize;
        let to = place + 63 - not_ascii.leading_zeros() as usize;
        carried.not_ascii = Some((carried.not_ascii.map_or(from, |range| range.0), to));
    }
    let inside = within(quotes) ^ carried.in_string;
    carried.in_string = ((inside as i64) >> 63) as u64;
    if DOCUMENT {
        carried.broken |= equal(block, b'\n') & inside;
    }
    let quote_bits = QuoteBits {
        quotes,
        backslashes: found.backslashes,
    };
    (quote_bits, found.marks & !inside)
}

/// Writes the places of the marks of some blocks, the first of which begins at `from`, and returns
/// how many there are. Behind them, `places` needs room for 64 more.
#[inline(always)]
fn write_places(blocks: &[u64], from: u32, places: &mut [u32]) -> usize {
    let mut written = 0;
    let mut from = from;
    for marks in blocks {
        let mut marks = *marks;
        let count = marks.count_ones() as usize;
        let Some(out) = places
            .get_mut(written..written + 64)
            .and_then(|places| places.first_chunk_mut::<64>())
        else {
            break;
        };
        let mut take = |numbers: Range<usize>| {
            for number in numbers {
                out[number] = from + marks.trailing_zeros();
                marks &= marks.wrapping_sub(1);
            }
        };
        // The number of marks changes from block to block, and a wrong guess of the processor costs
        // more than a store: so four are written whether they are there or not.
        take(0..4);
        if count > 4 {
            take(4..8);
            if count > 8 {
                take(8..count);
            }
        }
        written += count;
        from += 64;
    }
    written
}
