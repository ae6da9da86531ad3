//! Finds where a document of JSON ends in a file that has several: one after the other, on one line
//! or on many. Only brackets and strings are looked at.

use crate::sources::bytes::lines::Lines;

/// Where a document ends that begins with a bracket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DocumentEnd {
    /// It has so many bytes.
    At(usize),
    /// The bytes that are there do not close it.
    Open,
    /// Behind so many bytes a string has a line break in it: it is broken.
    Broken(usize),
    /// It is longer than the limit.
    TooLong,
}

/// Walks over a document that comes piece by piece.
#[derive(Default)]
struct Walk {
    at: usize,
    depth: usize,
    in_string: bool,
}

impl Walk {
    /// Goes on to the end of the document, or of the text, which begins with the same bytes as
    /// before.
    fn go(&mut self, text: &[u8]) -> DocumentEnd {
        while let Some(byte) = text.get(self.at) {
            if self.in_string {
                let Some(next) = memchr::memchr3(b'"', b'\\', b'\n', &text[self.at..]) else {
                    self.at = text.len();
                    break;
                };
                self.at += next;
                match text[self.at] {
                    b'\n' => return DocumentEnd::Broken(self.at),
                    b'"' => self.in_string = false,
                    // What is escaped is still to come.
                    _ if self.at + 1 == text.len() => break,
                    _ => self.at += 1,
                }
                self.at += 1;
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => return DocumentEnd::At(self.at + 1),
                b'}' | b']' => self.depth -= 1,
                // Outside of a string, too, a quote or backslash behind a backslash is none.
                b'\\' => match text.get(self.at + 1) {
                    None => break,
                    Some(b'"' | b'\\') => self.at += 1,
                    Some(_) => {}
                },
                _ => {}
            }
            self.at += 1;
        }
        DocumentEnd::Open
    }
}

/// Where the document ends that a text begins with.
pub fn document_end(text: &[u8]) -> DocumentEnd {
    Walk::default().go(text)
}

/// Whether the first bracket of a document comes next.
pub fn begins_document(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'{' | b'[', ..])
}

/// The documents that stand on a line, one after the other, and what is left of it.
pub fn documents_of(line: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut documents = Vec::new();
    let mut rest = line.trim_ascii();
    while begins_document(rest)
        && let DocumentEnd::At(length) = document_end(rest)
    {
        documents.push(&rest[..length]);
        rest = rest[length..].trim_ascii_start();
    }
    (documents, rest)
}

impl Lines<'_> {
    /// Where the document ends that begins with the next byte. As much is read as it takes.
    pub fn document(&mut self, limit: usize) -> DocumentEnd {
        let mut walk = Walk::default();
        loop {
            match walk.go(self.waiting()) {
                DocumentEnd::At(length) if length > limit => return DocumentEnd::TooLong,
                DocumentEnd::Broken(length) if length > limit => return DocumentEnd::TooLong,
                DocumentEnd::Open if self.waiting().len() > limit => return DocumentEnd::TooLong,
                DocumentEnd::Open if self.read_more() => {}
                end => return end,
            }
        }
    }

    /// The next byte behind the first `from` ones that is on the same line and is no blank.
    pub fn next_on_line(&mut self, from: usize) -> Option<u8> {
        let mut from = from;
        loop {
            match self.waiting().get(from).copied() {
                Some(b' ' | b'\t' | b'\r') => from += 1,
                Some(b'\n') => return None,
                Some(byte) => return Some(byte),
                None if self.read_more() => {}
                None => return None,
            }
        }
    }

    /// Passes over blanks and line ends.
    pub fn pass_blanks(&mut self) {
        loop {
            let waiting = self.waiting();
            let blanks = waiting
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
                .count();
            let is_all = blanks == waiting.len();
            self.pass(blanks);
            if !is_all || !self.read_more() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_ends_where_its_outermost_bracket_is_closed() {
        for (text, expected) in [
            ("{}", DocumentEnd::At(2)),
            ("{\"}\":[1]}{", DocumentEnd::At(9)),
            ("[\n{\"a\":\"\\\"]\"}\n]\r\n[", DocumentEnd::At(15)),
            ("[\\\"]", DocumentEnd::At(4)),
            ("[\"\\\\\"]x", DocumentEnd::At(6)),
            ("{\"a\":", DocumentEnd::Open),
            ("{\"a\\", DocumentEnd::Open),
            ("{\"a\nb\":1}", DocumentEnd::Broken(3)),
        ] {
            assert_eq!(document_end(text.as_bytes()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_ends_in_the_same_place_however_it_comes(
            pieces in proptest::collection::vec(proptest::sample::select(vec!["{", "}", "[", "]", "\"", "\\", "\\\"", "a", "\n"]), 0..20),
            cuts in proptest::collection::vec(0usize..20, 0..4),
        ) {
            let text = format!("[{}", pieces.concat());
            let (mut walk, mut cuts) = (Walk::default(), cuts);
            cuts.sort_unstable();
            for cut in cuts {
                if walk.go(&text.as_bytes()[..cut.min(text.len())]) != DocumentEnd::Open {
                    break;
                }
            }
            prop_assert_eq!(walk.go(text.as_bytes()), document_end(text.as_bytes()));
        }
    }
}
