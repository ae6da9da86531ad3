//! The structure of a JSON text: where its brackets, colons and quotes are, and which bracket closes which. Nothing else is looked at,
//! so that the bytes that do not matter (2 to 15 KB a record, of which some 200 bytes matter) cost next to nothing.
//!
//! A text is sound when it is valid UTF-8, begins with `{` or `[`, every string and bracket is closed by its like, nothing but
//! blanks follows, and no bracket stands deeper than 128 (the outermost is 1). What is between the brackets is not judged here.

use std::cell::Cell;

use crate::sources::blocks::{Masks, classify, escaped, within};

/// How deep brackets may nest; the outermost is 1.
pub const DEPTH_LIMIT: usize = 128;
/// How many brackets, and how many colons, a text may have: a record of so many is none, and they would take too much memory.
const MARKS_LIMIT: usize = 8 << 20;

/// Why a text is not sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Brackets or strings that do not balance, something after the end, or no `{` or `[` at the beginning.
    Broken,
    /// Not UTF-8. Whether it is broken besides, the field says.
    NotUtf8 { broken: bool },
    /// More than [`DEPTH_LIMIT`] levels.
    TooDeep,
    /// More brackets or colons than fit into memory.
    TooLarge,
}

/// A bracket outside strings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bracket {
    /// Its place in the text.
    pub at: u32,
    /// Of an opening bracket: the number of the bracket that closes it, never 0. Of a closing one 0.
    pub closed_by: u32,
    /// How many colons stand before it.
    pub colons: u32,
}

/// Where quotes that begin or end a string are, and backslashes, in 64 bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Words {
    quotes: u64,
    backslashes: u64,
}

/// How much memory is kept for the next file, in bytes.
const KEPT_BYTES: usize = 8 << 20;

thread_local! {
    /// The memory for the structures of the last file that this thread read.
    static SPARE: Cell<Structure> = Cell::default();
}

/// The structure of one text. Its memory is used again for the next one.
#[derive(Default)]
pub struct Structure {
    brackets: Vec<Bracket>,
    /// The places of colons outside strings; what is beyond the last bracket's count is left from before.
    colons: Vec<u32>,
    words: Vec<Words>,
}

/// What is carried from one block to the next.
struct Walk {
    open: [u32; DEPTH_LIMIT],
    depth: usize,
    closed_at: Option<usize>,
    colons: usize,
    carry: u64,
    in_string: u64,
    not_ascii: Option<(usize, usize)>,
}

impl Structure {
    /// Gives memory that is kept from file to file.
    pub fn with_spare(work: impl FnOnce(&mut Structure)) {
        let mut structure = SPARE.take();
        work(&mut structure);
        let bytes = structure.brackets.capacity() * size_of::<Bracket>()
            + structure.colons.capacity() * size_of::<u32>()
            + structure.words.capacity() * size_of::<Words>();
        if bytes <= KEPT_BYTES {
            SPARE.set(structure);
        }
    }

    /// Finds the structure of a text of less than 4 GiB.
    pub fn find(&mut self, text: &[u8]) -> Result<(), Fault> {
        match self.find_brackets(text) {
            // All that is not ASCII lies in this range, so the whole is UTF-8 when the range is.
            Ok(Some((first, last))) if std::str::from_utf8(&text[first..=last]).is_err() => Err(Fault::NotUtf8 { broken: false }),
            Ok(_) => Ok(()),
            Err(_) if std::str::from_utf8(text).is_err() => Err(Fault::NotUtf8 { broken: true }),
            Err(fault) => Err(fault),
        }
    }

    /// Gives the range of bytes that are not ASCII.
    fn find_brackets(&mut self, text: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("pclmulqdq")
        {
            // SAFETY: the machine was just asked for what the function is compiled for.
            return unsafe { self.find_with_avx2(text) };
        }
        self.find_in_blocks(text, classify, within)
    }

    /// The same, compiled for machines with AVX2 (every server of the last ten years), on which it is twice as fast.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,popcnt,pclmulqdq")]
    fn find_with_avx2(&mut self, text: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
        use crate::sources::blocks::{classify_with_avx2, within_with_pclmul};
        self.find_in_blocks(text, |block| classify_with_avx2(block), |quotes| within_with_pclmul(quotes))
    }

    #[inline(always)]
    fn find_in_blocks(
        &mut self,
        text: &[u8],
        classify: impl Fn(&[u8; 64]) -> Masks,
        within: impl Fn(u64) -> u64,
    ) -> Result<Option<(usize, usize)>, Fault> {
        let first = text.iter().position(|byte| !is_blank(*byte)).ok_or(Fault::Broken)?;
        if !matches!(text[first], b'{' | b'[') {
            return Err(Fault::Broken);
        }
        self.brackets.clear();
        // Each of them is written below.
        self.words.resize(text.len().div_ceil(64), Words::default());
        let mut walk = Walk {
            open: [0; DEPTH_LIMIT],
            depth: 0,
            closed_at: None,
            colons: 0,
            carry: 0,
            in_string: 0,
            not_ascii: None,
        };
        let (blocks, tail) = text.as_chunks::<64>();
        for (number, block) in blocks.iter().enumerate() {
            self.take_block(block, number, classify(block), &within, &mut walk)?;
        }
        if !tail.is_empty() {
            let mut last = [b' '; 64];
            last[..tail.len()].copy_from_slice(tail);
            self.take_block(&last, blocks.len(), classify(&last), &within, &mut walk)?;
        }
        let closed_at = walk.closed_at.ok_or(Fault::Broken)?;
        let is_sound = walk.in_string == 0 && text[closed_at + 1..].iter().all(|byte| is_blank(*byte));
        if is_sound { Ok(walk.not_ascii) } else { Err(Fault::Broken) }
    }

