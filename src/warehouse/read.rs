//! Columns of a file as frames: as one frame of plain columns, or row group by row group with texts as numbers of a dictionary.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, FieldRef, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::ROW_GROUP_ROWS;

/// Reads columns of a file (all of them where `columns` is empty) as one frame in the order of the contract.
pub fn read(path: &Path, contract: &Contract, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
    let file = File::open(path).map_err(WarehouseError::store("open", path))?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(WarehouseError::parquet("read", path))?;
    as_one_frame(path, contract, reader(path, file, metadata, columns)?)
}

/// The same with texts as numbers of a dictionary where they are that in the file, and with one frame per row group: nothing is
/// copied that is there once for many rows.
pub fn read_coded(path: &Path, contract: &Contract, columns: &[&str]) -> Result<Vec<RecordBatch>, WarehouseError> {
    let failed = || WarehouseError::parquet("read", path);
    let file = File::open(path).map_err(WarehouseError::store("open", path))?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(failed())?;
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
    let reader = reader(path, file, metadata, columns)?;
    let frames = reader.collect::<Result<Vec<_>, _>>().map_err(|error| failed()(error.into()))?;
    frames.iter().try_for_each(|frame| check_types(path, contract, frame))?;
    Ok(frames)
}

/// What gives columns of a file, one frame per row group.
fn reader(path: &Path, file: File, metadata: ArrowReaderMetadata, columns: &[&str]) -> Result<ParquetRecordBatchReader, WarehouseError> {
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
    ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_projection(mask)
        .with_batch_size(ROW_GROUP_ROWS)
        .build()
        .map_err(WarehouseError::parquet("read", path))
}

/// Everything that a reader gives, whose columns have to be of the contract's types.
pub(super) fn as_one_frame(path: &Path, contract: &Contract, reader: ParquetRecordBatchReader) -> Result<RecordBatch, WarehouseError> {
    let failed = WarehouseError::parquet("read", path);
    let schema = arrow::record_batch::RecordBatchReader::schema(&reader);
    let frames = reader.collect::<Result<Vec<_>, _>>().map_err(|error| failed(error.into()))?;
    let frame = concat_batches(&schema, &frames)?;
    check_types(path, contract, &frame)?;
    Ok(frame)
}

/// Proves that the columns of a frame have the types of the contract; texts may be numbers of a dictionary.
pub(super) fn check_types(path: &Path, contract: &Contract, frame: &RecordBatch) -> Result<(), WarehouseError> {
    for field in frame.schema().fields() {
        let expected = contract
            .columns
            .iter()
            .find(|column| column.name == field.name())
            .map(|column| column.kind.data_type());
        let found = match field.data_type() {
            DataType::Dictionary(_, texts) => texts.as_ref(),
            found => found,
        };
        if expected.as_ref() != Some(found) {
            return Err(WarehouseError::Contract(format!(
                "`{}`: column `{}` is {}, and not what table `{}` promises",
                path.display(),
                field.name(),
                field.data_type(),
                contract.name
            )));
        }
    }
    Ok(())
}
