//! Reads a JSON file as records, whichever way they are packed.
//!
//! | a document is | its records |
//! |---|---|
//! | an object | itself, or the list that it has: a batch (`{"records":[...]}`) or page (`{"value":[...]}`) |
//! | a bare array | its items, and those of batches, pages and arrays among them |
//! | an answer of the Log Analytics API | the rows of its tables, see `json_tables.rs` |
//!
//! Documents stand one on a line, several on a line, or each on many lines (pretty-printed). The
//! first line that is not blank decides. If it is sound by itself, the file is read line by line.
//! Otherwise the whole file is tried as one document, then as one document after the other. If the
//! first one is not sound either, but some later line is a sound object by itself, the file is read
//! line by line after all, and only the first line is broken: one bad line must not cost a whole
//! file.
//!
//! In a file of documents, one that is not sound is one reject, up to the next line that begins
//! with a bracket and does not go on with what came before.
//!
//! The position of a record that is a line has record 0. In a batch each record has its number,
//! from 1, and the line on which the document begins; so has each of several documents on a line.

use crate::sources::bytes::documents::{DocumentEnd, begins_document, documents_of};
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::{Lines, Step};
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::json::error::JsonError;
use crate::sources::json::key_set::Keys;
use crate::sources::json::structure::{Structure, is_blank};
use crate::sources::json::value::{Json, Node};
use crate::sources::output::{Output, Verdict};
use crate::sources::record::{Position, Reason};
use crate::sources::records::json::{JsonReader, detail, no_record, of_line, reason_of, reject_content_error};
use crate::sources::records::json_tables::{for_each_row, tables_of};
use crate::sources::records::sound_documents::SoundDocuments;

/// To look for the end of documents that have none takes time. Behind so many times the length of
/// the longest document it is given up, and the rest of the file is read line by line.
const PATIENCE: usize = 8;
/// How much of a document that is too long is kept for the rejects.
const HEAD_BYTES: usize = 4096;

/// Reads all of a file.
pub fn read_json<R: JsonReader>(file: OpenFile<'_>, context: &FileContext, out: &mut Output<'_>) {
    let limits = file.limits;
    read_lines::<R>(file.lines(), true, limits, context, out);
}

/// Reads some lines of a file in which each line stands for itself.
pub fn read_json_part<R: JsonReader>(lines: Lines<'_>, limits: Limits, context: &FileContext, out: &mut Output<'_>) {
    read_lines::<R>(lines, false, limits, context, out);
}

/// Reads lines. `from_start` says that the file begins with them: then it may be one document.
fn read_lines<R: JsonReader>(mut lines: Lines<'_>, from_start: bool, limits: Limits, context: &FileContext, out: &mut Output<'_>) {
    let mut file = JsonFile {
        reader: R::new(context),
        out,
        has_single: false,
        on_line: None,
    };
    Structure::with_spare(|structure| file.read(&mut lines, from_start, structure, limits));
}

/// Reads one file.
struct JsonFile<'f, 's, R> {
    reader: R,
    out: &'f mut Output<'s>,
    /// Whether a document was a record by itself.
    has_single: bool,
    /// How many records came from the line so far. `None` where it has one document only.
    on_line: Option<u32>,
}

impl<R: JsonReader> JsonFile<'_, '_, R> {
    /// Reads line by line or, if the lines are not sound, document by document. `from_start` says
    /// that the file begins with these lines.
    fn read(&mut self, lines: &mut Lines<'_>, from_start: bool, structure: &mut Structure, limits: Limits) {
        // A line that is an object stands for all: the others are lines, too. An array may be an
        // empty page, and the next one may have many lines.
        let mut may_be_documents = from_start;
        loop {
            let (number, bytes, ended) = match lines.step() {
                Step::End => return,
                Step::TooLong { number, head } => {
                    may_be_documents = false;
                    self.out.reject(of_line(number), Reason::LineTooLong, head);
                    continue;
                }
                Step::Error { number, bytes, error } => {
                    reject_content_error(self.out, number, bytes, error);
                    continue;
                }
                Step::Line { number, bytes, ended } => (number, bytes, ended),
            };
            if bytes.iter().all(|byte| is_blank(*byte)) {
                continue;
            }
            match structure.find(bytes) {
                Ok(()) => {
                    may_be_documents &= bytes.trim_ascii_start().starts_with(b"[");
                    self.document(number, bytes, structure);
                }
                Err(JsonError::Broken | JsonError::NotUtf8 { broken: true }) => {
                    if std::mem::replace(&mut may_be_documents, false) && ended && begins_document(bytes) {
                        let length = bytes.len();
                        lines.step_back(length, true);
                        self.whole(lines, structure, limits);
                    } else {
                        self.unsound_line(number, bytes, ended, structure);
                    }
                }
                Err(error) => {
                    may_be_documents = false;
                    self.out.reject(of_line(number), reason_of(error), bytes);
                }
            }
        }
    }

