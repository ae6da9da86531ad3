//! The structure of a JSON text: where its brackets, colons and quotes are, and which bracket
//! closes which. Nothing else is looked at: a record has 2 to 15 KB, of which some 200 bytes
//! matter, and all others should cost next to nothing.
//!
//! A text is *sound* if it is UTF-8, begins with `{` or `[`, closes every string and bracket, has
//! nothing but blanks after the last bracket, and nests no deeper than 128 levels (the outermost is
//! 1). What stands between the brackets is not judged here.

use std::cell::Cell;

use crate::sources::json::brackets::{Marks, Unfinished};
use crate::sources::json::error::JsonError;
use crate::sources::json::scan::{QuoteBits, Scan};

/// The most memory that is kept for the next file, in bytes.
const KEPT_BYTES: usize = 8 << 20;

thread_local! {
    /// The memory for the structures of the last file that this thread read.
    static SPARE: Cell<Structure> = Cell::default();
}

/// The structure of one text. The memory is used again for the next text.
#[derive(Default)]
pub struct Structure {
    marks: Marks,
    /// The quotes and backslashes of every 64 bytes of the text.
    quote_bits: Vec<QuoteBits>,
    /// Whether some string has an escape that may spell a letter.
    has_unicode_escapes: bool,
}

impl Structure {
    /// Does some work with a structure whose memory is kept from file to file.
    pub fn with_spare(work: impl FnOnce(&mut Structure)) {
        let mut structure = SPARE.take();
        work(&mut structure);
        if structure.marks.memory() + structure.quote_bits.capacity() * size_of::<QuoteBits>() <= KEPT_BYTES {
            SPARE.set(structure);
        }
    }

    /// Finds the structure of a text of less than 4 GiB.
    pub fn find(&mut self, text: &[u8]) -> Result<(), JsonError> {
        match self.find_brackets(text) {
            // Everything that is not ASCII is in this range, so the text is UTF-8 if the range is.
            Ok(Some((first, last))) if std::str::from_utf8(&text[first..=last]).is_err() => Err(JsonError::NotUtf8 { broken: false }),
            Ok(_) => Ok(()),
            Err(_) if std::str::from_utf8(text).is_err() => Err(JsonError::NotUtf8 { broken: true }),
            Err(error) => Err(error),
        }
    }

    /// Goes on with a document that a text begins with: the text has the bytes of before and more,
    /// or is whole. Returns the length of the document where it is sound and ends in the text; then
    /// the structure is its own. A line break in a string is an error here: it may be that
    /// a quote is missing, and what follows are other documents.
    pub fn find_document(&mut self, document: &mut Unfinished, text: &[u8], is_all: bool) -> Result<Option<usize>, JsonError> {
        let scanned = if is_all { text.len() } else { text.len() / 64 * 64 };
        let end = self.marks.find_end(document, &text[..scanned], &mut self.quote_bits)?;
        let Some(length) = end.map(|last| last + 1) else {
            return Ok(None);
        };
        self.has_unicode_escapes = document.scan.has_unicode_escapes;
        self.quote_bits.truncate(length.div_ceil(64));
        if let Some(last) = self.quote_bits.last_mut().filter(|_| length % 64 != 0) {
            last.quotes &= !(!0u64 << (length % 64));
            last.backslashes &= !(!0u64 << (length % 64));
        }
        match document.scan.not_ascii {
            Some((first, last)) if first < length && std::str::from_utf8(&text[first..length.min(last + 1)]).is_err() => {
                Err(JsonError::NotUtf8 { broken: false })
            }
            _ => Ok(Some(length)),
        }
    }

    /// Finds the marks, and returns the places of the first and the last byte that is not ASCII.
    fn find_brackets(&mut self, text: &[u8]) -> Result<Option<(usize, usize)>, JsonError> {
        let first = text.iter().position(|byte| !is_blank(*byte)).ok_or(JsonError::Broken)?;
        if !matches!(text[first], b'{' | b'[') {
            return Err(JsonError::Broken);
        }
        let Scan {
            ends_in_string,
            not_ascii,
            has_unicode_escapes,
            ..
        } = self.marks.find(text, &mut self.quote_bits)?;
        self.has_unicode_escapes = has_unicode_escapes;
        let closed_at = self.marks.last_place();
        let is_sound = !ends_in_string && text[closed_at + 1..].iter().all(|byte| is_blank(*byte));
        if is_sound { Ok(not_ascii) } else { Err(JsonError::Broken) }
    }

    /// The colons and brackets.
    #[inline(always)]
    pub(crate) fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether some string has an escape that may spell a letter.
    #[inline(always)]
    pub(crate) fn has_unicode_escapes(&self) -> bool {
        self.has_unicode_escapes
    }

