//! Sets of keys that a reader looks for, told apart from most others by their last letters alone.

/// A set of keys, as what their last bytes tell: enough to pass over most other keys without looking where they begin.
#[derive(Clone, Copy)]
pub struct Keys {
    /// The hashes of the last three bytes before the closing quote, of which the opening one may be the first.
    tails: u64,
}

impl Keys {
    /// These keys, of ASCII letters and at least two long.
    pub const fn of(keys: &[&[u8]]) -> Keys {
        let mut tails = 0;
        let mut number = 0;
        while number < keys.len() {
            let key = keys[number];
            let length = key.len();
            let third = if length > 2 { key[length - 3] } else { b'"' };
            tails |= 1 << Keys::hash(third as u64 | (key[length - 2] as u64) << 8 | (key[length - 1] as u64) << 16);
            number += 1;
        }
        Keys { tails }
    }

    /// Any key.
    #[cfg(test)]
    pub const ANY: Keys = Keys { tails: !0 };

    /// Six bits of three bytes.
    const fn hash(tail: u64) -> u64 {
        (tail as u32).wrapping_mul(0x9e37_79b1) as u64 >> 26
    }

    /// `false` only where no key of the set ends right before this colon. What cannot be told here may be one: a blank before
    /// the colon, or a backslash within eight bytes: an escape that spells one of the last three letters begins there (`\u0064` is
    /// six long), and one before them leaves them as they are.
    #[inline(always)]
    pub fn may_end_at(self, text: &[u8], colon: usize) -> bool {
        let Some((word, b'"')) = colon
            .checked_sub(9)
            .and_then(|from| text.get(from..colon)?.split_first_chunk::<8>())
            .map(|(word, rest)| (word, rest[0]))
        else {
            return true;
        };
        let word = u64::from_le_bytes(*word);
        const ONES: u64 = 0x0101_0101_0101_0101;
        let differs = word ^ (ONES * b'\\' as u64);
        let has_backslash = differs.wrapping_sub(ONES) & !differs & (ONES << 7) != 0;
        has_backslash || self.tails >> Keys::hash(word >> 40) & 1 == 1
    }
}
