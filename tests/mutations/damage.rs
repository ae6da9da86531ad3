//! What happens to bytes: some are flipped, deleted, inserted, doubled, or the file ends there.

use proptest::prelude::*;
use proptest::sample::Index;

/// Pieces that mean something to some reader.
const PIECES: &[&str] = &[
    "{", "}", "[", "]", "\"", "\\", ":", ",", ";", "\t", "\n", "\r\n", " ", "\u{feff}", "\0", "null", "0", "[]", "{}", "\"\"", "/", "x",
];

/// One damage.
#[derive(Clone, Debug)]
pub enum Damage {
    Flip(Index, u8),
    Delete(Index, usize),
    Insert(Index, &'static str),
    Double(Index, usize),
    Cut(Index),
}

/// One to three damages.
pub fn some() -> impl Strategy<Value = Vec<Damage>> {
    let at = any::<Index>;
    let damage = prop_oneof![
        4 => (at(), 0..8u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        3 => (at(), prop_oneof![3 => Just(1), 1 => 2..60usize]).prop_map(|(at, length)| Damage::Delete(at, length)),
        3 => (at(), proptest::sample::select(PIECES)).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        2 => (at(), prop_oneof![1 => Just(1), 1 => 2..300usize]).prop_map(|(at, length)| Damage::Double(at, length)),
        1 => at().prop_map(Damage::Cut),
    ];
    proptest::collection::vec(damage, 1..4)
}

impl Damage {
    /// The bytes after some damages, one after the other.
    pub fn all_on(damages: &[Damage], bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for damage in damages {
            damage.on(&mut bytes);
        }
        bytes
    }

    fn on(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let until = |from: usize, count: usize| (from + count).min(length);
        match self {
            Damage::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Damage::Delete(at, count) => {
                let from = at.index(length);
                bytes.drain(from..until(from, *count));
            }
            Damage::Insert(at, piece) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, piece.bytes());
            }
            Damage::Double(at, count) => {
                let from = at.index(length);
                let copy = bytes[from..until(from, *count)].to_vec();
                bytes.splice(from..from, copy);
            }
            Damage::Cut(at) => bytes.truncate(at.index(length)),
        }
    }
}