    /// Reads a line that is not sound: several documents, or a reject. The last one of a file that
    /// still grows may be unfinished.
    fn unsound_line(&mut self, number: u64, line: &[u8], ended: bool, structure: &mut Structure) {
        let unsound = match structure.find(line) {
            _ if !ended => Reason::UnfinishedLastLine,
            Err(error) => reason_of(error),
            Ok(()) => Reason::BrokenJson,
        };
        let (documents, rest) = documents_of(line);
        let is_several = if rest.is_empty() {
            documents.len() > 1
        } else {
            !documents.is_empty() && !ended && begins_document(rest)
        };
        if !is_several {
            return self.out.reject(of_line(number), unsound, line);
        }
        self.on_line = Some(0);
        for document in documents {
            self.text(number, document, structure);
        }
        if !rest.is_empty() {
            let at = self.next_place(number);
            self.out.reject(at, unsound, rest);
        }
        self.on_line = None;
    }

    /// Tries what is left of a file as one document, and then as several. If the file is lines
    /// after all, nothing is passed.
    fn whole(&mut self, lines: &mut Lines<'_>, structure: &mut Structure, limits: Limits) {
        let number = lines.next_number();
        let mut sound = SoundDocuments::default();
        let length = sound.next(lines, structure, limits.document_bytes);
        if let Some(length) = length
            && matches!(lines.next_on_line(length), None | Some(b'{' | b'['))
        {
            return self.documents(sound, Some(length), lines, structure, limits);
        }
        if let Some(text) = lines.rest(limits.document_bytes)
            && structure.find(text).is_ok()
        {
            self.document(number, text, structure);
            return lines.pass_all();
        }
        let is_first_sound = match lines.document(limits.document_bytes) {
            DocumentEnd::At(length) => {
                structure.find(&lines.waiting()[..length]).is_ok() && matches!(lines.next_on_line(length), None | Some(b'{' | b'['))
            }
            _ => false,
        };
        let is_record = |line: &[u8]| line.trim_ascii_start().starts_with(b"{") && structure.find(line).is_ok();
        if is_first_sound || !lines.waiting().split(|byte| *byte == b'\n').skip(1).any(is_record) {
            self.documents(sound, None, lines, structure, limits);
        }
    }

    /// Reads one document after the other, up to the end or to the error at which reading stopped.
    /// `known` is the length of the first one, where its structure is found already.
    fn documents(
        &mut self,
        mut sound: SoundDocuments,
        known: Option<usize>,
        lines: &mut Lines<'_>,
        structure: &mut Structure,
        limits: Limits,
    ) {
        let mut known = known;
        let mut patience = PATIENCE * limits.document_bytes;
        let mut last_number = 0;
        loop {
            lines.pass_blanks();
            let number = lines.next_number();
            match lines.waiting().first() {
                None => return,
                Some(b'{' | b'[') => {}
                Some(_) => {
                    self.strange_line(lines);
                    continue;
                }
            }
            let found = known.take().or_else(|| sound.next(lines, structure, limits.document_bytes));
            let end = match found {
                Some(length) => DocumentEnd::At(length),
                None => lines.document(limits.document_bytes),
            };
            if let DocumentEnd::At(length) = end {
                let has_lines = memchr::memchr(b'\n', &lines.waiting()[..length]).is_some();
                let is_alone = number != last_number && (has_lines || lines.next_on_line(length).is_none());
                let before = if number == last_number { self.on_line } else { Some(0) };
                self.on_line = before.filter(|_| !is_alone);
                match found {
                    Some(_) => self.document(number, &lines.waiting()[..length], structure),
                    None => self.text(number, &lines.waiting()[..length], structure),
                }
                lines.pass(length);
                last_number = number;
                continue;
            }
            self.on_line = None;
            if end == DocumentEnd::Open && lines.has_fault() {
                // The error that cut the document is one reject. Its line is known when the lines
                // come to it.
                return lines.pass_whole_lines();
            }
            let waiting = lines.waiting();
            let (reason, text) = match end {
                DocumentEnd::TooLong => (Reason::LineTooLong, &waiting[..HEAD_BYTES.min(waiting.len())]),
                DocumentEnd::Broken(length) => (Reason::BrokenJson, &waiting[..length]),
                _ => (Reason::BrokenJson, waiting),
            };
            let is_text = reason == Reason::LineTooLong || std::str::from_utf8(text).is_ok();
            self.out
                .reject(of_line(number), if is_text { reason } else { Reason::InvalidUtf8 }, text);
            patience = patience.saturating_sub(waiting.len());
            self.pass_to_next_document(lines);
            if patience == 0 {
                return;
            }
        }
    }

    /// Rejects the rest of a line that stands where a document should begin.
    fn strange_line(&mut self, lines: &mut Lines<'_>) {
        match lines.step() {
            Step::Line { number, bytes, ended } => {
                let reason = if ended { Reason::BrokenJson } else { Reason::UnfinishedLastLine };
                self.out.reject(of_line(number), reason, bytes);
            }
            Step::TooLong { number, head } => self.out.reject(of_line(number), Reason::LineTooLong, head),
            Step::Error { number, bytes, error } => reject_content_error(self.out, number, bytes, error),
            Step::End => {}
        }
    }