    #[inline(always)]
    fn take_block(
        &mut self,
        block: &[u8; 64],
        number: usize,
        found: Masks,
        within: &impl Fn(u64) -> u64,
        walk: &mut Walk,
    ) -> Result<(), Fault> {
        let base = number * 64;
        let quotes = found.quotes & !escaped(found.backslashes, &mut walk.carry);
        let inside = within(quotes) ^ walk.in_string;
        walk.in_string = ((inside as i64) >> 63) as u64;
        self.words[number] = Words {
            quotes,
            backslashes: found.backslashes,
        };
        if found.not_ascii != 0 {
            let from = base + found.not_ascii.trailing_zeros() as usize;
            let to = base + 63 - found.not_ascii.leading_zeros() as usize;
            walk.not_ascii = Some((walk.not_ascii.map_or(from, |range| range.0), to));
        }
        let colons = found.colons & !inside;
        let mut brackets = found.brackets & !inside;
        while brackets != 0 {
            let offset = brackets.trailing_zeros();
            let before = walk.colons + (colons & !(!0 << offset)).count_ones() as usize;
            self.take_bracket(block[offset as usize & 63], base + offset as usize, before, walk)?;
            brackets &= brackets - 1;
        }
        self.take_colons(colons, base, walk)
    }

    #[inline(always)]
    fn take_bracket(&mut self, byte: u8, at: usize, colons: usize, walk: &mut Walk) -> Result<(), Fault> {
        let number = self.brackets.len() as u32;
        if number as usize > MARKS_LIMIT {
            return Err(Fault::TooLarge);
        }
        // In ASCII bit 1 is set in `{` and `[`, not in `}` and `]`; each closing one is its opening one plus 2.
        if byte & 2 != 0 {
            if walk.closed_at.is_some() {
                return Err(Fault::Broken);
            }
            let Some(place) = walk.open.get_mut(walk.depth) else {
                return Err(Fault::TooDeep);
            };
            // The kind of bracket in the top bit: there are far fewer than 2^31.
            *place = number | u32::from(byte == b'{') << 31;
            walk.depth += 1;
        } else {
            let Some(depth) = walk.depth.checked_sub(1) else {
                return Err(Fault::Broken);
            };
            let opening = walk.open[depth];
            if (opening >> 31 == 1) != (byte == b'}') {
                return Err(Fault::Broken);
            }
            self.brackets[(opening & !(1 << 31)) as usize].closed_by = number;
            walk.depth = depth;
            if depth == 0 {
                walk.closed_at = Some(at);
            }
        }
        self.brackets.push(Bracket {
            at: at as u32,
            closed_by: 0,
            colons: colons as u32,
        });
        Ok(())
    }

