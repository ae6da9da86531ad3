//! Turns text in another encoding into UTF-8, piece by piece.
//!
//! What is no character of the encoding becomes a byte that is no UTF-8 either. So does U+0A00, which
//! no language has: it is a line end whose bytes are swapped, where a byte is missing in a text of
//! UTF-16, and the records behind it would be one field of a table.
//!
//! Nearly all of a log is ASCII. In UTF-16 it takes half of the bytes away, which is done here; the
//! library decodes what stands between.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE};

use crate::sources::bytes::decompress::Inflated;
use crate::sources::bytes::raw_input::{CHUNK_BYTES, ContentError};

/// A byte that is never in UTF-8.
const NO_CHARACTER: u8 = 0xff;
/// U+0A00 in UTF-8.
const SWAPPED_LINE_END: [u8; 3] = [0xe0, 0xa8, 0x80];
/// How many units of UTF-16 are narrowed at once.
const UNITS: usize = 16;

/// Decodes a text.
pub struct Transcoder {
    decoder: Decoder,
    /// How ASCII is told from the rest, in UTF-16.
    ascii: Option<Utf16>,
    /// Whether the decoder waits for nothing: no half of a character, no byte order mark.
    is_idle: bool,
    /// What was read of the file, and from where to where it was not decoded.
    raw: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// What the library has decoded, and how much of that was given.
    decoded: Vec<u8>,
    given: usize,
}

/// The order of the bytes of a unit.
#[derive(Clone, Copy)]
struct Utf16 {
    is_big_endian: bool,
}

impl Transcoder {
    pub fn of(encoding: &'static Encoding) -> Transcoder {
        Transcoder {
            decoder: encoding.new_decoder_with_bom_removal(),
            ascii: None,
            is_idle: false,
            raw: vec![0; CHUNK_BYTES],
            start: 0,
            end: 0,
            ended: false,
            decoded: Vec::new(),
            given: 0,
        }
    }

    /// One of the two kinds of UTF-16.
    pub fn utf16(encoding: &'static Encoding) -> Transcoder {
        Transcoder {
            ascii: Some(Utf16 {
                is_big_endian: encoding == UTF_16BE,
            }),
            ..Transcoder::of(encoding)
        }
    }

    /// Gives the next bytes: 0 at the end.
    pub fn read(&mut self, from: &mut Inflated<'_>, out: &mut [u8]) -> Result<usize, ContentError> {
        let mut written = 0;
        loop {
            let rest = &self.decoded[self.given..];
            let count = rest.len().min(out.len() - written);
            out[written..written + count].copy_from_slice(&rest[..count]);
            self.given += count;
            written += count;
            if written == out.len() {
                return Ok(written);
            }
            if self.whole() == 0 {
                if written > 0 || self.ended {
                    return Ok(written);
                }
                self.read_more(from)?;
                continue;
            }
            if let Some(ascii) = self.ascii.filter(|_| self.is_idle) {
                let units = ascii.narrow(&self.raw[self.start..self.end], &mut out[written..]);
                self.start += 2 * units;
                written += units;
                if written == out.len() || self.whole() == 0 {
                    continue;
                }
            }
            self.decode_next();
        }
    }

    /// How many bytes there are to be decoded: whole units, but at the end of the file.
    fn whole(&self) -> usize {
        let count = self.end - self.start;
        match self.ascii {
            Some(_) if !self.ended => count / 2 * 2,
            _ => count,
        }
    }

    fn read_more(&mut self, from: &mut Inflated<'_>) -> Result<(), ContentError> {
        self.raw.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let count = from.read(&mut self.raw[self.end..])?;
        self.end += count;
        self.ended = count == 0;
        if self.ended && self.end == 0 {
            // The file may end within a character.
            self.decode(0);
        }
        Ok(())
    }

    /// Lets the library decode what comes next. In UTF-16 that is up to the next unit of ASCII: what
    /// comes before it is complete then.
    fn decode_next(&mut self) {
        let whole = self.whole();
        let Some(ascii) = self.ascii else { return self.decode(whole) };
        let units = self.raw[self.start..self.start + whole].chunks(2);
        let others = units.clone().take_while(|unit| ascii.of(unit).is_none()).count();
        self.is_idle = others < units.len();
        self.decode(whole.min(2 * (others + 1)));
    }

    /// Decodes so many bytes, all that there are at the end of the file.
    fn decode(&mut self, count: usize) {
        self.given = 0;
        // No character takes more than three bytes for each of its own.
        self.decoded.resize(3 * count + 16, 0);
        let end = self.start + count;
        let is_last = self.ended && end == self.end;
        let mut written = 0;
        loop {
            let (result, read, decoded) =
                self.decoder
                    .decode_to_utf8_without_replacement(&self.raw[self.start..end], &mut self.decoded[written..], is_last);
            self.start += read;
            written += decoded;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::Malformed(..) => {
                    if written == self.decoded.len() {
                        self.decoded.push(0);
                    }
                    self.decoded[written] = NO_CHARACTER;
                    written += 1;
                }
                DecoderResult::OutputFull => self.decoded.resize(self.decoded.len() + CHUNK_BYTES, 0),
            }
        }
        self.decoded.truncate(written);
        // A character is never cut between two pieces.
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(&self.decoded[at..], &SWAPPED_LINE_END) {
            self.decoded[at + found..at + found + SWAPPED_LINE_END.len()].fill(NO_CHARACTER);
            at += found + SWAPPED_LINE_END.len();
        }
    }
}

impl Utf16 {
    /// The character of a unit, where it is ASCII.
    fn of(self, unit: &[u8]) -> Option<u8> {
        match (unit, self.is_big_endian) {
            ([low, 0], false) | ([0, low], true) if low.is_ascii() => Some(*low),
            _ => None,
        }
    }

    /// Narrows the units of ASCII that a text begins with, and returns how many there are.
    fn narrow(self, text: &[u8], out: &mut [u8]) -> usize {
        let mut narrowed = 0;
        for (units, out) in text.as_chunks::<{ 2 * UNITS }>().0.iter().zip(out.as_chunks_mut::<UNITS>().0) {
            let units: [u16; UNITS] = std::array::from_fn(|at| {
                let unit = [units[2 * at], units[2 * at + 1]];
                if self.is_big_endian {
                    u16::from_be_bytes(unit)
                } else {
                    u16::from_le_bytes(unit)
                }
            });
            if units.iter().fold(0, |all, unit| all | unit) > 0x7f {
                break;
            }
            *out = units.map(|unit| unit as u8);
            narrowed += UNITS;
        }
        let rest = text[2 * narrowed..].chunks(2).zip(&mut out[narrowed..]);
        for (unit, out) in rest {
            let Some(character) = self.of(unit) else { break };
            *out = character;
            narrowed += 1;
        }
        narrowed
    }
}
