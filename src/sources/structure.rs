//! The structure of a JSON text: where its brackets and colons are, and which bracket closes which. Nothing else is looked at,
//! so that the bytes that do not matter (2 to 15 KB a record, of which some 200 bytes matter) cost next to nothing.
//!
//! A text is sound when it is valid UTF-8, begins with `{` or `[`, every string and bracket is closed by its like, nothing but
//! blanks follows, and no bracket stands deeper than 128 (the outermost is 1). What is between the brackets is not judged here.

use crate::sources::blocks::{classify, escaped, within};

/// How deep brackets may nest; the outermost is 1.
pub const DEPTH_LIMIT: usize = 128;
/// How many brackets and colons a text may have: a record of so many is none, and they would take too much memory.
const MARKS_LIMIT: usize = 16 << 20;

/// Why a text is not sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Brackets or strings that do not balance, something after the end, or no `{` or `[` at the beginning.
    Broken,
    /// Not UTF-8. Whether it is broken besides, the field says.
    NotUtf8 { broken: bool },
    /// More than [`DEPTH_LIMIT`] levels.
    TooDeep,
    /// More marks than fit into memory.
    TooLarge,
}

/// A bracket or a colon outside strings.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Its place in the text.
    pub at: u32,
    /// Of an opening bracket: which mark closes it.
    pub closed_by: u32,
}

/// The structure of one text. Its memory is used again for the next one.
#[derive(Default)]
pub struct Structure {
    pub(super) marks: Vec<Mark>,
    quotes: Vec<u64>,
    backslashes: Vec<u64>,
}

/// A walk over the marks as they are found.
struct Nesting {
    open: [u32; DEPTH_LIMIT],
    depth: usize,
    closed_at: Option<usize>,
}

impl Structure {
    /// Finds the structure of a text of less than 4 GiB.
    pub fn find(&mut self, text: &[u8]) -> Result<(), Fault> {
        let found = self.find_marks(text);
        match found {
            Ok(not_ascii) => match not_ascii {
                // All that is not ASCII lies in this range, so the whole is UTF-8 when the range is.
                Some((first, last)) if std::str::from_utf8(&text[first..=last]).is_err() => Err(Fault::NotUtf8 { broken: false }),
                _ => Ok(()),
            },
            Err(_) if std::str::from_utf8(text).is_err() => Err(Fault::NotUtf8 { broken: true }),
            Err(fault) => Err(fault),
        }
    }

    fn find_marks(&mut self, text: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
        self.marks.clear();
        self.quotes.clear();
        self.backslashes.clear();
        let first = text.iter().position(|byte| !is_blank(*byte)).ok_or(Fault::Broken)?;
        if !matches!(text[first], b'{' | b'[') {
            return Err(Fault::Broken);
        }
        let mut nesting = Nesting {
            open: [0; DEPTH_LIMIT],
            depth: 0,
            closed_at: None,
        };
        let (mut carry, mut in_string) = (0u64, 0u64);
        let mut not_ascii: Option<(usize, usize)> = None;
        let (blocks, tail) = text.as_chunks::<64>();
        let mut last = [b' '; 64];
        last[..tail.len()].copy_from_slice(tail);
        for (number, block) in blocks.iter().chain((!tail.is_empty()).then_some(&last)).enumerate() {
            let base = number * 64;
            let found = classify(block);
            let quotes = found.quotes & !escaped(found.backslashes, &mut carry);
            let inside = within(quotes) ^ in_string;
            in_string = ((inside as i64) >> 63) as u64;
            self.quotes.push(quotes);
            self.backslashes.push(found.backslashes);
            if found.not_ascii != 0 {
                let from = base + found.not_ascii.trailing_zeros() as usize;
                let to = base + 63 - found.not_ascii.leading_zeros() as usize;
                not_ascii = Some((not_ascii.map_or(from, |range| range.0), to));
            }
            self.take(text, base, found.marks & !inside, &mut nesting)?;
        }
        let closed_at = nesting.closed_at.ok_or(Fault::Broken)?;
        let sound = in_string == 0 && text[closed_at + 1..].iter().all(|byte| is_blank(*byte));
        if sound { Ok(not_ascii) } else { Err(Fault::Broken) }
    }

    /// Takes the marks of one block.
    #[inline(always)]
    fn take(&mut self, text: &[u8], base: usize, mut bits: u64, nesting: &mut Nesting) -> Result<(), Fault> {
        if self.marks.len() > MARKS_LIMIT {
            return Err(Fault::TooLarge);
        }
        while bits != 0 {
            let at = base + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let number = self.marks.len() as u32;
            let byte = text.get(at).copied().unwrap_or(b' ');
            match byte {
                b':' if nesting.depth > 0 => {}
                b'{' | b'[' => {
                    if nesting.depth == DEPTH_LIMIT {
                        return Err(Fault::TooDeep);
                    }
                    if nesting.closed_at.is_some() {
                        return Err(Fault::Broken);
                    }
                    nesting.open[nesting.depth] = number;
                    nesting.depth += 1;
                }
                b'}' | b']' if nesting.depth > 0 => {
                    nesting.depth -= 1;
                    let opening = &mut self.marks[nesting.open[nesting.depth] as usize];
                    // In ASCII each closing bracket is its opening one plus 2.
                    if text[opening.at as usize] + 2 != byte {
                        return Err(Fault::Broken);
                    }
                    opening.closed_by = number;
                    if nesting.depth == 0 {
                        nesting.closed_at = Some(at);
                    }
                }
                _ => return Err(Fault::Broken),
            }
            self.marks.push(Mark {
                at: at as u32,
                closed_by: 0,
            });
        }
        Ok(())
    }

    /// The next quote that ends or begins a string, at `from` or later.
    #[inline]
    pub(super) fn quote_from(&self, from: usize) -> Option<usize> {
        let mut number = from / 64;
        let mut bits = self.quotes.get(number)? & (!0u64 << (from % 64));
        while bits == 0 {
            number += 1;
            bits = *self.quotes.get(number)?;
        }
        Some(number * 64 + bits.trailing_zeros() as usize)
    }

    /// The last quote that ends or begins a string before `until`.
    #[inline]
    pub(super) fn quote_before(&self, until: usize) -> Option<usize> {
        let mut number = until / 64;
        let mut bits = self.quotes.get(number)? & !(!0u64 << (until % 64));
        while bits == 0 {
            number = number.checked_sub(1)?;
            bits = self.quotes[number];
        }
        Some(number * 64 + 63 - bits.leading_zeros() as usize)
    }

    /// Whether a string begins or ends at `at`.
    #[inline]
    pub(super) fn is_quote(&self, at: usize) -> bool {
        self.quotes.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    /// Whether there is a backslash between two places.
    #[inline]
    pub(super) fn has_backslash(&self, from: usize, until: usize) -> bool {
        let mut from = from;
        while from < until {
            let bits = self.backslashes.get(from / 64).copied().unwrap_or(0) & (!0u64 << (from % 64));
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
#[inline]
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
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
            "{", "}", "{]", "[}", "{\"a\":1", "{\"a}", "{}{}", "{} x", "{}\"", "\"{}\"", "1", "null", "", "  ", "x{}", ":{}", "{}:", "{[}]",
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
        assert_eq!(structure.quote_before(102), Some(1));
        assert_eq!(structure.quote_before(1), None);
        assert_eq!(structure.quote_from(105), Some(text.len() - 2));
        assert!(!structure.has_backslash(2, 102));
        assert!(structure.has_backslash(105, text.len() - 2));
        assert!(structure.is_quote(1) && !structure.is_quote(2) && !structure.is_quote(text.len() - 3));
    }
}
