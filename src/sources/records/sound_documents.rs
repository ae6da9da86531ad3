//! Finds documents of JSON that stand one after the other and are sound: each is scanned once, for
//! its end and its structure. Where one is not sound, the slower walk of `bytes/documents.rs` says
//! where it ends.

use crate::sources::bytes::lines::Lines;
use crate::sources::json::brackets::Unfinished;
use crate::sources::json::structure::Structure;

/// How much of a document is scanned at first, and how much more at least each time.
const FIRST_BYTES: usize = 4096;
const MORE_BYTES: usize = 1024;

/// Finds one after the other.
#[derive(Default)]
pub struct SoundDocuments {
    /// How much is scanned before the first look for the end: a bit more than the last document had.
    /// What is scanned behind the end is scanned again.
    expected: usize,
}

impl SoundDocuments {
    /// The length of the document that begins with the next byte, where it is sound and no longer
    /// than `limit`. Then `structure` is its own.
    pub fn next(&mut self, lines: &mut Lines<'_>, structure: &mut Structure, limit: usize) -> Option<usize> {
        let mut until = std::mem::take(&mut self.expected).max(FIRST_BYTES);
        if !matches!(lines.waiting().first(), Some(b'{' | b'[')) {
            return None;
        }
        let mut document = Unfinished::default();
        loop {
            let mut is_all = false;
            while lines.waiting().len() < until && !is_all {
                is_all = !lines.read_more();
            }
            let waiting = lines.waiting();
            let text = &waiting[..until.min(waiting.len())];
            if let Some(length) = structure.find_document(&mut document, text, is_all).ok()? {
                self.expected = length + length / 16 + MORE_BYTES;
                return Some(length).filter(|length| *length <= limit);
            }
            if is_all || until > limit {
                return None;
            }
            until += (until / 8).max(MORE_BYTES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::bytes::content::Content;
    use crate::sources::bytes::documents::{DocumentEnd, document_end};
    use crate::sources::json::value::{Json, Node};
    use crate::sources::testing::Slow;
    use proptest::prelude::*;

    /// The members of a document and of the objects in it, as they stand in the text.
    fn members(text: &[u8], structure: &Structure) -> Vec<(String, Vec<u8>)> {
        let json = Json { text, structure };
        let (mut found, mut waiting) = (Vec::new(), vec![Node::outermost(&json)]);
        while let Some(node) = waiting.pop() {
            waiting.extend(node.items());
            for (key, value) in node.members() {
                found.push((key, value.raw().to_vec()));
                waiting.push(value);
            }
        }
        found
    }

    /// A document of so many members on lines, some of which have strings full of marks.
    fn document(sizes: &[u16]) -> String {
        let members: Vec<String> = sizes
            .iter()
            .map(|size| {
                format!(
                    "  \"k{size}\": [{{\"a\": \"{}\\\"]}}ü\u{1a}\"}}\u{1a}, -1]",
                    "x".repeat(usize::from(*size))
                )
            })
            .collect();
        format!("{{\n{}\n}}", members.join(",\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn each_document_has_the_structure_that_it_has_alone(
            sizes in proptest::collection::vec(proptest::collection::vec(0u16..700, 0..40), 1..6),
            between in proptest::sample::select(vec!["\n", "", "\r\n\r\n"]),
            piece in prop_oneof![Just(7usize), Just(64), Just(1 << 20)],
        ) {
            let documents: Vec<String> = sizes.iter().map(|sizes| document(sizes)).collect();
            let text = documents.join(between);
            let mut input = Slow::new(text.as_bytes(), piece);
            let mut lines = Lines::new(Content::open(&mut input, u64::MAX), 0, 1 << 20);
            let (mut sound, mut structure, mut alone) = (SoundDocuments::default(), Structure::default(), Structure::default());
            for document in &documents {
                lines.pass_blanks();
                prop_assert_eq!(sound.next(&mut lines, &mut structure, 1 << 20), Some(document.len()));
                prop_assert_eq!(alone.find(document.as_bytes()), Ok(()));
                prop_assert_eq!(members(&lines.waiting()[..document.len()], &structure), members(document.as_bytes(), &alone));
                lines.pass(document.len());
            }
            prop_assert_eq!(sound.next(&mut lines, &mut structure, 1 << 20), None);
        }

        #[test]
        fn what_is_found_ends_where_a_walk_ends_and_is_sound(
            pieces in proptest::collection::vec(proptest::sample::select(vec!["{", "}", "[", "]", "\"", "\\", "\\\"", "a", "\n", ":", "\u{1a}", "ü"]), 0..12),
            piece in 1..20usize,
        ) {
            let text = format!("[{}", pieces.concat());
            let mut input = Slow::new(text.as_bytes(), piece);
            let mut lines = Lines::new(Content::open(&mut input, u64::MAX), 0, 1000);
            lines.pass_blanks();
            let mut structure = Structure::default();
            let found = SoundDocuments::default().next(&mut lines, &mut structure, 1000);
            if let Some(length) = found {
                prop_assert_eq!(document_end(text.as_bytes()), DocumentEnd::At(length));
                prop_assert_eq!(Structure::default().find(&text.as_bytes()[..length]), Ok(()));
            }
        }
    }

    #[test]
    fn a_document_above_the_limit_or_with_a_line_break_in_a_string_is_left_to_the_walk() {
        let next = |text: &str, limit| {
            let mut input = text.as_bytes();
            let mut lines = Lines::new(Content::open(&mut input, u64::MAX), 0, 100_000);
            lines.pass_blanks();
            SoundDocuments::default().next(&mut lines, &mut Structure::default(), limit)
        };
        let text = document(&[600; 20]);
        assert_eq!(next(&text, text.len()), Some(text.len()));
        assert_eq!(next(&text, text.len() - 1), None);
        assert_eq!(next("{\"a\": \"b\n\"}", 100), None);
        assert_eq!(next("{\"a\": 1", 100), None);
        assert_eq!(next("x", 100), None);
    }
}
