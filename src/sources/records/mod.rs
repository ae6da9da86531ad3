//! Reads a file as records, which go to the reader of its format: lines and pages of JSON, rows of
//! CSV and Parquet.

pub(crate) mod csv;
pub(crate) mod csv_file;
pub(crate) mod csv_json_column;
pub(crate) mod json;
pub(crate) mod json_file;
pub(crate) mod json_tables;
pub mod panic_guard;
pub(crate) mod parquet;
pub(crate) mod parquet_column;
pub(crate) mod parquet_pages;
pub(crate) mod reader;
pub(crate) mod reject_detail;
pub(crate) mod sound_documents;
pub(crate) mod table;
