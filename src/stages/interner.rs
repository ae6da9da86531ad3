//! Interns texts: each distinct text is stored once and gets a small number.

use arrow::array::ArrayRef;
use hashbrown::HashTable;

use crate::domain::digest::hash64;
use crate::warehouse::cell::texts;
use crate::warehouse::error::WarehouseError;

/// Distinct texts, numbered from 0 in the order in which they arrive.
#[derive(Default)]
pub struct Interner {
    text: String,
    ends: Vec<usize>,
    /// The hash of each text.
    hashes: Vec<u64>,
    numbers: HashTable<u32>,
}

impl Interner {
    /// Returns the number of a text and adds the text if it is new.
    pub fn number(&mut self, text: &str) -> u32 {
        self.number_of(text, hash64(text.as_bytes()))
    }

    /// The same for a text whose hash is known.
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

    /// Adds all texts of another interner. Returns the new number for each number of the other one.
    pub fn append(&mut self, other: &Interner) -> Vec<u32> {
        (0..other.len() as u32)
            .map(|number| self.number_of(other.text(number), other.hashes[number as usize]))
            .collect()
    }

    /// Returns the number of a text, or `None` if the interner does not have it.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.numbers
            .find(hash64(text.as_bytes()), |&number| self.text(number) == text)
            .copied()
    }

    /// Returns the text of a number.
    pub fn text(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the rank of each number: the position of its text in sorted order.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_unstable_by_key(|&number| self.text(number));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }

    /// Returns the texts in sorted order.
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

/// The texts of an interner in sorted order.
pub struct Sorted {
    /// The texts as a column.
    pub texts: ArrayRef,
    /// For each number of the interner, the position of its text.
    pub ranks: Vec<u32>,
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &text[start..ends[at]]
}
