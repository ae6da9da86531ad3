//! Tables with named columns, whichever kind of file they are in: what a reader has to say of its
//! columns, and what it can ask of a record.
//!
//! Names are compared in any case, without blanks around them, several blanks counting as one. If a
//! name is there twice, the first column counts. An empty cell counts as missing. Columns that the
//! reader does not know are ignored.

use crate::domain::day::Day;
use crate::sources::fields::time::parse_instant;
use crate::sources::fields::values::{boolean, is_word, present, text};
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;

/// The columns that each reason is about, by their numbers in [`TableReader::COLUMNS`].
pub type ReasonColumns = &'static [(Reason, &'static [usize])];

/// One record of a table.
pub trait Cells {
    /// The value in a column, by its number in [`TableReader::COLUMNS`]. `None` where the cell is
    /// empty or the column is missing.
    fn cell(&self, column: usize) -> Option<Value<'_>>;

    /// Whether the table has the column, if only with empty cells.
    fn has_column(&self, column: usize) -> bool;
}

/// A reader of a format that comes as a table.
pub trait TableReader: Reader {
    /// The names of the columns that matter.
    const COLUMNS: &'static [&'static str];
    /// How many of them, from the first on, have to be there. Without them the file is of another
    /// format.
    const NEEDED: usize;
    /// The columns of which one has to be there as well; none where that does not matter.
    const ONE_OF: &'static [usize] = &[];
    /// The columns that each reason for a reject is about.
    const REASON_COLUMNS: ReasonColumns = &[];

    /// Where the columns are in a table that begins like this and does not have their names, such
    /// as an export in another language. `None` where it is no such table.
    fn other_places(_head: &[u8]) -> Option<Vec<Option<usize>>> {
        None
    }

    /// Reads a record. Its rows go to the sink only if it is accepted.
    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason>;

    /// The file was read to its end. `is_empty` says that it had nothing but its header.
    fn end(&mut self, _is_empty: bool, _sink: &mut dyn Sink) {}
}

/// A name as names are compared: in lower case, without blanks around it, and one blank for
/// several. Log Analytics in the portal writes the time zone behind the names of times; where that
/// is no other than UTC, it is left out.
pub fn squeezed(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut name = words.join(" ").to_lowercase();
    if name.ends_with(" [utc]") {
        name.truncate(name.len() - " [utc]".len());
    }
    name
}

/// The place of each of `wanted` among `names`. `None` where one of the first `needed` is missing.
pub fn name_places<'n>(wanted: &[&str], needed: usize, names: impl Iterator<Item = &'n str>) -> Option<Vec<Option<usize>>> {
    let wanted: Vec<String> = wanted.iter().map(|name| squeezed(name)).collect();
    let mut places = vec![None; wanted.len()];
    for (place, name) in names.enumerate() {
        // A line that is no header may have any number of cells. The first letter rules out most of
        // them cheaply.
        let first = name.trim_start().as_bytes().first().map(u8::to_ascii_lowercase);
        let is_possible = |wanted: &String| wanted.as_bytes().first().copied() == first || !first.is_some_and(|first| first.is_ascii());
        if !wanted.iter().any(is_possible) {
            continue;
        }
        let name = squeezed(name);
        for (found, _) in places.iter_mut().zip(&wanted).filter(|(_, wanted)| **wanted == name) {
            found.get_or_insert(place);
        }
    }
    places.iter().take(needed).all(Option::is_some).then_some(places)
}

/// A text as it is written; empty where it is missing.
pub fn plain(cell: Option<Value<'_>>) -> Result<&str, Reason> {
    match text(cell)? {
        None => Ok(""),
        Some(text) => text
            .plain()
            .and_then(|plain| std::str::from_utf8(plain).ok())
            .ok_or(Reason::UnreadableValue),
    }
}
/// A boolean as tables write it: `true` or `false`, 1 or 0. `None` where it is missing.
pub fn flag(cell: Option<Value<'_>>) -> Result<Option<bool>, Reason> {
    match present(cell) {
        None => Ok(None),
        Some(Value::Text(text)) if is_word(text, "1") => Ok(Some(true)),
        Some(Value::Text(text)) if is_word(text, "0") => Ok(Some(false)),
        Some(value) => boolean(value).map(Some).ok_or(Reason::UnreadableValue),
    }
}

/// A calendar date. A time behind it does not matter. `None` where it is missing.
pub fn day(cell: Option<Value<'_>>) -> Result<Option<Day>, Reason> {
    if let Some(Value::Instant(at)) = cell {
        return Ok(Some(at.day_utc()));
    }
    let text = plain(cell)?;
    if text.is_empty() {
        return Ok(None);
    }
    let day = Day::parse(text).or_else(|| {
        parse_instant(text.as_bytes())?;
        Day::parse(text.get(..10)?)
    });
    day.map(Some).ok_or(Reason::UnreadableTime)
}
