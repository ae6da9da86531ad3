//! Reads columns of a file: as one frame of plain columns, or as one frame for each row group with
//! dictionary-coded texts. A file of an older version gets the columns that came later, filled with
//! null or with a value that stands for "nothing was said".

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int32Array, Int64Array, StringArray, new_null_array};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::storage::object::OpenObject;
use crate::warehouse::contract::{Column, Contract, Kind};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{ROW_GROUP_ROWS, version_of};
use crate::warehouse::value_rules::check_types;

/// Reads columns of a file (all of them where `columns` is empty) as one frame in the order of the
/// contract.
pub fn read(file: &OpenObject, contract: &Contract, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
    let path = file.shown();
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(file, options).map_err(WarehouseError::parquet("read", path))?;
    let version = version_of(metadata.metadata());
    as_one_frame(path, (contract, version), columns, reader(file, metadata, columns)?)
}

/// Reads these columns and no other one; where there are none, a frame that has just its number of
/// rows, for which the footer alone is read. The caller has not looked at the footer before, so the
/// version of the file is looked at here.
pub fn read_exactly(file: &OpenObject, contract: &Contract, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
    let path = file.shown();
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(file, options).map_err(WarehouseError::parquet("read", path))?;
    let version = checked_version(path, contract, &metadata)?;
    if columns.is_empty() {
        let rows = usize::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        return Ok(RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options)?);
    }
    as_one_frame(path, (contract, version), columns, reader(file, metadata, columns)?)
}

/// The version of a file; an error where this program cannot read it. For callers who have not
/// looked at the footers of the table before.
pub(super) fn checked_version(path: &Path, contract: &Contract, metadata: &ArrowReaderMetadata) -> Result<u32, WarehouseError> {
    let found = version_of(metadata.metadata());
    let (path, table, known) = (path.to_path_buf(), contract.name.to_owned(), contract.version);
    match found {
        found if contract.reads(found) => Ok(found),
        found if found > known => Err(WarehouseError::Newer { path, table, found, known }),
        found => Err(WarehouseError::Older { path, table, found, known }),
    }
}

/// Reads columns as one frame for each row group. Texts stay dictionary-coded where the file has
/// them so: what is there once for many rows is not copied for each of them.
pub fn read_coded(file: &OpenObject, contract: &Contract, columns: &[&str]) -> Result<Vec<RecordBatch>, WarehouseError> {
    let path = file.shown();
    let failed = || WarehouseError::parquet("read", path);
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(file, options).map_err(failed())?;
    let groups = metadata.metadata().row_groups();
    let is_coded = |at: usize| groups.iter().all(|group| group.column(at).dictionary_page_offset().is_some());
    let coded = |(at, field): (usize, &FieldRef)| match field.data_type() {
        DataType::Utf8 if is_coded(at) => {
            let kind = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(kind))
        }
        _ => field.clone(),
    };
    let fields: Vec<FieldRef> = metadata.schema().fields().iter().enumerate().map(coded).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).map_err(failed())?;
    let version = version_of(metadata.metadata());
    let reader = reader(file, metadata, columns)?;
    let whole = |frame: Result<RecordBatch, ArrowError>| {
        let frame = frame.map_err(|error| failed()(error.into()))?;
        check_types(path, contract, &frame)?;
        with_added_columns(contract, version, columns, frame)
    };
    reader.map(whole).collect()
}

/// Adds those of the wanted columns that the table got after the file was written. Their cells are
/// null, or false, 0 or an empty text where the column is never null.
fn with_added_columns(contract: &Contract, version: u32, wanted: &[&str], frame: RecordBatch) -> Result<RecordBatch, WarehouseError> {
    let is_wanted = |column: &Column| wanted.is_empty() || wanted.contains(&column.name);
    let is_added = |column: &Column| column.since > version && frame.column_by_name(column.name).is_none();
    if contract.version == version || !contract.columns.iter().any(|column| is_wanted(column) && is_added(column)) {
        return Ok(frame);
    }
    let rows = frame.num_rows();
    let (mut fields, mut columns): (Vec<Field>, Vec<ArrayRef>) = Default::default();
    for column in contract.columns.iter().filter(|column| is_wanted(column)) {
        let kind = column.kind.data_type();
        let values = match frame.column_by_name(column.name) {
            Some(values) => values.clone(),
            None if !is_added(column) => continue,
            None if column.nullable => new_null_array(&kind, rows),
            None => never_null(column.kind, rows)?,
        };
        fields.push(Field::new(column.name, values.data_type().clone(), column.nullable));
        columns.push(values);
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// A column of values that stand for "nothing was said" where no null may be.
fn never_null(kind: Kind, rows: usize) -> Result<ArrayRef, WarehouseError> {
    Ok(match kind {
        Kind::Flag => Arc::new(BooleanArray::from(vec![false; rows])),
        Kind::Text => Arc::new(StringArray::from(vec![""; rows])),
        Kind::Count | Kind::Bits | Kind::Day | Kind::Ratio | Kind::Money => cast(&Int32Array::from(vec![0; rows]), &kind.data_type())?,
        Kind::Instant => cast(&Int64Array::from(vec![0; rows]), &kind.data_type())?,
    })
}

/// A reader of columns of a file that gives one frame for each row group.
fn reader(file: &OpenObject, metadata: ArrowReaderMetadata, columns: &[&str]) -> Result<ParquetRecordBatchReader, WarehouseError> {
    let wanted = |name: &str| columns.is_empty() || columns.contains(&name);
    let indices: Vec<usize> = metadata
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| wanted(field.name()))
        .map(|(at, _)| at)
        .collect();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), indices);
    ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata)
        .with_projection(mask)
        .with_batch_size(ROW_GROUP_ROWS)
        .build()
        .map_err(WarehouseError::parquet("read", file.shown()))
}

