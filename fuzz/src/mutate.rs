//! Changes bytes: a little, in structure, or by mixing inputs. The same seed gives the same
//! changes.

/// Pieces that mean something to some reader.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\\"",
    "\\u0000",
    "\\ud800",
    "\\",
    ":",
    ",",
    ",,",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\u{feff}",
    "\u{0}",
    "null",
    "true",
    "0",
    "-1",
    "1e9",
    "50126",
    "99999999999999999999",
    "[]",
    "{}",
    "\"\"",
    "{\"value\":[",
    "]}",
    "{\"records\":[",
    "\"@odata.nextLink\":\"x\",",
    "\"tenantId\":\"8a4de8b5-095c-47d0-a96f-a75130c61d53\",",
    "8a4de8b5-095c-47d0-a96f-a75130c61d53",
    "2026-09-01T08:00:00Z",
    "1/9/2026 10:41:00 AM +01:00",
    "9999-12-31T23:59:59.9999999+14:00",
    "0001-01-01",
    "\"category\":\"SignInLogs\",",
    "\"id\":null,",
    "SkuId=",
    "u1",
    "é",
    "\u{10ffff}",
    "\"properties\":\"{\\\"id\\\":1}\",",
    ";",
    "|",
    "'",
    "/",
    "Z",
    "+00:00",
];

/// A source of chance and what it does to bytes.
pub struct Mutator {
    state: u64,
}

impl Mutator {
    pub fn new(seed: u64) -> Mutator {
        Mutator {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// A number below `end`; 0 where `end` is 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }

    /// One of some inputs, changed one to eight times.
    pub fn mutated(&mut self, inputs: &[Vec<u8>], most: usize) -> Vec<u8> {
        let first = self.below(inputs.len());
        let mut bytes = inputs.get(first).cloned().unwrap_or_default();
        for _ in 0..=self.below(8) {
            let other = self.below(inputs.len());
            self.change(&mut bytes, inputs.get(other).map_or(&[], Vec::as_slice));
        }
        bytes.truncate(most);
        bytes
    }

    /// A range of at most `most` bytes within so many.
    fn range(&mut self, length: usize, most: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        let to = from + self.below(most.min(length - from) + 1);
        from..to
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let length = bytes.len();
        match self.below(11) {
            0 if length > 0 => {
                let at = self.below(length);
                bytes[at] ^= 1 << self.below(8);
            }
            1 if length > 0 => {
                let at = self.below(length);
                bytes[at] = self.next() as u8;
            }
            2 => {
                let range = self.range(length, 64);
                bytes.drain(range);
            }
            3 => {
                let piece = PIECES[self.below(PIECES.len())].as_bytes().to_vec();
                let at = self.below(length + 1);
                bytes.splice(at..at, piece);
            }
            4 => {
                let range = self.range(length, 32);
                let piece = PIECES[self.below(PIECES.len())].as_bytes().to_vec();
                bytes.splice(range, piece);
            }
            5 => {
                let copied = bytes[self.range(length, 512)].to_vec();
                let at = self.below(length + 1);
                bytes.splice(at..at, copied);
            }
            6 => {
                let taken = other[self.range(other.len(), 512)].to_vec();
                let range = self.range(length, 512);
                bytes.splice(range, taken);
            }
            7 => bytes.truncate(self.below(length + 1)),
            8 => {
                // The same a hundred times: nesting, long rows, many quotes.
                let piece = PIECES[self.below(PIECES.len())].repeat(1 + self.below(200));
                let at = self.below(length + 1);
                bytes.splice(at..at, piece.into_bytes());
            }
            9 => {
                // Two lines change places.
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                let (one, two) = (self.below(lines.len()), self.below(lines.len()));
                if !lines.is_empty() {
                    lines.swap(one, two);
                }
                *bytes = lines.concat();
            }
            _ => {
                // A digit becomes another one: numbers, times, ids, lengths.
                let digits: Vec<usize> = (0..length).filter(|at| bytes[*at].is_ascii_digit()).collect();
                if let Some(at) = digits.get(self.below(digits.len())) {
                    bytes[*at] = b'0' + self.below(10) as u8;
                }
            }
        }
    }
}
