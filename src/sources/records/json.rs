//! Reads a JSON file as records, whichever way they are packed: one record a line, in batches
//! (`{"records":[...]}`), in pages (`{"value":[...]}`), or in a bare array. A batch, page or array
//! may be one line or, pretty-printed, the whole file.
//!
//! The first line that is not blank decides. If it is sound by itself, the file is read line by
//! line. Otherwise, if it begins with `{` or `[`, the whole file is tried as one document. If that
//! is not sound either, but some later line is a sound object by itself, the file is read line by
//! line after all, and only the first line is broken: one bad line must not cost a whole file. Else
//! the document is one reject.
//!
//! The position of a record that is a line has record 0. In a batch each record has its number,
//! from 1, and the line on which the document begins.

use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::{Lines, Step};
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::bytes::raw_input::ContentError;
use crate::sources::file_context::FileContext;
use crate::sources::json::error::JsonError;
use crate::sources::json::key_set::Keys;
use crate::sources::json::structure::{Structure, is_blank};
use crate::sources::json::value::{Json, Node, Value};
use crate::sources::output::{Output, Verdict};
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::{ReasonMembers, of_record};

/// A reader of a format that comes as JSON.
pub trait JsonReader: Reader {
    /// The key under which an object has a list of records. Such an object is a batch or page,
    /// unless it is a good record itself.
    const LIST_KEY: &'static str;
    /// Whether the format is one record a line by nature. Then a bare array is a broken record, and
    /// a file that is no sound document is always read line by line.
    const IS_LINES: bool;

    /// The members that each reason for a reject is about.
    const REASON_MEMBERS: ReasonMembers = &[];

    /// Reads a record, which is an object. Its rows go to the sink only if it is accepted.
    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason>;

    /// Whether a document with a batch says that another one follows.
    fn announces_next(document: Node<'_>) -> bool {
        let link = document.field(&const { Keys::of(["@odata.nextLink"]) }).map(Node::value);
        matches!(link, Some(Value::Text(link)) if !link.is_empty())
    }

    /// Takes note of a readable page. All lines that are records by themselves count as one page.
    fn page(&mut self, _announces_next: bool, _sink: &mut dyn Sink) {}
}

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
    };
    Structure::with_spare(|structure| file.read(&mut lines, from_start, structure, limits));
}

/// Rejects what was cut when reading stopped at an error. A file that could not be read is rejected
/// as a whole.
pub fn reject_content_error(out: &mut Output<'_>, number: u64, cut: &[u8], error: ContentError) {
    let (number, reason) = match error {
        ContentError::Unreadable => (0, Reason::UnreadableFile),
        ContentError::Corrupt => (number, Reason::CorruptCompression),
        ContentError::Bomb => (number, Reason::DecompressionBomb),
    };
    out.reject(of_line(number), reason, cut);
}

/// The position of a record that is a line.
pub fn of_line(line: u64) -> Position {
    Position { line, record: 0 }
}

/// The reason for the reject of a text that is not sound.
pub fn reason_of(error: JsonError) -> Reason {
    match error {
        JsonError::Broken => Reason::BrokenJson,
        JsonError::NotUtf8 { .. } => Reason::InvalidUtf8,
        JsonError::TooDeep => Reason::NestedTooDeep,
        JsonError::TooLarge => Reason::LineTooLong,
    }
}

fn begins_document(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'{' | b'[', ..])
}

struct JsonFile<'f, 's, R> {
    reader: R,
    out: &'f mut Output<'s>,
    /// Whether a line was a record by itself.
    has_single: bool,
}

impl<R: JsonReader> JsonFile<'_, '_, R> {
    /// Reads line by line, or, if the first line is not sound, as one document.
    fn read(&mut self, lines: &mut Lines<'_>, from_start: bool, structure: &mut Structure, limits: Limits) {
        let mut is_first = from_start;
        loop {
            let (number, bytes, ended) = match lines.step() {
                Step::End => return,
                Step::TooLong { number, head } => {
                    is_first = false;
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
            let was_first = std::mem::replace(&mut is_first, false);
            match structure.find(bytes) {
                Ok(()) => self.document(number, bytes, structure),
                Err(JsonError::Broken | JsonError::NotUtf8 { broken: true }) if !ended => {
                    self.out.reject(of_line(number), Reason::UnfinishedLastLine, bytes);
                }
                Err(JsonError::Broken | JsonError::NotUtf8 { broken: true }) if was_first && begins_document(bytes) => {
                    let length = bytes.len();
                    lines.step_back(length);
                    self.whole(number, lines, structure, limits);
                }
                Err(error) => self.out.reject(of_line(number), reason_of(error), bytes),
            }
        }
    }

    /// Tries what is left of a file, from the line `number` on, as one document. If the file is
    /// lines after all, nothing is skipped.
    fn whole(&mut self, number: u64, lines: &mut Lines<'_>, structure: &mut Structure, limits: Limits) {
        let reason = match lines.rest(limits.document_bytes) {
            Some(text) => match structure.find(text) {
                Ok(()) => {
                    self.document(number, text, structure);
                    lines.pass_all();
                    return;
                }
                Err(error) => reason_of(error),
            },
            None => Reason::LineTooLong,
        };
        let waiting = lines.waiting();
        let is_record = |line: &[u8]| line.trim_ascii_start().starts_with(b"{") && structure.find(line).is_ok();
        let are_lines = R::IS_LINES && reason != Reason::LineTooLong;
        if are_lines || waiting.split(|byte| *byte == b'\n').skip(1).any(is_record) {
            return;
        }
        if lines.has_fault() {
            // The error that cut the document is one reject. Its line is known when the lines come
            // to it.
            lines.pass_whole_lines();
        } else {
            self.out.reject(of_line(number), reason, waiting);
            lines.pass_all();
        }
    }

    /// Reads a sound text: a record, or a batch of them. It is taken for a batch only if it is no
    /// good record, so that a record is not searched for a list first.
    fn document(&mut self, line: u64, text: &[u8], structure: &Structure) {
        let json = Json { text, structure };
        let outermost = Node::outermost(&json);
        if outermost.is_array() && R::IS_LINES {
            return self.out.reject(of_line(line), Reason::BrokenJson, text);
        }
        if outermost.is_array() {
            return self.batch(line, outermost, false);
        }
        let at = of_line(line);
        let result = self.reader.record(outermost, at, self.out.sink);
        if result.is_err()
            && let Some(batch) = outermost.field(const { &Keys::of([R::LIST_KEY]) }).filter(|value| value.is_array())
        {
            return self.batch(line, batch, R::announces_next(outermost));
        }
        // A record without an id is no page of a snapshot: the error message of a service looks
        // like that.
        if !self.has_single && result != Err(Reason::MissingId) {
            self.has_single = true;
            self.reader.page(false, self.out.sink);
        }
        self.out
            .count(at, text, result, |reason| of_record(R::REASON_MEMBERS, reason, outermost));
    }

    fn batch(&mut self, line: u64, batch: Node<'_>, announces_next: bool) {
        self.reader.page(announces_next, self.out.sink);
        for (number, record) in batch.items().enumerate() {
            let at = Position {
                line,
                record: u32::try_from(number + 1).unwrap_or(u32::MAX),
            };
            let result = if record.is_object() {
                self.reader.record(record, at, self.out.sink)
            } else {
                Err(Reason::BrokenJson)
            };
            self.out
                .count(at, record.raw(), result, |reason| of_record(R::REASON_MEMBERS, reason, record));
        }
    }
}
