//! What a reader of JSON is. `json_file.rs` hands it the records of a file, whichever way they are
//! packed.

use crate::sources::bytes::raw_input::ContentError;
use crate::sources::fields::values::not_nested;
use crate::sources::json::error::JsonError;
use crate::sources::json::key_set::Keys;
use crate::sources::json::value::{Node, Value};
use crate::sources::output::{Output, Verdict};
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::{ReasonMembers, of_record};

/// A reader of a format that comes as JSON.
pub trait JsonReader: Reader {
    /// The key under which an object has a list of records. Such an object is a batch or page,
    /// unless it is a good record itself.
    const LIST_KEY: &'static str;
    /// Whether an object may be an answer of the Log Analytics API: `{"tables":[{"columns":[{"name":
    /// ...}],"rows":[[...]]}]}`. Each row is a record then, with the columns as members.
    const HAS_TABLES: bool = false;

    /// Whether names of members are read in any case, as [`Keys::in_any_case`] does.
    const IN_ANY_CASE: bool = false;

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

/// Says more about why a record is a reject.
pub fn detail<R: JsonReader>(record: Node<'_>) -> impl FnOnce(Reason) -> String {
    move |reason| of_record(R::REASON_MEMBERS, R::IN_ANY_CASE, reason, record)
}

/// Why an entry of a list is no record. PowerShell cuts whole records, too.
pub fn no_record(entry: Node<'_>) -> Reason {
    match not_nested(entry.value()) {
        Reason::CutByPowershell => Reason::CutByPowershell,
        _ => Reason::BrokenJson,
    }
}
