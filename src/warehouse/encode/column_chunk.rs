//! Encodes one column of a row group: a dictionary page where it pays, data pages, statistics and
//! the page index.
//!
//! The general writer of the Parquet library looks every value up in a hash map. Here dictionary-coded
//! columns need no look-up, and other columns get one only where a sample shows that a dictionary
//! pays. Everything else (headers, footer, indexes) is the library's.

use std::mem;

use arrow::array::{Array, ArrayRef};
use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use crate::warehouse::encode::bit_packing;
use crate::warehouse::encode::column_values::{ColumnValues, column_values};
use crate::warehouse::encode::compression::{compress, compression};
use crate::warehouse::encode::dictionary::Dictionary;

/// Rows of one page: so many rows a reader has to decode at least that looks for one customer.
const PAGE_ROWS: usize = 16 * 1024;

/// Wider codes are not bit-packed in compressed files.
const MAX_BITS_PACKED: u32 = 4;

/// The bytes of a column chunk, and what the footer says of it.
pub struct Chunk {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

/// Encodes columns that have the same number of rows, at least one. Columns with equal values have
/// equal bytes, which are made once.
pub fn encode_all(columns: &[ArrayRef], descriptions: &[ColumnDescPtr], is_compressed: bool) -> Result<Vec<Chunk>> {
    let mut chunks: Vec<Chunk> = Vec::with_capacity(columns.len());
    for (column, description) in columns.iter().zip(descriptions) {
        let is_same = |(other, like): (&ArrayRef, &ColumnDescPtr)| {
            column.data_type() == other.data_type() && description.max_def_level() == like.max_def_level() && column == other
        };
        let same = columns.iter().zip(descriptions).zip(&chunks).find(|(other, _)| is_same(*other));
        let chunk = match same {
            Some((_, chunk)) => chunk.of(description)?,
            None => encode(column, description, is_compressed)?,
        };
        chunks.push(chunk);
    }
    Ok(chunks)
}

impl Chunk {
    /// The chunk of another column with the same values.
    fn of(&self, description: &ColumnDescPtr) -> Result<Chunk> {
        let like = &self.close.metadata;
        let metadata = ColumnChunkMetaData::builder(description.clone())
            .set_encodings(like.encodings().collect())
            .set_compression(like.compression())
            .set_num_values(like.num_values())
            .set_total_compressed_size(like.compressed_size())
            .set_total_uncompressed_size(like.uncompressed_size())
            .set_data_page_offset(like.data_page_offset())
            .set_dictionary_page_offset(like.dictionary_page_offset());
        let metadata = match like.statistics() {
            Some(statistics) => metadata.set_statistics(statistics.clone()),
            None => metadata,
        };
        Ok(Chunk {
            bytes: self.bytes.clone(),
            close: ColumnCloseResult {
                metadata: metadata.build()?,
                ..self.close.clone()
            },
        })
    }
}

/// Encodes a column of at least one row.
fn encode(column: &ArrayRef, description: &ColumnDescPtr, is_compressed: bool) -> Result<Chunk> {
    let values = column_values(column).ok_or_else(|| ParquetError::NYI(format!("a column of type {}", column.data_type())))?;
    let mut dictionary = if values.count() > 0 { values.dictionary() } else { None };
    let mut sink = TrackedWrite::new(Vec::new());
    let mut pages = Pages {
        writer: SerializedPageWriter::new(&mut sink),
        is_compressed,
        uncompressed: 0,
    };
    let dictionary_at = match &mut dictionary {
        Some(Dictionary { entries, count, .. }) => {
            let page = |buf| Page::DictionaryPage {
                buf,
                num_values: *count,
                encoding: Encoding::PLAIN,
                is_sorted: false,
            };
            pages.write(mem::take(entries), page)?;
            Some(0)
        }
        None => None,
    };
    let mut index = PageIndex::new(description.physical_type());
    let mut data_at = None;
    let (mut row, mut value) = (0, 0);
    while row < column.len() {
        let rows = PAGE_ROWS.min(column.len() - row);
        let present = rows - column.slice(row, rows).null_count();
        let range = value..value + present;
        let mut body = Vec::new();
        if description.max_def_level() > 0 {
            append_levels(column, row, rows, &mut body);
        }
        let encoding = match &dictionary {
            Some(Dictionary { codes, count, .. }) => {
                let width = code_width(*count, is_compressed);
                body.push(width as u8);
                append_codes(&codes[range.clone()], width, &mut body);
                Encoding::RLE_DICTIONARY
            }
            None => {
                values.append_plain(range.clone(), &mut body);
                Encoding::PLAIN
            }
        };
        let page = |buf| Page::DataPage {
            buf,
            num_values: rows as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let (offset, length) = pages.write(body, page)?;
        data_at.get_or_insert(offset);
        index.add(values.as_ref(), range.clone(), rows, (offset, length));
        row += rows;
        value = range.end;
    }
    let uncompressed = pages.uncompressed;
    let bytes = Bytes::from(sink.into_inner()?);
    let metadata = ColumnChunkMetaData::builder(description.clone())
        .set_encodings(if dictionary.is_some() {
            vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY]
        } else {
            vec![Encoding::PLAIN, Encoding::RLE]
        })
        .set_compression(compression(is_compressed)?)
        .set_num_values(column.len() as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(uncompressed as i64)
        .set_data_page_offset(data_at.unwrap_or(0) as i64)
        .set_dictionary_page_offset(dictionary_at)
        .set_statistics(index.statistics(values.as_ref(), column.null_count() as u64))
        .build()?;
    let PageIndex { columns, offsets, .. } = index;
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: column.len() as u64,
        metadata,
        bloom_filter: None,
        column_index: if columns.valid() { Some(columns.build()?) } else { None },
        offset_index: Some(offsets.build()),
    };
    Ok(Chunk { bytes, close })
}

/// How many bits a code takes. In compressed files codes that are not short take whole bytes: only
/// then the compressor sees which codes are frequent.
fn code_width(entries: u32, is_compressed: bool) -> u32 {
    let width = bit_packing::width(entries.saturating_sub(1));
    if is_compressed && width > MAX_BITS_PACKED {
        width.next_multiple_of(8)
    } else {
        width
    }
}

/// Appends codes. Where codes of whole bytes mostly come several times in a row, as those of a sorted
/// column do, runs alone are smaller, compressed and uncompressed.
fn append_codes(codes: &[u32], width: u32, out: &mut Vec<u8>) {
    let bytes = width as usize / 8;
    if bytes > 0 && width.is_multiple_of(8) && bit_packing::count_runs(codes) * (bytes + 1) < codes.len() * bytes {
        bit_packing::append_runs(codes, width, out);
    } else {
        bit_packing::append(codes, width, out);
    }
}

/// Appends the definition levels: a bit for each row, 0 for null, with their length before them.
fn append_levels(column: &ArrayRef, from: usize, rows: usize, out: &mut Vec<u8>) {
    let mut levels = Vec::new();
    match column.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => bit_packing::append(&vec![1; rows], 1, &mut levels),
        Some(nulls) => {
            let level = |row: usize| u32::from(nulls.is_valid(row));
            bit_packing::append(&(from..from + rows).map(level).collect::<Vec<u32>>(), 1, &mut levels);
        }
    }
    out.extend_from_slice(&(levels.len() as u32).to_le_bytes());
    out.extend_from_slice(&levels);
}

