//! Reads a Parquet file as a table: row group by row group, and of each only the columns that
//! matter.
//!
//! The line of a record is the number of its row, from 1. Strings, dictionaries, numbers, booleans,
//! dates, timestamps (UTC where they have no time zone) and UUIDs are understood. Traps: the footer
//! is written last, so a cut file says nothing. Numbers that may be missing often come as floating
//! point. A small file can unpack to any number of rows, so the memory of the rows counts as
//! inflated; and to pages of any size, which are checked before (`parquet_pages`). A damaged file
//! may make its decoder panic.

use std::io::SeekFrom;
use std::ops::Range;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use parquet::DecodeResult;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder};

use crate::sources::bytes::input::Seekable;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::json::value::Value;
use crate::sources::output::Output;
use crate::sources::record::Reason;
use crate::sources::records::json::{of_line, reject_content_error};
use crate::sources::records::panic_guard::guarded;
use crate::sources::records::parquet_column::{Column, understood};
use crate::sources::records::parquet_pages::{MOST_BYTES, too_large};
use crate::sources::records::reject_detail::{of_cells, of_schema};
use crate::sources::records::table::{Cells, TableReader, name_places};

/// How many rows are decoded at a time.
const BATCH_ROWS: usize = 4096;

/// Reads all of a file.
pub fn read_parquet<R: TableReader>(file: OpenFile<'_>, context: &FileContext, out: &mut Output<'_>) {
    let limits = file.limits;
    let mut reader = R::new(context);
    let mut file = match file.content.into_seekable(limits.document_bytes) {
        Ok(Some(file)) => file,
        Ok(None) => return out.reject(of_line(0), Reason::LineTooLong, b""),
        Err(error) => return reject_content_error(out, 0, b"", error),
    };
    let place = file.stream_position();
    // An empty file holds nothing, and nothing is wrong with it.
    if file.seek(SeekFrom::End(0)).is_ok_and(|length| length == 0) {
        return;
    }
    let mut is_empty = true;
    let result = read(&mut *file, limits, &mut reader, out, &mut is_empty);
    if let Ok(place) = place {
        // If this fails the file is gone, and the next read will report it.
        let _ = file.seek(SeekFrom::Start(place));
    }
    match result {
        Ok(()) => reader.end(is_empty, out.sink),
        Err(whole) => {
            if whole.reason != Reason::MissingColumn {
                reader.end(false, out.sink);
            }
            out.reject_with(of_line(0), whole.reason, b"", whole.detail);
        }
    }
}

/// The reject of a whole file.
struct ParquetReject {
    reason: Reason,
    detail: String,
}

impl From<Reason> for ParquetReject {
    fn from(reason: Reason) -> ParquetReject {
        let detail = String::new();
        ParquetReject { reason, detail }
    }
}

/// Decodes with the library. If it panics, the file is unreadable.
fn decoded<T>(decode: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
    guarded(decode).unwrap_or(Err(Reason::UnreadableParquet))
}

/// Reads the rows. The error is a reject of the whole file.
fn read<R: TableReader>(
    file: &mut dyn Seekable,
    limits: Limits,
    reader: &mut R,
    out: &mut Output<'_>,
    is_empty: &mut bool,
) -> Result<(), ParquetReject> {
    let length = file.seek(SeekFrom::End(0)).map_err(|_| Reason::UnreadableFile)?;
    let metadata = decoded(|| metadata(file, length))?;
    let Projected { mut decoder, mask, places } = decoder::<R>(metadata.clone())?;
    if let Some(page) = guarded(|| too_large(file, &metadata, &mask)).flatten() {
        return Err(ParquetReject {
            reason: Reason::DecompressionBomb,
            detail: format!(
                "a page of the column `{}` unpacks to {} bytes, and {MOST_BYTES} are read at most: write smaller pages or row groups",
                page.column, page.bytes
            ),
        });
    }
    let mut inflated = 0u64;
    let mut row = 0;
    while let Some(batch) = decoded(|| next_batch(&mut decoder, file, length))? {
        inflated = inflated.saturating_add(batch.get_array_memory_size() as u64);
        if inflated > limits.inflated_bytes {
            return Err(Reason::DecompressionBomb.into());
        }
        let column = |place: usize| decoded(|| Column::of(batch.column(place)));
        let columns: Vec<Option<Column>> = places.iter().map(|place| place.map(column).transpose()).collect::<Result<_, _>>()?;
        for number in 0..batch.num_rows() {
            *is_empty = false;
            row += 1;
            let cells = ParquetCells {
                columns: &columns,
                row: number,
            };
            let result = reader.record(&cells, of_line(row), out.sink);
            let raw = if result.is_err() { cells.text(R::COLUMNS) } else { String::new() };
            out.count(of_line(row), raw.as_bytes(), result, |reason| {
                of_cells(R::COLUMNS, R::REASON_COLUMNS, reason, &cells)
            });
        }
    }
    Ok(())
}

