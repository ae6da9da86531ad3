//! The dictionary of a column: which values it has, and where each of them stands. Whether there is
//! one is decided by the values alone.

use std::collections::HashMap;
use std::hash::Hash;

use rustc_hash::FxBuildHasher;

/// A dictionary is given up where more than this share of the values would be in it: they take less
/// room as they are.
const MOST_DISTINCT: usize = 2;

/// Distinct values in the order in which they come, and for each value its place among them.
pub struct Dictionary {
    /// The distinct values as plain bytes.
    pub entries: Vec<u8>,
    pub count: u32,
    pub codes: Vec<u32>,
}

/// What is known of the values that came so far.
pub trait Known<K> {
    /// The number of a value, which is `next` where it comes for the first time.
    fn number(&mut self, value: K, next: u32) -> u32;
}

/// Values of any kind.
pub struct Hashed<K> {
    numbers: HashMap<K, u32, FxBuildHasher>,
    /// Most values are the one before.
    before: Option<(K, u32)>,
}

impl<K> Default for Hashed<K> {
    fn default() -> Self {
        Hashed {
            numbers: HashMap::default(),
            before: None,
        }
    }
}

impl<K: Eq + Hash + Copy> Known<K> for Hashed<K> {
    #[inline]
    fn number(&mut self, value: K, next: u32) -> u32 {
        match self.before {
            Some((same, number)) if same == value => number,
            _ => {
                let number = *self.numbers.entry(value).or_insert(next);
                self.before = Some((value, number));
                number
            }
        }
    }
}

/// Small numbers, each of which has its own place.
pub struct Places(Vec<u32>);

impl Places {
    const NONE: u32 = u32::MAX;

    /// For numbers below `end`.
    pub fn below(end: usize) -> Places {
        Places(vec![Places::NONE; end])
    }
}

impl Known<u32> for Places {
    #[inline]
    fn number(&mut self, value: u32, next: u32) -> u32 {
        let place = &mut self.0[value as usize];
        if *place == Places::NONE {
            *place = next;
        }
        *place
    }
}

/// A look at the first values, which may say already that a dictionary would not pay.
#[derive(Clone, Copy)]
pub struct Sample {
    pub values: usize,
    /// More distinct ones among them are too many.
    pub most_distinct: usize,
}

/// The dictionary of some values in their order; `None` where it would not pay. `room` is how many
/// bytes the entries may take.
pub fn dictionary<K: Copy>(
    mut values: impl ExactSizeIterator<Item = K>,
    sample: Sample,
    room: usize,
    mut known: impl Known<K>,
    put: impl Fn(K, &mut Vec<u8>),
) -> Option<Dictionary> {
    let most = values.len() / MOST_DISTINCT;
    let mut found = Dictionary {
        entries: Vec::with_capacity(room),
        count: 0,
        codes: Vec::with_capacity(values.len()),
    };
    let mut take = |value: K| {
        let code = known.number(value, found.count);
        if code == found.count {
            if code as usize >= most && code > 0 {
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
        if count as usize > sample.most_distinct {
            return None;
        }
    }
    values.try_for_each(|value| take(value).map(|_| ()))?;
    Some(found)
}