    /// Keeps the places of a block's colons. Colons outside all brackets are kept too: no object has them.
    #[inline(always)]
    fn take_colons(&mut self, colons: u64, base: usize, walk: &mut Walk) -> Result<(), Fault> {
        let count = walk.colons;
        if count + 64 > self.colons.len() {
            if count > MARKS_LIMIT {
                return Err(Fault::TooLarge);
            }
            self.colons.resize((count * 2).max(1024), 0);
        }
        let mut bits = colons;
        let room = &mut self.colons[count..count + 64];
        // Usually up to four: without a branch for each. What is written beyond the count is written over later.
        for place in &mut room[..4] {
            *place = base as u32 + bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        let mut written = 4;
        while bits != 0 {
            room[written] = base as u32 + bits.trailing_zeros();
            bits &= bits - 1;
            written += 1;
        }
        walk.colons += colons.count_ones() as usize;
        Ok(())
    }

    /// The bracket with this number.
    #[inline]
    pub(super) fn bracket(&self, number: usize) -> Bracket {
        self.brackets.get(number).copied().unwrap_or_default()
    }

    /// The place of the colon with this number.
    #[inline]
    pub(super) fn colon(&self, number: usize) -> usize {
        self.colons.get(number).copied().unwrap_or_default() as usize
    }

    /// The next quote that ends or begins a string, at `from` or later.
    #[inline]
    pub(super) fn quote_from(&self, from: usize) -> Option<usize> {
        let mut number = from / 64;
        let mut bits = self.words.get(number)?.quotes & (!0u64 << (from % 64));
        while bits == 0 {
            number += 1;
            bits = self.words.get(number)?.quotes;
        }
        Some(number * 64 + bits.trailing_zeros() as usize)
    }

    /// The string whose closing quote stands at `last`: where its first byte is, and whether it has backslashes.
    #[inline(always)]
    pub(super) fn string_until(&self, last: usize) -> Option<(usize, bool)> {
        let (number, offset) = (last / 64, last % 64);
        let word = self.words.get(number)?;
        let before = self.words.get(number.wrapping_sub(1)).copied().unwrap_or_default();
        // The 64 bytes that end with `last`, it being the top bit: nearly all keys are in them, wherever blocks begin.
        let window = |word: u64, before: u64| word << (63 - offset) | before >> 1 >> offset;
        let quotes = window(word.quotes, before.quotes);
        if quotes >> 63 == 0 {
            return None;
        }
        let length = (quotes << 1).leading_zeros() as usize;
        if length < 63 {
            let backslashes = window(word.backslashes, before.backslashes) << 1;
            return Some((last - length, length > 0 && backslashes >> (64 - length) != 0));
        }
        let first = self.quote_before(last)? + 1;
        Some((first, self.has_backslash(first, last)))
    }

    /// The last quote that ends or begins a string before `until`.
    #[cold]
    fn quote_before(&self, until: usize) -> Option<usize> {
        let mut number = until / 64;
        let mut bits = self.words.get(number)?.quotes & !(!0u64 << (until % 64));
        while bits == 0 {
            number = number.checked_sub(1)?;
            bits = self.words.get(number)?.quotes;
        }
        Some(number * 64 + 63 - bits.leading_zeros() as usize)
    }

    /// Whether there is a backslash between two places.
    #[inline]
    pub(super) fn has_backslash(&self, from: usize, until: usize) -> bool {
        let mut from = from;
        while from < until {
            let bits = self.words.get(from / 64).map_or(0, |word| word.backslashes) & (!0u64 << (from % 64));
            let end = (from / 64 + 1) * 64;
            let bits = if until < end { bits & !(!0u64 << (until % 64)) } else { bits };
            if bits != 0 {
                return true;
            }
            from = end;
        }
        false
    }
}

/// What JSON calls whitespace.
#[inline(always)]
pub fn is_blank(byte: u8) -> bool {
    // Nearly no byte is one: one comparison tells.
    byte <= b' ' && matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &[u8]) -> Result<(), Fault> {
        Structure::default().find(text)
    }

    #[test]
    fn brackets_in_strings_are_text() {
        assert_eq!(find(br#" {"a}":"]{\"}","b":["\\"]} "#), Ok(()));
        assert_eq!(find(br#"[{},[],{"a":[{}]}]"#), Ok(()));
    }

    #[test]
    fn unbalanced_brackets_and_strings_are_broken() {
        for text in [
            "{", "}", "{]", "[}", "{\"a\":1", "{\"a}", "{}{}", "{} x", "{}\"", "\"{}\"", "1", "null", "", "  ", "x{}", ":{}", "{}:",
            "{[}]", "{}]", "{}\n{}",
        ] {
            assert_eq!(find(text.as_bytes()), Err(Fault::Broken), "{text}");
        }
    }

    #[test]
    fn the_129th_level_is_too_deep_and_the_128th_is_not() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert_eq!(find(&nested(128)), Ok(()));
        assert_eq!(find(&nested(129)), Err(Fault::TooDeep));
    }

    #[test]
    fn a_byte_that_is_no_utf8_is_a_fault_of_its_own() {
        assert_eq!(find(b"{\"a\":\"\xff\"}"), Err(Fault::NotUtf8 { broken: false }));
        assert_eq!(find(b"{\"a\":\"\xc3"), Err(Fault::NotUtf8 { broken: true }));
        assert_eq!(find("{\"a\":\"Zürich, 東京\"}".as_bytes()), Ok(()));
        // A character that is cut short by ASCII, far from the next one that is not.
        assert_eq!(find(format!("{{\"a\":\"{}\"}}", "ü").replace('ü', "x").as_bytes()), Ok(()));
        assert_eq!(
            find(&[b"{\"a\":\"\xc3", [b'x'; 100].as_slice(), "ü\"}".as_bytes()].concat()),
            Err(Fault::NotUtf8 { broken: false })
        );
    }

    #[test]
    fn quotes_and_backslashes_are_found_across_blocks() {
        let text = format!("{{\"{}\":\"{}\\\"\"}}", "k".repeat(100), "v".repeat(150));
        let mut structure = Structure::default();
        assert_eq!(structure.find(text.as_bytes()), Ok(()));
        assert_eq!(structure.quote_from(2), Some(102));
        assert_eq!(structure.string_until(102), Some((2, false)));
        assert_eq!(structure.string_until(1), None);
        assert_eq!(structure.string_until(50), None);
        assert_eq!(structure.string_until(text.len() - 2), Some((105, true)));
        assert_eq!(structure.quote_from(105), Some(text.len() - 2));
        assert!(!structure.has_backslash(2, 102));
        assert!(structure.has_backslash(105, text.len() - 2));
    }
}
