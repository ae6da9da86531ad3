//! One published Parquet file, written row group by row group. Strings are dictionary encoded and the file carries no Arrow
//! schema, so every reader shows plain strings; the meaning of each column is in the footer as `uptake.column.<name>`.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};

use crate::reports::columns::{COLUMN_KEY, PublishedTable};
use crate::reports::error::ReportError;
use crate::reports::staging::{Staged, Staging, Unfinished};
use crate::warehouse::contract::Kind;

/// Rows of one row group: small enough for a reader to skip the days that it does not want.
const ROW_GROUP_ROWS: usize = 128 * 1024;
/// The largest dictionary of a column in a row group.
const DICTIONARY_BYTES: usize = 16 << 20;

pub(super) struct ParquetFile {
    writer: ArrowWriter<Unfinished>,
    path: PathBuf,
    rows: u64,
}

impl ParquetFile {
    pub fn create(staging: &Staging<'_>, table: &PublishedTable) -> Result<ParquetFile, ReportError> {
        let unfinished = staging.create(&table.file_name())?;
        let path = unfinished.path.clone();
        let failed = || ReportError::parquet("set up", &path);
        let level = ZstdLevel::try_new(1).map_err(failed())?;
        let options = ArrowWriterOptions::new()
            .with_properties(properties(table, level))
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(unfinished, table.schema(), options).map_err(failed())?;
        Ok(ParquetFile { writer, path, rows: 0 })
    }

    /// Adds rows that have the table's schema and come after the ones before.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), ReportError> {
        self.rows += rows.num_rows() as u64;
        self.writer.write(rows).map_err(ReportError::parquet("write", &self.path))
    }

    pub fn finish(self) -> Result<Staged, ReportError> {
        let unfinished = self.writer.into_inner().map_err(ReportError::parquet("write", &self.path))?;
        unfinished.finish(self.rows)
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
