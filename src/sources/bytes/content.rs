//! The content of a raw file: its bytes, inflated, and as text in UTF-8 without a byte order mark,
//! whatever encoding it is written in.
//!
//! The first bytes decide once for the whole file, so that a file in UTF-8 pays nothing.
//!
//! | encoding | how it is told | who writes it |
//! |---|---|---|
//! | UTF-8 | it begins like JSON, has a byte order mark, or nothing else fits | nearly everybody |
//! | UTF-16, little or big endian | a byte order mark, or zeros in every second byte | `>` and `Out-File` of Windows PowerShell, "Unicode text" of Excel |
//! | Windows-1252 | a text that is no JSON and has no mark, whose first byte beyond ASCII is a letter there and no UTF-8 | CSV of Excel and of Windows PowerShell |
//!
//! An Avro file as event hubs capture them is the bodies of its events, each a line (`avro.rs`).
//!
//! What is no character of the encoding becomes a byte that is no UTF-8 either (`transcoder.rs`), so
//! that the record around it is a reject and nothing is replaced in silence.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::sources::bytes::avro::{AVRO, Avro};
use crate::sources::bytes::decompress::Inflated;
use crate::sources::bytes::first_bytes::{PARQUET, is_utf16_big_endian, is_utf16_little_endian};
use crate::sources::bytes::input::{Input, Seekable};
use crate::sources::bytes::raw_input::ContentError;
use crate::sources::bytes::transcoder::Transcoder;

/// How much of a content is looked at to tell its encoding.
const LOOKED_AT: usize = 4096;
const UTF8_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// The content of a raw file.
pub struct Content<'a> {
    inflated: Inflated<'a>,
    /// How many bytes it may inflate to.
    limit: u64,
    encoding: Coding,
    started: bool,
    /// Decoded bytes that were read ahead and are still to be given.
    head: Vec<u8>,
    error: Option<ContentError>,
}

/// How the bytes are decoded.
enum Coding {
    /// They are given as they are.
    Plain,
    /// They are ASCII so far, and the first byte that is not decides.
    Undecided,
    Decoded(Transcoder),
    Events(Box<Avro>),
}

impl<'a> Content<'a> {
    /// Opens a file that may inflate to `limit` bytes.
    pub fn open(input: &'a mut dyn Input, limit: u64) -> Content<'a> {
        Content::of(Inflated::open(input, limit), limit)
    }

    /// The content of a file that is open.
    pub fn of(inflated: Inflated<'a>, limit: u64) -> Content<'a> {
        Content {
            inflated,
            limit,
            encoding: Coding::Plain,
            started: false,
            head: Vec::new(),
            error: None,
        }
    }

    /// The next `count` bytes, which are still to be read. Fewer at the end of the content, or
    /// before an error.
    pub fn peek(&mut self, count: usize) -> &[u8] {
        self.start_once();
        if matches!(self.encoding, Coding::Plain) && self.head.is_empty() {
            return self.inflated.peek(count);
        }
        let mut head = std::mem::take(&mut self.head);
        while head.len() < count && self.error.is_none() {
            let from = head.len();
            head.resize(count, 0);
            let read = self.decode(&mut head[from..]);
            head.truncate(from + read.unwrap_or(0));
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => self.error = Some(error),
            }
        }
        self.head = head;
        &self.head
    }

    /// Reads some bytes: 0 at the end. After an error it gives that error again.
    pub fn read(&mut self, out: &mut [u8]) -> Result<usize, ContentError> {
        self.start_once();
        if !self.head.is_empty() {
            let count = self.head.len().min(out.len());
            out[..count].copy_from_slice(&self.head[..count]);
            self.head.drain(..count);
            return Ok(count);
        }
        match self.error {
            Some(error) => Err(error),
            None => self.decode(out),
        }
    }

    /// The content of the file, to be read from any place: as it is, it is no text. That of a
    /// compressed file is in memory; `None` where it is more than `limit` bytes.
    pub fn into_seekable(self, limit: usize) -> Result<Option<Box<dyn Seekable + 'a>>, ContentError> {
        self.inflated.into_seekable(limit)
    }

    fn start_once(&mut self) {
        if self.started {
            return;
        }
        self.started = true;
        // Nearly every file is JSON in UTF-8, and is told by its first two bytes.
        if matches!(self.inflated.peek(2), [b'{' | b'[', second, ..] if *second != 0) {
            return;
        }
        if self.inflated.peek(AVRO.len()).starts_with(AVRO)
            && let Some(avro) = Avro::open(&mut self.inflated, self.limit)
        {
            self.encoding = Coding::Events(Box::new(avro));
            return;
        }
        let head = self.inflated.peek(LOOKED_AT);
        let head = &head[..head.len().min(LOOKED_AT)];
        if head.starts_with(&UTF8_MARK) {
            self.inflated.pass(UTF8_MARK.len());
        } else if is_utf16_little_endian(head) {
            self.encoding = Coding::Decoded(Transcoder::utf16(UTF_16LE));
        } else if is_utf16_big_endian(head) {
            self.encoding = Coding::Decoded(Transcoder::utf16(UTF_16BE));
        } else if may_be_table(head) {
            self.encoding = Coding::Undecided;
        }
    }

    fn decode(&mut self, out: &mut [u8]) -> Result<usize, ContentError> {
        match &mut self.encoding {
            Coding::Plain => return self.inflated.read(out),
            Coding::Decoded(transcoder) => return transcoder.read(&mut self.inflated, out),
            Coding::Events(avro) => return avro.read(&mut self.inflated, out),
            Coding::Undecided => {}
        }
        let count = self.inflated.read(out)?;
        let ascii = match out[..count].is_ascii() {
            true => count,
            false => out[..count].iter().take_while(|byte| byte.is_ascii()).count(),
        };
        self.inflated.give_back(&out[ascii..count]);
        if ascii > 0 || count == 0 {
            return Ok(ascii);
        }
        self.encoding = match is_western(self.inflated.peek(4)) {
            true => Coding::Decoded(Transcoder::of(WINDOWS_1252)),
            false => Coding::Plain,
        };
        self.decode(out)
    }
}

/// Whether a content may be a table in text: it does not begin like JSON, and has no control
/// characters.
fn may_be_table(head: &[u8]) -> bool {
    let is_text = |byte: &u8| *byte >= b' ' || byte.is_ascii_whitespace();
    !matches!(head.trim_ascii_start(), [b'{' | b'[', ..]) && !head.starts_with(PARQUET) && head.iter().all(is_text)
}

/// Whether bytes beyond ASCII begin with a letter or sign of Windows-1252 and with no character of
/// UTF-8. The last letter (`ÿ`) is a fault more often than it is meant.
fn is_western(bytes: &[u8]) -> bool {
    let is_utf8 = match std::str::from_utf8(&bytes[..bytes.len().min(4)]) {
        Ok(_) => true,
        // The character is whole and something follows it that is not, or the file ends within it.
        Err(error) => error.valid_up_to() > 0 || error.error_len().is_none(),
    };
    let is_letter = |byte: u8| !matches!(byte, 0x00..=0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0xff);
    !is_utf8 && bytes.first().is_some_and(|byte| is_letter(*byte))
}
