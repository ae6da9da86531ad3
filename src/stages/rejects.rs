//! `rejects` (partition `received=`): every record that could not be used, with the reason and how it begins.

use crate::warehouse::table::table;

table! {
    /// One record of a raw file that could not be used.
    REJECTS = "rejects", version 1, Received, single;
    Reject {
        @key source: String = "the source of the pipeline file: its feed and path",
        @key source_file: String = "path of the file below the input folder",
        @key source_line: i64 = "line from 1; of a document its first line; 0 for a fault of the whole file",
        @key source_record: i64 = "number of the record in its page or batch, from 1; 0 where a line is a record",
        reason: String = "why, as a code",
        excerpt: String = "the first 500 bytes of the record",
    }
}

/// The most bytes of a record that a reject keeps.
pub const EXCERPT_BYTES: usize = 500;

/// The beginning of a record as text; bytes that are no UTF-8 become U+FFFD.
pub fn excerpt(raw: &[u8]) -> String {
    let mut end = raw.len().min(EXCERPT_BYTES);
    // Do not cut a character in two.
    while end > 0 && end < raw.len() && raw[end] & 0xc0 == 0x80 && end + 4 > EXCERPT_BYTES {
        end -= 1;
    }
    String::from_utf8_lossy(&raw[..end]).into_owned()
}
