//! Strings of a JSON text, decoded on demand.

#[cfg(target_arch = "x86_64")]
use crate::sources::json::simd::equal_with_avx2;
use crate::sources::json::simd::{equal, escaped};

/// A string as it stands in the text, between its quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    pub(crate) raw: &'a [u8],
    pub(crate) escaped: bool,
}

impl<'a> Text<'a> {
    /// The bytes, if there are no escapes in them.
    pub fn plain(self) -> Option<&'a [u8]> {
        (!self.escaped).then_some(self.raw)
    }

    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Whether the text, decoded, is `other`.
    #[inline]
    pub fn is(self, text: &str) -> bool {
        match self.plain() {
            Some(plain) => plain == text.as_bytes(),
            None => self.decode(&mut String::new()) == Some(text),
        }
    }

    /// Appends the text with its escapes decoded. `None` where an escape is not one of JSON's; what
    /// was appended is then of no use.
    pub fn append_to(self, out: &mut String) -> Option<()> {
        let plain = std::str::from_utf8(self.raw).ok()?;
        if !self.escaped {
            // In a cell of a table a backslash is only a backslash.
            out.push_str(plain);
            return Some(());
        }
        let mut bytes = std::mem::take(out).into_bytes();
        self.append_escaped(&mut bytes)?;
        *out = String::from_utf8(bytes).ok()?;
        Some(())
    }

    /// The same for a text that has escapes and need not be UTF-8. What is appended need not be
    /// either.
    pub fn append_escaped(self, out: &mut Vec<u8>) -> Option<()> {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                // SAFETY: the machine was just asked for what the function is compiled for.
                return unsafe { append_with_avx2(self.raw, out) };
            }
        }
        append_blocks(self.raw, out, equal, kept_of)
    }

    /// The decoded text: borrowed if it has no escapes, else decoded into `buffer`.
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

/// The same, compiled for machines with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn append_with_avx2(raw: &[u8], out: &mut Vec<u8>) -> Option<()> {
    append_blocks(
        raw,
        out,
        |block, byte| equal_with_avx2(block, byte),
        |bytes, kept| {
            use std::arch::x86_64::{_mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_shuffle_epi8};
            let order = _mm_cvtsi64_si128(i64::from_le_bytes(KEPT[usize::from(kept)]));
            _mm_cvtsi128_si64(_mm_shuffle_epi8(_mm_cvtsi64_si128(bytes as i64), order)) as u64
        },
    )
}

/// For each choice among eight bytes: the places of the bytes that are kept, then places out of
/// range.
static KEPT: [[u8; 8]; 256] = {
    let mut orders = [[0x80; 8]; 256];
    let mut kept = 0;
    while kept < 256 {
        let (mut at, mut to) = (0, 0);
        while at < 8 {
            if kept >> at & 1 == 1 {
                orders[kept][to] = at as u8;
                to += 1;
            }
            at += 1;
        }
        kept += 1;
    }
    orders
};

/// The chosen bytes of eight, moved together.
fn kept_of(bytes: u64, kept: u8) -> u64 {
    let order = KEPT[usize::from(kept)];
    u64::from_le_bytes(order.map(|at| if at < 8 { (bytes >> (8 * at)) as u8 } else { 0 }))
}