/// One row of a batch.
struct ParquetCells<'a> {
    columns: &'a [Option<Column>],
    row: usize,
}

impl Cells for ParquetCells<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Option<Value<'_>> {
        self.columns.get(column)?.as_ref()?.value(self.row)
    }

    fn has_column(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(Option::is_some)
    }
}

impl ParquetCells<'_> {
    /// The row as text, for a reject.
    fn text(&self, names: &[&str]) -> String {
        let cells = names.iter().enumerate().filter_map(|(number, name)| {
            let value = match self.cell(number)? {
                Value::Text(text) => String::from_utf8_lossy(text.plain().unwrap_or_default()).into_owned(),
                Value::Instant(at) => at.to_string(),
                Value::Bool(flag) => flag.to_string(),
                _ => return None,
            };
            Some(format!("{name}={value}"))
        });
        cells.collect::<Vec<_>>().join(",")
    }
}

fn reason_of(error: ParquetError) -> Reason {
    match error {
        ParquetError::NYI(_) => Reason::UnsupportedCompression,
        ParquetError::General(text) if text.contains("Disabled feature") => Reason::UnsupportedCompression,
        _ => Reason::UnreadableParquet,
    }
}

/// Reads ranges of a file of this length.
fn fetch(file: &mut dyn Seekable, length: u64, range: &Range<u64>) -> Result<Vec<u8>, Reason> {
    if range.start > range.end || range.end > length {
        return Err(Reason::UnreadableParquet);
    }
    let size = usize::try_from(range.end - range.start).map_err(|_| Reason::UnreadableParquet)?;
    let mut bytes = vec![0; size];
    file.seek(SeekFrom::Start(range.start)).map_err(|_| Reason::UnreadableFile)?;
    file.read_exact(&mut bytes).map_err(|_| Reason::UnreadableFile)?;
    Ok(bytes)
}

fn metadata(file: &mut dyn Seekable, length: u64) -> Result<Arc<ParquetMetaData>, Reason> {
    let mut decoder = ParquetMetaDataPushDecoder::try_new(length)
        .map_err(reason_of)?
        .with_page_index_policy(PageIndexPolicy::Skip);
    loop {
        match decoder.try_decode().map_err(reason_of)? {
            DecodeResult::Data(metadata) => return Ok(Arc::new(metadata)),
            DecodeResult::Finished => return Err(Reason::UnreadableParquet),
            DecodeResult::NeedsData(ranges) => {
                for range in ranges {
                    let bytes = fetch(file, length, &range)?;
                    decoder.push_range(range, bytes.into()).map_err(reason_of)?;
                }
            }
        }
    }
}

/// The columns of a file that matter.
struct Projected {
    decoder: ParquetPushDecoder,
    mask: ProjectionMask,
    /// The place of each of [`TableReader::COLUMNS`] in a batch.
    places: Vec<Option<usize>>,
}

/// A decoder of the columns that matter.
fn decoder<R: TableReader>(metadata: Arc<ParquetMetaData>) -> Result<Projected, ParquetReject> {
    let understand = |options| ArrowReaderMetadata::try_new(metadata.clone(), options).map_err(reason_of);
    let plain = decoded(|| understand(ArrowReaderOptions::new()))?;
    let names: Vec<&str> = plain.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let places = name_places(R::COLUMNS, R::NEEDED, names.iter().copied()).ok_or_else(|| ParquetReject {
        reason: Reason::MissingColumn,
        detail: of_schema(&R::COLUMNS[..R::NEEDED], &names),
    })?;
    let options = ArrowReaderOptions::new().with_schema(understood(plain.schema()));
    let metadata = decoded(|| understand(options)).unwrap_or(plain);
    let mut roots: Vec<usize> = places.iter().copied().flatten().collect();
    roots.sort_unstable();
    roots.dedup();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots.iter().copied());
    let decoder = ParquetPushDecoderBuilder::new_with_metadata(metadata)
        .with_batch_size(BATCH_ROWS)
        .with_projection(mask.clone());
    let decoder = decoded(|| decoder.build().map_err(reason_of))?;
    let in_batch = |root: usize| roots.iter().position(|other| *other == root);
    let places = places.into_iter().map(|root| root.and_then(in_batch)).collect();
    Ok(Projected { decoder, mask, places })
}

fn next_batch(decoder: &mut ParquetPushDecoder, file: &mut dyn Seekable, length: u64) -> Result<Option<RecordBatch>, Reason> {
    loop {
        match decoder.try_decode().map_err(reason_of)? {
            DecodeResult::Data(batch) => return Ok(Some(batch)),
            DecodeResult::Finished => return Ok(None),
            DecodeResult::NeedsData(ranges) => {
                for range in ranges {
                    let bytes = fetch(file, length, &range)?;
                    decoder.push_range(range, bytes.into()).map_err(reason_of)?;
                }
            }
        }
    }
}
