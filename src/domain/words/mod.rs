//! The words that people read, in every language that a pipeline may have: each English word or
//! sentence stands beside the German one, and nowhere else. What programs read (JSON, tables,
//! codes, run logs) and what operators read (errors, warnings, progress) is English whatever the
//! language.
//!
//! | file | the words of |
//! |---|---|
//! | `summary.rs` | the closing summary of a run |
//! | `explain.rs`, `explain_people.rs` | explanations: numbers, and the users and changes behind them |
//! | `explain_notes.rs` | what has to be known before a number is believed |
//! | `status.rs`, `attention.rs` | how things stand, and what needs attention |
//! | `next_steps.rs` | advice |
//! | `nouns.rs` | what is counted |
//!
//! Days are written `2026-09-30` in every language.

pub mod attention;
pub mod explain;
pub mod explain_notes;
pub mod explain_people;
pub mod next_steps;
pub mod nouns;
pub mod status;
pub mod summary;

use std::fmt::Display;

use crate::domain::next_steps::Language;

/// A word or sentence in every language. `{name}` stands for what only the moment knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub english: &'static str,
    pub german: &'static str,
}

impl Phrase {
    /// The one of a language.
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::German => self.german,
        }
    }
}

/// What is counted: one of it, and several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    pub one: Phrase,
    pub many: Phrase,
}

/// Declares phrases, and the list of them all.
macro_rules! phrases {
    ($($(#[$meta:meta])* $name:ident = $english:literal, $german:literal;)+) => {
        $($(#[$meta])* pub const $name: $crate::domain::words::Phrase = $crate::domain::words::Phrase { english: $english, german: $german };)+
        /// All of them, by their names.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, $crate::domain::words::Phrase)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use phrases;

/// The words and the figures of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Language);

/// What programs and operators read.
pub const ENGLISH: Words = Words(Language::English);

impl Words {
    /// A phrase without anything to fill in.
    pub fn say(self, phrase: Phrase) -> &'static str {
        phrase.in_language(self.0)
    }

    /// A phrase with what `{name}` stands for.
    pub fn fill(self, phrase: Phrase, values: &[(&str, &dyn Display)]) -> String {
        let mut text = String::new();
        let mut rest = self.say(phrase);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                text.push_str(&value.to_string());
            }
            rest = after;
        }
        text + rest
    }

    /// `1 seat`, `1,234 seats`.
    pub fn count(self, number: impl TryInto<i64>, noun: Noun) -> String {
        let number = number.try_into().unwrap_or(i64::MAX);
        format!("{} {}", self.grouped(number), self.noun(number, noun))
    }

    /// The word alone that goes with a number.
    pub fn noun(self, number: i64, noun: Noun) -> &'static str {
        self.say(if number == 1 { noun.one } else { noun.many })
    }

    /// `12,345`; in German `12.345`.
    pub fn grouped(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut text = if number < 0 { "-".to_owned() } else { String::new() };
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(match self.0 {
                    Language::English => ',',
                    Language::German => '.',
                });
            }
            text.push(digit);
        }
        text
    }

    /// `+12,345`.
    pub fn signed(self, number: i64) -> String {
        let sign = if number > 0 { "+" } else { "" };
        format!("{sign}{}", self.grouped(number))
    }

    /// `12.5`; in German `12,5`.
    pub fn decimal(self, number: f64, decimals: usize) -> String {
        self.with_comma(format!("{number:.decimals$}"))
    }

    /// `+12.5`.
    pub fn signed_decimal(self, number: f64, decimals: usize) -> String {
        self.with_comma(format!("{number:+.decimals$}"))
    }

    fn with_comma(self, text: String) -> String {
        match self.0 {
            Language::English => text,
            Language::German => text.replace('.', ","),
        }
    }

    /// `83.4 %`; in German `83,4 %`.
    pub fn percent(self, ratio: f64, decimals: usize) -> String {
        format!("{} %", self.decimal(ratio * 100.0, decimals))
    }

    /// `a, b and c`.
    pub fn and(self, items: &[&str]) -> String {
        match items {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [begin @ .., last] => format!("{} {} {last}", begin.join(", "), self.say(summary::AND)),
        }
    }
}

