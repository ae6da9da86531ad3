//! Texts for people, in every language: each English phrase stands next to the German one, and
//! nowhere else.
//!
//! Programs read English whatever the language is (JSON, tables, codes, run logs), and so do
//! operators (errors, warnings, progress).
//!
//! | file | what |
//! |---|---|
//! | `phrase.rs` | the type of a phrase |
//! | `figures.rs` | fills phrases, writes numbers |
//! | `summary.rs` | phrases of the closing summary of a run |
//! | `explain.rs`, `explain_people.rs` | of explanations: numbers, and the users and changes behind them |
//! | `explain_notes.rs` | of explanations: what a reader must know before trusting a number |
//! | `status.rs`, `attention.rs` | of `uptake status` |
//! | `next_steps.rs` | of next steps: causes and advice |
//! | `report.rs`, `evidence.rs` | of the report for people; of the numbers behind a next step |
//! | `outcomes.rs` | of the report: what became of seats, and where usage leads |
//! | `powerbi.rs` | of the Power BI project: measures, tables, pages |
//! | `nouns.rs` | nouns for things that are counted |
//!
//! Days are written `2026-09-30` in every language, but for the report, which people send on.

pub mod attention;
pub mod evidence;
pub mod explain;
pub mod explain_notes;
pub mod explain_people;
pub mod figures;
pub mod next_steps;
pub mod nouns;
pub mod outcomes;
pub mod phrase;
pub mod powerbi;
pub mod report;
pub mod status;
pub mod summary;

pub use figures::{ENGLISH, Words, counted};
pub use phrase::{Noun, Phrase};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Display;

    use super::*;
    use crate::domain::money::{Currency, Money};
    use crate::domain::next_steps::Language;

    /// The phrases of each file.
    const LISTS: &[(&str, &[(&str, Phrase)])] = &[
        ("attention", attention::ALL),
        ("evidence", evidence::ALL),
        ("explain", explain::ALL),
        ("explain_notes", explain_notes::ALL),
        ("explain_people", explain_people::ALL),
        ("next_steps", next_steps::ALL),
        ("nouns", nouns::ALL),
        ("outcomes", outcomes::ALL),
        ("powerbi", powerbi::ALL),
        ("report", report::ALL),
        ("status", status::ALL),
        ("summary", summary::ALL),
    ];
    /// Words that are the same in both languages.
    const SAME: &[&str] = &["WAREHOUSE"];

    /// The names of the places that a text has.
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
            .filter(|name| !["mod", "phrase", "figures"].contains(&name.as_str()))
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
        let currency = |code| Currency::of(code).expect("it is listed");
        assert_eq!(english.money(Money(12_345_060_000), currency("EUR")), "1,234,506.00 EUR");
        assert_eq!(german.money(Money(12_345_067_800), currency("KWD")), "1.234.506,780 KWD");
        assert_eq!(english.money(Money(11_500_000), currency("JPY")), "1,150 JPY");
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
