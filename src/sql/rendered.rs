//! Rows as people and programs read them: a table for the terminal, CSV, JSON, Parquet.
//!
//! A day is `YYYY-MM-DD`, an instant `YYYY-MM-DDTHH:MM:SS` in UTC, an amount of money has its four
//! digits, also in JSON, where it is a number. Null is an empty cell in CSV.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::domain::words::counted;
use crate::reports::summary::text::{padded, width};

/// What stands between two columns of a table.
const GAP: &str = "  ";

/// The cells of a column as text.
struct Cells<'a> {
    values: &'a ArrayRef,
    formatter: ArrayFormatter<'a>,
}

impl<'a> Cells<'a> {
    fn of(values: &'a ArrayRef, options: &'a FormatOptions<'a>) -> Result<Cells<'a>, ArrowError> {
        let formatter = ArrayFormatter::try_new(&**values, options)?;
        Ok(Cells { values, formatter })
    }

    /// The text of a cell; `None` for null.
    fn text(&self, row: usize) -> Option<String> {
        (!self.values.is_null(row) && *self.values.data_type() != DataType::Null).then(|| self.formatter.value(row).to_string())
    }
}

fn cells<'a>(rows: &'a RecordBatch, options: &'a FormatOptions<'a>) -> Result<Vec<Cells<'a>>, ArrowError> {
    rows.columns().iter().map(|values| Cells::of(values, options)).collect()
}

fn names(rows: &RecordBatch) -> Vec<String> {
    rows.schema().fields().iter().map(|field| field.name().clone()).collect()
}

/// A table for the terminal; below it how many rows it has.
pub fn table(rows: &RecordBatch) -> Result<String, ArrowError> {
    let options = FormatOptions::default();
    let cells = cells(rows, &options)?;
    let names = names(rows);
    let text = |cells: &Cells<'_>, row: usize| cells.text(row).unwrap_or_else(|| "null".to_owned()).replace(['\n', '\r'], " ");
    let columns: Vec<Vec<String>> = cells
        .iter()
        .map(|cells| (0..rows.num_rows()).map(|row| text(cells, row)).collect())
        .collect();
    let widths: Vec<usize> = columns
        .iter()
        .zip(&names)
        .map(|(column, name)| column.iter().map(|cell| width(cell)).max().unwrap_or(0).max(width(name)))
        .collect();
    let is_number: Vec<bool> = rows.columns().iter().map(|values| values.data_type().is_numeric()).collect();
    let line = |cell: &dyn Fn(usize) -> String| {
        let aligned = (0..names.len()).map(|at| {
            let (cell, most) = (cell(at), widths[at]);
            match is_number[at] {
                true => format!("{}{cell}", " ".repeat(most.saturating_sub(width(&cell)))),
                false => padded(&cell, most),
            }
        });
        let line = aligned.collect::<Vec<_>>().join(GAP);
        format!("{}\n", line.trim_end())
    };
    let mut text = line(&|at| names[at].clone());
    text.push_str(&line(&|at| "-".repeat(widths[at])));
    (0..rows.num_rows()).for_each(|row| text.push_str(&line(&|at| columns[at][row].clone())));
    text.push_str(&format!("({})\n", counted(rows.num_rows() as u64, "row")));
    Ok(text)
}

/// CSV with a header.
pub fn csv(rows: &RecordBatch) -> Result<String, ArrowError> {
    let options = FormatOptions::default();
    let cells = cells(rows, &options)?;
    let mut text = line_of(names(rows).iter().map(String::as_str));
    for row in 0..rows.num_rows() {
        let line: Vec<String> = cells.iter().map(|cells| cells.text(row).unwrap_or_default()).collect();
        text.push_str(&line_of(line.iter().map(String::as_str)));
    }
    Ok(text)
}

fn line_of<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let line: Vec<String> = cells.map(quoted).collect();
    // A line with nothing at all is no line to many readers.
    match line.as_slice() {
        [only] if only.is_empty() => "\"\"\n".to_owned(),
        line => format!("{}\n", line.join(",")),
    }
}

