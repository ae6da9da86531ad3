//! Published tables, read by the library without any code of ours.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::Array;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A row: the text of each cell that is not null.
pub type Row = BTreeMap<String, String>;

/// All rows of a file.
pub fn rows(published: &Path, name: &str) -> Vec<Row> {
    let file = File::open(published.join(format!("{name}.parquet"))).unwrap();
    let mut rows = Vec::new();
    for frame in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let frame = frame.unwrap();
        for row in 0..frame.num_rows() {
            let schema = frame.schema();
            let cells = schema
                .fields()
                .iter()
                .zip(frame.columns())
                .filter(|(_, column)| column.is_valid(row));
            let cell = |(field, column): (&std::sync::Arc<arrow::datatypes::Field>, &std::sync::Arc<dyn Array>)| {
                let text = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::default())
                    .unwrap()
                    .value(row)
                    .to_string();
                (field.name().clone(), text)
            };
            rows.push(cells.map(cell).collect());
        }
    }
    rows
}

/// The rows of the last day.
pub fn last_rows(published: &Path, name: &str) -> Vec<Row> {
    let last = rows(published, "calendar").last().unwrap()["day"].clone();
    rows(published, name).into_iter().filter(|row| row["day"] == last).collect()
}

pub fn count(row: &Row, column: &str) -> i64 {
    row.get(column).map_or(0, |text| text.parse().unwrap())
}
