//! Tables as CSV and as Parquet.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

/// Rows under names.
pub struct Table {
    pub names: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As most programs write it: quotes only where they have to be.
    pub fn csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.names).unwrap();
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        writer.into_inner().unwrap()
    }

    /// With the types that fit the names.
    pub fn parquet(&self) -> Vec<u8> {
        let columns = self.names.iter().enumerate().map(|(place, name)| {
            let texts = self
                .rows
                .iter()
                .map(|row| Some(row[place].as_str()).filter(|text| !text.is_empty()));
            let texts: ArrayRef = Arc::new(StringArray::from_iter(texts));
            let kind = match name.as_str() {
                "event_time" => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
                "snapshot_day" | "ends_on" => DataType::Date32,
                "interactive" | "is_trial" => DataType::Boolean,
                "error_code" | "seats" => DataType::Int32,
                _ => DataType::Utf8,
            };
            (name, cast(&texts, &kind).unwrap(), true)
        });
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(100_000))
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }
}