/// A list of objects, one a line.
pub fn json(rows: &RecordBatch) -> Result<String, ArrowError> {
    let options = FormatOptions::default();
    let cells = cells(rows, &options)?;
    let names: Vec<String> = names(rows)
        .into_iter()
        .map(|name| serde_json::Value::from(name).to_string())
        .collect();
    let object = |row: usize| {
        let members = names
            .iter()
            .zip(&cells)
            .map(|(name, cells)| format!("{name}:{}", value(cells, row)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    };
    let objects: Vec<String> = (0..rows.num_rows()).map(object).collect();
    Ok(match objects.is_empty() {
        true => "[]\n".to_owned(),
        false => format!("[\n{}\n]\n", objects.join(",\n")),
    })
}

/// A cell as JSON has it. What is no number there is null.
fn value(cells: &Cells<'_>, row: usize) -> String {
    let null = || "null".to_owned();
    let Some(text) = cells.text(row) else { return null() };
    match cells.values.data_type() {
        DataType::Float64 if !cells.values.as_primitive::<Float64Type>().value(row).is_finite() => null(),
        // Digits and a point, as JSON writes them; more digits than a float has stay.
        kind if kind.is_integer() || matches!(kind, DataType::Decimal128(..) | DataType::Float64) => text,
        DataType::Float32 => text
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map_or_else(null, |number| number.to_string()),
        DataType::Boolean => text,
        _ => serde_json::Value::from(text).to_string(),
    }
}

/// One Parquet file.
pub fn parquet(rows: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let rows = with_plain_texts(rows)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, rows.schema(), options)?;
    writer.write(&rows)?;
    writer.close()?;
    Ok(bytes)
}

/// The same with texts as every Parquet reader knows them, and a text for what has no type.
fn with_plain_texts(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let plain = |values: &ArrayRef| match values.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => cast(values, &DataType::Utf8),
        _ => Ok(values.clone()),
    };
    let columns = rows.columns().iter().map(plain).collect::<Result<Vec<ArrayRef>, ArrowError>>()?;
    RecordBatch::try_from_iter_with_nullable(names(rows).into_iter().zip(columns).map(|(name, values)| (name, values, true)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, NullArray, StringViewArray, TimestampMicrosecondArray,
    };

    use super::*;

    fn rows() -> RecordBatch {
        let amounts = Decimal128Array::from(vec![Some(123_456_789_012_345_678), Some(-5_000)]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("name", Arc::new(StringViewArray::from(vec![Some("a, \"b\"\nc"), None]))),
            ("count", Arc::new(Int64Array::from(vec![Some(-1), None]))),
            ("share", Arc::new(Float64Array::from(vec![0.5, f64::NAN]))),
            ("flag", Arc::new(BooleanArray::from(vec![true, false]))),
            ("day", Arc::new(Date32Array::from(vec![Some(20_000), None]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![1_500_000, 0]))),
            ("money", Arc::new(amounts.with_precision_and_scale(18, 4).unwrap())),
            ("nothing", Arc::new(NullArray::new(2))),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true))).unwrap()
    }

    #[test]
    fn a_table_aligns_numbers_to_the_right_and_says_how_many_rows_there_are() {
        let rows = rows().project(&[0, 1, 4]).unwrap();
        let expected =
            "name      count  day\n--------  -----  ----------\na, \"b\" c     -1  2024-10-04\nnull       null  null\n(2 rows)\n";
        assert_eq!(table(&rows).unwrap(), expected);
        assert_eq!(table(&rows.project(&[1]).unwrap().slice(0, 0)).unwrap(), "count\n-----\n(0 rows)\n");
    }

    #[test]
    fn csv_quotes_what_needs_it_and_has_nothing_for_null() {
        let expected = "name,count,share,flag,day,at,money,nothing\n\
            \"a, \"\"b\"\"\nc\",-1,0.5,true,2024-10-04,1970-01-01T00:00:01.500,12345678901234.5678,\n\
            ,,NaN,false,,1970-01-01T00:00:00,-0.5000,\n";
        assert_eq!(csv(&rows()).unwrap(), expected);
        assert_eq!(csv(&rows().project(&[7]).unwrap()).unwrap(), "nothing\n\"\"\n\"\"\n");
    }

    #[test]
    fn json_has_every_digit_of_an_amount_and_null_for_what_is_no_number() {
        let expected = "[\n{\"name\":\"a, \\\"b\\\"\\nc\",\"count\":-1,\"share\":0.5,\"flag\":true,\"day\":\"2024-10-04\",\
            \"at\":\"1970-01-01T00:00:01.500\",\"money\":12345678901234.5678,\"nothing\":null},\n\
            {\"name\":null,\"count\":null,\"share\":null,\"flag\":false,\"day\":null,\"at\":\"1970-01-01T00:00:00\",\
            \"money\":-0.5000,\"nothing\":null}\n]\n";
        assert_eq!(json(&rows()).unwrap(), expected);
        let parsed: serde_json::Value = serde_json::from_str(&json(&rows()).unwrap()).unwrap();
        assert_eq!(parsed.as_array().map(Vec::len), Some(2));
        assert_eq!(json(&rows().slice(0, 0)).unwrap(), "[]\n");
    }

    #[test]
    fn parquet_comes_back_with_its_types() {
        let bytes = bytes::Bytes::from(parquet(&rows()).unwrap());
        let mut reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes)
            .unwrap()
            .build()
            .unwrap();
        let back = reader.next().unwrap().unwrap();
        let kinds: Vec<String> = back.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
        assert_eq!(
            kinds,
            [
                "Utf8",
                "Int64",
                "Float64",
                "Boolean",
                "Date32",
                "Timestamp(µs)",
                "Decimal128(18, 4)",
                "Utf8"
            ]
        );
        assert_eq!(csv(&back).unwrap(), csv(&rows()).unwrap());
    }
}
