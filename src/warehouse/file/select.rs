//! Reads the rows of one tenant from a file with many, and little else.
//!
//! Files are sorted by the key, and nearly every key begins with the tenant. So the rows of a tenant
//! stand together, and the smallest and largest id of each row group and page, which the footer has,
//! tell where. A file without a page index, or with another key, gives the same rows and takes
//! longer.

use std::ops::Range;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter, RowSelection,
};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;

use crate::domain::guid::Guid;
use crate::storage::object::OpenObject;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::read::{as_one_frame, checked_version};

/// The column that says whose a row is.
const TENANT: &str = "tenant_id";

/// Reads columns (all of them where `columns` is empty) of the rows of a tenant.
pub fn read_tenant(file: &OpenObject, contract: &Contract, columns: &[&str], tenant: Guid) -> Result<RecordBatch, WarehouseError> {
    let path = file.shown();
    let failed = || WarehouseError::parquet("read", path);
    let options = ArrowReaderOptions::new()
        .with_skip_arrow_metadata(true)
        .with_page_index_policy(PageIndexPolicy::Optional);
    let metadata = ArrowReaderMetadata::load(file, options).map_err(failed())?;
    let version = checked_version(path, contract, &metadata)?;
    let schema = metadata.schema().clone();
    let at = |name: &str| schema.fields().iter().position(|field| field.name() == name);
    let Some(tenant_at) = at(TENANT) else {
        return Err(WarehouseError::Contract(format!(
            "`{}` has no column `{TENANT}`: table `{}` promises one",
            path.display(),
            contract.name
        )));
    };
    let wanted: Vec<usize> = (0..schema.fields().len())
        .filter(|&at| columns.is_empty() || columns.contains(&schema.field(at).name().as_str()))
        .collect();
    let id = tenant.to_string();
    let (groups, ranges, rows) = candidates(metadata.metadata(), tenant_at, id.as_bytes());
    let mask = |roots: Vec<usize>| ProjectionMask::roots(metadata.parquet_schema(), roots);
    let is_tenant = move |frame: RecordBatch| {
        let ids = frame.column(0).as_string::<i32>();
        Ok((0..ids.len())
            .map(|row| Some(ids.is_valid(row) && ids.value(row) == id))
            .collect::<BooleanArray>())
    };
    let filter = RowFilter::new(vec![Box::new(ArrowPredicateFn::new(mask(vec![tenant_at]), is_tenant))]);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone())
        .with_projection(mask(wanted))
        .with_row_groups(groups)
        .with_row_selection(RowSelection::from_consecutive_ranges(ranges.into_iter(), rows))
        .with_row_filter(filter)
        .build()
        .map_err(failed())?;
    as_one_frame(path, (contract, version), columns, reader)
}