/// Everything that a reader gives, as one frame. Its columns have to be of the contract's types.
pub(crate) fn as_one_frame(
    path: &Path,
    (contract, version): (&Contract, u32),
    columns: &[&str],
    reader: ParquetRecordBatchReader,
) -> Result<RecordBatch, WarehouseError> {
    let failed = WarehouseError::parquet("read", path);
    let schema = arrow::record_batch::RecordBatchReader::schema(&reader);
    let frames = reader.collect::<Result<Vec<_>, _>>().map_err(|error| failed(error.into()))?;
    let frame = concat_batches(&schema, &frames)?;
    check_types(path, contract, &frame)?;
    with_added_columns(contract, version, columns, frame)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

    use super::*;
    use crate::storage;
    use crate::warehouse::contract::{MadeFrom, Partition};
    use crate::warehouse::file::write;

    const fn column(name: &'static str, kind: Kind, nullable: bool, key: bool, since: u32) -> Column {
        Column {
            name,
            kind,
            nullable,
            key,
            since,
            about: "for the test",
        }
    }

    const fn calls(version: u32, oldest: u32, columns: &'static [Column]) -> Contract {
        Contract {
            name: "calls",
            version,
            oldest,
            partition: Partition::Received,
            sharded: false,
            made_from: MadeFrom::NOTHING,
            about: "calls",
            columns,
        }
    }

    const NUMBER: Column = column("number", Kind::Count, false, true, 1);
    const BEFORE: Contract = calls(1, 1, &[NUMBER]);
    const NOW: Contract = calls(
        2,
        1,
        &[
            NUMBER,
            column("answered", Kind::Flag, false, false, 2),
            column("who", Kind::Text, true, false, 2),
            column("place", Kind::Text, false, false, 2),
            column("at", Kind::Instant, false, false, 2),
            column("on", Kind::Day, true, false, 2),
        ],
    );

    fn written(contract: &Contract, folder: &Path) -> OpenObject {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let frame = RecordBatch::try_new(contract.schema(), vec![numbers]).unwrap();
        let storage = storage::at(folder);
        write::put(&*storage, "file", contract, &frame);
        storage.open("file").unwrap()
    }

    #[test]
    fn a_file_of_an_older_version_has_nothing_in_the_columns_that_came_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(&BEFORE, folder.path());
        let frame = read(&path, &NOW, &[]).unwrap();
        assert_eq!(frame.schema(), NOW.schema());
        assert_eq!(frame.column(0).as_primitive::<Int64Type>().values(), &[1, 2]);
        assert!(!frame.column(1).as_boolean().value(1));
        assert_eq!(frame.column(2).null_count(), 2);
        assert_eq!(frame.column(3).as_string::<i32>().value(0), "");
        assert_eq!(frame.column(4).as_primitive::<TimestampMicrosecondType>().value(0), 0);
        assert_eq!(frame.column(5).null_count(), 2);
        let some = read(&path, &NOW, &["who", "number"]).unwrap();
        assert_eq!((some.num_columns(), some.num_rows()), (2, 2), "only what is asked for");
        let coded = read_coded(&path, &NOW, &["answered"]).unwrap();
        assert_eq!((coded.len(), coded[0].num_columns(), coded[0].num_rows()), (1, 1, 2));
    }

    #[test]
    fn a_file_of_this_version_that_lacks_a_column_is_not_filled_up() {
        const CUT: Contract = calls(2, 1, &[NUMBER]);
        let folder = tempfile::tempdir().unwrap();
        let path = written(&CUT, folder.path());
        assert_eq!(read(&path, &NOW, &[]).unwrap().num_columns(), 1);
    }
}
