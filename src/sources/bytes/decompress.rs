//! The bytes of a file, inflated: plain, gzip or zstd, told apart by their first bytes and never by
//! the name.
//!
//! A stream that breaks gives everything that could be inflated before it broke, and then the
//! error. Which bytes those are depends on the stream alone, not on the sizes of reads. gzip files
//! of several members and zstd files of several frames are one content; zeros after the last gzip
//! member are padding. A file that inflates to more than the limit is a bomb: it gives the bytes up
//! to the limit, then the error.

use std::io::Cursor;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use crate::sources::bytes::gzip::{GZIP, Whole};
use crate::sources::bytes::input::{Input, Seekable};
use crate::sources::bytes::raw_input::{CHUNK_BYTES, ContentError, RawInput};

/// A gzip file up to this size is inflated in memory in one call, if its content is no larger than
/// this.
const WHOLE_FILE_BYTES: usize = 4 << 20;
const WHOLE_CONTENT_BYTES: usize = 32 << 20;
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The bytes of a file, inflated.
pub struct Inflated<'a> {
    raw: RawInput<'a>,
    compression: Compression,
    /// Bytes that were read ahead and are still to be given.
    head: Vec<u8>,
    started: bool,
    /// How many more bytes may be inflated.
    allowance: u64,
    error: Option<ContentError>,
    /// The largest gzip file that is inflated in one call.
    most_at_once: usize,
}

enum Compression {
    Plain,
    /// The whole content, inflated in one call.
    Whole(Whole),
    Gzip {
        stream: Box<Decompress>,
        between_members: bool,
    },
    Zstd {
        stream: Box<Decoder<'static>>,
        hint: usize,
        between_frames: bool,
    },
}

