//! Avro files as Event Hubs Capture writes them: the body of each event is a line of the content.
//!
//! A file has a header with its schema and its codec, and then blocks of events, each packed for
//! itself. One block is in memory at a time, packed and unpacked, and neither may be longer than a
//! document. That bound is why no library reads the blocks: those that there are unpack a block of
//! any size, and a few kilobytes can hold gigabytes.
//!
//! Bodies are what somebody sent to the event hub: diagnostic settings send batches
//! (`{"records":[...]}`). What is no JSON becomes a reject as any other line does.

use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};

use crate::sources::bytes::avro_schema::{Schema, long, take, take_bytes};
use crate::sources::bytes::decompress::Inflated;
use crate::sources::bytes::raw_input::{CHUNK_BYTES, ContentError};
use crate::sources::bytes::snappy;

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
    Snappy,
    Zstandard,
}

/// Reads the bodies of a file.
pub struct Avro {
    schema: Schema,
    codec: Codec,
    /// What stands behind every block.
    sync: [u8; SYNC_BYTES],
    /// What was read of the file. The memory is used for every block.
    raw: Vec<u8>,
    /// From where to where the bytes are that belong to the next blocks.
    start: usize,
    end: usize,
    events: Events,
    /// How many more bytes may be unpacked.
    allowance: u64,
    error: Option<ContentError>,
}

/// The events of a block, which are given one after the other.
#[derive(Default)]
struct Events {
    /// The block, where it had to be unpacked.
    unpacked: Option<Vec<u8>>,
    /// From where to where the events are that were not looked at, and how many they should be.
    at: usize,
    end: usize,
    count: i64,
    /// From where to where the body is that is given now. A line end follows it.
    body: Range<usize>,
    has_line_end: bool,
    /// Whether what stands behind the block is what should.
    is_whole: bool,
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
                    start: 0,
                    end: 0,
                    events: Events {
                        is_whole: true,
                        ..Events::default()
                    },
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
        let mut given = 0;
        while given < out.len() {
            given += self.events.give(&self.raw, &mut out[given..]);
            if given == out.len() {
                break;
            }
            // What came before an error is given first.
            let is_more = match self.error {
                Some(error) => Err(error),
                None => self.next(from),
            };
            match is_more {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.error = Some(error);
                    return if given > 0 { Ok(given) } else { Err(error) };
                }
            }
        }
        Ok(given)
    }

    /// Comes to the next event or, where a block has no more, to the next block. `false` at the end
    /// of the file.
    fn next(&mut self, from: &mut Inflated<'_>) -> Result<bool, ContentError> {
        if self.events.count > 0 {
            self.events.next(&self.raw, &self.schema).ok_or(ContentError::Corrupt)?;
            return Ok(true);
        }
        // Events that are there and not counted would be gone without a word.
        if !self.events.is_whole || self.events.at < self.events.end {
            return Err(ContentError::Corrupt);
        }
        self.next_block(from)
    }

    /// Reads until so many bytes are there; fewer only at the end of the file.
    fn fill(&mut self, from: &mut Inflated<'_>, count: usize) -> Result<(), ContentError> {
        while self.end - self.start < count {
            if self.raw.len() - self.start < count {
                self.raw.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.end == self.raw.len() {
                // Twice as much each time: a damaged length takes no memory that is not needed.
                let size = count.min(2 * self.end).max(self.end + CHUNK_BYTES);
                self.raw.resize(size, 0);
            }
            match from.read(&mut self.raw[self.end..])? {
                0 => return Ok(()),
                read => self.end += read,
            }
        }
        Ok(())
    }

    /// Takes the events of the next block; `false` at the end of the file.
    fn next_block(&mut self, from: &mut Inflated<'_>) -> Result<bool, ContentError> {
        self.fill(from, COUNT_BYTES)?;
        let waiting = &self.raw[self.start..self.end];
        if waiting.is_empty() {
            return Ok(false);
        }
        let mut rest = waiting;
        let count = long(&mut rest).ok_or(ContentError::Corrupt)?;
        let size = long(&mut rest)
            .and_then(|size| usize::try_from(size).ok())
            .ok_or(ContentError::Corrupt)?;
        let begin = waiting.len() - rest.len();
        if size > BLOCK_BYTES {
            return Err(ContentError::Bomb);
        }
        self.fill(from, begin + size + SYNC_BYTES)?;
        let begin = self.start + begin;
        self.start = self.end.min(begin + size + SYNC_BYTES);
        let block = self.raw.get(begin..self.start).unwrap_or_default();
        let (packed, sync) = block.split_at_checked(size).ok_or(ContentError::Corrupt)?;
        let is_whole = sync == self.sync;
        let most = usize::try_from(self.allowance).unwrap_or(usize::MAX).min(BLOCK_BYTES);
        let unpacked = match self.codec {
            Codec::Null => None,
            Codec::Deflate => Some(inflate(packed, most)?),
            Codec::Snappy => Some(snappy::unpack(packed, most)?),
            Codec::Zstandard => Some(unpack_zstandard(packed, most)?),
        };
        let at = if unpacked.is_some() { 0 } else { begin };
        let length = unpacked.as_ref().map_or(size, Vec::len);
        self.allowance = self.allowance.saturating_sub(length as u64);
        self.events = Events {
            unpacked,
            at,
            end: at + length,
            count,
            is_whole,
            ..Events::default()
        };
        Ok(true)
    }
}

impl Events {
    /// Gives what is left of a body and its line end, as far as there is room.
    fn give(&mut self, raw: &[u8], out: &mut [u8]) -> usize {
        let block = self.unpacked.as_deref().unwrap_or(raw);
        let rest = block.get(self.body.clone()).unwrap_or_default();
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.body.start += count;
        if self.has_line_end && self.body.is_empty() && count < out.len() {
            out[count] = b'\n';
            self.has_line_end = false;
            return count + 1;
        }
        count
    }

    /// Comes to the next event. `None` where the bytes are none.
    fn next(&mut self, raw: &[u8], schema: &Schema) -> Option<()> {
        let block = self.unpacked.as_deref().unwrap_or(raw);
        // An event has some bytes, or there could be as many as a number can say.
        let mut rest = block.get(self.at..self.end).filter(|rest| !rest.is_empty())?;
        let body = schema.body(&mut rest)?;
        self.body = self.at + body.start..self.at + body.end;
        self.has_line_end = !body.is_empty();
        self.at = self.end - rest.len();
        self.count -= 1;
        Some(())
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
                (b"avro.codec", b"snappy") => codec = Some(Codec::Snappy),
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
