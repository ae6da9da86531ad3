//! A JSON file as records, whichever way they are packed: one a line, in batches
//! (`{"records":[...]}`), in pages (`{"value":[...]}`), or in a bare array; a batch, page or array
//! may fill a line or, pretty-printed, the whole file.
//!
//! A file whose first line that is not blank is sound by itself is read by line. Otherwise, if that
//! line begins with `{` or `[`, the whole file is tried as one document. Where that is not sound
//! either but some later line is a sound object by itself, the file is lines and only the first is
//! broken: one bad line must not cost a file. Else the document is one reject.
//!
//! A reject of a line has record 0; in a batch each record has its number from 1 and the line on
//! which the document begins.

use crate::sources::bytes::decompress::ContentError;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::{Lines, Step};
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::json::error::JsonError;
use crate::sources::json::key_set::Keys;
use crate::sources::json::structure::{Structure, is_blank};
use crate::sources::json::value::{Json, Node, Value};
use crate::sources::outcome::{Output, Verdict};
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::{Members, of_record};

/// What a format makes of one record.
pub trait JsonReader: Reader {
    /// The key under which an object has an array of records; such an object is a batch or page,
    /// unless it is a good record itself.
    const BATCH: &'static str;
    /// Whether the form is one record a line by nature: a bare array is no page then, and a file
    /// that is no sound document is lines.
    const LINES: bool;

    /// Which members the reasons of rejects are about.
    const MEMBERS: Members = &[];

    /// Reads a record (an object). Its rows go to the sink only if it is accepted.
    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason>;

    /// Whether a document with a batch says that another one follows.
    fn announces_next(document: Node<'_>) -> bool {
        let link = document.field(&const { Keys::of(["@odata.nextLink"]) }).map(Node::value);
        matches!(link, Some(Value::Text(link)) if !link.is_empty())
    }

    /// Takes note of a readable page; of all lines that are records by themselves once.
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

/// `from_start` says whether the file begins with these lines: then it may be one document.
fn read_lines<R: JsonReader>(mut lines: Lines<'_>, from_start: bool, limits: Limits, context: &FileContext, out: &mut Output<'_>) {
    let mut file = JsonFile {
        reader: R::new(context),
        out,
        has_single: false,
    };
    Structure::with_spare(|structure| file.read(&mut lines, from_start, structure, limits));
}

/// A reject for what ended a content before its end. A file that could not be read is at fault as a
/// whole.
pub fn reject_content_error(out: &mut Output<'_>, number: u64, cut: &[u8], error: ContentError) {
    let (number, reason) = match error {
        ContentError::Unreadable => (0, Reason::UnreadableFile),
        ContentError::Corrupt => (number, Reason::CorruptCompression),
        ContentError::Bomb => (number, Reason::DecompressionBomb),
    };
    out.reject(of_line(number), reason, cut);
}

/// Where a record stands that is a line.
pub fn of_line(line: u64) -> Position {
    Position { line, record: 0 }
}

/// The reject for a text that is not sound.
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
    /// Takes line by line, or where these are none, the whole.
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

    /// Tries what is left of a file, from the line `number` on, as one document. Where it is lines
    /// after all, nothing is passed.
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
        let are_lines = R::LINES && reason != Reason::LineTooLong;
        if are_lines || waiting.split(|byte| *byte == b'\n').skip(1).any(is_record) {
            return;
        }
        if lines.has_fault() {
            // One reject for what cut the document; its place is known when the lines come to it.
            lines.pass_whole_lines();
        } else {
            self.out.reject(of_line(number), reason, waiting);
            lines.pass_all();
        }
    }

    /// Takes a sound text: a record, or a batch of them. Whether it is a batch is only asked where
    /// it is no good record.
    fn document(&mut self, line: u64, text: &[u8], structure: &Structure) {
        let json = Json { text, structure };
        let outermost = Node::outermost(&json);
        if outermost.is_array() && R::LINES {
            return self.out.reject(of_line(line), Reason::BrokenJson, text);
        }
        if outermost.is_array() {
            return self.batch(line, outermost, false);
        }
        let at = of_line(line);
        let result = self.reader.record(outermost, at, self.out.sink);
        if result.is_err()
            && let Some(batch) = outermost.field(const { &Keys::of([R::BATCH]) }).filter(|value| value.is_array())
        {
            return self.batch(line, batch, R::announces_next(outermost));
        }
        // What has not even an id is no sign of a snapshot: a service's error message looks like
        // that.
        if !self.has_single && result != Err(Reason::MissingId) {
            self.has_single = true;
            self.reader.page(false, self.out.sink);
        }
        self.out.settle(at, text, result, |reason| of_record(R::MEMBERS, reason, outermost));
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
                .settle(at, record.raw(), result, |reason| of_record(R::MEMBERS, reason, record));
        }
    }
}
