//! Which format a file has, by how it begins (`format = "auto"`): the keys of its first records, or
//! the names of its columns. The name of the file does not matter.
//!
//! The signs of each format stand in the registry (`formats/registry.rs`). A file may begin with a
//! line that is broken, and a list with a record that lacks the signs of its format, so those after
//! it are looked at too. An indented line belongs to the document before it, and objects within a
//! record have the signs of other formats, so no such line is looked at. A list without entries has
//! no keys: then the key that holds it decides. What has the signs of no format is not guessed.

pub(crate) mod first_keys;
pub(crate) mod known_others;
pub(crate) mod unreadable;

use crate::domain::kinds::Feed;
use crate::sources::bytes::first_bytes::PARQUET;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::detect::first_keys::{FirstKeys, first_keys};
use crate::sources::detect::known_others::known_other;
use crate::sources::format::Choice;
use crate::sources::formats::entry::{ComesAs, FormatEntry, Trait};
use crate::sources::formats::registry;
use crate::sources::records::csv::has_columns;
use crate::sources::records::csv_file::first_record;

/// How many lines are looked at.
const LINES: usize = 20;
/// How many records of a list are looked at, where the first one does not tell.
const RECORDS: usize = 20;

/// The format of a feed's file that begins like this, and why.
pub fn choose(feed: Feed, head: &[u8]) -> Option<Choice> {
    if head.starts_with(PARQUET) {
        let entry = registry::of_feed(feed).find(|entry| matches!(entry.comes_as, ComesAs::Parquet(_)))?;
        return Some(choice(entry, "it begins with `PAR1`".to_owned()));
    }
    if let Some(choice) = by_header(feed, head) {
        return Some(choice);
    }
    let mut empty = None;
    let mut from = 0;
    let mut is_within = false;
    for line in head.split(|byte| *byte == b'\n').take(LINES) {
        let is_indented = line.first().is_some_and(u8::is_ascii_whitespace);
        if matches!(line.trim_ascii_start(), [b'{' | b'[', ..]) && !(is_within && is_indented) {
            is_within = true;
            let mut keys = first_keys(&head[from..], 1);
            let mut choice = by_keys(feed, &keys);
            if choice.is_none() && keys.list.is_some() {
                keys = first_keys(&head[from..], RECORDS);
                choice = by_keys(feed, &keys);
            }
            if choice.is_some() {
                return choice;
            }
            empty = empty.or_else(|| by_empty_list(feed, &keys));
        }
        from += line.len() + 1;
    }
    empty.or_else(|| by_records(feed, head)).or_else(|| by_beginning(feed, head))
}

/// Whether a file that a source reads as this format is a companion of one: who downloads files for
/// one tenant easily puts them all in one folder.
pub fn is_companion(entry: &FormatEntry, file: &mut OpenFile<'_>) -> bool {
    entry.has(Trait::OneTenant) && known_other(file.head()).is_some_and(|known| known.is_companion)
}

fn choice(entry: &FormatEntry, why: String) -> Choice {
    Choice { format: entry.format, why }
}

/// The format of a table, by its columns.
fn by_header(feed: Feed, head: &[u8]) -> Option<Choice> {
    let header = first_record(head);
    registry::of_feed(feed).find_map(|entry| {
        let signs = entry.as_csv()?.signs_in(&header)?;
        let is_other = entry.signs.unless_columns.iter().any(|column| has_columns(&header, &[column]));
        let why = match signs.as_slice() {
            [column] => format!("it has a column `{column}`"),
            columns => format!("it has columns {}", listed(columns)),
        };
        (!is_other).then(|| choice(entry, why))
    })
}

/// The format of a table whose columns have other names, by its records.
fn by_records(feed: Feed, head: &[u8]) -> Option<Choice> {
    let entry = registry::of_feed(feed).find(|entry| entry.as_csv().is_some_and(|csv| csv.is_without_names(head)))?;
    let why = "its records are those of such a table, with names in another language".to_owned();
    Some(choice(entry, why))
}

/// The format of a record of JSON, by its keys.
fn by_keys(feed: Feed, keys: &FirstKeys) -> Option<Choice> {
    (1..).zip(&keys.records).find_map(|(number, record)| {
        let which = match number {
            1 => "its first record".to_owned(),
            _ => format!("its record {number}"),
        };
        registry::of_feed(feed).find_map(|entry| {
            let has = |sign: &&str| record.iter().any(|key| entry.signs.is_key(sign, key));
            let group = entry.signs.keys.iter().find(|group| group.iter().all(has))?;
            let is_other = entry.signs.unless_keys.iter().any(has);
            (!is_other).then(|| choice(entry, format!("{which} has {}", listed(group))))
        })
    })
}

/// The format of a list without any entry, by the key that holds it.
fn by_empty_list(feed: Feed, keys: &FirstKeys) -> Option<Choice> {
    let key = keys.list.as_deref().filter(|_| !keys.has_entries)?;
    let entry = registry::of_feed(feed).find(|entry| entry.signs.empty_lists.contains(&key))?;
    Some(choice(entry, "it is a list without entries".to_owned()))
}

/// The usual format of the feed, for a file that still grows and has no whole line yet: its reader
/// waits for the rest.
fn by_beginning(feed: Feed, head: &[u8]) -> Option<Choice> {
    let is_unfinished =
        head.first() == Some(&b'{') && !head.contains(&b'\n') && serde_json::from_slice::<serde::de::IgnoredAny>(head).is_err();
    let entry = registry::of_feed(feed).find(|entry| entry.as_json().is_some())?;
    let why = "it is the beginning of one line; this is the usual form of the feed".to_owned();
    is_unfinished.then(|| choice(entry, why))
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
