//! A file that comes along with one that is read: its records are counted, and none of them is
//! ours. What is no record at all is still a reject.

use crate::sources::bytes::first_bytes::has_json_line;
use crate::sources::file_context::FileContext;
use crate::sources::formats::entry::ReadFile;
use crate::sources::json::value::Node;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::csv::read_csv;
use crate::sources::records::json::JsonReader;
use crate::sources::records::json_file::read_json;
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, TableReader};

/// What counts the records of a file that begins like this.
pub fn reader_of(head: &[u8]) -> ReadFile {
    if has_json_line(head) {
        read_json::<Companion>
    } else {
        read_csv::<Companion>
    }
}

/// Counts the records of one file.
pub struct Companion;

impl Reader for Companion {
    fn new(_context: &FileContext) -> Companion {
        Companion
    }
}

impl TableReader for Companion {
    const COLUMNS: &'static [&'static str] = &[];
    const NEEDED: usize = 0;

    fn record(&mut self, _cells: &impl Cells, _at: Position, _sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        Ok(Verdict::NotOurs)
    }
}

impl JsonReader for Companion {
    const LIST_KEY: &'static str = "value";

    fn record(&mut self, _record: Node<'_>, _at: Position, _sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        Ok(Verdict::NotOurs)
    }
}
