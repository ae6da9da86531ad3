//! Checks how large the pages of a Parquet file will be, as their headers say, before any of them
//! is unpacked.
//!
//! A page is unpacked as a whole, and a page of some hundred bytes may claim two gigabytes. Usual
//! writers make pages of a megabyte; some make one page of a whole row group. A header is a
//! structure of Thrift's compact protocol, of which three numbers matter and the rest is skipped.
//! gzip is unpacked to its end whatever the header says, so pages with gzip are unpacked once
//! before, and the result is thrown away.

use std::io::{Read, SeekFrom};

use flate2::read::MultiGzDecoder;
use parquet::arrow::ProjectionMask;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use crate::sources::bytes::input::Seekable;

/// The most bytes of a page. One page of each column is in memory at a time.
pub const MOST_BYTES: u64 = 32 << 20;
/// How much is read at first to find a header. Twice as much is read again if the header is longer.
const HEADER_BYTES: u64 = 512;
/// The deepest nesting of structures in a header.
const MOST_DEPTH: usize = 8;
/// The most bytes that one byte of gzip can become.
const GZIP_RATIO: u64 = 1032;

/// A page that is too large.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLarge {
    pub column: String,
    /// Its size, or the least that it can be.
    pub bytes: u64,
}

/// The first page that is too large, among the columns that are read. `None` where all pages can be
/// unpacked. Damage is ignored here: the decoder will find it.
pub fn too_large(file: &mut dyn Seekable, metadata: &ParquetMetaData, columns: &ProjectionMask) -> Option<TooLarge> {
    let chunks = metadata.row_groups().iter().flat_map(|group| group.columns().iter().enumerate());
    for (_, chunk) in chunks.filter(|(number, _)| columns.leaf_included(*number)) {
        if chunk.compression() != Compression::UNCOMPRESSED
            && let Some(bytes) = of_chunk(file, chunk)
        {
            let column = chunk.column_path().string();
            return Some(TooLarge { column, bytes });
        }
    }
    None
}

/// The size of the first page of a column chunk that is too large.
fn of_chunk(file: &mut dyn Seekable, chunk: &ColumnChunkMetaData) -> Option<u64> {
    let (mut at, length) = chunk.byte_range();
    let end = at.checked_add(length)?;
    while at < end {
        let header = header_at(file, at, end)?;
        if header.unpacked > MOST_BYTES {
            return Some(header.unpacked);
        }
        let content = at.checked_add(header.length)?;
        let is_gzip = matches!(chunk.compression(), Compression::GZIP(_));
        if is_gzip && header.packed.saturating_mul(GZIP_RATIO) > MOST_BYTES {
            file.seek(SeekFrom::Start(content)).ok()?;
            let mut unpacked = MultiGzDecoder::new((&mut *file).take(header.packed)).take(MOST_BYTES + 1);
            let bytes = std::io::copy(&mut unpacked, &mut std::io::sink()).unwrap_or(0);
            if bytes > MOST_BYTES {
                return Some(bytes);
            }
        }
        at = content.checked_add(header.packed)?;
    }
    None
}

/// The numbers of a page header that matter.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    /// The size of the page unpacked, and in the file.
    unpacked: u64,
    packed: u64,
    /// The size of the header itself.
    length: u64,
}

/// Reads the header of the page at this place, which ends before `end`.
fn header_at(file: &mut dyn Seekable, at: u64, end: u64) -> Option<Header> {
    let mut size = HEADER_BYTES;
    loop {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(at)).ok()?;
        (&mut *file).take(size.min(end - at)).read_to_end(&mut bytes).ok()?;
        if let Some(header) = parse(&bytes) {
            return Some(header);
        }
        if (bytes.len() as u64) < size || size > MOST_BYTES {
            return None;
        }
        size *= 2;
    }
}

/// The header at the beginning of some bytes. `None` where it is longer, or no header.
fn parse(bytes: &[u8]) -> Option<Header> {
    let mut thrift = Thrift { rest: bytes };
    let (mut unpacked, mut packed) = (None, None);
    let mut id = 0;
    while let Some(kind) = thrift.field(&mut id)? {
        match (id, kind) {
            (2, INTEGER) => unpacked = Some(thrift.integer()?),
            (3, INTEGER) => packed = Some(thrift.integer()?),
            _ => thrift.skip(kind, MOST_DEPTH)?,
        }
    }
    Some(Header {
        unpacked: u64::try_from(unpacked?).ok()?,
        packed: u64::try_from(packed?).ok()?,
        length: (bytes.len() - thrift.rest.len()) as u64,
    })
}

/// The type number of a 32-bit integer.
const INTEGER: u8 = 5;

/// Reads values of Thrift's compact protocol.
struct Thrift<'a> {
    rest: &'a [u8],
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number whose lowest bit is its sign.
    fn integer(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// The type of the next field of a structure; its id goes into `id`. `Some(None)` where the
    /// structure ends.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *id = match byte >> 4 {
            0 => self.integer()?,
            more => id.checked_add(i64::from(more))?,
        };
        Some(Some(byte & 0x0f))
    }

    /// Skips a value of this type.
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        let deeper = depth.checked_sub(1)?;
        match kind {
            // The type of a boolean field is its value.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.number().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let count = match byte >> 4 {
                    15 => self.number()?,
                    few => u64::from(few),
                };
                (0..count).try_for_each(|_| self.skip_item(byte & 0x0f, deeper))
            }
            11 => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.skip_item(kinds >> 4, deeper)?;
                    self.skip_item(kinds & 0x0f, deeper)
                })
            }
            12 => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, deeper)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Skips an item of a list. There a boolean is a byte.
    fn skip_item(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => self.pass(1),
            _ => self.skip(kind, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_to_its_end_and_not_beyond() {
        // Kind of page, both sizes, a structure with an integer, a boolean, a text and a list, and
        // the end.
        let header = [
            0x15, 0x00, 0x15, 0x80, 0x04, 0x15, 0x14, 0x2c, 0x15, 0x02, 0x11, 0x18, 0x02, b'a', b'b', 0x19, 0x25, 0x02, 0x04, 0x00, 0x00,
        ];
        let mut bytes = header.to_vec();
        bytes.extend(b"the page");
        let expected = Header {
            unpacked: 256,
            packed: 10,
            length: header.len() as u64,
        };
        assert_eq!(parse(&bytes), Some(expected));
        for end in 0..header.len() {
            assert_eq!(parse(&header[..end]), None, "{end}");
        }
        assert_eq!(parse(&[0x2c; 200]), None, "structures without an end");
        assert_eq!(parse(&[0xff; 200]), None);
    }
}
