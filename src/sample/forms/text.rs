//! Records as text: lines, arrays, pages and tables.

use std::io;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

/// One record a line.
pub fn lines(records: &[Value]) -> Vec<u8> {
    records.iter().map(|record| format!("{record}\n")).collect::<String>().into_bytes()
}

/// A bare array.
pub fn array(records: &[Value]) -> Vec<u8> {
    Value::from(records).to_string().into_bytes()
}

/// A document that has the records in a list under a key.
pub fn page(key: &str, records: &[Value]) -> Vec<u8> {
    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", key: records})
        .to_string()
        .into_bytes()
}

/// The member of a record at this path, as a text; empty where it is missing or null. What is no
/// text is its JSON.
pub fn text(record: &Value, path: &[&str]) -> String {
    match path.iter().fold(record, |record, key| &record[key]) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A table of texts.
pub struct Table {
    pub header: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As CSV, with quotes around what needs them.
    pub fn csv(&self) -> Vec<u8> {
        let header = self.header.iter().map(|name| csv_field(name)).collect::<Vec<_>>().join(",");
        let rows = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| csv_field(cell)).collect::<Vec<_>>().join(","));
        std::iter::once(header)
            .chain(rows)
            .map(|row| row + "\r\n")
            .collect::<String>()
            .into_bytes()
    }

    /// As Parquet.
    pub fn parquet(&self) -> io::Result<Vec<u8>> {
        let columns = self.header.iter().enumerate().map(|(number, name)| {
            let cells = self
                .rows
                .iter()
                .map(|row| row.get(number).map(String::as_str).filter(|cell| !cell.is_empty()));
            (*name, Arc::new(cells.collect::<StringArray>()) as ArrayRef, true)
        });
        let batch = RecordBatch::try_from_iter_with_nullable(columns).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).map_err(io::Error::other)?;
        writer.write(&batch).map_err(io::Error::other)?;
        writer.close().map_err(io::Error::other)?;
        Ok(bytes)
    }
}

/// A field of a CSV, in quotes if it needs them.
pub fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
