//! A GUID as 16 bytes whose order is the order of its text.

use std::fmt;

/// A GUID. Ordered like its lower case text, so that sorting ids and sorting strings are the same thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

/// Where the text of a GUID has its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl Guid {
    /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in any case; nothing else is a GUID.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Guid> {
        if text.len() != 36 || DASHES.iter().any(|&at| text[at] != b'-') {
            return None;
        }
        let mut bits = 0u128;
        let mut bad = 0u8;
        for range in [0..8, 9..13, 14..18, 19..23, 24..36] {
            for &byte in &text[range] {
                let digit = HEX[byte as usize];
                bad |= digit;
                bits = bits << 4 | u128::from(digit & 15);
            }
        }
        (bad & 0x80 == 0).then_some(Guid(bits))
    }

    /// The lower case text, 36 bytes of ASCII.
    pub fn text(self) -> [u8; 36] {
        let mut out = [b'-'; 36];
        let mut shift = 124;
        for (at, byte) in out.iter_mut().enumerate() {
            if !DASHES.contains(&at) {
                *byte = b"0123456789abcdef"[(self.0 >> shift & 15) as usize];
                shift = if shift >= 4 { shift - 4 } else { 0 };
            }
        }
        out
    }

    /// The bytes of the id, most significant first: what hashes are made of.
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

/// Value of a hexadecimal digit; 0x80 for every other byte.
static HEX: [u8; 256] = {
    let mut table = [0x80u8; 256];
    let mut at = 0;
    while at < 10 {
        table[b'0' as usize + at] = at as u8;
        at += 1;
    }
    at = 0;
    while at < 6 {
        table[b'a' as usize + at] = 10 + at as u8;
        table[b'A' as usize + at] = 10 + at as u8;
        at += 1;
    }
    table
};

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
