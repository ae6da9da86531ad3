//! Avro files as Event Hubs Capture writes them: the body of each event is a line of the content.
//!
//! A file has a header with its schema and its codec, and then blocks of events, each packed for
//! itself. One block is in memory at a time, packed and unpacked, and neither may be longer than a
//! document. That bound is why no library reads the blocks: those that there are unpack a block of
//! any size, and a few kilobytes can hold gigabytes.
//!
//! Bodies are what somebody sent to the event hub: diagnostic settings send batches
//! (`{"records":[...]}`). What is no JSON becomes a reject as any other line does.

use flate2::{Decompress, FlushDecompress, Status};

use crate::sources::bytes::avro_schema::{Schema, long, take, take_bytes};
use crate::sources::bytes::decompress::Inflated;
use crate::sources::bytes::raw_input::{CHUNK_BYTES, ContentError};

/// What a file begins with.
pub const AVRO: &[u8] = b"Obj\x01";
/// The longest header. That of an event hub has less than a kilobyte.
const HEADER_BYTES: usize = 1 << 20;
/// The longest block, packed or not.
const BLOCK_BYTES: usize = 64 << 20;
/// How many bytes at most say how many events a block has, and how long it is.
const COUNT_BYTES: usize = 20;
const SYNC_BYTES: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Codec {
    Null,
    Deflate,
    Zstandard,
}

/// Reads the bodies of a file.
pub struct Avro {
    schema: Schema,
    codec: Codec,
    /// What stands behind every block.
    sync: [u8; SYNC_BYTES],
    /// What was read of the file and not yet looked at.
    raw: Vec<u8>,
    /// The lines of the last block, and how much of them was given.
    lines: Vec<u8>,
    given: usize,
    /// How many more bytes may be unpacked.
    allowance: u64,
    error: Option<ContentError>,
}

impl Avro {
    /// Reads the header. `None` where the file is not one of events, or is packed in a way that is
    /// not read: then nothing of it was read.
    pub fn open(from: &mut Inflated<'_>, allowance: u64) -> Option<Avro> {
        let mut count = CHUNK_BYTES;
        loop {
            let head = from.peek(count);
            let mut rest = head;
            let header = header(&mut rest);
            let (length, is_whole) = (head.len() - rest.len(), head.len() < count);
            if let Some((schema, codec, sync)) = header {
                let (schema, codec) = (schema?, codec?);
                from.pass(length);
                return Some(Avro {
                    schema,
                    codec,
                    sync,
                    raw: Vec::new(),
                    lines: Vec::new(),
                    given: 0,
                    allowance,
                    error: None,
                });
            }
            if is_whole || count >= HEADER_BYTES {
                return None;
            }
            count *= 2;
        }
    }

