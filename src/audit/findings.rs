//! Findings of a check as plain values. Each is about a file or a day.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::store::Store;

/// How many findings and differences are kept as text.
pub const MOST_SHOWN: usize = 50;

/// The kind of a finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A file is missing.
    Missing,
    /// A file is not what was written, or cannot be read.
    Damaged,
    /// Rows violate the contract of their table.
    Contract,
    /// A footer disagrees with the rows.
    Footer,
    /// A file was made from something other than what the warehouse has.
    Origin,
    /// Tables disagree with each other.
    Promise,
    /// A published file is not what would be published now.
    Published,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// The table. `None` for a published file.
    pub table: Option<&'static str>,
    /// The day of the partition.
    #[serde(serialize_with = "day_as_text")]
    pub day: Option<Day>,
    /// The file, relative to the warehouse or the published folder.
    pub file: Option<String>,
    /// A sentence about what is wrong.
    pub what: String,
}

impl Finding {
    /// Makes a finding about a file of a table.
    pub fn of_file(kind: FindingKind, store: &Store, contract: &Contract, place: Place, what: impl Into<String>) -> Finding {
        Finding::of_path(kind, contract.name, place.0, store.root(), &store.path(contract, place), what)
    }

    /// The same for a file that is given by its path.
    pub fn of_path(kind: FindingKind, table: &'static str, day: Option<Day>, root: &Path, path: &Path, what: impl Into<String>) -> Finding {
        Finding {
            kind,
            table: Some(table),
            day,
            file: Some(path.strip_prefix(root).unwrap_or(path).display().to_string()),
            what: what.into(),
        }
    }

    /// Makes a finding about a published file.
    pub fn of_published(name: &str, what: impl Into<String>) -> Finding {
        Finding {
            kind: FindingKind::Published,
            table: None,
            day: None,
            file: Some(name.to_owned()),
            what: what.into(),
        }
    }
}

/// Serializes a day as text.
pub fn day_as_text<S: Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

/// Serializes ids as texts.
pub fn all_as_text<S: Serializer>(ids: &BTreeSet<Guid>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}

/// A list that keeps its first members and only counts the others.
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

    /// Adds the members of another list.
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
