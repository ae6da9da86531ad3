//! What the readers of the catalogue files share: names of workloads, and pairs that may stand in a
//! file once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::pipeline::syntax::table::{Notes, Row};

/// Inserts a pair. The same pair again is a repetition, another value for the same key a
/// contradiction.
pub(in crate::pipeline) fn put_once<K: Ord + std::fmt::Display, V: PartialEq + std::fmt::Display>(
    map: &mut BTreeMap<K, V>,
    key: K,
    value: V,
    what: &str,
    line: usize,
    notes: &mut Notes,
) {
    match map.entry(key) {
        Entry::Vacant(place) => {
            place.insert(value);
        }
        Entry::Occupied(place) if *place.get() == value => notes.repeated(line),
        Entry::Occupied(place) => {
            let (key, first) = (place.key(), place.get());
            notes.refuse(
                line,
                format!("{what} `{key}` is `{value}` here and `{first}` above; remove one of the rows"),
            );
        }
    }
}

/// Returns the name of a workload. It is a value in tables and settings, so it must be one lower
/// case word.
pub(in crate::pipeline) fn workload(row: &Row, column: usize, notes: &mut Notes) -> Option<String> {
    let name = row.filled(column, notes)?.to_lowercase();
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Some(name);
    }
    notes.refuse(
        row.line,
        format!("workload `{name}` must consist of letters, digits and `_`, such as `office_apps`"),
    );
    None
}
