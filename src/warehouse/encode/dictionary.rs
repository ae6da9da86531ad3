//! The dictionary of a column: its distinct values, and for each value its code. The values alone
//! decide whether a column gets one.

use std::collections::HashMap;
use std::hash::Hash;

use rustc_hash::FxBuildHasher;

/// How often each value has to occur on average. With fewer repeats the values are smaller without a
/// dictionary.
const MIN_REPEATS: usize = 2;

/// The distinct values in the order in which they come first, and for each value its code, which is
/// its place among them.
pub struct Dictionary {
    /// The distinct values, encoded plain.
    pub entries: Vec<u8>,
    pub count: u32,
    pub codes: Vec<u32>,
}

/// Gives the codes of the values that came so far.
pub trait CodeLookup<K> {
    /// The code of a value; it is `next` for a value that comes for the first time.
    fn code_of(&mut self, value: K, next: u32) -> u32;
}

/// A hash map, for values of any kind.
pub struct HashLookup<K> {
    codes: HashMap<K, u32, FxBuildHasher>,
    /// The value before and its code: most values are equal to the one before.
    before: Option<(K, u32)>,
}

impl<K> Default for HashLookup<K> {
    fn default() -> Self {
        HashLookup {
            codes: HashMap::default(),
            before: None,
        }
    }
}

impl<K: Eq + Hash + Copy> CodeLookup<K> for HashLookup<K> {
    #[inline]
    fn code_of(&mut self, value: K, next: u32) -> u32 {
        match self.before {
            Some((same, code)) if same == value => code,
            _ => {
                let code = *self.codes.entry(value).or_insert(next);
                self.before = Some((value, code));
                code
            }
        }
    }
}

/// A table with a place for each value, for small numbers.
pub struct DirectLookup(Vec<u32>);

impl DirectLookup {
    const NONE: u32 = u32::MAX;

    /// A table for numbers below `end`.
    pub fn below(end: usize) -> DirectLookup {
        DirectLookup(vec![DirectLookup::NONE; end])
    }
}

impl CodeLookup<u32> for DirectLookup {
    #[inline]
    fn code_of(&mut self, value: u32, next: u32) -> u32 {
        let place = &mut self.0[value as usize];
        if *place == DirectLookup::NONE {
            *place = next;
        }
        *place
    }
}

/// How many of the first values are looked at before the rest: they may show already that a
/// dictionary does not pay.
#[derive(Clone, Copy)]
pub struct Sample {
    pub values: usize,
    /// With more distinct values among them it does not.
    pub max_distinct: usize,
}

/// Builds the dictionary of a column; `None` where it does not pay. `room` is how many bytes are
/// reserved for the entries.
pub fn build_dictionary<K: Copy>(
    mut values: impl ExactSizeIterator<Item = K>,
    sample: Sample,
    room: usize,
    mut lookup: impl CodeLookup<K>,
    put: impl Fn(K, &mut Vec<u8>),
) -> Option<Dictionary> {
    let max_entries = values.len() / MIN_REPEATS;
    let mut found = Dictionary {
        entries: Vec::with_capacity(room),
        count: 0,
        codes: Vec::with_capacity(values.len()),
    };
    let mut take = |value: K| {
        let code = lookup.code_of(value, found.count);
        if code == found.count {
            if code as usize >= max_entries && code > 0 {
                return None;
            }
            put(value, &mut found.entries);
            found.count += 1;
        }
        found.codes.push(code);
        Some(found.count)
    };
    if sample.values < values.len() {
        let count = values.by_ref().take(sample.values).try_fold(0, |_, value| take(value))?;
        if count as usize > sample.max_distinct {
            return None;
        }
    }
    values.try_for_each(|value| take(value).map(|_| ()))?;
    Some(found)
}
