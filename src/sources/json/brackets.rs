//! Finds which bracket of a JSON text closes which. Its colons and brackets outside strings are
//! called its *marks*.
//!
//! The sequence of its marks, wherever they stand, is the *shape* of a text. Records of one writer
//! come in few shapes, and most records have the shape of the record before. So some shapes are
//! kept: in a text of a known shape, the brackets close each other as they did before, and nothing
//! has to be matched again.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::sources::json::error::JsonError;
use crate::sources::json::scan::{MARKS_LIMIT, QuoteBits, Scan, scan, scan_document};
use crate::sources::json::simd::FALSE_MARK;

/// How deep brackets may nest; the outermost is 1.
pub const DEPTH_LIMIT: usize = 128;

/// The number of shapes that are kept.
const SHAPES: usize = 64;
/// The most marks of a shape that is kept.
const KEPT_MARKS: usize = 1024;

/// The marks of one text. The memory is used again for the next text.
#[derive(Default)]
pub struct Marks {
    /// The place of each mark in the text. Behind the last one there is room for the marks of 64
    /// bytes.
    places: Vec<u32>,
    /// The byte of each mark.
    kinds: Vec<u8>,
    /// The shape of the last text that was sound.
    shape: Shape,
    shapes: Vec<Shape>,
}

/// A sound sequence of marks.
#[derive(Default)]
struct Shape {
    kinds: Vec<u8>,
    /// For each opening bracket, the number of the bracket that closes it.
    closers: Vec<u32>,
}

impl Marks {
    /// Scans a text for its marks. The first mark is a bracket; the last mark has to close it, else
    /// the text is broken.
    pub fn find(&mut self, text: &[u8], quote_bits: &mut Vec<QuoteBits>) -> Result<Scan, JsonError> {
        let scan = scan(text, quote_bits, &mut self.places);
        if scan.marks > MARKS_LIMIT {
            return Err(JsonError::TooLarge);
        }
        self.kinds.clear();
        let places = self.places[..scan.marks].iter();
        self.kinds
            .extend(places.map(|place| text.get(*place as usize).copied().unwrap_or_default()));
        if self.shape.kinds != self.kinds {
            self.find_shape()?;
        }
        Ok(scan)
    }

    /// Goes on with a document whose end is not known, as far as the text has come. Returns the
    /// place of the bracket that closes it; then the marks are its own.
    pub fn find_end(
        &mut self,
        document: &mut Unfinished,
        text: &[u8],
        quote_bits: &mut Vec<QuoteBits>,
    ) -> Result<Option<usize>, JsonError> {
        let known = document.scan.marks;
        if known == 0 {
            // The shape is not one that another text is compared with: it is not whole.
            self.shape.kinds.clear();
            self.shape.closers.clear();
            self.kinds.clear();
        }
        document.scan = scan_document(std::mem::take(&mut document.scan), text, quote_bits, &mut self.places);
        if document.scan.marks > MARKS_LIMIT {
            return Err(JsonError::TooLarge);
        }
        if document.scan.has_broken_string {
            return Err(JsonError::Broken);
        }
        let places = self.places[known..document.scan.marks].iter();
        self.kinds
            .extend(places.map(|place| text.get(*place as usize).copied().unwrap_or_default()));
        self.drop_false_marks(known);
        document.scan.marks = self.kinds.len();
        let last = document.open.close(&self.kinds, &mut self.shape.closers)?;
        if let Some(last) = last {
            self.kinds.truncate(last + 1);
        }
        Ok(last.map(|last| self.place(last)))
    }

    #[inline(never)]
    fn find_shape(&mut self) -> Result<(), JsonError> {
        self.drop_false_marks(0);
        if self.shapes.is_empty() {
            self.shapes.resize_with(SHAPES, Shape::default);
        }
        let Some(kept) = self
            .shapes
            .get_mut(hash(&self.kinds) as usize % SHAPES)
            .filter(|_| self.kinds.len() <= KEPT_MARKS)
        else {
            return self.shape.set(&self.kinds);
        };
        if kept.kinds != self.kinds {
            kept.set(&self.kinds)?;
        }
        self.shape.clone_from(kept);
        Ok(())
    }

    /// Removes the control character that the scan takes for a mark, behind the first marks. No kept shape has it, so a
    /// text with it is never of a known shape, and always comes here.
    fn drop_false_marks(&mut self, from: usize) {
        if !self.kinds[from..].contains(&FALSE_MARK) {
            return;
        }
        let mut kept = from;
        for number in from..self.kinds.len() {
            if self.kinds[number] != FALSE_MARK {
                (self.kinds[kept], self.places[kept]) = (self.kinds[number], self.places[number]);
                kept += 1;
            }
        }
        self.kinds.truncate(kept);
    }