/// Writes the pages of a chunk, one after the other.
struct Pages<'a> {
    writer: SerializedPageWriter<'a, Vec<u8>>,
    is_compressed: bool,
    /// How many bytes the pages have uncompressed, headers included.
    uncompressed: u64,
}

impl Pages<'_> {
    /// Returns the offset and the length of the page that was written, header included.
    fn write(&mut self, body: Vec<u8>, page: impl Fn(Bytes) -> Page) -> Result<(u64, u64)> {
        let length = body.len();
        let stored = if self.is_compressed { compress(&body)? } else { body };
        let stored_length = stored.len() as u64;
        let written = self.writer.write_page(CompressedPage::new(page(Bytes::from(stored)), length))?;
        self.uncompressed += written.bytes_written - stored_length + length as u64;
        Ok((written.offset, written.bytes_written))
    }
}

/// Collects what the footer says of each page: the least and the greatest value, nulls, rows, and
/// where the page is.
struct PageIndex {
    physical: Type,
    columns: ColumnIndexBuilder,
    offsets: OffsetIndexBuilder,
    /// The places of the least and the greatest value so far.
    extremes: Option<(usize, usize)>,
}

impl PageIndex {
    fn new(physical: Type) -> PageIndex {
        PageIndex {
            physical,
            columns: ColumnIndexBuilder::new(physical),
            offsets: OffsetIndexBuilder::new(),
            extremes: None,
        }
    }

    fn add(&mut self, values: &dyn ColumnValues, range: std::ops::Range<usize>, rows: usize, (offset, length): (u64, u64)) {
        self.offsets.append_row_count(rows as i64);
        self.offsets.append_offset_and_size(offset as i64, length as i32);
        let nulls = (rows - range.len()) as i64;
        if range.is_empty() {
            self.columns.append(true, Vec::new(), Vec::new(), nulls);
            return;
        }
        let (least, greatest) = values.extremes(range);
        match (values.bound(least), values.bound(greatest)) {
            (Some(min), Some(max)) => self.columns.append(false, min, max, nulls),
            _ => self.columns.to_invalid(),
        }
        self.extremes = Some(match self.extremes {
            None => (least, greatest),
            Some((before, after)) => (
                if values.is_less(least, before) { least } else { before },
                if values.is_less(after, greatest) { greatest } else { after },
            ),
        });
    }

    /// The statistics of the whole chunk.
    fn statistics(&self, values: &dyn ColumnValues, nulls: u64) -> Statistics {
        let bound = |at: fn(&(usize, usize)) -> usize| self.extremes.as_ref().and_then(|both| values.bound(at(both)));
        let (min, max) = match (bound(|both| both.0), bound(|both| both.1)) {
            (Some(min), Some(max)) => (Some(min), Some(max)),
            _ => (None, None),
        };
        let nulls = Some(nulls);
        fn word<const N: usize>(bytes: Option<Vec<u8>>) -> Option<[u8; N]> {
            bytes?.try_into().ok()
        }
        match self.physical {
            Type::BOOLEAN => {
                let flag = |bytes: Option<Vec<u8>>| bytes.map(|bytes| bytes == [1]);
                Statistics::boolean(flag(min), flag(max), None, nulls, false)
            }
            Type::INT32 => Statistics::int32(
                word(min).map(i32::from_le_bytes),
                word(max).map(i32::from_le_bytes),
                None,
                nulls,
                false,
            ),
            Type::INT64 => Statistics::int64(
                word(min).map(i64::from_le_bytes),
                word(max).map(i64::from_le_bytes),
                None,
                nulls,
                false,
            ),
            Type::DOUBLE => Statistics::double(
                word(min).map(f64::from_le_bytes),
                word(max).map(f64::from_le_bytes),
                None,
                nulls,
                false,
            ),
            _ => Statistics::byte_array(min.map(ByteArray::from), max.map(ByteArray::from), None, nulls, false),
        }
    }
}
