//! Reads the rows of a catalogue file: CSV with the flaws of files that people edit.

use csv::{ByteRecord, ReaderBuilder};

use crate::domain::guid::Guid;
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::problem::{Problem, hint, listed};

/// The problems and warnings of one file.
pub(in crate::pipeline) struct Notes {
    file: String,
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
    /// Rows that repeat an earlier one: their number, and the line of the first one.
    repeated: Option<(usize, usize)>,
}

impl Notes {
    pub fn of(file: &str) -> Notes {
        Notes {
            file: file.to_owned(),
            problems: Vec::new(),
            warnings: Vec::new(),
            repeated: None,
        }
    }

    /// Reports that the file cannot be used.
    pub fn refuse(&mut self, line: usize, text: String) {
        self.problems.push(Problem {
            file: self.file.clone(),
            line,
            text,
        });
    }

    /// Reports something that does not keep the file from being used.
    pub fn warn(&mut self, line: usize, text: String) {
        self.warnings.push(Problem {
            file: self.file.clone(),
            line,
            text,
        });
    }

    /// Counts a row that repeats an earlier one.
    pub fn repeated(&mut self, line: usize) {
        let (count, first) = self.repeated.unwrap_or((0, line));
        self.repeated = Some((count + 1, first));
    }

    /// Makes one warning of all repetitions.
    pub fn sum_up_repeated(&mut self) {
        match self.repeated.take() {
            Some((1, first)) => self.warn(first, "the row repeats an earlier one and counts once".to_owned()),
            Some((count, first)) => self.warn(first, format!("{count} rows from here on repeat earlier ones and count once")),
            None => {}
        }
    }
}

/// The requested columns of a row in the requested order, without blanks around the values.
pub(in crate::pipeline) struct Row {
    /// Line from 1.
    pub line: usize,
    /// `None` where the file does not have the column.
    cells: Vec<(&'static str, Option<String>)>,
}

impl Row {
    /// Returns the text of a cell, empty if the row does not have it.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).and_then(|(_, cell)| cell.as_deref()).unwrap_or("")
    }

    /// Returns whether the file has a column.
    pub fn has(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|(_, cell)| cell.is_some())
    }

    /// Returns a cell that must not be empty.
    pub fn filled(&self, column: usize, notes: &mut Notes) -> Option<&str> {
        let (name, cell) = (self.cells.get(column)?.0, self.cell(column));
        if cell.is_empty() {
            notes.refuse(self.line, format!("`{name}` is empty; fill it in or remove the row"));
            return None;
        }
        Some(cell)
    }

    /// Returns a cell that must be a GUID, in any case.
    pub fn guid(&self, column: usize, notes: &mut Notes) -> Option<Guid> {
        let (name, _) = self.cells.get(column)?;
        let cell = self.filled(column, notes)?;
        let guid = Guid::parse(cell.as_bytes());
        if guid.is_none() {
            notes.refuse(self.line, format!("`{name}` `{cell}` is not a GUID; correct it or remove the row"));
        }
        guid
    }
}