/// Appends a text with its escapes decoded, 64 bytes at a time. JSON within a string has an escape
/// every dozen bytes, and nearly all of them stand for the byte that follows. So the backslashes of
/// a block are left out at once, without a branch for every byte.
#[inline(always)]
fn append_blocks(raw: &[u8], out: &mut Vec<u8>, equal: impl Fn(&[u8; 64], u8) -> u64, kept_of: impl Fn(u64, u8) -> u64) -> Option<()> {
    let (mut at, mut to) = (0, out.len());
    // An escape is longer than what it stands for. So everything fits, also a block that is written
    // as a whole.
    out.resize(to + raw.len() + 64, 0);
    while let Some(left) = raw.get(at..).filter(|left| !left.is_empty()) {
        let mut padded;
        let (block, mut length) = match left.first_chunk() {
            Some(block) => (block, 64),
            None => {
                padded = [0; 64];
                padded[..left.len()].copy_from_slice(left);
                (&padded, left.len())
            }
        };
        let backslashes = equal(block, b'\\');
        if backslashes == 0 {
            out[to..to + 64].copy_from_slice(block);
            (at, to) = (at + length, to + length);
            continue;
        }
        let escaped = escaped(backslashes, &mut 0);
        let escaping = backslashes & !escaped;
        let themselves = backslashes | equal(block, b'"') | equal(block, b'/');
        // An escape that stands for another letter, or for a byte of the next block, is decoded by
        // itself.
        let others = escaping & !(themselves >> 1);
        length = length.min(others.trailing_zeros() as usize);
        let kept = !escaping & u64::MAX.checked_shl(length as u32).map_or(u64::MAX, |beyond| !beyond);
        let (eights, _) = block.as_chunks::<8>();
        for (eight, kept) in eights.iter().zip(kept.to_le_bytes()) {
            let bytes = kept_of(u64::from_le_bytes(*eight), kept).to_le_bytes();
            out[to..to + 8].copy_from_slice(&bytes);
            to += kept.count_ones() as usize;
        }
        at += length;
        if others != 0 {
            let (letter, escape) = letter_of(&raw[at..])?;
            to += letter.encode_utf8(&mut out[to..]).len();
            at += escape;
        }
    }
    out.truncate(to);
    Some(())
}

/// The letter of an escape that begins with a backslash, and the length of the escape.
fn letter_of(escape: &[u8]) -> Option<(char, usize)> {
    let letter = match escape.get(1)? {
        letter @ (b'"' | b'\\' | b'/') => char::from(*letter),
        b'b' => '\x08',
        b'f' => '\x0c',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let (letter, length) = unicode_escape(&escape[2..])?;
            return Some((letter, 2 + length));
        }
        _ => return None,
    };
    Some((letter, 2))
}

/// The letter of an escape after its `\u`, and the length of the rest: 4 bytes, or 10 where two
/// escapes make one letter.
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

/// How many bytes are copied at a time.
pub const PIECE: usize = 16;

/// Copies the bytes before the first `stop`, or all of them, and returns how many they are. `to`
/// needs [`PIECE`] bytes more than that, which are overwritten. A search and then a copy would cost
/// more: there are mostly few bytes between two quotes or backslashes.
#[inline]
pub fn copy_until(from: &[u8], stop: u8, to: &mut [u8]) -> usize {
    const ONES: u128 = u128::MAX / 0xff;
    let mut at = 0;
    while let Some(piece) = from[at..].first_chunk::<PIECE>() {
        to[at..at + PIECE].copy_from_slice(piece);
        let differs = u128::from_le_bytes(*piece) ^ (ONES * u128::from(stop));
        // The lowest bit that is set belongs to the first `stop`.
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
        fn escapes_are_read_as_serde_json_reads_them(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "a", "long enough for more than sixteen bytes", "\u{e9}", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041",
                "\\u00e9", "\\ud83d\\ude00",
            ]), 0..40),
            end in proptest::sample::select(vec!["", "", "", "\\x", "\\u12", "\\u12g4", "\\u+123", "\\"]),
            after in 0usize..80,
        ) {
            let raw = format!("{}{end}{}", pieces.concat(), if end == "\\" { String::new() } else { " ".repeat(after) });
            let text = Text { raw: raw.as_bytes(), escaped: true };
            let mut decoded = String::from("before");
            let result = text.append_to(&mut decoded).map(|()| decoded);
            let expected = serde_json::from_str::<String>(&format!("\"{raw}\"")).ok();
            prop_assert_eq!(&result, &expected.map(|text| format!("before{text}")));
            let mut portable = b"before".to_vec();
            let result = result.map(String::into_bytes);
            prop_assert_eq!(append_blocks(raw.as_bytes(), &mut portable, equal, kept_of).map(|()| portable), result);
        }
    }
}
