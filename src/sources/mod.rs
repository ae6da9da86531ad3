//! Raw files to rows and rejects.
//!
//! Pure: bytes come from an [`Input`](bytes::input::Input) that the caller opens, and what is found
//! goes to a [`Sink`](record::Sink), in the order of the file. Reading never fails on content: what
//! cannot be read is a reject.
//!
//! A *reader* makes rows of the records of one file. There is one for each raw format, in a file of
//! its own in `formats/`, and one entry for it in `formats/registry.rs`. How a file goes through
//! the rooms:
//!
//! | step | where |
//! |---|---|
//! | its path says whose it is, and of which day | `path`, into the [`FileContext`](file_context::FileContext) |
//! | it is opened, decompressed, and cut into lines | `bytes/` |
//! | its first bytes, keys or columns say of which format it is | `detect/`, with the signs in `formats/registry.rs` |
//! | the entry of that format gives the function that reads it | `read`; `split` for a large file, part by part |
//! | it becomes records: JSON a line, batch or page; rows of CSV and Parquet | `records/` |
//! | in JSON the members that matter are found, without a full parser | `json/` |
//! | the reader of the format takes what it needs from a record | `formats/` |
//! | times, ids, names and lists of licenses are understood in one way for all | `fields/`, `date_order` |
//! | a row or a reject goes to the sink, and is counted | `record`, `output` |
//!
//! `find_record` goes back to a file later, for the text of a record whose place was noted.

pub mod bytes;
mod date_order;
mod detect;
pub mod fields;
pub mod file_context;
pub mod find_record;
mod format;
mod formats;
pub mod json;
mod output;
pub mod path;
pub mod read;
pub mod record;
pub mod records;
pub mod split;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use crate::sources::detect::unreadable::{describe_unknown, line_of_names};
pub use format::{Choice, Format};
pub use read::read;

/// Rises when a reader gives other rows for the same bytes: files that were read by another version
/// are read again.
pub const VERSION: u32 = 4;

/// Rises when `auto` chooses another format for the same bytes.
pub const AUTO_VERSION: u32 = 3;
