//! Reads a CSV file as a table: the first record names the columns.
//!
//! A header that lacks a needed column is one reject, and the rest of the file is not read. One that
//! has its columns and is not UTF-8 is a reject, too, and the rest is read. A
//! record that is not UTF-8 is a reject, and so is one that was joined with others. A last line that has no end and fewer cells than the
//! header is unfinished: the file still grows.

use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::json::string::Text;
use crate::sources::json::value::Value;
use crate::sources::output::{NOT_UTF8, Output};
use crate::sources::record::Reason;
use crate::sources::records::csv_file::{CsvFile, CsvRecord, CsvStep, separator};
use crate::sources::records::json::{of_line, reject_content_error};
use crate::sources::records::reject_detail::{are_names, listed, of_cells, of_columns};
use crate::sources::records::table::{Cells, TableReader, name_places};

/// One record, and the place of each column in it.
struct CsvCells<'a> {
    record: &'a CsvRecord,
    places: &'a [Option<usize>],
}

impl Cells for CsvCells<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Option<Value<'_>> {
        let field = self.record.field(self.places.get(column).copied().flatten()?);
        (!field.is_empty()).then_some(Value::Text(Text {
            raw: field,
            escaped: false,
        }))
    }

    fn has_column(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }
}

/// Reads all of a file.
pub fn read_csv<R: TableReader>(mut file: OpenFile<'_>, context: &FileContext, out: &mut Output<'_>) {
    let other_places = R::other_places(file.head());
    let mut file = CsvFile::new(file);
    let mut reader = R::new(context);
    let mut columns: Option<Vec<Option<usize>>> = None;
    let mut header_cells = 0;
    let mut is_empty = true;
    loop {
        let record = match file.step() {
            CsvStep::End => break,
            CsvStep::Error(record, error) => {
                is_empty = false;
                reject_content_error(out, record.last_line, &record.raw, error);
                continue;
            }
            CsvStep::Reject(record, reason) => {
                is_empty = false;
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
        let is_text = std::str::from_utf8(&record.raw).is_ok();
        let Some(places) = &columns else {
            columns = column_places(record, R::COLUMNS, R::NEEDED)
                .filter(|places| has_one_of(places, R::ONE_OF))
                .or_else(|| other_places.clone());
            header_cells = record.field_count();
            if columns.is_some() && !is_text {
                // What cannot be read of it may be records.
                out.reject(at, Reason::InvalidUtf8, &record.raw);
            }
            if columns.is_none() {
                return reject_header(&R::COLUMNS[..R::NEEDED], &names_of(R::COLUMNS, R::ONE_OF), &mut file, out);
            }
            continue;
        };
        is_empty = false;
        let cells = CsvCells { record, places };
        let result = if !record.ended && record.field_count() < header_cells {
            Err(Reason::UnfinishedLastLine)
        } else if is_text {
            reader.record(&cells, at, out.sink)
        } else {
            Err(Reason::InvalidUtf8)
        };
        out.count(at, &record.raw, result, |reason| {
            of_cells(R::COLUMNS, R::REASON_COLUMNS, reason, &cells)
        });
    }
    if columns.is_some() {
        reader.end(is_empty, out.sink);
    }
}

/// Whether one of these columns is there, if one has to be.
fn has_one_of(places: &[Option<usize>], one_of: &[usize]) -> bool {
    one_of.is_empty() || one_of.iter().any(|column| places[*column].is_some())
}

/// The names of columns by their numbers.
fn names_of(columns: &[&'static str], numbers: &[usize]) -> Vec<&'static str> {
    numbers.iter().map(|number| columns[*number]).collect()
}

/// Whether a record is a header that has all of these columns.
pub fn has_columns(header: &CsvRecord, columns: &[&str]) -> bool {
    column_places(header, columns, columns.len()).is_some()
}

/// The place of each of these columns in a header. `None` where one of the first `needed` is
/// missing.
pub fn column_places(header: &CsvRecord, columns: &[&str], needed: usize) -> Option<Vec<Option<usize>>> {
    let names = (0..header.field_count()).map(|number| std::str::from_utf8(header.field(number)).unwrap_or_default());
    name_places(columns, needed, names)
}

/// Rejects a table whose header, which was read last, lacks one of the needed columns, or all of
/// those of which it has to have one.
pub fn reject_header(needed: &[&str], one_of: &[&str], file: &mut CsvFile<'_>, out: &mut Output<'_>) {
    let has_needed = !one_of.is_empty() && has_columns(file.last(), needed);
    let (first, line) = (file.last().raw.clone(), file.last().first_line);
    let second = match file.step() {
        CsvStep::Record(record) => record.raw.clone(),
        _ => Vec::new(),
    };
    let detail = match has_needed {
        true => format!("it has none of the columns {}", listed(one_of)),
        false => of_header(needed, &first, &second),
    };
    out.reject_with(of_line(line), Reason::MissingColumn, &first, detail);
}

/// What is wrong with a table that needs columns of these names and begins with these two records.
pub fn of_header(needed: &[&str], first: &[u8], second: &[u8]) -> String {
    let (Ok(first), Ok(second)) = (std::str::from_utf8(first), std::str::from_utf8(second)) else {
        return NOT_UTF8.to_owned();
    };
    of_columns(needed, &cells(first, first), &cells(second, first))
}

/// Whether the first of these two lines of a table has the names of its columns, whatever separates
/// them.
pub fn has_names(first: &str, second: &str) -> bool {
    are_names(&cells(first, first), &cells(second, first))
}

/// The cells of a line, without the quotes around them, as the header separates them.
fn cells<'l>(line: &'l str, header: &str) -> Vec<&'l str> {
    let separator = char::from(separator(header.as_bytes()));
    line.split(separator).map(|cell| cell.trim().trim_matches('"')).collect()
}
