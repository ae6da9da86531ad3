//! A published file as the last publication left it. Most months do not change from one publication
//! to the next: their row groups are copied instead of made again.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Encoding, PageType, SortOrder};
use parquet::column::page::Page;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats, ParquetMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use parquet::file::statistics::Statistics;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::reports::error::ReportError;
use crate::reports::staging::digest_of;
use crate::storage::interface::Storage;
use crate::storage::object::OpenObject;

/// The footer key of the list of parts.
pub(in crate::reports) const PARTS_KEY: &str = "uptake.parts";

/// Days of a file that have row groups of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::reports) struct Part {
    pub first: i32,
    pub last: i32,
    /// The digest of everything that the rows are made from.
    pub made_from: Digest,
    /// The digest of what these days leave to the next one; none of most tables.
    #[serde(default)]
    pub leaves: Digest,
    pub row_groups: usize,
    pub rows: u64,
}

/// A whole file that has the bytes that were published.
pub(in crate::reports) struct EarlierFile {
    file: OpenObject,
    reader: SerializedFileReader<OpenObject>,
    /// Each part with the number of its first row group.
    parts: Vec<(usize, Part)>,
}

/// A part of a file.
pub(in crate::reports) struct EarlierPart<'e> {
    of: &'e EarlierFile,
    first_group: usize,
    pub part: Part,
}

/// A row group of a part.
pub(in crate::reports) struct EarlierGroup<'e> {
    of: &'e EarlierFile,
    number: usize,
}

/// The parts of an open file, and the names of its columns.
pub(in crate::reports) fn describe(file: &OpenObject) -> Result<(Vec<Part>, Vec<String>), ParquetError> {
    let reader = SerializedFileReader::new(file.clone())?;
    let metadata = reader.metadata().file_metadata();
    let pairs = metadata.key_value_metadata().into_iter().flatten();
    let noted = pairs.filter(|pair| pair.key == PARTS_KEY).find_map(|pair| pair.value.as_deref());
    let parts = noted.and_then(|noted| serde_json::from_str(noted).ok()).unwrap_or_default();
    let columns = metadata.schema_descr().columns().iter();
    Ok((parts, columns.map(|column| column.name().to_owned()).collect()))
}

impl EarlierFile {
    /// Opens a file if it has this digest. Why another one does not have it makes no difference:
    /// then everything is made again.
    pub fn open(published: &dyn Storage, name: &str, digest: Digest) -> Option<EarlierFile> {
        let file = published.open(name).ok()?;
        if digest_of(&file).ok()? != digest {
            return None;
        }
        let options = ReadOptionsBuilder::new()
            .with_page_index()
            .with_encoding_stats_as_mask(false)
            .build();
        let reader = SerializedFileReader::new_with_options(file.clone(), options).ok()?;
        let pairs = reader.metadata().file_metadata().key_value_metadata()?;
        let noted = pairs.iter().find(|pair| pair.key == PARTS_KEY)?.value.as_deref()?;
        let noted: Vec<Part> = serde_json::from_str(noted).ok()?;
        let mut groups = 0;
        let mut parts = Vec::with_capacity(noted.len());
        for part in noted {
            parts.push((groups, part));
            groups += part.row_groups;
        }
        (groups == reader.metadata().num_row_groups()).then_some(EarlierFile { file, reader, parts })
    }

    /// The part with these days, if it was made from the same.
    pub fn part(&self, (first, last): (Day, Day), made_from: Digest) -> Option<EarlierPart<'_>> {
        let is_it = |part: &Part| (part.first, part.last, part.made_from) == (first.0, last.0, made_from);
        let (first_group, part) = *self.parts.iter().find(|(_, part)| is_it(part))?;
        Some(EarlierPart {
            of: self,
            first_group,
            part,
        })
    }

    /// The part with the last days.
    pub fn last_part(&self) -> Option<EarlierPart<'_>> {
        let (first_group, part) = *self.parts.last()?;
        Some(EarlierPart {
            of: self,
            first_group,
            part,
        })
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.reader.metadata()
    }
}