/// Returns the rows of a CSV text with only these `columns` (in lower case). A missing column is a
/// problem, and then there are no rows.
pub(in crate::pipeline) fn rows<const N: usize>(bytes: &[u8], columns: [&'static str; N], notes: &mut Notes) -> Vec<Row> {
    rows_with(bytes, columns, [], notes)
}

/// Returns the same with columns that the file need not have. They stand behind the others.
pub(in crate::pipeline) fn rows_with<const N: usize, const M: usize>(
    bytes: &[u8],
    columns: [&'static str; N],
    optional: [&'static str; M],
    notes: &mut Notes,
) -> Vec<Row> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(bytes))
        .from_reader(bytes);
    let mut lines = Lines {
        bytes,
        counted: 0,
        line: 1,
    };
    let mut record = ByteRecord::new();
    if !matches!(reader.read_byte_record(&mut record), Ok(true)) {
        notes.refuse(
            0,
            format!(
                "the file is empty; its first line must name the columns {}",
                listed(columns.into_iter())
            ),
        );
        return Vec::new();
    }
    let Some(places) = places(&record, columns, notes) else {
        return Vec::new();
    };
    let optional = optional_places(&record, optional, notes);
    let mut rows = Vec::new();
    let mut undecodable = None;
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let line = lines.of(&record);
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        if record.iter().any(|cell| cell.contains(&b'\n')) {
            // A quotation mark without an end would silently swallow the rest of the file.
            notes.refuse(
                line,
                "a value goes on over the end of the line; close its quotation mark".to_owned(),
            );
            continue;
        }
        let text = |place: usize| trimmed(record.get(place).unwrap_or_default());
        let needed = places.iter().map(|(name, place)| (*name, Some(text(*place))));
        let optional = optional.iter().map(|(name, place)| (*name, place.map(text)));
        let cells: Vec<(&str, Option<String>)> = needed.chain(optional).collect();
        if cells.iter().flat_map(|(_, cell)| cell).any(|cell| cell.contains('\u{FFFD}')) {
            undecodable = undecodable.or(Some(line));
        }
        rows.push(Row { line, cells });
    }
    if let Some(line) = undecodable {
        notes.warn(
            line,
            "from here on some letters are not UTF-8 and were replaced; save the file as UTF-8".to_owned(),
        );
    }
    rows
}

/// Returns the separator of columns: a comma, or the semicolon that a German Excel writes. The
/// first line decides.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.iter().take_while(|&&byte| byte != b'\n');
    header.copied().find(|byte| matches!(byte, b',' | b';' | b'\t')).unwrap_or(b',')
}

/// Counts lines up to records. (The reader's own count begins a record before the blank lines and
/// the half line end in front of it.)
struct Lines<'b> {
    bytes: &'b [u8],
    /// How many bytes were counted, and the line of the next one.
    counted: usize,
    line: usize,
}

impl Lines<'_> {
    /// Returns the line on which a record begins.
    fn of(&mut self, record: &ByteRecord) -> usize {
        let start = record
            .position()
            .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        while let Some(&byte) = self.bytes.get(self.counted)
            && (self.counted < start || matches!(byte, b'\r' | b'\n'))
        {
            self.line += usize::from(byte == b'\n');
            self.counted += 1;
        }
        self.line
    }
}

/// Returns the positions of the columns. Case and blanks do not matter. If a name is repeated, the
/// first one counts.
fn places<const N: usize>(header: &ByteRecord, columns: [&'static str; N], notes: &mut Notes) -> Option<[(&'static str, usize); N]> {
    let names = names(header);
    let found = columns.map(|column| (column, names.iter().position(|name| name == column)));
    for (column, _) in found.iter().filter(|(_, place)| place.is_none()) {
        let known = || names.iter().map(String::as_str);
        let hint = hint(nearest(column, known()), &format!("the first line has {}", listed(known())));
        notes.refuse(1, format!("no column `{column}`{hint}"));
    }
    found
        .iter()
        .all(|(_, place)| place.is_some())
        .then(|| found.map(|(column, place)| (column, place.unwrap_or(usize::MAX))))
}

/// Returns the positions of columns that need not be there. One whose name is misspelt would be
/// left out without a word, so a name that is near is a warning.
fn optional_places<const M: usize>(
    header: &ByteRecord,
    columns: [&'static str; M],
    notes: &mut Notes,
) -> [(&'static str, Option<usize>); M] {
    let names = names(header);
    let found = columns.map(|column| (column, names.iter().position(|name| name == column)));
    for name in names.iter().filter(|name| !columns.contains(&name.as_str())) {
        let lacking = found.iter().filter(|(_, place)| place.is_none()).map(|(column, _)| *column);
        if let Some(meant) = nearest(name, lacking) {
            notes.warn(1, format!("column `{name}` is not read; did you mean `{meant}`?"));
        }
    }
    found
}

/// Returns the names of a header, in lower case.
fn names(header: &ByteRecord) -> Vec<String> {
    header.iter().map(|name| trimmed(name).to_lowercase()).collect()
}

/// Returns the text of a cell without white space (also no-break spaces) around it.
fn trimmed(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim().to_owned()
}
/// Puts single blanks between words and none around them, so that a name or a reason fits on one
/// line.
pub(in crate::pipeline) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