    /// Passes over what is left of a document that is not sound: up to a line that begins with a
    /// bracket, behind one after which nothing has to follow.
    fn pass_to_next_document(&mut self, lines: &mut Lines<'_>) {
        let mut last = b',';
        loop {
            match lines.step() {
                Step::Line { bytes, ended, .. } => {
                    if matches!(bytes, [b'{' | b'[', ..]) && !matches!(last, b',' | b':' | b'{' | b'[') {
                        let length = bytes.len();
                        return lines.step_back(length, ended);
                    }
                    last = bytes.trim_ascii_end().last().copied().unwrap_or(last);
                }
                Step::TooLong { .. } => last = b',',
                Step::Error { number, bytes, error } => reject_content_error(self.out, number, bytes, error),
                Step::End => return,
            }
        }
    }

    /// Reads one of several documents.
    fn text(&mut self, line: u64, text: &[u8], structure: &mut Structure) {
        match structure.find(text) {
            Ok(()) => self.document(line, text, structure),
            Err(error) => {
                let at = self.next_place(line);
                self.out.reject(at, reason_of(error), text);
            }
        }
    }

    /// The position of a document that is a record by itself.
    fn next_place(&mut self, line: u64) -> Position {
        match &mut self.on_line {
            None => of_line(line),
            Some(before) => {
                *before = before.saturating_add(1);
                Position { line, record: *before }
            }
        }
    }

    /// Reads a sound text: a record, or a batch of them. It is taken for a batch only if it is no
    /// good record, so that a record is not searched for a list first.
    fn document(&mut self, line: u64, text: &[u8], structure: &Structure) {
        let json = Json { text, structure };
        let outermost = Node::outermost(&json);
        if outermost.is_array() {
            let mut number = self.on_line.unwrap_or(0);
            self.batch(line, outermost, false, true, &mut number);
            self.on_line = self.on_line.map(|_| number);
            return;
        }
        let before = self.on_line;
        let at = self.next_place(line);
        let result = self.reader.record(outermost, at, self.out.sink);
        if result.is_err()
            && let Some(batch) = list_of::<R>(outermost)
        {
            let mut number = before.unwrap_or(0);
            self.batch(line, batch, R::announces_next(outermost), false, &mut number);
            self.on_line = before.map(|_| number);
            return;
        }
        if R::HAS_TABLES
            && result != Ok(Verdict::Accepted)
            && let Some(tables) = tables_of(outermost)
        {
            let mut number = before.unwrap_or(0);
            self.tables(line, tables, &mut number);
            self.on_line = before.map(|_| number);
            return;
        }
        // A record without an id is no page of a snapshot: the error message of a service looks
        // like that.
        if !self.has_single && result != Err(Reason::MissingId) {
            self.has_single = true;
            self.reader.page(false, self.out.sink);
        }
        self.out.count(at, text, result, detail::<R>(outermost));
    }

    /// Reads the items of a list, which have the numbers after `number`. In a bare array items may
    /// be lists themselves.
    fn batch(&mut self, line: u64, batch: Node<'_>, announces_next: bool, is_bare: bool, number: &mut u32) {
        self.reader.page(announces_next, self.out.sink);
        for record in batch.items() {
            if is_bare && record.is_array() {
                self.batch(line, record, false, false, number);
                continue;
            }
            *number = number.saturating_add(1);
            let at = Position { line, record: *number };
            let result = if record.is_object() {
                self.reader.record(record, at, self.out.sink)
            } else {
                Err(no_record(record))
            };
            if is_bare
                && result.is_err()
                && record.is_object()
                && let Some(list) = list_of::<R>(record)
            {
                *number -= 1;
                self.batch(line, list, R::announces_next(record), false, number);
                continue;
            }
            self.out.count(at, record.raw(), result, detail::<R>(record));
        }
    }
}

impl<R: JsonReader> JsonFile<'_, '_, R> {
    /// Reads the rows of some tables.
    fn tables(&mut self, line: u64, tables: Node<'_>, number: &mut u32) {
        let mut structure = Structure::default();
        for_each_row(tables, |row, text| {
            *number = number.saturating_add(1);
            let at = Position { line, record: *number };
            let sound = text.is_some_and(|text| structure.find(text).is_ok());
            let Some(text) = text.filter(|_| sound) else {
                return self.out.reject(at, Reason::BrokenJson, row.raw());
            };
            let json = Json {
                text,
                structure: &structure,
            };
            let record = Node::outermost(&json);
            let result = self.reader.record(record, at, self.out.sink);
            self.out.count(at, row.raw(), result, detail::<R>(record));
        });
    }
}

/// The list of a batch or page; `None` where an object has none.
fn list_of<R: JsonReader>(record: Node<'_>) -> Option<Node<'_>> {
    record.field(const { &Keys::of([R::LIST_KEY]) }).filter(|value| value.is_array())
}
