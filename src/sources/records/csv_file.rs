//! Cuts a CSV file into records and fields. As RFC 4180 says, fields in quotes may hold separators,
//! doubled quotes and line breaks.
//!
//! The header decides what separates the fields of the whole file: the one of comma, semicolon, tab
//! and bar that it has most of. Before it there may be a line `#TYPE ...` (Windows PowerShell) or
//! `sep=;` (for Excel), which is no record.
//!
//! A quote counts only at the beginning of a field; elsewhere it is text. A blank line is no
//! record. A record may have too few or too many fields: a missing one is empty. A record is at
//! most as long as a line may be.
//!
//! A quote that is lost, or one too many, joins a record with those behind it, up to the next quote;
//! a line end that is lost joins two, and one that is a carriage return alone (CSV of Excel for
//! "Macintosh") joins all. Such a record is told from a sound one ([`CsvRecord::has_swallowed`]):
//! else those in it would be gone without a word.

use crate::sources::bytes::lines::{Lines, Step};
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::bytes::raw_input::ContentError;
use crate::sources::json::string::{PIECE, copy_until};
use crate::sources::record::Reason;

/// The records of a file.
pub struct CsvFile<'a> {
    lines: Lines<'a>,
    limit: usize,
    record: CsvRecord,
    /// Whether the header is still to come.
    is_before_header: bool,
}

/// One record. The memory is used again for the next record.
pub struct CsvRecord {
    /// What separates the fields.
    separator: u8,
    /// The line on which it begins, and the one on which it ends.
    pub first_line: u64,
    pub last_line: u64,
    /// Whether its last line has an end. Without one the file may have been cut there.
    pub ended: bool,
    /// Its bytes as they are.
    pub raw: Vec<u8>,
    /// The fields without their quotes, with separators between them. Unused where the record has no
    /// quotes: then `raw` is the fields.
    unquoted: Vec<u8>,
    has_quotes: bool,
    /// Whether something stands between the quote that ends a field and the next separator.
    has_loose_quote: bool,
    /// Whether a carriage return stands outside of quotes, and not at the end of a line.
    has_return: bool,
    /// Where each field ends.
    ends: Vec<usize>,
    in_quotes: bool,
}

