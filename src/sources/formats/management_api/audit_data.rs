//! A CSV file in which each record has a JSON object in its column `AuditData`: how the portal
//! exports the unified audit log. The other columns repeat some of it and are not read. A record
//! stands on the line on which it begins.

use crate::sources::bytes::decompress::Content;
use crate::sources::bytes::limits::Limits;
use crate::sources::json::structure::Structure;
use crate::sources::json::value::{Json, Node};
use crate::sources::outcome::Output;
use crate::sources::record::Reason;
use crate::sources::records::csv::reject_header;
use crate::sources::records::csv_fields::{CsvFile, CsvStep, Record, first_record};
use crate::sources::records::json::{JsonRecords, of_line, reason_of, reject_content_error};
use crate::sources::records::reject_detail::of_record;
use crate::sources::records::row::places;

/// Whether a content begins with the header of such a file.
pub fn begins_with_header(head: &[u8]) -> bool {
    place(&first_record(head)).is_some()
}

fn place(header: &Record) -> Option<usize> {
    let names = (0..header.field_count()).map(|number| std::str::from_utf8(header.field(number)).unwrap_or_default());
    places(&["AuditData"], 1, names)?.first().copied().flatten()
}

/// Reads all of a file of probably `size` bytes.
pub fn read_audit_data<R: JsonRecords>(content: Content<'_>, size: u64, limits: Limits, reader: &mut R, out: &mut Output<'_>) {
    let mut file = CsvFile::new(content, size, limits);
    let mut structure = Structure::default();
    let mut column = None;
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
        let Some(column) = column else {
            column = place(record);
            if column.is_none() {
                return reject_header(&["AuditData"], &mut file, out);
            }
            continue;
        };
        let text = record.field(column);
        if let Err(error) = structure.find(text) {
            out.reject(at, reason_of(error), &record.raw);
            continue;
        }
        let json = Json {
            text,
            structure: &structure,
        };
        let object = Node::outermost(&json);
        if object.is_object() {
            let result = reader.record(object, at, out.sink);
            out.settle(at, &record.raw, result, |reason| of_record(R::MEMBERS, reason, object));
        } else {
            out.reject(at, Reason::BrokenJson, &record.raw);
        }
    }
}
