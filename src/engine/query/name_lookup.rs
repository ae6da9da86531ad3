//! What somebody means who writes an id, a name or a part number, in any case.

use std::collections::{BTreeMap, BTreeSet};

use crate::pipeline::syntax::nearest::nearest_few;

/// How many names are suggested for one that is not known.
const SUGGESTIONS: usize = 3;
/// The shortest word of a name that is looked at by itself.
const LEAST_LETTERS: usize = 4;

/// How many things are few enough to name them all.
const FEW: usize = 12;

/// Things and what they are called.
pub struct Named<T> {
    /// Name in lower case -> the name as it is written, and what it may mean.
    names: BTreeMap<String, (String, BTreeSet<T>)>,
    /// The first name of each.
    labels: BTreeMap<T, String>,
}

impl<T: Ord + Copy> Named<T> {
    /// Nothing yet.
    pub fn new() -> Named<T> {
        Named {
            names: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }

    /// Takes note of a name; one that says nothing is none.
    pub fn add(&mut self, name: &str, thing: T) {
        let name = name.trim();
        if !name.is_empty() {
            let entry = self.names.entry(name.to_lowercase());
            entry.or_insert_with(|| (name.to_owned(), BTreeSet::new())).1.insert(thing);
            self.labels.entry(thing).or_insert_with(|| name.to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Everything that has a name which begins so.
    pub fn beginning(&self, written: &str) -> Vec<T> {
        let written = written.trim().to_lowercase();
        let from_here = self.names.range(written.clone()..);
        let beginning = from_here.take_while(|(name, _)| !written.is_empty() && name.starts_with(&written));
        let things: BTreeSet<T> = beginning.flat_map(|(_, (_, things))| things.iter().copied()).collect();
        things.into_iter().collect()
    }

    /// The first names of some things, as far as they are few.
    pub fn listed(&self, things: &[T]) -> String {
        let labels = things.iter().filter_map(|thing| self.labels.get(thing));
        let mut labels: Vec<String> = labels.map(|label| format!("`{label}`")).collect();
        labels.sort_by_key(|label| label.to_lowercase());
        let more = labels.len().saturating_sub(FEW);
        labels.truncate(FEW);
        match more {
            0 => labels.join(", "),
            more => format!("{} and {more} more", labels.join(", ")),
        }
    }

    /// What a name means: nothing, one thing, or several.
    pub fn find(&self, written: &str) -> Vec<T> {
        let found = self.names.get(&written.trim().to_lowercase());
        found.into_iter().flat_map(|(_, things)| things.iter().copied()).collect()
    }

    /// The names that somebody may have meant, as the end of a sentence; where none is near all of
    /// them, and `otherwise` where these are many.
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
            [] if self.labels.len() <= FEW => match self.listed(&self.labels.keys().copied().collect::<Vec<T>>()) {
                names if names.is_empty() => otherwise.to_owned(),
                names => format!("known are {names}"),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn customers() -> Named<u32> {
        let mut named = Named::new();
        for (number, name, domain) in [
            (1, "Contoso GmbH", "contoso.example"),
            (2, "Contoso Limited", "contoso-uk.example"),
            (3, "Fabrikam", "fabrikam.example"),
        ] {
            named.add(name, number);
            named.add(domain, number);
        }
        named
    }

    #[test]
    fn the_beginning_of_a_name_means_everything_that_begins_so() {
        let named = customers();
        assert_eq!(named.beginning(" FAB"), [3]);
        assert_eq!(named.beginning("contoso."), [1]);
        assert_eq!(named.beginning("Contoso"), [1, 2]);
        assert_eq!(named.listed(&named.beginning("Contoso")), "`Contoso GmbH`, `Contoso Limited`");
        assert!(named.beginning("oso").is_empty() && named.beginning("").is_empty());
    }

    #[test]
    fn a_name_that_nobody_has_gets_the_nearest_or_all_where_they_are_few() {
        let mut named = customers();
        assert_eq!(named.hint("Fabricam", "none"), "did you mean `Fabrikam`?");
        assert_eq!(
            named.hint("Wingtip", "none"),
            "known are `Contoso GmbH`, `Contoso Limited`, `Fabrikam`"
        );
        (4..40).for_each(|number| named.add(&format!("Tailspin {number}"), number));
        assert_eq!(named.hint("Wingtip", "none"), "none");
    }
}