impl<'e> EarlierPart<'e> {
    pub fn row_groups(&self) -> impl Iterator<Item = EarlierGroup<'e>> {
        let of = self.of;
        (self.first_group..self.first_group + self.part.row_groups).map(move |number| EarlierGroup { of, number })
    }

    /// Some columns of its rows.
    pub fn read(&self, columns: &[&str]) -> Result<Vec<RecordBatch>, ReportError> {
        let read = || {
            let reader = ParquetRecordBatchReaderBuilder::try_new(self.of.file.clone())?;
            let mask = ProjectionMask::columns(reader.parquet_schema(), columns.iter().copied());
            let groups = self.row_groups().map(|group| group.number).collect();
            let rows = reader.with_row_groups(groups).with_projection(mask).build()?;
            rows.collect::<Result<Vec<_>, _>>().map_err(ParquetError::from)
        };
        read().map_err(ReportError::parquet("read", self.of.file.shown()))
    }

    /// The distinct ids of a column, none where the table has no such column; `None` where the
    /// dictionaries do not have all of them.
    pub fn ids(&self, column: &str) -> Option<BTreeSet<Guid>> {
        let schema = self.of.metadata().file_metadata().schema_descr();
        let Some(at) = (0..schema.num_columns()).find(|at| schema.column(*at).name() == column) else {
            return Some(BTreeSet::new());
        };
        let mut ids = BTreeSet::new();
        for group in self.row_groups() {
            ids.extend(group.dictionary(at)?);
        }
        Some(ids)
    }
}

/// The metadata of a column as its writer made it. The library's reader drops that the least and the
/// greatest of signed numbers stand there twice, the second time for programs from before 2018.
fn as_written(column: &ColumnChunkMetaData) -> ColumnChunkMetaData {
    let signed = column.column_descr().sort_order() == SortOrder::SIGNED;
    let statistics = match column.statistics().cloned() {
        Some(Statistics::Int32(statistics)) => Statistics::Int32(statistics.with_backwards_compatible_min_max(signed)),
        Some(Statistics::Int64(statistics)) => Statistics::Int64(statistics.with_backwards_compatible_min_max(signed)),
        Some(Statistics::Double(statistics)) => Statistics::Double(statistics.with_backwards_compatible_min_max(signed)),
        _ => return column.clone(),
    };
    let written = column.clone().into_builder().set_statistics(statistics).build();
    written.unwrap_or_else(|_| column.clone())
}

impl EarlierGroup<'_> {
    pub fn file(&self) -> &OpenObject {
        &self.of.file
    }

    /// The metadata of each column, from the footer.
    pub fn chunks(&self) -> impl Iterator<Item = ColumnCloseResult> {
        let metadata = self.of.metadata();
        let group = metadata.row_group(self.number);
        let pages = metadata.column_index().and_then(|index| index.get(self.number));
        let offsets = metadata.offset_index().and_then(|index| index.get(self.number));
        group.columns().iter().enumerate().map(move |(at, column)| ColumnCloseResult {
            bytes_written: column.compressed_size() as u64,
            rows_written: group.num_rows() as u64,
            metadata: as_written(column),
            bloom_filter: None,
            column_index: pages.and_then(|pages| pages.get(at)).cloned(),
            offset_index: offsets.and_then(|offsets| offsets.get(at)).cloned(),
        })
    }

    /// The ids in a column's dictionary; `None` where not every value is in it.
    fn dictionary(&self, column: usize) -> Option<Vec<Guid>> {
        let group = self.of.reader.get_row_group(self.number).ok()?;
        // Where a dictionary grew too large, the writer went on with pages of plain values.
        let is_coded = |pages: &PageEncodingStats| {
            let is_code = matches!(pages.encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
            pages.page_type == PageType::DICTIONARY_PAGE || is_code
        };
        if !group.metadata().column(column).page_encoding_stats()?.iter().all(is_coded) {
            return None;
        }
        let mut pages = group.get_column_page_reader(column).ok()?;
        let Page::DictionaryPage { buf, num_values, .. } = pages.get_next_page().ok()?? else {
            return None;
        };
        let mut rest = buf.as_ref();
        let mut ids = Vec::with_capacity(num_values as usize);
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (text, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            ids.push(Guid::parse(text)?);
            rest = after;
        }
        (ids.len() == num_values as usize).then_some(ids)
    }
}
