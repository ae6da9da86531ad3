//! `rejects` (partition `received=`): every record that could not be used, with the reason and how it begins.

use crate::warehouse::table::table;

table! {
    /// One record of a raw file that could not be used.
    REJECTS = "rejects", version 2, Received, single;
    Reject {
        @key source: String = "the source of the pipeline file: its feed and path",
        @key source_file: String = "path of the file below the input folder",
        @key source_line: i64 = "line from 1; of a document its first line; 0 for a fault of the whole file",
        @key source_record: i64 = "number of the record in its page or batch, from 1; 0 where a line is a record",
        reason: String = "why, as a code",
        excerpt: String = "the first 500 bytes of the record, with `*` in place of whatever could be about a person",
    }
}
