//! A phrase in every language, and the macro that declares phrases.

use crate::domain::next_steps::Language;

/// A word or sentence in every language. `{name}` is a place for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub english: &'static str,
    pub german: &'static str,
}

impl Phrase {
    /// Returns the text in one language.
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::German => self.german,
        }
    }
}

/// A noun in singular and plural.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    pub one: Phrase,
    pub many: Phrase,
}

/// Declares phrases, and a list of all of them.
macro_rules! phrases {
    ($($(#[$meta:meta])* $name:ident = $english:literal, $german:literal;)+) => {
        $($(#[$meta])* pub const $name: $crate::domain::words::phrase::Phrase = $crate::domain::words::phrase::Phrase { english: $english, german: $german };)+
        /// All of them, with their names.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, $crate::domain::words::phrase::Phrase)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use phrases;
