//! Sets of keys that a reader looks for. A key is compared from its end, the quote before the
//! colon, so that nobody has to find out where all the other keys begin.
//!
//! This is the one place where the names of members are folded. JSON tells names apart by case, and
//! so does [`Keys::of`]. But what Graph calls `userId` is `UserId` in its PowerShell modules:
//! [`Keys::in_any_case`] takes every case. That costs nothing, because a key is compared under a
//! mask, and the bit that tells a capital letter from a small one is left out of it.

/// How many bytes before a colon are looked at: the longest key with its quotes.
pub const WINDOW: usize = 32;

/// The bytes before a colon.
pub type Window = [u8; WINDOW];

/// A key that ends like the one before a colon.
#[derive(Clone, Copy)]
pub struct Candidate(u8);

/// The most keys of a set.
const MOST_KEYS: usize = 31;

/// The bit in which a capital letter and a small one differ.
const CASE: u8 = 0x20;

/// `N` keys of at least two ASCII letters.
pub struct Keys<const N: usize> {
    keys: [&'static str; N],
    in_any_case: bool,
    /// Each key with its quotes, as the last bytes of a window, and a mask with ones where these
    /// bytes are.
    spelled: [[u64; 4]; N],
    mask: [[u64; 4]; N],
    /// For each hash of the last three bytes before the closing quote, in any case, the number of a
    /// key, from 1.
    /// 0 where no key has the hash.
    first: [u8; 256],
    /// How the key of each number ends. Number 0 is no key: no bytes with a quote at their end are
    /// like it.
    tails: [Tail; MOST_KEYS + 1],
    /// The next key with the same hash.
    next: [u8; N],
}

/// How a key ends.
#[derive(Clone, Copy)]
struct Tail {
    /// Its last eight bytes with the quotes, and a mask with ones where these bytes are.
    spelled: u64,
    mask: u64,
    /// Whether another key has the same hash.
    has_next: bool,
}

impl<const N: usize> Keys<N> {
    /// Keys that are written exactly so.
    pub const fn of(keys: [&'static str; N]) -> Keys<N> {
        Keys::spelled(keys, false)
    }

    /// Keys whose letters may be capital or small.
    pub const fn in_any_case(keys: [&'static str; N]) -> Keys<N> {
        Keys::spelled(keys, true)
    }

    const fn spelled(keys: [&'static str; N], in_any_case: bool) -> Keys<N> {
        assert!(N <= MOST_KEYS);
        let none = Tail {
            spelled: 0,
            mask: 0xff << 56,
            has_next: false,
        };
        let mut set = Keys {
            keys,
            in_any_case,
            spelled: [[0; 4]; N],
            mask: [[0; 4]; N],
            first: [0; 256],
            tails: [none; MOST_KEYS + 1],
            next: [0; N],
        };
        let mut number = 0;
        while number < N {
            let key = keys[number].as_bytes();
            assert!(key.len() >= 2 && key.len() + 2 <= WINDOW);
            let begin = WINDOW - 2 - key.len();
            let mut at = begin;
            while at < WINDOW {
                let byte = if at == begin || at == WINDOW - 1 {
                    b'"'
                } else {
                    key[at - begin - 1]
                };
                let mask = if in_any_case && byte.is_ascii_alphabetic() { !CASE } else { 0xff };
                set.spelled[number][at / 8] |= ((byte & mask) as u64) << (at % 8 * 8);
                set.mask[number][at / 8] |= (mask as u64) << (at % 8 * 8);
                at += 1;
            }
            let hash = Keys::<N>::hash(set.spelled[number][3]);
            set.next[number] = set.first[hash];
            set.first[hash] = number as u8 + 1;
            set.tails[number + 1] = Tail {
                spelled: set.spelled[number][3],
                mask: set.mask[number][3],
                has_next: set.next[number] != 0,
            };
            number += 1;
        }
        set
    }

    /// A hash, of eight bits, of the last three bytes before the closing quote, in any case.
    #[inline(always)]
    const fn hash(tail: u64) -> usize {
        const LETTERS: u32 = u32::from_le_bytes([!CASE, !CASE, !CASE, 0]);
        ((tail >> 32) as u32 & LETTERS).wrapping_mul(0x9e37_79b1) as usize >> 24
    }

    /// The first key that may end with these eight bytes. The last of them is a quote.
    #[inline(always)]
    pub fn candidate(&self, tail: u64) -> Option<Candidate> {
        let number = self.first[Keys::<N>::hash(tail)];
        if number == 0 {
            return None;
        }
        let known = &self.tails[number as usize % (MOST_KEYS + 1)];
        let differs = (tail ^ known.spelled) & known.mask != 0;
        (!differs | known.has_next).then_some(Candidate(number))
    }

    /// The number of the key that stands, with its quotes, at the end of the window: the candidate,
    /// or another key with the same hash.
    #[inline(always)]
    pub fn ending(&self, window: &Window, candidate: Candidate) -> Option<usize> {
        let word = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&window[at * 8..at * 8 + 8]);
            u64::from_le_bytes(bytes)
        };
        let mut number = candidate.0;
        while number != 0 {
            let (spelled, mask) = (&self.spelled[number as usize - 1], &self.mask[number as usize - 1]);
            // Most keys differ in the last eight bytes.
            let differs = |at: usize| (word(at) ^ spelled[at]) & mask[at];
            if differs(3) == 0 && differs(2) | differs(1) | differs(0) == 0 {
                return Some(number as usize - 1);
            }
            number = self.next[number as usize - 1];
        }
        None
    }

    /// The length of a key.
    #[inline(always)]
    pub fn length(&self, number: usize) -> usize {
        self.keys[number].len()
    }

    /// The number of this key.
    pub fn position(&self, key: &str) -> Option<usize> {
        let is_it = |known: &&str| *known == key || (self.in_any_case && known.eq_ignore_ascii_case(key));
        self.keys.iter().position(is_it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_with_the_window_whatever_stands_before_it() {
        const KEYS: Keys<5> = Keys::of(["id", "tenantId", "resourceTenantId", "abcdefghijklmnopqrstuvwxyz1234", "userId"]);
        let window = |text: &str| -> Window {
            let mut window = [b'"'; WINDOW];
            let text = &text.as_bytes()[text.len().saturating_sub(WINDOW)..];
            window[WINDOW - text.len()..].copy_from_slice(text);
            window
        };
        let ending = |text: &str| {
            let window = window(text);
            let tail = u64::from_le_bytes(*window.last_chunk().unwrap());
            KEYS.ending(&window, KEYS.candidate(tail)?)
        };
        for (number, key) in KEYS.keys.iter().enumerate() {
            assert_eq!(KEYS.position(key), Some(number));
            assert_eq!(KEYS.length(number), key.len());
            assert_eq!(ending(&format!("{{\"{key}\"")), Some(number), "{key}");
            assert_eq!(ending(&format!("\"x\":\"y\",\n \"{key}\"")), Some(number), "{key}");
        }
        for other in [
            "\"Id\"",
            "\"myid\"",
            "\"omeTenantId\"",
            "\"bbcdefghijklmnopqrstuvwxyz1234\"",
            "\"tenantid\"",
        ] {
            assert_eq!(ending(other), None, "{other}");
        }
    }

    #[test]
    fn letters_may_be_capital_or_small_and_nothing_else_may_differ() {
        const KEYS: Keys<3> = Keys::in_any_case(["id", "skuId", "left_on"]);
        let ending = |text: &str| {
            let mut window = [b' '; WINDOW];
            window[WINDOW - text.len()..].copy_from_slice(text.as_bytes());
            KEYS.ending(&window, KEYS.candidate(u64::from_le_bytes(*window.last_chunk().unwrap()))?)
        };
        for (number, spelled) in [
            (0, "id"),
            (0, "Id"),
            (0, "ID"),
            (1, "SkuId"),
            (1, "SKUID"),
            (1, "skuId"),
            (2, "Left_On"),
        ] {
            assert_eq!(ending(&format!("{{\"{spelled}\"")), Some(number), "{spelled}");
            assert_eq!(KEYS.position(spelled), Some(number), "{spelled}");
        }
        for other in ["\"kuId\"", "\"left\u{7f}on\"", "\"\tId\"", "\"i$\""] {
            assert_eq!(ending(other), None, "{other:?}");
        }
    }
}
