//! One published Parquet file, written part by part: a part is a month, in one or more row groups.
//! Strings are dictionary encoded and the file has no Arrow schema, so every reader shows plain
//! strings. The footer has the meaning of each column (`uptake.column.<name>`) and what each part
//! was made from (`uptake.parts`).

use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::reports::error::ReportError;
use crate::reports::files::earlier_file::{EarlierPart, PARTS_KEY, Part};
use crate::reports::published_table::{COLUMN_KEY, PublishedTable};
use crate::reports::staging::{FileWriter, StagedFile, Staging};
use crate::warehouse::contract::Kind;

/// Rows of one row group: small enough for a reader to skip the days that it does not want.
const ROW_GROUP_ROWS: usize = 128 * 1024;
/// The largest dictionary of a column in a row group.
const DICTIONARY_BYTES: usize = 16 << 20;

pub(in crate::reports) struct ParquetFile {
    writer: SerializedFileWriter<FileWriter>,
    columns: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    path: PathBuf,
    /// The row group that is being filled, and how many rows it has.
    group: Option<(Vec<ArrowColumnWriter>, usize)>,
    rows: u64,
    parts: Vec<Part>,
}

impl ParquetFile {
    pub fn create(staging: &Staging<'_>, table: &PublishedTable) -> Result<ParquetFile, ReportError> {
        let unfinished = staging.create(&table.file_name())?;
        let path = unfinished.path.clone();
        let failed = || ReportError::parquet("set up", &path);
        let level = ZstdLevel::try_new(1).map_err(failed())?;
        let schema = table.schema();
        let described = ArrowSchemaConverter::new().convert(&schema).map_err(failed())?;
        let properties = properties(table, level).into();
        let writer = SerializedFileWriter::new(unfinished, described.root_schema_ptr(), properties).map_err(failed())?;
        Ok(ParquetFile {
            columns: ArrowRowGroupWriterFactory::new(&writer, schema.clone()),
            writer,
            schema,
            path,
            group: None,
            rows: 0,
            parts: Vec::new(),
        })
    }

    /// Adds rows that have the table's schema and whose keys follow those of the rows before.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), ReportError> {
        self.put(rows).map_err(ReportError::parquet("write", &self.path))
    }

    fn put(&mut self, rows: &RecordBatch) -> Result<(), ParquetError> {
        self.rows += rows.num_rows() as u64;
        let mut from = 0;
        while from < rows.num_rows() {
            let (mut writers, filled) = match self.group.take() {
                Some(group) => group,
                None => (self.columns.create_column_writers(self.writer.flushed_row_groups().len())?, 0),
            };
            let some = rows.slice(from, (rows.num_rows() - from).min(ROW_GROUP_ROWS - filled));
            let mut left = writers.iter_mut();
            for (field, column) in self.schema.fields().iter().zip(some.columns()) {
                for (leaf, writer) in compute_leaves(field, column)?.iter().zip(&mut left) {
                    writer.write(leaf)?;
                }
            }
            from += some.num_rows();
            self.group = Some((writers, filled + some.num_rows()));
            if filled + some.num_rows() == ROW_GROUP_ROWS {
                self.end_group()?;
            }
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        let Some((writers, _)) = self.group.take() else { return Ok(()) };
        let mut group = self.writer.next_row_group()?;
        for writer in writers {
            writer.close()?.append_to_row_group(&mut group)?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends a part: its rows are those that were added since the part before ended. `leaves` is the
    /// digest of what it leaves to the next one.
    pub fn end_part(&mut self, (first, last): (Day, Day), made_from: Digest, leaves: Digest) -> Result<(), ReportError> {
        self.end_group().map_err(ReportError::parquet("write", &self.path))?;
        self.parts.push(Part {
            first: first.0,
            last: last.0,
            made_from,
            leaves,
            row_groups: self.writer.flushed_row_groups().len() - self.parts.iter().map(|part| part.row_groups).sum::<usize>(),
            rows: self.rows - self.parts.iter().map(|part| part.rows).sum::<u64>(),
        });
        Ok(())
    }

    /// Copies a part from an earlier file, byte for byte.
    pub fn copy_part(&mut self, part: &EarlierPart<'_>) -> Result<(), ReportError> {
        self.copy_groups(part).map_err(ReportError::parquet("write", &self.path))?;
        self.parts.push(part.part);
        self.rows += part.part.rows;
        Ok(())
    }

    fn copy_groups(&mut self, part: &EarlierPart<'_>) -> Result<(), ParquetError> {
        for earlier in part.row_groups() {
            let mut group = self.writer.next_row_group()?;
            for chunk in earlier.chunks() {
                group.append_column(earlier.file(), chunk)?;
            }
            group.close()?;
        }
        Ok(())
    }

    pub fn finish(self) -> Result<StagedFile, ReportError> {
        let (failed, rows) = (ReportError::parquet("write", &self.path), self.rows);
        self.close().map_err(failed)?.finish(rows)
    }

    fn close(mut self) -> Result<FileWriter, ParquetError> {
        self.end_group()?;
        if !self.parts.is_empty() {
            let parts = serde_json::to_string(&self.parts).map_err(|error| ParquetError::External(Box::new(error)))?;
            self.writer.append_key_value_metadata(KeyValue::new(PARTS_KEY.to_owned(), parts));
        }
        self.writer.into_inner()
    }
}

fn properties(table: &PublishedTable, level: ZstdLevel) -> WriterProperties {
    let about = |(name, about): (String, &str)| KeyValue::new(name, about.trim().to_owned());
    let columns = table
        .columns
        .iter()
        .map(|column| (format!("{COLUMN_KEY}{}", column.name), column.about));
    let described = std::iter::once(("uptake.table".to_owned(), table.about))
        .chain(columns)
        .map(about)
        .collect();
    let by = |(at, _)| SortingColumn {
        column_idx: at as i32,
        descending: false,
        nulls_first: true,
    };
    let sorted = table.columns.iter().enumerate().filter(|(_, column)| column.key).map(by).collect();
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_sorting_columns(Some(sorted))
        .set_key_value_metadata(Some(described))
        .set_created_by("uptake".to_owned());
    for column in table.columns.iter().filter(|column| column.kind == Kind::Flag) {
        builder = builder.set_column_dictionary_enabled(column.name.into(), false);
    }
    builder.build()
}
