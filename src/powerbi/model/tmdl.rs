//! Text in TMDL: one tab for each level, names in quotes where they are no plain words, and ids made
//! from names.

use crate::domain::guid::Guid;

/// A file that is being written.
#[derive(Default)]
pub struct Tmdl {
    text: String,
}

impl Tmdl {
    pub fn line(&mut self, level: usize, text: &str) {
        self.text.extend(std::iter::repeat_n('\t', level));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A description of what follows.
    pub fn about(&mut self, level: usize, text: &str) {
        self.line(level, &format!("/// {}", text.trim()));
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    pub fn finish(self) -> String {
        self.text
    }
}

/// A name as TMDL writes it.
pub fn quoted(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    match name.chars().all(is_plain) {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "''")),
    }
}

/// The id by which Power BI knows something when it has another name one day: made from the first
/// names of what it is.
pub fn lineage_tag(names: &[&str]) -> Guid {
    Guid::of_names(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_plain_words_are_quoted() {
        assert_eq!(
            [quoted("seats_sold"), quoted("Usage by today's holders")],
            ["seats_sold", "'Usage by today''s holders'"]
        );
    }
}
