//! What one entry of the registry says of a raw format: whose feed it is, how `auto` recognises it,
//! and which functions read it.
//!
//! The functions are those for this very reader, so that a record costs no look-up: there is one
//! call through a pointer for a file, or for a part of a large one.

use crate::domain::kinds::Feed;
use crate::sources::bytes::first_bytes::has_json_line;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::Lines;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::format::Format;
use crate::sources::output::Output;
use crate::sources::records::csv::{has_columns, read_csv};
use crate::sources::records::csv_file::{CsvRecord, first_record};
use crate::sources::records::csv_json_column::{JsonColumn, read_json_column};
use crate::sources::records::json::JsonReader;
use crate::sources::records::json_file::{read_json, read_json_part};
use crate::sources::records::parquet::read_parquet;
use crate::sources::records::table::TableReader;

/// Reads a whole file.
pub type ReadFile = fn(OpenFile<'_>, &FileContext, &mut Output<'_>);

/// Reads some lines of a large file.
pub type ReadPart = fn(Lines<'_>, Limits, &FileContext, &mut Output<'_>);

/// A raw format of a feed.
#[derive(Clone, Copy)]
pub struct FormatEntry {
    pub feed: Feed,
    pub format: Format,
    pub comes_as: ComesAs,
    pub signs: Signs,
    traits: &'static [Trait],
}

/// What else there is to know of a format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trait {
    /// Each line of JSON stands for itself and no page is counted: a large file may be cut.
    Splittable,
    /// A file is of one tenant by nature, and no record says of which one: a download.
    OneTenant,
    /// A file may hold records of several feeds.
    SeveralFeeds,
    /// Some records may know a user by name only.
    NamesOnly,
    /// The catalogue of audited actions says what the records mean.
    AuditActions,
}

/// What the files of a format are written in.
#[derive(Clone, Copy)]
pub enum ComesAs {
    Json(Json),
    Csv(Csv),
    JsonOrCsv(Json, Csv),
    Parquet(ReadFile),
}

/// How files of JSON are read.
#[derive(Clone, Copy)]
pub struct Json {
    read: ReadFile,
    read_part: ReadPart,
}

/// How files of CSV are read, and the columns that tell them.
#[derive(Clone, Copy)]
pub struct Csv {
    read: ReadFile,
    /// All columns that matter; the first ones are `needed`.
    pub columns: &'static [&'static str],
    needed: usize,
    one_of: &'static [usize],
    other_places: fn(&[u8]) -> Option<Vec<Option<usize>>>,
}

/// The signs by which `auto` recognises a format, besides the needed columns of a table.
#[derive(Clone, Copy)]
pub struct Signs {
    /// Whether keys are compared in any case.
    pub in_any_case: bool,
    /// Groups of keys: a record of JSON has all keys of one group.
    pub keys: &'static [&'static [&'static str]],
    /// Keys by which a record is of another format all the same.
    pub unless_keys: &'static [&'static str],
    /// Columns by which a table is of another format all the same.
    pub unless_columns: &'static [&'static str],
    /// The keys under which a list without entries is one of this format; `""` for a bare array.
    pub empty_lists: &'static [&'static str],
}

impl Csv {
    const fn of<R: TableReader>() -> Csv {
        Csv {
            read: read_csv::<R>,
            columns: R::COLUMNS,
            needed: R::NEEDED,
            one_of: R::ONE_OF,
            other_places: R::other_places,
        }
    }

    /// The columns that have to be there.
    pub fn needed(&self) -> &'static [&'static str] {
        &self.columns[..self.needed]
    }

    /// The columns of which one has to be there as well.
    pub fn one_of(&self) -> impl Iterator<Item = &'static str> {
        self.one_of.iter().map(|column| self.columns[*column])
    }

    /// The columns by which a record is the header of such a table, if it is one.
    pub fn signs_in(&self, record: &CsvRecord) -> Option<Vec<&'static str>> {
        let mut signs = self.needed().to_vec();
        if !has_columns(record, &signs) {
            return None;
        }
        if !self.one_of.is_empty() {
            signs.push(self.one_of().find(|column| has_columns(record, &[column]))?);
        }
        Some(signs)
    }

    /// Whether a table that begins like this is one without the names of its columns.
    pub fn is_without_names(&self, head: &[u8]) -> bool {
        (self.other_places)(head).is_some()
    }

    /// Whether a record is the header of such a table.
    pub fn is_header(&self, record: &CsvRecord) -> bool {
        self.signs_in(record).is_some()
    }
}

impl Json {
    const fn of<R: JsonReader>() -> Json {
        Json {
            read: read_json::<R>,
            read_part: read_json_part::<R>,
        }
    }
}

/// How an entry is written down: what it comes as, then what else there is to say.
impl FormatEntry {
    const fn new(feed: Feed, format: Format, comes_as: ComesAs) -> FormatEntry {
        FormatEntry {
            feed,
            format,
            comes_as,
            signs: Signs {
                in_any_case: false,
                keys: &[],
                unless_keys: &[],
                unless_columns: &[],
                empty_lists: &[],
            },
            traits: &[],
        }
    }

