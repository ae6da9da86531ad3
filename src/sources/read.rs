//! Reads one raw file: opens it, finds the entry of the registry that reads it, and hands it over.

use crate::domain::kinds::Feed;
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::date_order::Dates;
use crate::sources::detect;
use crate::sources::detect::known_others::known_other;
use crate::sources::detect::unreadable::{beginning, nearest_format, other_kind};
use crate::sources::file_context::FileContext;
use crate::sources::format::Format;
use crate::sources::formats::entry::ReadFile;
use crate::sources::formats::{companion, registry};
use crate::sources::output::Output;
use crate::sources::record::{FileCounts, Position, Reason, Sink};

/// Reads one file of `compressed_size` bytes (as it is stored; for a plain file its size), in
/// order, and counts what it held.
///
/// Reading never fails: what cannot be read is a reject. `format` has to be one of
/// [`Format::for_feed`]; with another one nothing in the file can be read, and that is the reject.
pub fn read(
    feed: Feed,
    format: Format,
    input: &mut dyn Input,
    compressed_size: u64,
    context: &FileContext,
    sink: &mut dyn Sink,
) -> FileCounts {
    let file = OpenFile::new(input, compressed_size, Limits::of_file(compressed_size));
    read_open(file, feed, format, context, sink)
}

/// [`read`] for a file that is open, within the limits that it has.
pub(crate) fn read_open(mut file: OpenFile<'_>, feed: Feed, format: Format, context: &FileContext, sink: &mut dyn Sink) -> FileCounts {
    let mut out = Output::new(sink);
    match reader_of(feed, format, &mut file, &mut out) {
        Ok(read) => read(file, context, &mut out),
        Err(whole) => out.reject_with(Position { line: 0, record: 0 }, whole.reason, &whole.begins, whole.detail),
    }
    out.counts
}

/// The reject for a whole file that no reader is there for.
struct WholeFile {
    reason: Reason,
    begins: Vec<u8>,
    detail: String,
}

/// What reads a file. With `auto` the sink is told which format that is, and why.
fn reader_of(feed: Feed, format: Format, file: &mut OpenFile<'_>, out: &mut Output<'_>) -> Result<ReadFile, WholeFile> {
    let unknown = |head: &[u8], detail: String| WholeFile {
        reason: Reason::UnknownFormat,
        begins: beginning(head),
        detail,
    };
    if let Some(what) = other_kind(file, format) {
        return Err(unknown(file.head(), format!("it is {what}")));
    }
    let entry = match format {
        Format::Auto => {
            let head = file.head();
            match (detect::choose(feed, head), known_other(head)) {
                (Some(choice), _) => {
                    out.sink.chosen(&choice);
                    registry::entry(feed, choice.format)
                }
                (None, Some(known)) if known.is_companion => return Ok(companion::reader_of(head)),
                // There is nothing to choose by. The usual reader finds out what is wrong with it.
                (None, _) if head.trim_ascii().is_empty() => registry::of_feed(feed).next(),
                (None, _) => return Err(unknown(head, nearest_format(&[feed], head))),
            }
        }
        _ => registry::entry(feed, format),
    };
    if entry.is_some_and(|entry| detect::is_companion(entry, file)) {
        return Ok(companion::reader_of(file.head()));
    }
    let entry = entry.ok_or(WholeFile {
        reason: Reason::UnreadableFile,
        begins: Vec::new(),
        detail: String::new(),
    })?;
    Ok(entry.reader_of(file))
}

/// Reads a file, and again where its dates turn out to have another order than was assumed. What
/// the dates of the first time said is not forgotten, so a file is read three times at most. What
/// `read` gives the last time counts.
pub fn read_in_order<T>(context: &FileContext, mut read: impl FnMut(&FileContext) -> T) -> T {
    let mut context = context.clone();
    context.dates = Dates::default();
    loop {
        let found = read(&context);
        match context.dates.instead() {
            None => return found,
            Some(dates) => context.dates = dates,
        }
    }
}
