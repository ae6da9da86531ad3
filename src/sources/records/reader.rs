//! What a reader is: it makes rows of the records of one file. There is one for each raw format.
//!
//! A format that comes as JSON implements [`JsonReader`](super::json::JsonReader), one that comes
//! as a table, in CSV or Parquet, implements [`TableReader`](super::table::TableReader). A format
//! that comes as both implements both.

use crate::sources::file_context::FileContext;

/// A reader, made anew for each file and for each part of a large file.
pub trait Reader {
    fn new(context: &FileContext) -> Self;
}
