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
        let mut rest = self.raw;
        out.reserve(rest.len());
        loop {
            rest = &rest[append_until(out, rest, b'\\')..];
            let [b'\\', escape, after @ ..] = rest else {
                return rest.is_empty().then_some(());
            };
            rest = after;
            let plain = match escape {
                b'"' | b'\\' | b'/' => *escape,
                b'b' => 0x8,
                b'f' => 0xc,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'u' => {
                    let (letter, length) = unicode_escape(rest)?;
                    rest = &rest[length..];
                    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                    continue;
                }
                _ => return None,
            };
            out.push(plain);
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

/// Appends what stands before the first `stop`, or all, and returns how long that is. Sixteen bytes at a time: what stands between two quotes
/// or backslashes is mostly shorter than what a search and a copy cost.
#[inline]
pub fn append_until(out: &mut Vec<u8>, text: &[u8], stop: u8) -> usize {
    const ONES: u128 = u128::MAX / 0xff;
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk::<16>() {
        out.extend_from_slice(chunk);
        let differs = u128::from_le_bytes(*chunk) ^ (ONES * u128::from(stop));
        // The lowest bit that is set belongs to the first byte that is the one.
        let found = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
        if found != 0 {
            let before = found.trailing_zeros() as usize / 8;
            out.truncate(out.len() - 16 + before);
            return at + before;
        }
        at += 16;
    }
    let tail = &text[at..];
    let before = tail.iter().position(|byte| *byte == stop).unwrap_or(tail.len());
    out.extend_from_slice(&tail[..before]);
    at + before
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_stands_before_a_byte_is_appended(text in proptest::collection::vec(proptest::sample::select(b"a\x5b\x5c\x5d\xdc\x00".to_vec()), 0..70)) {
            let mut out = b"before".to_vec();
            let length = append_until(&mut out, &text, b'\\');
            prop_assert_eq!(length, text.iter().position(|byte| *byte == b'\\').unwrap_or(text.len()));
            prop_assert_eq!(out, [b"before", &text[..length]].concat());
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
