//! Reads a CSV file that has a JSON object in one of its columns: so the portal exports the unified
//! audit log. The other columns repeat some of it and are not read. A record stands on the line on
//! which it begins.

use crate::sources::bytes::open_file::OpenFile;
use crate::sources::fields::values::is_cut;
use crate::sources::file_context::FileContext;
use crate::sources::json::structure::Structure;
use crate::sources::json::value::{Json, Node};
use crate::sources::output::Output;
use crate::sources::record::Reason;
use crate::sources::records::csv::{column_places, reject_header};
use crate::sources::records::csv_file::{CsvFile, CsvStep};
use crate::sources::records::json::{JsonReader, detail, of_line, reason_of, reject_content_error};

/// A reader of JSON whose records also come in a column of a CSV file.
pub trait JsonColumn: JsonReader {
    /// The name of the column.
    const COLUMN: &'static str;
}

/// Reads all of a file.
pub fn read_json_column<R: JsonColumn>(file: OpenFile<'_>, context: &FileContext, out: &mut Output<'_>) {
    let mut file = CsvFile::new(file);
    let mut reader = R::new(context);
    let mut structure = Structure::default();
    let mut column = None;
    let mut header_cells = 0;
    loop {
        let record = match file.step() {
            CsvStep::End => return,
            CsvStep::Error(record, error) => {
                reject_content_error(out, record.last_line, &record.raw, error);
                continue;
            }
            CsvStep::Reject(record, reason) => {
                out.reject(of_line(record.first_line), reason, &record.raw);
                continue;
            }
            CsvStep::Record(record) => record,
        };
        let at = of_line(record.first_line);
        if let Some(why) = record.has_swallowed(header_cells) {
            out.reject_with(at, Reason::UnreadableValue, &record.raw, why.to_owned());
            continue;
        }
        let Some(column) = column else {
            column = column_places(record, &[R::COLUMN], 1).and_then(|places| places.first().copied().flatten());
            header_cells = record.field_count();
            if column.is_some() && std::str::from_utf8(&record.raw).is_err() {
                out.reject(at, Reason::InvalidUtf8, &record.raw);
            }
            if column.is_none() {
                return reject_header(&[R::COLUMN], &[], &mut file, out);
            }
            continue;
        };
        let text = record.field(column);
        if let Err(error) = structure.find(text) {
            let is_cut = std::str::from_utf8(text).is_ok_and(is_cut);
            let reason = if is_cut { Reason::CutByPowershell } else { reason_of(error) };
            out.reject(at, reason, &record.raw);
            continue;
        }
        // Beside the column, too: there may be other records in it.
        if std::str::from_utf8(&record.raw).is_err() {
            out.reject(at, Reason::InvalidUtf8, &record.raw);
            continue;
        }
        let json = Json {
            text,
            structure: &structure,
        };
        let object = Node::outermost(&json);
        if object.is_object() {
            let result = reader.record(object, at, out.sink);
            out.count(at, &record.raw, result, detail::<R>(object));
        } else {
            out.reject(at, Reason::BrokenJson, &record.raw);
        }
    }
}
