//! What somebody means who writes an id, a name or a part number, in any case.

use std::collections::{BTreeMap, BTreeSet};

use crate::pipeline::nearest::nearest_few;

/// How many names are suggested for one that is not known.
const SUGGESTIONS: usize = 3;

/// Things and what they are called.
pub struct Named<T> {
    /// Name in lower case -> the name as it is written, and what it may mean.
    names: BTreeMap<String, (String, BTreeSet<T>)>,
}

impl<T: Ord + Copy> Named<T> {
    /// Nothing yet.
    pub fn new() -> Named<T> {
        Named { names: BTreeMap::new() }
    }

    /// Takes note of a name; one that says nothing is none.
    pub fn add(&mut self, name: &str, thing: T) {
        let name = name.trim();
        if !name.is_empty() {
            let entry = self.names.entry(name.to_lowercase());
            entry.or_insert_with(|| (name.to_owned(), BTreeSet::new())).1.insert(thing);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What a name means: nothing, one thing, or several.
    pub fn find(&self, written: &str) -> Vec<T> {
        let found = self.names.get(&written.trim().to_lowercase());
        found.into_iter().flat_map(|(_, things)| things.iter().copied()).collect()
    }

    /// The names that somebody may have meant, as the end of a sentence; `otherwise` where none is near.
    pub fn hint(&self, written: &str, otherwise: &str) -> String {
        let near = nearest_few(written, self.names.values().map(|(name, _)| name.as_str()), SUGGESTIONS);
        match near.as_slice() {
            [] => otherwise.to_owned(),
            near => format!("did you mean `{}`?", near.join("`, `")),
        }
    }
}

impl<T: Ord + Copy> Default for Named<T> {
    fn default() -> Named<T> {
        Named::new()
    }
}