    /// A format that comes as JSON.
    pub const fn json<R: JsonReader>(feed: Feed, format: Format) -> FormatEntry {
        FormatEntry::new(feed, format, ComesAs::Json(Json::of::<R>())).in_case_of::<R>()
    }

    /// A format that comes as CSV.
    pub const fn csv<R: TableReader>(feed: Feed, format: Format) -> FormatEntry {
        FormatEntry::new(feed, format, ComesAs::Csv(Csv::of::<R>()))
    }

    /// A format that comes as JSON and as CSV.
    pub const fn json_or_csv<R: JsonReader + TableReader>(feed: Feed, format: Format) -> FormatEntry {
        FormatEntry::new(feed, format, ComesAs::JsonOrCsv(Json::of::<R>(), Csv::of::<R>())).in_case_of::<R>()
    }

    /// A format that comes as JSON, and as CSV with the same JSON in one of its columns.
    pub const fn json_or_csv_column<R: JsonColumn>(feed: Feed, format: Format) -> FormatEntry {
        let csv = Csv {
            read: read_json_column::<R>,
            columns: const { &[R::COLUMN] },
            needed: 1,
            one_of: &[],
            other_places: |_| None,
        };
        FormatEntry::new(feed, format, ComesAs::JsonOrCsv(Json::of::<R>(), csv)).in_case_of::<R>()
    }

    /// A format that comes as Parquet.
    pub const fn parquet<R: TableReader>(feed: Feed, format: Format) -> FormatEntry {
        FormatEntry::new(feed, format, ComesAs::Parquet(read_parquet::<R>))
    }

    /// Keys are compared as the reader compares them.
    const fn in_case_of<R: JsonReader>(mut self) -> FormatEntry {
        self.signs.in_any_case = R::IN_ANY_CASE;
        self
    }

    /// A record of JSON has all keys of one of these groups.
    pub const fn with_keys(mut self, groups: &'static [&'static [&'static str]]) -> FormatEntry {
        self.signs.keys = groups;
        self
    }

    /// A record with one of these keys is of another format all the same.
    pub const fn unless_keys(mut self, keys: &'static [&'static str]) -> FormatEntry {
        self.signs.unless_keys = keys;
        self
    }

    /// A table with one of these columns is of another format all the same.
    pub const fn unless_columns(mut self, columns: &'static [&'static str]) -> FormatEntry {
        self.signs.unless_columns = columns;
        self
    }

    /// A list without entries under one of these keys is of this format.
    pub const fn with_empty_lists(mut self, keys: &'static [&'static str]) -> FormatEntry {
        self.signs.empty_lists = keys;
        self
    }

    /// What else there is to know of it.
    pub const fn with(mut self, traits: &'static [Trait]) -> FormatEntry {
        self.traits = traits;
        self
    }
}

impl Signs {
    /// Whether a key of a record is one of the signs.
    pub fn is_key(&self, sign: &str, key: &str) -> bool {
        sign == key || (self.in_any_case && sign.eq_ignore_ascii_case(key))
    }
}

impl FormatEntry {
    /// Whether it has a trait.
    pub fn has(&self, wanted: Trait) -> bool {
        self.traits.contains(&wanted)
    }

    /// How it is read as CSV, if it comes as that.
    pub fn as_csv(&self) -> Option<&Csv> {
        match &self.comes_as {
            ComesAs::Csv(csv) | ComesAs::JsonOrCsv(_, csv) => Some(csv),
            ComesAs::Json(_) | ComesAs::Parquet(_) => None,
        }
    }

    /// How it is read as JSON, if it comes as that.
    pub fn as_json(&self) -> Option<&Json> {
        match &self.comes_as {
            ComesAs::Json(json) | ComesAs::JsonOrCsv(json, _) => Some(json),
            ComesAs::Csv(_) | ComesAs::Parquet(_) => None,
        }
    }

    /// What reads this file.
    pub fn reader_of(&self, file: &mut OpenFile<'_>) -> ReadFile {
        match self.comes_as {
            ComesAs::Json(json) => json.read,
            ComesAs::Csv(csv) => csv.read,
            ComesAs::JsonOrCsv(json, csv) if is_json(file.head(), &csv) => json.read,
            ComesAs::JsonOrCsv(_, csv) => csv.read,
            ComesAs::Parquet(read) => read,
        }
    }

    /// What reads the parts of this file; `None` where it may not be cut.
    pub fn part_reader_of(&self, file: &mut OpenFile<'_>) -> Option<ReadPart> {
        match self.comes_as {
            _ if !self.has(Trait::Splittable) => None,
            ComesAs::Json(json) => Some(json.read_part),
            ComesAs::JsonOrCsv(json, csv) if is_json(file.head(), &csv) => Some(json.read_part),
            _ => None,
        }
    }
}

/// Whether a file of a format that comes in both is JSON: some line begins like JSON, and there is
/// no header.
fn is_json(head: &[u8], csv: &Csv) -> bool {
    // No header begins so, and there is nothing to look for in what follows.
    let begins = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().first();
    matches!(begins, Some(b'{' | b'[')) || (has_json_line(head) && !csv.is_header(&first_record(head)))
}
