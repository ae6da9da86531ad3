//! Texts as small numbers: each distinct text is stored once.

use arrow::array::ArrayRef;
use hashbrown::HashTable;

use crate::domain::digest::spread;
use crate::warehouse::cell::texts;
use crate::warehouse::error::WarehouseError;

/// Distinct texts, numbered from 0 in the order in which they came.
#[derive(Default)]
pub struct Interner {
    text: String,
    ends: Vec<usize>,
    /// What each text is [spread](spread) by.
    hashes: Vec<u64>,
    numbers: HashTable<u32>,
}

impl Interner {
    /// The number of a text.
    pub fn number(&mut self, text: &str) -> u32 {
        self.number_of(text, spread(text.as_bytes()))
    }

    /// The number of a text that is spread by `hash`.
    fn number_of(&mut self, text: &str, hash: u64) -> u32 {
        let Interner {
            text: stored,
            ends,
            hashes,
            numbers,
        } = self;
        if let Some(&number) = numbers.find(hash, |&number| slice(stored, ends, number) == text) {
            return number;
        }
        let number = ends.len() as u32;
        stored.push_str(text);
        ends.push(stored.len());
        hashes.push(hash);
        numbers.insert_unique(hash, number, |&number| hashes[number as usize]);
        number
    }

    /// Takes all texts of another interner. Gives for each of its numbers the one here.
    pub fn append(&mut self, other: &Interner) -> Vec<u32> {
        (0..other.len() as u32)
            .map(|number| self.number_of(other.text(number), other.hashes[number as usize]))
            .collect()
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.numbers
            .find(spread(text.as_bytes()), |&number| self.text(number) == text)
            .copied()
    }

    /// The text of a number that this interner gave.
    pub fn text(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// For each number its place in the sorted order of the texts.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by_key(|&number| self.text(number));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }

    /// The texts in their sorted order.
    pub fn sorted(&self) -> Result<Sorted, WarehouseError> {
        let ranks = self.ranks();
        let mut numbers = vec![0; ranks.len()];
        for (number, rank) in ranks.iter().enumerate() {
            numbers[*rank as usize] = number as u32;
        }
        Ok(Sorted {
            texts: texts(numbers.iter().map(|number| self.text(*number)))?,
            ranks,
        })
    }
}

/// The texts of an interner in their order.
pub struct Sorted {
    /// As a column.
    pub texts: ArrayRef,
    /// For each number of the interner where its text stands.
    pub ranks: Vec<u32>,
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &text[start..ends[at]]
}
