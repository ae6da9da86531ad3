//! What there is to say about a file that no reader can read: which other kind of file it is, or
//! which format it is most like and what it lacks.

use crate::domain::kinds::Feed;
use crate::sources::bytes::first_bytes::{self, PARQUET};
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::detect::first_keys::first_keys;
use crate::sources::detect::known_others::{PAGE, known_other};
use crate::sources::fields::values::is_cut;
use crate::sources::format::Format;
use crate::sources::formats::registry;
use crate::sources::records::csv::{has_names, of_header};
use crate::sources::records::csv_file::{first_lines, first_record};
use crate::sources::records::reject_detail::{is_key, listed};
use crate::sources::records::table::squeezed;

/// How much of a file of no known format is kept for the rejects.
const KEPT_BYTES: usize = 4096;

/// A file that no reader knows.
pub struct Unknown {
    /// What it is, as far as its beginning tells; empty where it tells nothing.
    pub what: String,
    /// The page about files of its kind, if that is known.
    pub page: Option<&'static str>,
}

/// What there is to say about a file that no reader knows.
pub fn describe_unknown(input: &mut dyn Input, size: u64) -> Unknown {
    let mut file = OpenFile::new(input, size, Limits::of_file(size));
    if let Some(what) = other_kind(&mut file, Format::Auto) {
        let what = format!("it is {what}");
        return Unknown { what, page: Some(PAGE) };
    }
    Unknown {
        page: known_other(file.head()).map(|_| PAGE),
        what: nearest_format(Feed::ALL, file.head()),
    }
}

/// What kind of file it is, and what to do about it, where that kind cannot be read as this format.
pub fn other_kind(file: &mut OpenFile<'_>, format: Format) -> Option<&'static str> {
    if format == Format::Parquet {
        return None;
    }
    // What begins like JSON is none of the other kinds: most files are not looked at further.
    match file.content.peek(2) {
        [b'{' | b'[', second, ..] if *second != 0 => return None,
        [] => return None,
        _ => {}
    }
    let head = file.head();
    let is_other_parquet = head.starts_with(PARQUET) && format != Format::Auto;
    first_bytes::recognised(head).or_else(|| is_other_parquet.then_some("a Parquet file: the format is `parquet`"))
}

/// How a file of no known format begins, for the rejects.
pub fn beginning(head: &[u8]) -> Vec<u8> {
    head[..head.len().min(KEPT_BYTES)].to_vec()
}

/// What there is to say about a file that begins like this and is of no format of the feeds: which
/// other kind of file it is, which table it is most like and what that lacks, or what its first
/// record has.
pub fn nearest_format(feeds: &[Feed], head: &[u8]) -> String {
    if let Some(known) = known_other(head) {
        return known.sentence();
    }
    let mut lines = first_lines(head);
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if matches!(first.trim_ascii_start(), [b'{' | b'[', ..]) {
        let keys = first_keys(head, 1);
        let keys = keys.records.iter().flatten().map(String::as_str);
        let keys: Vec<&str> = keys.filter(|key| is_key(key)).collect();
        return match keys.as_slice() {
            [] => String::new(),
            keys => format!("no form has records with {}", listed(keys)),
        };
    }
    if let Some(column) = cut_column(first, second) {
        return format!(
            "its column `{column}` holds texts as PowerShell writes objects with `Export-Csv`: export with `ConvertTo-Json -Depth 10`"
        );
    }
    let record = first_record(first);
    let cells: Vec<String> = (0..record.field_count())
        .map(|number| squeezed(&String::from_utf8_lossy(record.field(number))))
        .collect();
    let likeness = |columns: &[&str]| columns.iter().filter(|column| cells.contains(&squeezed(column))).count();
    let entries = feeds.iter().flat_map(|feed| registry::of_feed(*feed));
    let tables: Vec<_> = entries.filter_map(|entry| Some((entry.format, entry.as_csv()?))).collect();
    // The last one of the largest: of several that are as much alike, the first one of the list.
    match tables.iter().rev().max_by_key(|(_, csv)| likeness(csv.columns)) {
        Some((format, csv)) if likeness(csv.columns) > 0 => format!("read as {format}: {}", of_header(csv.needed(), first, second)),
        _ if line_of_names(head).is_some() => {
            let names: Vec<String> = (0..record.field_count())
                .map(|number| String::from_utf8_lossy(record.field(number)).into_owned())
                .collect();
            format!(
                "no form has a table with {}",
                listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
            )
        }
        _ => "it is neither JSON nor a table; the first line is none with names of columns".to_owned(),
    }
}

/// The name of the first column whose cell in the second line is what `Export-Csv` writes in the
/// place of an object.
fn cut_column(first: &[u8], second: &[u8]) -> Option<String> {
    let (names, cells) = (first_record(first), first_record(second));
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    let place = (0..cells.field_count()).find(|number| is_cut(&text(cells.field(*number))))?;
    Some(text(names.field(place))).filter(|name| is_key(name) && place < names.field_count())
}

/// The first line of a content, where it has nothing but names of columns.
pub fn line_of_names(head: &[u8]) -> Option<&str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = first_lines(text);
    let first = std::str::from_utf8(lines.next()?.trim_ascii()).ok()?;
    let second = std::str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    has_names(first, second).then_some(first)
}
