//! A JSON text as bits: what of every 64 bytes are quotes, backslashes and colons, strings told apart from what is around them; and the
//! places of brackets. One pass over all bytes that keeps its state in registers, because it is most of what there is to do per byte.

use crate::sources::blocks::{Masks, classify, equal, escaped, within};
#[cfg(target_arch = "x86_64")]
use crate::sources::blocks::{classify_with_avx2, classify_with_avx512, equal_with_avx2, equal_with_avx512, within_with_pclmul};

/// What matters of 64 bytes; bit 0 is the first one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words {
    /// Quotes that begin or end a string.
    pub quotes: u64,
    pub backslashes: u64,
    /// Colons outside strings.
    pub colons: u64,
}

/// A bracket outside strings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bracket {
    /// Its place in the text.
    pub at: u32,
    /// Of an opening bracket: the number of the bracket that closes it, never 0. Of a closing one 0.
    pub closed_by: u32,
}

/// What a text is as a whole.
pub struct Scan {
    /// How many brackets there are; what is behind them is left from before.
    pub brackets: usize,
    pub ends_in_string: bool,
    /// From where to where bytes are that are not ASCII.
    pub not_ascii: Option<(usize, usize)>,
    /// Whether there is an escape that may spell a letter: a backslash and a `u`.
    pub spells: bool,
}

/// Scans a text into `words`, one for every 64 bytes, and `brackets`, of which it does not say yet which closes which. `None` where
/// there are more than `most` brackets.
pub fn scan(text: &[u8], words: &mut Vec<Words>, brackets: &mut Vec<Bracket>, most: usize) -> Option<Scan> {
    // Each of them is written by the scan.
    words.resize(text.len().div_ceil(64), Words::default());
    #[cfg(target_arch = "x86_64")]
    {
        let has_bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt") && is_x86_feature_detected!("pclmulqdq");
        if has_bits && is_x86_feature_detected!("avx512bw") {
            // SAFETY: the machine was just asked for what the function is compiled for.
            return unsafe { scan_with_avx512(text, words, brackets, most) };
        }
        if has_bits && is_x86_feature_detected!("avx2") {
            // SAFETY: the machine was just asked for what the function is compiled for.
            return unsafe { scan_with_avx2(text, words, brackets, most) };
        }
    }
    scan_blocks(text, words, (brackets, most), classify, equal, within)
}

/// The same, compiled for machines with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,popcnt,pclmulqdq")]
fn scan_with_avx2(text: &[u8], words: &mut [Words], brackets: &mut Vec<Bracket>, most: usize) -> Option<Scan> {
    scan_blocks(
        text,
        words,
        (brackets, most),
        |block| classify_with_avx2(block),
        |block, byte| equal_with_avx2(block, byte),
        |quotes| within_with_pclmul(quotes),
    )
}

/// The same, compiled for machines that compare 64 bytes at once.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,bmi1,popcnt,pclmulqdq")]
fn scan_with_avx512(text: &[u8], words: &mut [Words], brackets: &mut Vec<Bracket>, most: usize) -> Option<Scan> {
    scan_blocks(
        text,
        words,
        (brackets, most),
        |block| classify_with_avx512(block),
        |block, byte| equal_with_avx512(block, byte),
        |quotes| within_with_pclmul(quotes),
    )
}

/// What is carried from one block to the next.
struct Carried {
    /// 1 where the next byte is escaped.
    escape: u64,
    /// All bits where the next byte is in a string.
    in_string: u64,
    not_ascii: Option<(usize, usize)>,
    spells: u64,
}

#[inline(always)]
fn scan_blocks(
    text: &[u8],
    words: &mut [Words],
    (brackets, most): (&mut Vec<Bracket>, usize),
    classify: impl Fn(&[u8; 64]) -> Masks,
    equal: impl Fn(&[u8; 64], u8) -> u64,
    within: impl Fn(u64) -> u64,
) -> Option<Scan> {
    let mut carried = Carried {
        escape: 0,
        in_string: 0,
        not_ascii: None,
        spells: 0,
    };
    let mut count = 0;
    let (blocks, tail) = text.as_chunks::<64>();
    let mut last = [b' '; 64];
    last[..tail.len()].copy_from_slice(tail);
    let last = if tail.is_empty() { None } else { Some(&last) };
    for (number, (block, word)) in blocks.iter().chain(last).zip(words.iter_mut()).enumerate() {
        if count + 64 > brackets.len() {
            if count > most {
                return None;
            }
            brackets.resize((count * 2).max(1024), Bracket::default());
        }
        let found = classify(block);
        let mut quotes = found.quotes;
        if found.backslashes | carried.escape != 0 {
            let escaped = escaped(found.backslashes, &mut carried.escape);
            quotes &= !escaped;
            carried.spells |= escaped & equal(block, b'u');
        }
        if found.not_ascii != 0 {
            let from = number * 64 + found.not_ascii.trailing_zeros() as usize;
            let to = number * 64 + 63 - found.not_ascii.leading_zeros() as usize;
            carried.not_ascii = Some((carried.not_ascii.map_or(from, |range| range.0), to));
        }
        let inside = within(quotes) ^ carried.in_string;
        carried.in_string = ((inside as i64) >> 63) as u64;
        *word = Words {
            quotes,
            backslashes: found.backslashes,
            colons: found.colons & !inside,
        };
        let bits = found.brackets & !inside;
        put_brackets(bits, number as u32 * 64, &mut brackets[count..count + 64]);
        count += bits.count_ones() as usize;
    }
    Some(Scan {
        brackets: count,
        ends_in_string: carried.in_string != 0,
        not_ascii: carried.not_ascii,
        spells: carried.spells != 0,
    })
}

/// Puts down the brackets of a block.
#[inline(always)]
fn put_brackets(brackets: u64, base: u32, room: &mut [Bracket]) {
    let mut bits = brackets;
    let mut place = |number: usize| {
        room[number].at = base + bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        bits
    };
    // Usually up to two: without a branch for each. What is written beyond the last one is written over later.
    place(0);
    let mut left = place(1);
    let mut written = 2;
    while left != 0 {
        left = place(written);
        written += 1;
    }
}
