//! What somebody means who writes an id, a name or a part number, in any case.

use std::collections::{BTreeMap, BTreeSet};

use crate::pipeline::nearest::nearest_few;

/// How many names are suggested for one that is not known.
const SUGGESTIONS: usize = 3;
/// The shortest word of a name that is looked at by itself.
const LEAST_LETTERS: usize = 4;

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
        let names = || self.names.values().map(|(name, _)| name.as_str());
        let mut near = nearest_few(written, names(), SUGGESTIONS);
        if near.is_empty() {
            // Nobody writes `GmbH & Co. KG`: one word of the name will do.
            let words = names().flat_map(|name| name.split(|letter: char| !letter.is_alphanumeric()));
            let words = nearest_few(written, words.filter(|word| word.chars().count() >= LEAST_LETTERS), SUGGESTIONS);
            near = names()
                .filter(|name| words.iter().any(|word| name.contains(word)))
                .take(SUGGESTIONS)
                .collect();
        }
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