    /// Where the last mark is in the text.
    pub fn last_place(&self) -> usize {
        self.place(self.kinds.len().saturating_sub(1))
    }

    /// Where a mark is in the text.
    #[inline(always)]
    pub fn place(&self, number: usize) -> usize {
        self.places.get(number).copied().unwrap_or_default() as usize
    }

    /// The number of the mark that closes an opening bracket.
    #[inline(always)]
    pub fn closer(&self, number: usize) -> usize {
        self.shape.closers.get(number).copied().unwrap_or_default() as usize
    }

    /// The colons from one mark to another, without those inside of brackets.
    #[inline(always)]
    pub fn colons(&self, from: usize, end: usize) -> Colons<'_> {
        Colons {
            kinds: self.kinds.get(..end).unwrap_or_default(),
            places: self.places.get(..end).unwrap_or_default(),
            closers: self.shape.closers.get(..end).unwrap_or_default(),
            number: from,
        }
    }

    /// How many bytes of memory are kept.
    pub fn memory(&self) -> usize {
        let shapes = self
            .shapes
            .iter()
            .map(|shape| shape.kinds.capacity() + shape.closers.capacity() * size_of::<u32>());
        self.places.capacity() * size_of::<u32>() + self.kinds.capacity() + shapes.sum::<usize>()
    }
}

/// Some colons, one after the other. The lists are cut where the colons end, so that the end of the
/// list is the only thing to check.
pub struct Colons<'a> {
    kinds: &'a [u8],
    places: &'a [u32],
    closers: &'a [u32],
    /// The next mark to look at.
    number: usize,
}

impl Iterator for Colons<'_> {
    /// Where it is, and the number of the mark after it.
    type Item = (usize, u32);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, u32)> {
        while let Some(kind) = self.kinds.get(self.number) {
            let number = self.number;
            if *kind == b':' {
                self.number += 1;
                return Some((*self.places.get(number)? as usize, number as u32 + 1));
            }
            // An opening bracket: the colons inside belong to another object. Go on behind its end.
            self.number = *self.closers.get(number)? as usize + 1;
        }
        None
    }
}

impl Shape {
    /// Becomes the shape with these marks.
    fn set(&mut self, kinds: &[u8]) -> Result<(), JsonError> {
        self.kinds.clear();
        self.closers.clear();
        if Open::default().close(kinds, &mut self.closers)? != kinds.len().checked_sub(1) {
            return Err(JsonError::Broken);
        }
        self.kinds.extend_from_slice(kinds);
        Ok(())
    }

    fn clone_from(&mut self, other: &Shape) {
        self.kinds.clone_from(&other.kinds);
        self.closers.clone_from(&other.closers);
    }
}

/// A document whose end is being looked for.
#[derive(Default)]
pub struct Unfinished {
    pub scan: Scan,
    open: Open,
}

/// The brackets that are open.
struct Open {
    /// Their numbers, the outermost first.
    numbers: [u32; DEPTH_LIMIT],
    depth: usize,
    /// How many marks were looked at.
    seen: usize,
}

impl Default for Open {
    fn default() -> Open {
        Open {
            numbers: [0; DEPTH_LIMIT],
            depth: 0,
            seen: 0,
        }
    }
}

impl Open {
    /// Finds out which bracket closes which, in marks that begin with those of before. Returns the
    /// number of the mark that closes the outermost one, behind which nothing is looked at.
    #[inline(always)]
    fn close(&mut self, kinds: &[u8], closers: &mut Vec<u32>) -> Result<Option<usize>, JsonError> {
        closers.resize(kinds.len(), 0);
        let (from, mut depth) = (self.seen, self.depth);
        for (chunk, eight) in kinds[from..].chunks(8).enumerate() {
            let mut word = [b':'; 8];
            word[..eight.len()].copy_from_slice(eight);
            // Bit 6 is set in brackets and not in colons, which are most of the marks.
            let mut brackets = u64::from_le_bytes(word) & 0x4040_4040_4040_4040;
            while brackets != 0 {
                let number = from + chunk * 8 + brackets.trailing_zeros() as usize / 8;
                brackets &= brackets - 1;
                // In ASCII bit 1 is set in opening brackets and not in closing ones, which come two
                // after them.
                if kinds[number] & 2 != 0 {
                    *self.numbers.get_mut(depth).ok_or(JsonError::TooDeep)? = number as u32;
                    depth += 1;
                } else {
                    depth = usize::checked_sub(depth, 1).ok_or(JsonError::Broken)?;
                    let opened = self.numbers[depth] as usize;
                    closers[opened] = number as u32;
                    if kinds[opened] + 2 != kinds[number] {
                        return Err(JsonError::Broken);
                    }
                    if depth == 0 {
                        return Ok(Some(number));
                    }
                }
            }
        }
        (self.seen, self.depth) = (kinds.len(), depth);
        Ok(None)
    }
}

