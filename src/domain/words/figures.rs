//! Fills phrases and writes numbers the way a language does.

use std::fmt::Display;

use crate::domain::day::Day;
use crate::domain::money::{Currency, Money};
use crate::domain::next_steps::Language;
use crate::domain::words::phrase::{Noun, Phrase};
use crate::domain::words::summary;

/// Fills phrases and writes numbers in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Language);

/// The language of programs and operators.
pub const ENGLISH: Words = Words(Language::English);

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

impl Words {
    /// Returns a phrase that has nothing to fill in.
    pub fn say(self, phrase: Phrase) -> &'static str {
        phrase.in_language(self.0)
    }

    /// Returns a phrase with a value in place of each `{name}`.
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

    /// Returns only the noun, singular or plural as the number wants it.
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

    /// `1,234.50 EUR`; in German `1.234,50 EUR`.
    pub fn money(self, amount: Money, currency: Currency) -> String {
        let (whole, behind) = amount.parts(currency);
        let point = if behind.is_empty() {
            String::new()
        } else {
            self.with_comma(".".to_owned())
        };
        format!("{}{point}{behind} {currency}", self.grouped(whole))
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

    /// A day as people write it, on pages that they read: `30 Sep 2026`; in German `30.09.2026`.
    pub fn date(self, day: Day) -> String {
        let date = day.date();
        match self.0 {
            Language::English => {
                let month: String = self.month(date.month()).chars().take(3).collect();
                format!("{} {month} {}", date.day(), date.year())
            }
            Language::German => format!("{:02}.{:02}.{}", date.day(), date.month(), date.year()),
        }
    }

    /// The name of a month, 1 to 12; empty for any other number.
    pub fn month(self, number: i8) -> &'static str {
        let names = match self.0 {
            Language::English => ENGLISH_MONTHS,
            Language::German => GERMAN_MONTHS,
        };
        let place = usize::try_from(number - 1).ok();
        place.and_then(|place| names.get(place)).copied().unwrap_or("")
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

/// `1 file`, `2 files`: for messages to operators, which are always in English. The plural of the
/// noun ends in `s`.
pub fn counted(number: impl TryInto<i64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", Words(Language::English).grouped(number))
}
