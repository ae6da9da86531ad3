//! GUIDs as numbers that sort like their texts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::digest::Hasher;

/// A GUID. It sorts like its lower case text, so that sorting ids and sorting strings give the same
/// order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Guid(pub u128);

/// The positions of the dashes in the text of a GUID.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl Guid {
    /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in any case; nothing else is a GUID.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Guid> {
        let text: &[u8; 36] = text.try_into().ok()?;
        if DASHES.iter().any(|&at| text[at] != b'-') {
            return None;
        }
        let mut digits = [0u8; 32];
        digits[..8].copy_from_slice(&text[..8]);
        digits[8..12].copy_from_slice(&text[9..13]);
        digits[12..16].copy_from_slice(&text[14..18]);
        digits[16..20].copy_from_slice(&text[19..23]);
        digits[20..].copy_from_slice(&text[24..]);
        let mut is_wrong = false;
        // No branch and no table, so that the compiler checks all digits at once in a register.
        for digit in &mut digits {
            let number = digit.wrapping_sub(b'0');
            let letter = (*digit | 0x20).wrapping_sub(b'a');
            is_wrong |= (number > 9) & (letter > 5);
            *digit = if number > 9 { letter.wrapping_add(10) } else { number };
        }
        let bytes = std::array::from_fn(|at| digits[2 * at] << 4 | digits[2 * at + 1] & 15);
        (!is_wrong).then_some(Guid(u128::from_be_bytes(bytes)))
    }

    /// Makes an id of names: the same names give the same id. It has the form of a UUID whose bits
    /// are its maker's own (version 8).
    pub fn of_names(names: &[&str]) -> Guid {
        let mut hasher = Hasher::new();
        names.iter().for_each(|name| {
            hasher.text(name);
        });
        Guid(hasher.finish().0 & !(0xf << 76 | 0b11 << 62) | 8 << 76 | 0b10 << 62)
    }

    /// Returns the lower case text: 36 bytes of ASCII.
    pub fn text(self) -> [u8; 36] {
        let bytes = self.bytes();
        let digits: [u8; 32] = std::array::from_fn(|at| {
            let digit = bytes[at / 2] >> (4 - at % 2 * 4) & 15;
            digit + if digit > 9 { b'a' - 10 } else { b'0' }
        });
        let mut out = [b'-'; 36];
        out[..8].copy_from_slice(&digits[..8]);
        out[9..13].copy_from_slice(&digits[8..12]);
        out[14..18].copy_from_slice(&digits[12..16]);
        out[19..23].copy_from_slice(&digits[16..20]);
        out[24..].copy_from_slice(&digits[20..]);
        out
    }

    /// Returns the bytes of the id, most significant first. Hashes are computed from these.
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(&self.text()))
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_names_is_a_uuid_that_follows_from_them() {
        let id = Guid::of_names(&["table", "adoption"]);
        assert_eq!(id, Guid::of_names(&["table", "adoption"]));
        assert!(id != Guid::of_names(&["table", "usage"]) && id != Guid::of_names(&["tablea", "doption"]));
        let text = id.to_string();
        assert_eq!(&text[14..15], "8");
        assert!("89ab".contains(&text[19..20]), "{text}");
    }
}