/// A hash of some bytes.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is found in a text: the error, or each mark and the place of the one that closes it.
    fn found(marks: &mut Marks, text: &[u8]) -> Result<Vec<(u8, usize, usize)>, JsonError> {
        marks.find(text, &mut Vec::new())?;
        let closer = |number| match marks.kinds[number] {
            b'{' | b'[' => marks.closer(number),
            _ => 0,
        };
        Ok((0..marks.kinds.len())
            .map(|number| (marks.kinds[number], marks.place(number), marks.place(closer(number))))
            .collect())
    }

    /// The same by a walk over all bytes.
    fn walked(text: &[u8]) -> Result<Vec<(u8, usize, usize)>, JsonError> {
        let (mut found, mut open, mut in_string, mut escaped): (Vec<(u8, usize, usize)>, Vec<usize>, _, _) =
            (Vec::new(), Vec::new(), false, false);
        for (at, byte) in text.iter().enumerate() {
            // Only quotes are told apart by a backslash before them.
            let was_escaped = std::mem::take(&mut escaped);
            match byte {
                b'\\' => escaped = !was_escaped,
                b'"' => in_string ^= !was_escaped,
                b':' | b'{' | b'[' | b'}' | b']' if !in_string => {
                    if matches!(byte, b'{' | b'[') {
                        if !found.is_empty() && open.is_empty() {
                            return Err(JsonError::Broken);
                        }
                        open.push(found.len());
                    }
                    found.push((*byte, at, text.iter().position(|byte| *byte == b'{').unwrap_or_default()));
                    if matches!(byte, b'}' | b']') {
                        let opened = open.pop().ok_or(JsonError::Broken)?;
                        if found[opened].0 + 2 != *byte {
                            return Err(JsonError::Broken);
                        }
                        found[opened].2 = at;
                    }
                }
                _ => {}
            }
        }
        let ends_well = open.is_empty() && found.last().is_some_and(|last| last.0 != b':');
        if ends_well { Ok(found) } else { Err(JsonError::Broken) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn marks_are_those_that_a_walk_finds_whatever_texts_came_before(
            pieces in proptest::collection::vec(
                proptest::collection::vec(
                    proptest::sample::select(vec!["{}", "[]", "{:}", "[{:},{::}]", ":", "\"{\"", "\"\\\"[\"", "x", "\\", "]", "{", "       ", "\x1a"]),
                    0..40,
                ),
                1..6,
            ),
            order in proptest::collection::vec(any::<proptest::sample::Index>(), 12),
        ) {
            let texts: Vec<String> = pieces.iter().map(|pieces| format!("{{{}}}", pieces.concat())).collect();
            let mut marks = Marks::default();
            for index in order {
                let text = index.get(&texts).as_bytes();
                prop_assert_eq!(found(&mut marks, text), walked(text), "{:?}", std::str::from_utf8(text));
            }
        }
    }

    #[test]
    fn a_shape_larger_than_those_that_are_kept_is_found_again() {
        let text = |count: usize| format!("[{}]", "{\"a\":[1]},".repeat(count));
        let mut marks = Marks::default();
        for count in [3, KEPT_MARKS, 3, 2 * KEPT_MARKS, KEPT_MARKS, 4] {
            let text = text(count);
            let found = found(&mut marks, text.as_bytes()).unwrap_or_default();
            assert_eq!(found.len(), 2 + 5 * count);
            assert_eq!(found[0], (b'[', 0, text.len() - 1));
        }
    }

    #[test]
    fn more_marks_than_fit_into_memory_are_a_fault() {
        let text = format!("{{{}}}", ":".repeat(MARKS_LIMIT));
        assert!(matches!(
            Marks::default().find(text.as_bytes(), &mut Vec::new()),
            Err(JsonError::TooLarge)
        ));
    }
}
