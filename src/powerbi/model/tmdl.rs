//! Text in TMDL: one tab for each level, names in quotes where they are no plain words, and ids made
//! from names.

use crate::domain::digest::Hasher;

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
        self.line(level, &format!("/// {text}"));
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
pub fn lineage_tag(names: &[&str]) -> String {
    let mut hasher = Hasher::new();
    names.iter().for_each(|name| {
        hasher.text(name);
    });
    // The form of a UUID whose bits are the writer's own (version 8).
    let bits = (hasher.finish().0 & !(0xf << 76 | 0b11 << 62)) | 8 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
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

    #[test]
    fn an_id_is_a_uuid_that_follows_from_the_names() {
        let tag = lineage_tag(&["table", "adoption"]);
        assert_eq!(tag, lineage_tag(&["table", "adoption"]));
        assert_ne!(tag, lineage_tag(&["table", "usage"]));
        assert_eq!((tag.len(), &tag[14..15]), (36, "8"));
        assert!("89ab".contains(&tag[19..20]), "{tag}");
    }
}