    /// Gives the next bytes: 0 at the end.
    pub fn read(&mut self, from: &mut Inflated<'_>, out: &mut [u8]) -> Result<usize, ContentError> {
        while self.given == self.lines.len() {
            if let Some(error) = self.error {
                return Err(error);
            }
            match self.next_block(from) {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                // What came before it in the block is given first.
                Err(error) => self.error = Some(error),
            }
        }
        let rest = &self.lines[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }

    /// Reads until so many bytes are there; fewer only at the end of the file.
    fn fill(&mut self, from: &mut Inflated<'_>, count: usize) -> Result<(), ContentError> {
        while self.raw.len() < count {
            let length = self.raw.len();
            self.raw.resize(length + CHUNK_BYTES, 0);
            let read = from.read(&mut self.raw[length..]);
            self.raw.truncate(length + read.unwrap_or(0));
            if read? == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes the lines of the next block; `false` at the end of the file.
    fn next_block(&mut self, from: &mut Inflated<'_>) -> Result<bool, ContentError> {
        self.lines.clear();
        self.given = 0;
        self.fill(from, COUNT_BYTES)?;
        if self.raw.is_empty() {
            return Ok(false);
        }
        let mut rest = self.raw.as_slice();
        let count = long(&mut rest).ok_or(ContentError::Corrupt)?;
        let size = long(&mut rest)
            .and_then(|size| usize::try_from(size).ok())
            .ok_or(ContentError::Corrupt)?;
        let begin = self.raw.len() - rest.len();
        if size > BLOCK_BYTES {
            return Err(ContentError::Bomb);
        }
        let end = begin + size + SYNC_BYTES;
        self.fill(from, end)?;
        let packed = self.raw.get(begin..begin + size).ok_or(ContentError::Corrupt)?;
        let sync = self.raw.get(begin + size..end);
        let most = usize::try_from(self.allowance).unwrap_or(usize::MAX).min(BLOCK_BYTES);
        let unpacked = match self.codec {
            Codec::Null => None,
            Codec::Deflate => Some(inflate(packed, most)?),
            Codec::Zstandard => Some(unpack_zstandard(packed, most)?),
        };
        let mut events = unpacked.as_deref().unwrap_or(packed);
        self.allowance = self.allowance.saturating_sub(events.len() as u64);
        let is_whole = sync == Some(&self.sync);
        for _ in 0..count {
            // An event has some bytes, or there could be as many as a number can say.
            let body = (!events.is_empty()).then(|| self.schema.body(&mut events)).flatten();
            let body = body.ok_or(ContentError::Corrupt)?;
            if !body.is_empty() {
                self.lines.extend_from_slice(body);
                self.lines.push(b'\n');
            }
        }
        // Events that are there and not counted would be gone without a word.
        let is_whole = is_whole && events.is_empty();
        self.raw.drain(..end.min(self.raw.len()));
        if is_whole { Ok(true) } else { Err(ContentError::Corrupt) }
    }
}

/// Reads a header: the schema and the codec, where they are some that are read, and the bytes behind
/// every block. `None` where it is not whole.
fn header(rest: &mut &[u8]) -> Option<(Option<Schema>, Option<Codec>, [u8; SYNC_BYTES])> {
    if take(rest, AVRO.len())? != AVRO {
        return None;
    }
    let (mut schema, mut codec) = (None, Some(Codec::Null));
    loop {
        let mut count = long(rest)?;
        if count == 0 {
            return Some((schema, codec, *take(rest, SYNC_BYTES)?.first_chunk()?));
        }
        if count < 0 {
            long(rest)?;
            count = count.checked_neg()?;
        }
        for _ in 0..count {
            match (take_bytes(rest)?, take_bytes(rest)?) {
                (b"avro.schema", text) => schema = Schema::parse(text),
                (b"avro.codec", b"null") => {}
                (b"avro.codec", b"deflate") => codec = Some(Codec::Deflate),
                (b"avro.codec", b"zstandard") => codec = Some(Codec::Zstandard),
                (b"avro.codec", _) => codec = None,
                _ => {}
            }
        }
    }
}

/// Inflates a block to at most so many bytes.
fn inflate(packed: &[u8], most: usize) -> Result<Vec<u8>, ContentError> {
    let mut stream = Decompress::new(false);
    let mut out = Vec::with_capacity(packed.len().saturating_mul(4).clamp(CHUNK_BYTES, most.max(CHUNK_BYTES)));
    loop {
        let taken = stream.total_in() as usize;
        let before = out.len();
        match stream.decompress_vec(&packed[taken..], &mut out, FlushDecompress::None) {
            Ok(Status::StreamEnd) if out.len() <= most => return Ok(out),
            Ok(_) if out.len() > most => return Err(ContentError::Bomb),
            Ok(_) if out.len() == out.capacity() => out.reserve(out.len()),
            Ok(_) if out.len() > before || stream.total_in() as usize > taken => {}
            _ => return Err(ContentError::Corrupt),
        }
    }
}

fn unpack_zstandard(packed: &[u8], most: usize) -> Result<Vec<u8>, ContentError> {
    use std::io::Read;
    let stream = zstd::Decoder::new(packed).map_err(|_| ContentError::Unreadable)?;
    let mut out = Vec::new();
    let read = stream.take(most as u64 + 1).read_to_end(&mut out);
    match read {
        Ok(count) if count > most => Err(ContentError::Bomb),
        Ok(_) => Ok(out),
        Err(_) => Err(ContentError::Corrupt),
    }
}
