//! What a check finds: faults, each of a file or a day, as plain values that the command prints.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::store::Store;

/// How many faults and differences are kept word for word.
pub const MOST_SHOWN: usize = 50;

/// What a fault is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file that should be there is not.
    Missing,
    /// A file is not what was written, or cannot be read.
    Damaged,
    /// Rows that break the contract of their table.
    Contract,
    /// A footer that says something else than the rows.
    Footer,
    /// A file that was made from something else than what the warehouse holds.
    Origin,
    /// Tables that do not agree with each other.
    Promise,
    /// A published file that is not what would be published now.
    Published,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    pub kind: Kind,
    /// The table; of a published file none.
    pub table: Option<&'static str>,
    /// The day of the partition.
    #[serde(serialize_with = "day_as_text")]
    pub day: Option<Day>,
    /// The file, below the warehouse or the published folder.
    pub file: Option<String>,
    /// What is wrong, in words.
    pub what: String,
}

impl Fault {
    /// Of a file of a table.
    pub fn of_file(kind: Kind, store: &Store, contract: &Contract, place: Place, what: impl Into<String>) -> Fault {
        Fault::of_path(kind, contract.name, place.0, store.root(), &store.path(contract, place), what)
    }

    /// The same, where the file is known by its path.
    pub fn of_path(kind: Kind, table: &'static str, day: Option<Day>, root: &Path, path: &Path, what: impl Into<String>) -> Fault {
        Fault {
            kind,
            table: Some(table),
            day,
            file: Some(path.strip_prefix(root).unwrap_or(path).display().to_string()),
            what: what.into(),
        }
    }

    /// Of a published file.
    pub fn of_published(name: &str, what: impl Into<String>) -> Fault {
        Fault {
            kind: Kind::Published,
            table: None,
            day: None,
            file: Some(name.to_owned()),
            what: what.into(),
        }
    }
}

/// Writes a day, where there is one, as its text.
pub fn day_as_text<S: Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

/// Writes ids as their texts.
pub fn all_as_text<S: Serializer>(ids: &BTreeSet<Guid>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}

/// A list that keeps its first members and counts the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bounded<T> {
    pub count: u64,
    pub shown: Vec<T>,
}

impl<T> Default for Bounded<T> {
    fn default() -> Bounded<T> {
        Bounded {
            count: 0,
            shown: Vec::new(),
        }
    }
}

impl<T> Bounded<T> {
    pub fn push(&mut self, member: T) {
        self.count += 1;
        if self.shown.len() < MOST_SHOWN {
            self.shown.push(member);
        }
    }

    /// Adds another list after this one.
    pub fn append(&mut self, other: Bounded<T>) {
        self.count += other.count;
        let room = MOST_SHOWN - self.shown.len();
        self.shown.extend(other.shown.into_iter().take(room));
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T> Extend<T> for Bounded<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, members: I) {
        members.into_iter().for_each(|member| self.push(member));
    }
}
