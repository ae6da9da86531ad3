//! Texts as small numbers: each distinct text is stored once.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use hashbrown::HashTable;

use crate::domain::digest::spread;

/// Distinct texts, numbered from 0 in the order in which they came.
#[derive(Default)]
pub struct Interner {
    text: String,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
}

impl Interner {
    /// The number of a text.
    pub fn number(&mut self, text: &str) -> u32 {
        let Interner {
            text: stored,
            ends,
            numbers,
        } = self;
        let hash = spread(text.as_bytes());
        if let Some(&number) = numbers.find(hash, |&number| slice(stored, ends, number) == text) {
            return number;
        }
        let number = ends.len() as u32;
        stored.push_str(text);
        ends.push(stored.len());
        numbers.insert_unique(hash, number, |&number| spread(slice(stored, ends, number).as_bytes()));
        number
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

    /// The texts in their sorted order, `ranks` being what [`Interner::ranks`] gave, as a column.
    pub fn sorted(&self, ranks: &[u32]) -> ArrayRef {
        let mut numbers = vec![0; ranks.len()];
        for (number, rank) in ranks.iter().enumerate() {
            numbers[*rank as usize] = number as u32;
        }
        Arc::new(StringArray::from_iter_values(numbers.into_iter().map(|number| self.text(number))))
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &text[start..ends[at]]
}
