//! Strings of a JSON text, decoded on demand.

/// A string as it stands in the text, between its quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    pub(super) raw: &'a [u8],
    pub(super) escaped: bool,
}

impl<'a> Text<'a> {
    /// The text itself where it has no escapes.
    pub fn plain(self) -> Option<&'a [u8]> {
        (!self.escaped).then_some(self.raw)
    }

    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Whether the decoded text is this one.
    #[inline]
    pub fn is(self, text: &str) -> bool {
        match self.plain() {
            Some(plain) => plain == text.as_bytes(),
            None => self.decode(&mut String::new()) == Some(text),
        }
    }

    /// Appends the text, its escapes decoded; `None` (and nothing of use appended) where an escape is none of JSON's.
    pub fn append_to(self, out: &mut String) -> Option<()> {
        let plain = std::str::from_utf8(self.raw).ok()?;
        if !self.escaped {
            // A cell of a table may have backslashes that are only that.
            out.push_str(plain);
            return Some(());
        }
        let mut bytes = std::mem::take(out).into_bytes();
        self.append_escaped(&mut bytes)?;
        *out = String::from_utf8(bytes).ok()?;
        Some(())
    }

    /// The same for a text that has escapes and need not be UTF-8: then what is appended is not either.
    pub fn append_escaped(self, out: &mut Vec<u8>) -> Option<()> {
        let (mut rest, mut to) = (self.raw, out.len());
        // An escape is longer than what it stands for, so it all fits, and a piece that is copied whole does too.
        out.resize(to + rest.len() + PIECE, 0);
        loop {
            let before = copy_until(rest, b'\\', &mut out[to..]);
            to += before;
            let [b'\\', escape, after @ ..] = &rest[before..] else {
                out.truncate(to);
                return (before == rest.len()).then_some(());
            };
            rest = after;
            out[to] = match escape {
                b'"' | b'\\' | b'/' => *escape,
                b'b' => 0x8,
                b'f' => 0xc,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'u' => {
                    let (letter, length) = unicode_escape(rest)?;
                    rest = &rest[length..];
                    to += letter.encode_utf8(&mut out[to..]).len();
                    continue;
                }
                _ => return None,
            };
            to += 1;
        }
    }

    /// The decoded text: borrowed where it has no escapes, else put into `buffer`.
    pub fn decode<'b>(self, buffer: &'b mut String) -> Option<&'b str>
    where
        'a: 'b,
    {
        if self.escaped {
            buffer.clear();
            self.append_to(buffer)?;
            Some(buffer)
        } else {
            std::str::from_utf8(self.raw).ok()
        }
    }
}

/// The letter of an escape after its `\u`, and how long the rest of it is: 4 bytes, or 10 where two escapes are one letter.
fn unicode_escape(rest: &[u8]) -> Option<(char, usize)> {
    let unit = hexadecimal(rest)?;
    if (0xd800..0xdc00).contains(&unit)
        && let Some(low) = rest[4..].strip_prefix(b"\\u").and_then(hexadecimal)
        && (0xdc00..0xe000).contains(&low)
    {
        return Some((char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?, 10));
    }
    Some((char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), 4))
}

fn hexadecimal(text: &[u8]) -> Option<u32> {
    text.first_chunk::<4>()?
        .iter()
        .try_fold(0, |sum, byte| Some(sum << 4 | char::from(*byte).to_digit(16)?))
}

/// How much is copied at a time.
pub const PIECE: usize = 16;

/// Copies what stands before the first `stop`, or all, and returns how long that is. `to` has to have [`PIECE`] bytes more than that; what is
/// in them then is of no use. What stands between two quotes or backslashes is mostly shorter than what a search and a copy cost.
#[inline]
pub fn copy_until(from: &[u8], stop: u8, to: &mut [u8]) -> usize {
    const ONES: u128 = u128::MAX / 0xff;
    let mut at = 0;
    while let Some(piece) = from[at..].first_chunk::<PIECE>() {
        to[at..at + PIECE].copy_from_slice(piece);
        let differs = u128::from_le_bytes(*piece) ^ (ONES * u128::from(stop));
        // The lowest bit that is set belongs to the first byte that is the one.
        let found = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += PIECE;
    }
    let tail = &from[at..];
    let before = tail.iter().position(|byte| *byte == stop).unwrap_or(tail.len());
    to[at..at + before].copy_from_slice(&tail[..before]);
    at + before
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_stands_before_a_byte_is_copied(text in proptest::collection::vec(proptest::sample::select(b"a\x5b\x5c\x5d\xdc\x00".to_vec()), 0..70)) {
            let mut out = vec![0; text.len() + PIECE];
            let length = copy_until(&text, b'\\', &mut out);
            prop_assert_eq!(length, text.iter().position(|byte| *byte == b'\\').unwrap_or(text.len()));
            prop_assert_eq!(&out[..length], &text[..length]);
        }

        #[test]
        fn escapes_are_read_as_serde_json_reads_them(pieces in proptest::collection::vec(proptest::sample::select(vec![
            "a", "long enough for more than sixteen bytes", "\u{e9}", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9",
            "\\ud83d\\ude00", "\\x", "\\u12", "\\u12g4", "\\u+123",
        ]), 0..12)) {
            let raw = pieces.concat();
            let text = Text { raw: raw.as_bytes(), escaped: true };
            let mut decoded = String::new();
            let result = text.append_to(&mut decoded).map(|()| decoded);
            prop_assert_eq!(result, serde_json::from_str::<String>(&format!("\"{raw}\"")).ok());
        }
    }
}