/// `1 file`, `2 files`, for messages to operators, which are English whatever the language. The
/// noun takes an `s`.
pub fn counted(number: impl TryInto<i64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", Words(Language::English).grouped(number))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test ends by panicking")]

    use std::collections::BTreeSet;

    use super::*;

    /// The list of every file, with its name.
    const LISTS: &[(&str, &[(&str, Phrase)])] = &[
        ("attention", attention::ALL),
        ("explain", explain::ALL),
        ("explain_notes", explain_notes::ALL),
        ("explain_people", explain_people::ALL),
        ("next_steps", next_steps::ALL),
        ("nouns", nouns::ALL),
        ("status", status::ALL),
        ("summary", summary::ALL),
    ];
    /// What is the same word in both languages.
    const SAME: &[&str] = &["WAREHOUSE"];

    /// What is to be filled in.
    fn places(text: &str) -> BTreeSet<&str> {
        let parts = text.split('{').skip(1);
        parts.map(|part| part.split_once('}').expect("a place has an end").0).collect()
    }

    #[test]
    fn no_word_is_missing_in_a_language_and_none_is_left_untranslated() {
        for (list, phrases) in LISTS {
            assert!(!phrases.is_empty(), "{list}");
            for (name, phrase) in *phrases {
                for text in [phrase.english, phrase.german] {
                    assert!(
                        !text.trim().is_empty() && !text.contains("  ") && !text.contains('\n'),
                        "{list}::{name}: {text}"
                    );
                }
                assert_eq!(places(phrase.english), places(phrase.german), "{list}::{name}");
                assert!(
                    phrase.english != phrase.german || SAME.contains(name),
                    "{list}::{name} is not translated"
                );
                let end = |text: &str| text.chars().next_back().filter(|letter| matches!(letter, '.' | ':' | '?'));
                assert_eq!(end(phrase.english), end(phrase.german), "{list}::{name} ends in another way");
            }
        }
    }

    #[test]
    fn every_file_of_words_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/words");
        let files = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name());
        let files: BTreeSet<String> = files
            .map(|name| name.to_string_lossy().replace(".rs", ""))
            .filter(|name| name != "mod")
            .collect();
        assert_eq!(files, LISTS.iter().map(|(name, _)| (*name).to_owned()).collect());
    }

    #[test]
    fn figures_are_written_as_the_language_writes_them() {
        let (english, german) = (Words(Language::English), Words(Language::German));
        assert_eq!(
            [english.grouped(-1_234_567), german.grouped(-1_234_567)],
            ["-1,234,567", "-1.234.567"]
        );
        assert_eq!([english.percent(1.0714, 1), german.percent(1.0714, 1)], ["107.1 %", "107,1 %"]);
        assert_eq!([english.signed_decimal(2.0, 1), german.signed_decimal(-2.0, 1)], ["+2.0", "-2,0"]);
        assert_eq!(
            [english.count(1, nouns::SEAT), english.count(1000, nouns::SEAT)],
            ["1 seat", "1,000 seats"]
        );
        assert_eq!(
            [german.count(1, nouns::SEAT), german.count(1000, nouns::SEAT)],
            ["1 Lizenz", "1.000 Lizenzen"]
        );
        assert_eq!([counted(1, "file"), counted(2, "file")], ["1 file", "2 files"]);
    }

    #[test]
    fn what_is_filled_in_stands_where_the_language_wants_it() {
        let phrase = Phrase {
            english: "{count} of {day}",
            german: "am {day}: {count}",
        };
        let values: [(&str, &dyn Display); 2] = [("count", &3), ("day", &"2026-09-30")];
        assert_eq!(Words(Language::English).fill(phrase, &values), "3 of 2026-09-30");
        assert_eq!(Words(Language::German).fill(phrase, &values), "am 2026-09-30: 3");
    }
}