/// The row groups that may have an id, the ranges of rows in them that may (counted through these
/// groups), and how many rows these groups have together.
fn candidates(metadata: &ParquetMetaData, column: usize, id: &[u8]) -> (Vec<usize>, Vec<Range<usize>>, usize) {
    let mut groups = Vec::new();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut rows = 0;
    for (at, group) in metadata.row_groups().iter().enumerate() {
        let length = usize::try_from(group.num_rows()).unwrap_or(0);
        let bounds = group.column(column).statistics();
        let (least, most) = bounds.map_or((None, None), |bounds| (bounds.min_bytes_opt(), bounds.max_bytes_opt()));
        if !may_have(least, most, id) {
            continue;
        }
        groups.push(at);
        for page in pages(metadata, at, column, length, id) {
            let range = rows + page.start..rows + page.end;
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        rows += length;
    }
    (groups, ranges, rows)
}

/// The ranges of rows of a row group whose pages may have an id; all rows where there is no page
/// index.
fn pages(metadata: &ParquetMetaData, group: usize, column: usize, rows: usize, id: &[u8]) -> Vec<Range<usize>> {
    let bounds = metadata.column_index().and_then(|groups| groups.get(group)?.get(column));
    let places = metadata.offset_index().and_then(|groups| groups.get(group)?.get(column));
    let (Some(ColumnIndexMetaData::BYTE_ARRAY(bounds)), Some(places)) = (bounds, places) else {
        return std::iter::once(0..rows).collect();
    };
    let first_rows: Vec<usize> = places
        .page_locations()
        .iter()
        .map(|page| usize::try_from(page.first_row_index).unwrap_or(0))
        .collect();
    let ends = first_rows.iter().skip(1).copied().chain([rows]);
    first_rows
        .iter()
        .zip(ends)
        .enumerate()
        .filter(|(page, _)| (*page as u64) >= bounds.num_pages() || may_have(bounds.min_value(*page), bounds.max_value(*page), id))
        .map(|(_, (first, end))| *first..end)
        .collect()
}

/// Whether an id may be between two bounds. An unknown bound excludes nothing.
fn may_have(least: Option<&[u8]>, most: Option<&[u8]>, id: &[u8]) -> bool {
    least.is_none_or(|least| least <= id) && most.is_none_or(|most| id <= most)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use arrow::datatypes::Int64Type;
    use std::fs::File;

    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_writer::ArrowWriterOptions;
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::{EnabledStatistics, WriterProperties};

    use super::*;
    use crate::storage;
    use crate::warehouse::contract::{Column, Kind, MadeFrom, Partition};
    use crate::warehouse::file::write;

    const VISITS: Contract = Contract {
        name: "visits",
        version: 3,
        oldest: 3,
        partition: Partition::Whole,
        sharded: false,
        made_from: MadeFrom::NOTHING,
        about: "visits",
        columns: &[
            Column {
                name: "tenant_id",
                kind: Kind::Text,
                nullable: false,
                key: true,
                since: 1,
                about: "whose",
            },
            Column {
                name: "number",
                kind: Kind::Count,
                nullable: false,
                key: true,
                since: 1,
                about: "which",
            },
        ],
    };

    const TENANTS: u128 = 300;

    /// Tenant n (of even ids) has n rows, but for the tenth, which has most of the file.
    fn rows() -> RecordBatch {
        let count = |tenant: u128| if tenant == 10 { 150_000 } else { tenant as i64 };
        let rows: Vec<(u128, i64)> = (0..TENANTS)
            .flat_map(|tenant| (0..count(tenant)).map(move |number| (tenant, number)))
            .collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(
                rows.iter()
                    .map(|(tenant, _)| Some(Guid(tenant * 2).to_string()))
                    .collect::<StringArray>(),
            ),
            Arc::new(rows.iter().map(|(_, number)| Some(*number)).collect::<Int64Array>()),
        ];
        RecordBatch::try_new(VISITS.schema(), columns).unwrap()
    }

    fn numbers(file: &OpenObject, columns: &[&str], tenant: Guid) -> Vec<i64> {
        let frame = read_tenant(file, &VISITS, columns, tenant).unwrap();
        let numbers = frame.column_by_name("number").unwrap();
        numbers.as_primitive::<Int64Type>().values().to_vec()
    }

    #[track_caller]
    fn gives_each_tenant_its_rows(file: &OpenObject) {
        for tenant in [0u128, 1, 2, 9, 10, 11, 12, 150, 299] {
            let count = if tenant == 10 { 150_000 } else { tenant as i64 };
            let expected: Vec<i64> = (0..count).collect();
            assert_eq!(numbers(file, &[], Guid(tenant * 2)), expected, "{tenant}");
            assert_eq!(numbers(file, &["number"], Guid(tenant * 2)), expected, "{tenant}");
            assert!(numbers(file, &[], Guid(tenant * 2 + 1)).is_empty(), "an id between two");
        }
        assert!(numbers(file, &[], Guid(u128::MAX)).is_empty());
    }

    #[test]
    fn a_tenant_s_rows_are_found_and_little_else_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage::at(folder.path());
        write::put(&*storage, "file", &VISITS, &rows());
        let file = storage.open("file").unwrap();
        gives_each_tenant_its_rows(&file);
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        let metadata = ArrowReaderMetadata::load(&file, options).unwrap();
        let id = Guid(299 * 2).to_string();
        let (groups, ranges, rows) = candidates(metadata.metadata(), 0, id.as_bytes());
        let read: usize = ranges.iter().map(ExactSizeIterator::len).sum();
        assert_eq!(groups.len(), 1, "of {} row groups", metadata.metadata().num_row_groups());
        assert!(read < rows, "{read} of {rows} rows of the group");
        assert_eq!(candidates(metadata.metadata(), 0, b"z").0, [0usize; 0]);
    }

    #[test]
    fn files_without_any_statistics_give_the_same_and_other_versions_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write = |version: &str| {
            let properties = WriterProperties::builder()
                .set_statistics_enabled(EnabledStatistics::None)
                .set_max_row_group_row_count(Some(10_000))
                .build();
            let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
            let mut writer = ArrowWriter::try_new_with_options(File::create(&path).unwrap(), VISITS.schema(), options).unwrap();
            writer.write(&rows()).unwrap();
            writer.append_key_value_metadata(KeyValue::new("uptake.version".to_owned(), version.to_owned()));
            writer.close().unwrap();
            storage::at(folder.path()).open("file").unwrap()
        };
        gives_each_tenant_its_rows(&write("3"));
        let older = read_tenant(&write("2"), &VISITS, &[], Guid(2));
        assert!(matches!(older, Err(WarehouseError::Older { found: 2, known: 3, .. })));
        let newer = read_tenant(&write("4"), &VISITS, &[], Guid(2));
        assert!(matches!(newer, Err(WarehouseError::Newer { found: 4, known: 3, .. })));
    }
}