    /// Whether a key of at most 30 letters that ends before this place may have an escape that
    /// spells a letter. Behind its last escape such a key has at most 30 plain letters, so that
    /// escape is among the last 64 bytes.
    #[inline(always)]
    pub(crate) fn may_have_unicode_escape(&self, until: usize) -> bool {
        self.has_unicode_escapes && self.has_backslash(until.saturating_sub(64), until)
    }

    /// The next quote that ends or begins a string, at `from` or later.
    #[inline]
    pub(crate) fn quote_from(&self, from: usize) -> Option<usize> {
        let mut number = from / 64;
        let mut bits = self.quote_bits.get(number)?.quotes & (!0u64 << (from % 64));
        while bits == 0 {
            number += 1;
            bits = self.quote_bits.get(number)?.quotes;
        }
        Some(number * 64 + bits.trailing_zeros() as usize)
    }

    /// The string that begins at `first`: the place of its closing quote, and whether it has
    /// backslashes.
    #[inline(always)]
    pub(crate) fn string_from(&self, first: usize) -> Option<(usize, bool)> {
        let (number, offset) = (first / 64, first % 64);
        let word = self.quote_bits.get(number)?;
        let after = self.quote_bits.get(number + 1).copied().unwrap_or_default();
        // The 64 bytes from `first` on, put together from two blocks. Most strings that are asked
        // for end within them.
        let window = |word: u64, after: u64| word >> offset | after << 1 << (63 - offset);
        let quotes = window(word.quotes, after.quotes);
        if quotes != 0 {
            let before_quote = quotes & quotes.wrapping_neg();
            let escaped = window(word.backslashes, after.backslashes) & (before_quote - 1) != 0;
            return Some((first + quotes.trailing_zeros() as usize, escaped));
        }
        let quote = self.quote_from(first)?;
        Some((quote, self.has_backslash(first, quote)))
    }

    /// The string whose closing quote is at `last`: the place of its first byte, and whether it has
    /// backslashes.
    #[inline(always)]
    pub(crate) fn string_until(&self, last: usize) -> Option<(usize, bool)> {
        let (number, offset) = (last / 64, last % 64);
        let word = self.quote_bits.get(number)?;
        let before = self.quote_bits.get(number.wrapping_sub(1)).copied().unwrap_or_default();
        // The 64 bytes that end with `last`, which is the top bit, put together from two blocks.
        // Nearly all keys begin within them.
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

    /// The last quote before `until` that ends or begins a string.
    #[cold]
    fn quote_before(&self, until: usize) -> Option<usize> {
        let mut number = until / 64;
        let mut bits = self.quote_bits.get(number)?.quotes & !(!0u64 << (until % 64));
        while bits == 0 {
            number = number.checked_sub(1)?;
            bits = self.quote_bits.get(number)?.quotes;
        }
        Some(number * 64 + 63 - bits.leading_zeros() as usize)
    }

    /// Whether there is a backslash between two places.
    #[inline]
    pub(crate) fn has_backslash(&self, from: usize, until: usize) -> bool {
        let mut from = from;
        while from < until {
            let bits = self.quote_bits.get(from / 64).map_or(0, |word| word.backslashes) & (!0u64 << (from % 64));
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

/// Whether JSON calls this byte whitespace.
#[inline(always)]
pub fn is_blank(byte: u8) -> bool {
    // Nearly all bytes are not, and one comparison tells.
    byte <= b' ' && matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &[u8]) -> Result<(), JsonError> {
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
            assert_eq!(find(text.as_bytes()), Err(JsonError::Broken), "{text}");
        }
    }

    #[test]
    fn the_129th_level_is_too_deep_and_the_128th_is_not() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert_eq!(find(&nested(128)), Ok(()));
        assert_eq!(find(&nested(129)), Err(JsonError::TooDeep));
    }

    #[test]
    fn a_byte_that_is_no_utf8_is_a_fault_of_its_own() {
        assert_eq!(find(b"{\"a\":\"\xff\"}"), Err(JsonError::NotUtf8 { broken: false }));
        assert_eq!(find(b"{\"a\":\"\xc3"), Err(JsonError::NotUtf8 { broken: true }));
        assert_eq!(find("{\"a\":\"Zürich, 東京\"}".as_bytes()), Ok(()));
        // A character that is cut short by ASCII, far from the next one that is not.
        assert_eq!(find(format!("{{\"a\":\"{}\"}}", "ü").replace('ü', "x").as_bytes()), Ok(()));
        assert_eq!(
            find(&[b"{\"a\":\"\xc3", [b'x'; 100].as_slice(), "ü\"}".as_bytes()].concat()),
            Err(JsonError::NotUtf8 { broken: false })
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
