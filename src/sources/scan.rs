//! A JSON text as bits: what of every 64 bytes are quotes, backslashes, colons and brackets, strings told apart from what is around
//! them. One pass over all bytes that keeps its state in registers, because it is most of what there is to do per byte.

use crate::sources::blocks::{Masks, classify, equal, escaped, within};
#[cfg(target_arch = "x86_64")]
use crate::sources::blocks::{classify_with_avx2, equal_with_avx2, within_with_pclmul};

/// What matters of 64 bytes; bit 0 is the first one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words {
    /// Quotes that begin or end a string.
    pub quotes: u64,
    pub backslashes: u64,
    /// Colons outside strings.
    pub colons: u64,
    /// Brackets outside strings.
    pub brackets: u64,
}

/// What a text is as a whole.
pub struct Scan {
    pub ends_in_string: bool,
    /// How many brackets there are outside strings.
    pub brackets: usize,
    /// From where to where bytes are that are not ASCII.
    pub not_ascii: Option<(usize, usize)>,
    /// Whether there is an escape that may spell a letter: a backslash and a `u`.
    pub spells: bool,
}

/// Scans a text into `words`, one for every 64 bytes.
pub fn scan(text: &[u8], words: &mut Vec<Words>) -> Scan {
    // Each of them is written by the scan.
    words.resize(text.len().div_ceil(64), Words::default());
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("pclmulqdq")
        {
            // SAFETY: the machine was just asked for what the function is compiled for.
            return unsafe { scan_with_avx2(text, words) };
        }
    }
    scan_blocks(text, words, classify, equal, within)
}

/// The same, compiled for machines with AVX2 (every server of the last ten years). Registers of 64 bytes would need fewer
/// instructions, but slow the processor down for everything that comes after.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,popcnt,pclmulqdq")]
fn scan_with_avx2(text: &[u8], words: &mut [Words]) -> Scan {
    scan_blocks(
        text,
        words,
        |block| classify_with_avx2(block),
        |block, byte| equal_with_avx2(block, byte),
        |quotes| within_with_pclmul(quotes),
    )
}

/// What is carried from one block to the next.
struct Carried {
    /// 1 where the next byte is escaped.
    escape: u64,
    /// All bits where the next byte is in a string.
    in_string: u64,
    brackets: usize,
    not_ascii: Option<(usize, usize)>,
    spells: u64,
}

#[inline(always)]
fn scan_blocks(
    text: &[u8],
    words: &mut [Words],
    classify: impl Fn(&[u8; 64]) -> Masks,
    equal: impl Fn(&[u8; 64], u8) -> u64,
    within: impl Fn(u64) -> u64,
) -> Scan {
    let mut carried = Carried {
        escape: 0,
        in_string: 0,
        brackets: 0,
        not_ascii: None,
        spells: 0,
    };
    let (blocks, tail) = text.as_chunks::<64>();
    for (number, (block, word)) in blocks.iter().zip(words.iter_mut()).enumerate() {
        *word = take_block(block, number, &classify, &equal, &within, &mut carried);
    }
    if !tail.is_empty() {
        let mut last = [b' '; 64];
        last[..tail.len()].copy_from_slice(tail);
        words[blocks.len()] = take_block(&last, blocks.len(), &classify, &equal, &within, &mut carried);
    }
    Scan {
        ends_in_string: carried.in_string != 0,
        brackets: carried.brackets,
        not_ascii: carried.not_ascii,
        spells: carried.spells != 0,
    }
}

#[inline(always)]
fn take_block(
    block: &[u8; 64],
    number: usize,
    classify: &impl Fn(&[u8; 64]) -> Masks,
    equal: &impl Fn(&[u8; 64], u8) -> u64,
    within: &impl Fn(u64) -> u64,
    carried: &mut Carried,
) -> Words {
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
    let brackets = found.brackets & !inside;
    carried.brackets += brackets.count_ones() as usize;
    Words {
        quotes,
        backslashes: found.backslashes,
        colons: found.colons & !inside,
        brackets,
    }
}