/// One step along the records.
pub enum CsvStep<'a> {
    Record(&'a CsvRecord),
    /// A record that cannot be read as one.
    Reject(&'a CsvRecord, Reason),
    /// Reading stopped at an error, within this record.
    Error(&'a CsvRecord, ContentError),
    End,
}

impl<'a> CsvFile<'a> {
    /// The records of a file.
    pub fn new(file: OpenFile<'a>) -> CsvFile<'a> {
        CsvFile {
            limit: file.limits.line_bytes,
            lines: file.lines(),
            record: CsvRecord::of(b','),
            is_before_header: true,
        }
    }

    /// The record that the last step gave.
    pub fn last(&self) -> &CsvRecord {
        &self.record
    }

    /// The next record. The header is the first one.
    pub fn step(&mut self) -> CsvStep<'_> {
        self.record.clear();
        loop {
            let is_begun = self.record.in_quotes;
            match self.lines.step() {
                // A field in quotes that nothing closes. If the file still grows, the rest is to
                // come.
                Step::End if is_begun => return CsvStep::Reject(&self.record, Reason::UnreadableValue),
                Step::End => return CsvStep::End,
                Step::Line { bytes, .. } if !is_begun && bytes.trim_ascii().is_empty() => continue,
                Step::Line { bytes, .. } if self.is_before_header && is_preamble(bytes) => continue,
                Step::Line { number, bytes, ended } => {
                    if std::mem::replace(&mut self.is_before_header, false) {
                        self.record.separator = separator(bytes);
                    }
                    self.record.take_line(number, bytes);
                    self.record.ended = ended;
                    if !self.record.in_quotes {
                        return CsvStep::Record(&self.record);
                    }
                    if !ended {
                        return CsvStep::Reject(&self.record, Reason::UnfinishedLastLine);
                    }
                    if self.record.raw.len() > self.limit {
                        return CsvStep::Reject(&self.record, Reason::LineTooLong);
                    }
                }
                Step::TooLong { number, head } => {
                    self.record.take_line(number, head);
                    return CsvStep::Reject(&self.record, Reason::LineTooLong);
                }
                Step::Error { number, bytes, error } => {
                    self.record.take_line(number, bytes);
                    return CsvStep::Error(&self.record, error);
                }
            }
        }
    }
}

/// How much of a line is looked at for a header. The header of the widest export has 2 KB; a JSON
/// document of one line has megabytes.
const HEADER_BYTES: usize = 8 * 1024;

/// The first record of a text that may be cut anywhere: a header has no line breaks in it.
pub fn first_record(head: &[u8]) -> CsvRecord {
    let line = first_lines(head).next().unwrap_or_default();
    let line = &line[..line.len().min(HEADER_BYTES)];
    let mut record = CsvRecord::of(separator(line));
    if !line.is_empty() {
        record.take_line(1, line);
    }
    record
}

/// The lines of a text from its header on, without blank ones.
pub fn first_lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.skip_while(|line| is_preamble(line))
}

/// Whether a line before a header says how the file was written, and is no record.
fn is_preamble(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let begins = |word: &[u8]| line.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    begins(b"#TYPE ") || (line.len() <= 7 && (begins(b"sep=") || begins(b"\"sep=")))
}

/// What separates the columns of a header: the separator that it has most of, else the comma.
pub fn separator(line: &[u8]) -> u8 {
    let count = |separator: u8| memchr::memchr_iter(separator, line).count();
    let others = [b';', b'\t', b'|'].map(|separator| (count(separator), separator));
    let most = others.into_iter().rev().max_by_key(|(count, _)| *count).unwrap_or_default();
    if most.0 > count(b',') { most.1 } else { b',' }
}

impl CsvRecord {
    fn of(separator: u8) -> CsvRecord {
        CsvRecord {
            separator,
            first_line: 0,
            last_line: 0,
            ended: false,
            raw: Vec::new(),
            unquoted: Vec::new(),
            has_quotes: false,
            has_loose_quote: false,
            has_return: false,
            ends: Vec::new(),
            in_quotes: false,
        }
    }

    fn clear(&mut self) {
        self.raw.clear();
        self.unquoted.clear();
        self.has_quotes = false;
        self.has_loose_quote = false;
        self.has_return = false;
        self.ends.clear();
        self.in_quotes = false;
    }

    /// The field with this number, without the blanks around it. A missing one is empty.
    #[inline]
    pub fn field(&self, number: usize) -> &[u8] {
        let fields = if self.has_quotes { &self.unquoted } else { &self.raw };
        let Some(&until) = self.ends.get(number) else { return b"" };
        let from = number.checked_sub(1).map_or(0, |before| self.ends[before] + 1);
        fields.get(from..until).unwrap_or_default().trim_ascii()
    }

    pub fn field_count(&self) -> usize {
        self.ends.len()
    }

    /// Why a record is probably several records; `None` where nothing says so. `columns` is the number
    /// of the header's fields, 0 for the header itself.
    pub fn has_swallowed(&self, columns: usize) -> Option<&'static str> {
        let has_lines = self.first_line != self.last_line;
        if self.has_return {
            return Some("a carriage return alone ends a line: save the file with usual line ends, as \"CSV UTF-8\"");
        }
        if has_lines && (self.has_loose_quote || (columns > 0 && self.field_count() != columns)) {
            return Some("a quote is missing or one too many, so that several lines are one field");
        }
        // Two records have one field less together than apart.
        let is_two = columns > 1 && self.field_count() >= 2 * columns - 1;
        let is_blank = |number: usize| self.field(number).is_empty();
        (is_two && !(columns..self.field_count()).all(is_blank)).then_some("it is as long as two: a line end is missing")
    }

    fn take_line(&mut self, number: u64, line: &[u8]) {
        if self.in_quotes {
            self.raw.push(b'\n');
            self.unquoted.push(b'\n');
        } else {
            self.first_line = number;
        }
        self.last_line = number;
        self.raw.extend_from_slice(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !self.in_quotes && memchr::memchr(b'"', line).is_none() {
            self.has_return |= has_inner_return(line);
            self.ends.extend(memchr::memchr_iter(self.separator, line));
            self.ends.push(line.len());
        } else {
            self.take_quoted(line);
        }
    }

    /// Takes a line that has quotes in it or continues a field in quotes.
    fn take_quoted(&mut self, line: &[u8]) {
        self.has_quotes = true;
        let from = self.unquoted.len();
        self.unquoted.resize(from + line.len() + PIECE, 0);
        let until = self.unquote(line, from);
        self.unquoted.truncate(until);
    }

    /// Writes the fields of a line into `unquoted`, from `to` on, and returns where they end.
    fn unquote(&mut self, line: &[u8], mut to: usize) -> usize {
        let mut rest = line;
        let mut is_start = !self.in_quotes;
        loop {
            let mut is_quoted = self.in_quotes;
            if let (true, [b'"', field @ ..]) = (is_start, rest) {
                self.in_quotes = true;
                is_quoted = true;
                rest = field;
            }
            while self.in_quotes {
                let before = copy_until(rest, b'"', &mut self.unquoted[to..]);
                to += before;
                match &rest[before..] {
                    [b'"', b'"', after @ ..] => {
                        self.unquoted[to] = b'"';
                        to += 1;
                        rest = after;
                    }
                    [_, after @ ..] => {
                        self.in_quotes = false;
                        rest = after;
                    }
                    [] => return to,
                }
            }
            let before = copy_until(rest, self.separator, &mut self.unquoted[to..]);
            self.has_loose_quote |= is_quoted && !rest[..before].trim_ascii().is_empty();
            self.has_return |= has_inner_return(&rest[..before]);
            to += before;
            self.ends.push(to);
            let [_, field @ ..] = &rest[before..] else { return to };
            self.unquoted[to] = self.separator;
            to += 1;
            rest = field;
            is_start = true;
        }
    }
}

/// Whether something follows a carriage return. Some programs write two of them at the end of a line.
fn has_inner_return(text: &[u8]) -> bool {
    memchr::memchr(b'\r', text).is_some_and(|at| text[at..].iter().any(|byte| *byte != b'\r'))
}

#[cfg(test)]
#[path = "csv_file_tests.rs"]
mod tests;
