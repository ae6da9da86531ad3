//! An entry of a cache: a value with what it was made from. It is believed only where it would be
//! made from the same now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;

/// A value with what it was made from: a digest as a rule. The value `()` says only that something
/// was done, such as a check that found nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry<T, M = Digest> {
    made_from: M,
    value: T,
}

impl<T, M: PartialEq> Entry<T, M> {
    pub fn new(made_from: M, value: T) -> Entry<T, M> {
        Entry { made_from, value }
    }

    /// Whether it would be made from the same now.
    pub fn is_true_for(&self, now: &M) -> bool {
        self.made_from == *now
    }

    /// What it was made from: where that only grew, the value can be brought up to date.
    pub fn made_from(&self) -> &M {
        &self.made_from
    }

    /// The value, where it would be made from the same now.
    pub fn value_for(&self, now: &M) -> Option<&T> {
        self.is_true_for(now).then_some(&self.value)
    }

    /// The value, true or not.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What it was made from, and the value.
    pub fn into_parts(self) -> (M, T) {
        (self.made_from, self.value)
    }
}

/// Entries by what they are about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entries<K: Ord, T = ()>(BTreeMap<K, Entry<T>>);

impl<K: Ord, T> Default for Entries<K, T> {
    fn default() -> Entries<K, T> {
        Entries(BTreeMap::new())
    }
}

impl<K: Ord, T> Entries<K, T> {
    /// The value of a key, where it would be made from the same now.
    pub fn get(&self, key: &K, now: Digest) -> Option<&T> {
        self.0.get(key)?.value_for(&now)
    }

    /// Whether the value of a key would be made from the same now.
    pub fn is_true_for(&self, key: &K, now: Digest) -> bool {
        self.get(key, now).is_some()
    }

    pub fn put(&mut self, key: K, made_from: Digest, value: T) {
        self.0.insert(key, Entry::new(made_from, value));
    }

    pub fn insert(&mut self, key: K, entry: Entry<T>) {
        self.0.insert(key, entry);
    }

    pub fn forget(&mut self, key: &K) {
        self.0.remove(key);
    }

    /// Forgets every key but some.
    pub fn retain(&mut self, stays: impl Fn(&K) -> bool) {
        self.0.retain(|key, _| stays(key));
    }

    /// All values. Whoever asks has brought them up to date.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.values().map(|entry| &entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_believed_for_what_it_was_made_from_and_nothing_else() {
        let mut entries: Entries<u32, &str> = Entries::default();
        entries.put(1, Digest(10), "one");
        assert_eq!(entries.get(&1, Digest(10)), Some(&"one"));
        assert_eq!((entries.get(&1, Digest(11)), entries.get(&2, Digest(10))), (None, None));
        entries.put(1, Digest(11), "another");
        assert_eq!((entries.get(&1, Digest(10)), entries.get(&1, Digest(11))), (None, Some(&"another")));
        entries.forget(&1);
        assert!(!entries.is_true_for(&1, Digest(11)));
    }
}