impl<'a> Inflated<'a> {
    /// Opens a file that may inflate to `limit` bytes.
    pub fn open(input: &'a mut dyn Input, limit: u64) -> Inflated<'a> {
        let raw = RawInput::new(input);
        Inflated {
            raw,
            compression: Compression::Plain,
            head: Vec::new(),
            started: false,
            allowance: limit,
            error: None,
            most_at_once: WHOLE_FILE_BYTES,
        }
    }

    /// The same, but inflated as a stream whatever its size.
    #[cfg(test)]
    pub fn open_stream(input: &'a mut dyn Input, limit: u64) -> Inflated<'a> {
        Inflated {
            most_at_once: 0,
            ..Inflated::open(input, limit)
        }
    }

    /// The next `count` bytes, which are still to be read. Fewer at the end of the content, or
    /// before an error.
    pub fn peek(&mut self, count: usize) -> &[u8] {
        self.start_once();
        let mut head = std::mem::take(&mut self.head);
        while head.len() < count && self.error.is_none() {
            let from = head.len();
            head.resize(count, 0);
            let read = self.read_content(&mut head[from..]);
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

    /// Passes over so many bytes that were peeked.
    pub fn pass(&mut self, count: usize) {
        self.head.drain(..count.min(self.head.len()));
    }

    /// Takes back bytes that were read last: they are still to be given.
    pub fn give_back(&mut self, bytes: &[u8]) {
        self.head.splice(..0, bytes.iter().copied());
    }

    /// The bytes of the file, to be read from any place. Those of a compressed file are in memory;
    /// `None` where they are more than `limit`.
    pub fn into_seekable(mut self, limit: usize) -> Result<Option<Box<dyn Seekable + 'a>>, ContentError> {
        self.start_once();
        if matches!(self.compression, Compression::Plain) && self.raw.input.seekable().is_some() {
            return Ok(self.raw.input.seekable().map(|file| Box::new(file) as Box<dyn Seekable>));
        }
        let mut bytes = Vec::new();
        loop {
            let length = bytes.len();
            if length > limit {
                return Ok(None);
            }
            bytes.resize(length + CHUNK_BYTES, 0);
            let read = self.read(&mut bytes[length..])?;
            bytes.truncate(length + read);
            if read == 0 {
                return Ok(Some(Box::new(Cursor::new(bytes))));
            }
        }
    }

    fn start_once(&mut self) {
        if !self.started {
            self.started = true;
            if let Err(error) = self.start() {
                self.error = Some(error);
            }
        }
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
            None => self.read_content(out),
        }
    }

    fn start(&mut self) -> Result<(), ContentError> {
        // Only as many bytes as are needed to recognise gzip and zstd: a plain file is read without
        // a buffer from there on.
        let mut first = [0u8; 4];
        let mut length = 0;
        while length < first.len() {
            match self.raw.read_input(&mut first[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) => {
                    self.head.extend_from_slice(&first[..length]);
                    return Err(error);
                }
            }
        }
        let first = &first[..length];
        if first.starts_with(&GZIP) {
            self.compression = Compression::Gzip {
                stream: Box::new(Decompress::new_gzip(15)),
                between_members: true,
            };
        } else if first == ZSTD || matches!(first, [0x50..=0x5f, 0x2a, 0x4d, 0x18]) {
            let stream = Decoder::new().map_err(|_| ContentError::Unreadable)?;
            self.compression = Compression::Zstd {
                stream: Box::new(stream),
                hint: CHUNK_BYTES,
                between_frames: true,
            };
        }
        if matches!(self.compression, Compression::Plain) {
            self.head.extend_from_slice(first);
            return Ok(());
        }
        self.raw.buffer.extend_from_slice(first);
        self.raw.end = first.len();
        if let Some(whole) = self.whole() {
            self.compression = Compression::Whole(whole);
        }
        Ok(())
    }

    /// The content of a gzip file, inflated in one call. `None` where the file is too large or
    /// damaged: then it is inflated as a stream, which finds the damage again.
    fn whole(&mut self) -> Option<Whole> {
        if self.most_at_once == 0 || !matches!(self.compression, Compression::Gzip { .. }) {
            return None;
        }
        while !self.raw.ended && self.raw.waiting().len() <= self.most_at_once {
            self.raw.fill(self.raw.waiting().len() + 1).ok()?;
        }
        let limit = usize::try_from(self.allowance).map_or(WHOLE_CONTENT_BYTES, |limit| limit.min(WHOLE_CONTENT_BYTES));
        let file = Some(self.raw.waiting()).filter(|file| file.len() <= self.most_at_once)?;
        Whole::inflate(file, limit)
    }

    fn read_content(&mut self, out: &mut [u8]) -> Result<usize, ContentError> {
        match &mut self.compression {
            Compression::Plain => return self.raw.read_input(out),
            Compression::Whole(whole) => return Ok(whole.read(out)),
            _ => {}
        }
        if self.allowance == 0 {
            // At the limit the content may end, but one more byte is too many.
            let more = self.inflate(&mut [0u8; 1])?;
            return if more == 0 { Ok(0) } else { Err(self.keep(ContentError::Bomb)) };
        }
        let room = out.len().min(usize::try_from(self.allowance).unwrap_or(usize::MAX));
        let count = self.inflate(&mut out[..room])?;
        self.allowance -= count as u64;
        Ok(count)
    }

    fn keep(&mut self, error: ContentError) -> ContentError {
        self.error = Some(error);
        error
    }

    fn inflate(&mut self, out: &mut [u8]) -> Result<usize, ContentError> {
        let result = match &mut self.compression {
            Compression::Plain | Compression::Whole(_) => Ok((0, None)),
            Compression::Gzip { stream, between_members } => gunzip(&mut self.raw, stream, between_members, out),
            Compression::Zstd {
                stream,
                hint,
                between_frames,
            } => unzstd(&mut self.raw, stream, hint, between_frames, out),
        };
        match result {
            Ok((count, None)) => Ok(count),
            Ok((0, Some(error))) | Err(error) => Err(self.keep(error)),
            Ok((count, Some(error))) => {
                self.keep(error);
                Ok(count)
            }
        }
    }
}

/// What one step of inflating gave: a number of bytes, and the error that came after them.
type Inflation = Result<(usize, Option<ContentError>), ContentError>;

fn gunzip(raw: &mut RawInput<'_>, stream: &mut Decompress, between_members: &mut bool, out: &mut [u8]) -> Inflation {
    loop {
        raw.fill(1)?;
        if *between_members {
            raw.fill(2)?;
            match raw.waiting() {
                [] => return Ok((0, None)),
                [0, ..] => {
                    raw.start += raw.waiting().iter().take_while(|byte| **byte == 0).count();
                    continue;
                }
                waiting if waiting.starts_with(&GZIP) => {
                    *stream = Decompress::new_gzip(15);
                    *between_members = false;
                }
                _ => return Err(ContentError::Corrupt),
            }
        }
        let (taken, given) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(raw.waiting(), out, FlushDecompress::None);
        raw.start += (stream.total_in() - taken) as usize;
        let count = (stream.total_out() - given) as usize;
        match status {
            Err(_) => return Ok((count, Some(ContentError::Corrupt))),
            Ok(Status::StreamEnd) => *between_members = true,
            Ok(Status::Ok | Status::BufError) if count == 0 && raw.ended && raw.waiting().is_empty() => return Err(ContentError::Corrupt),
            Ok(Status::Ok | Status::BufError) => {}
        }
        if count > 0 || out.is_empty() {
            return Ok((count, None));
        }
    }
}

/// The stream is fed as many bytes as it asks for, so that a step never gives bytes and fails:
/// those bytes would be lost.
fn unzstd(raw: &mut RawInput<'_>, stream: &mut Decoder<'static>, hint: &mut usize, between_frames: &mut bool, out: &mut [u8]) -> Inflation {
    loop {
        // What is still in the stream comes first, and takes no input.
        let mut nothing = InBuffer::around(&[]);
        let mut target = OutBuffer::around(&mut *out);
        if !*between_frames {
            *hint = stream.run(&mut nothing, &mut target).map_err(|_| ContentError::Corrupt)?;
            *between_frames = *hint == 0;
            if target.pos() > 0 || target.capacity() == 0 {
                return Ok((target.pos(), None));
            }
        }
        raw.fill(if *between_frames { 5 } else { *hint })?;
        if raw.waiting().is_empty() {
            return if *between_frames {
                Ok((0, None))
            } else {
                Err(ContentError::Corrupt)
            };
        }
        if *between_frames {
            stream.reinit().map_err(|_| ContentError::Corrupt)?;
            *hint = 5;
            *between_frames = false;
        }
        let length = raw.waiting().len().min((*hint).max(1));
        let mut source = InBuffer::around(&raw.buffer[raw.start..raw.start + length]);
        let mut target = OutBuffer::around(&mut *out);
        let next = stream.run(&mut source, &mut target).map_err(|_| ContentError::Corrupt)?;
        let taken = source.pos();
        let count = target.pos();
        raw.start += taken;
        *between_frames = next == 0;
        *hint = next;
        if count > 0 {
            return Ok((count, None));
        }
    }
}
