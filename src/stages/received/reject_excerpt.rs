//! Makes an excerpt of an unreadable record without the people in it. Names, addresses, devices and
//! free text never reach the warehouse.
//!
//! The record may be cut off, or may not be a log record at all, so it cannot be parsed. This code
//! walks over quotes and delimiters and keeps what stands between them only if it cannot be about a
//! person:
//!
//! | what | example | kept |
//! |---|---|---|
//! | a key: a quoted word before a colon | `"userId":` | yes |
//! | a word that is about logs | `Success`, `SignInLogs`, `true` | yes, in any place |
//! | a time | `2026-09-01T08:00:00Z`, `9/1/2026 8:00:00 AM` | yes |
//! | a code after a key whose values are codes | `"status": "Frozen"`, `"errorCode": 50126` | yes |
//! | an id: a GUID, a whole number, a hexadecimal number | `8a4de8b5-...` | if ids are stored as they are ([`Ids::Kept`]) |
//! | anything else | | no: it is replaced by up to three `*` |
//!
//! Only whole values are kept: no part of `10.0.0.1` or of `O'Neil, 1` in quotes survives. So it
//! does no harm if a missing quote makes this code mistake the inside of a value for the outside.

use crate::stages::received::excerpt_words::{CODE_KEYS, ID_KEYS, WORDS};

/// What happens to ids in excerpts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ids {
    /// They stay.
    #[default]
    Kept,
    /// They are masked, except after a key that never has a user's id. Users are stored under
    /// pseudonyms.
    Masked,
}

/// Maximum length of an excerpt, in bytes.
pub const EXCERPT_BYTES: usize = 500;

/// The delimiters between values.
const DIVIDERS: &[u8] = b"{}[],;|\t\r\n";

/// Maximum length of a code, and of an id that is not a GUID.
const CODE_BYTES: usize = 40;
/// Minimum length of a hexadecimal number. A shorter one could be a word.
const HEXADECIMAL_BYTES: usize = 8;
/// Maximum number of digits of a whole number.
const WHOLE_DIGITS: usize = 20;

/// Returns the beginning of a record, in ASCII and without people. It is never longer than the
/// record.
pub fn excerpt(raw: &[u8], ids: Ids) -> String {
    let mut walk = Walk {
        rest: &raw[..raw.len().min(EXCERPT_BYTES)],
        is_cut: raw.len() > EXCERPT_BYTES,
        ids,
        key: String::new(),
        out: String::new(),
    };
    while let Some(&byte) = walk.rest.first() {
        match byte {
            b'"' => walk.quoted(),
            b' ' | b':' => walk.copy(1),
            _ if DIVIDERS.contains(&byte) => {
                walk.key.clear();
                walk.copy(1);
            }
            _ => walk.bare(),
        }
    }
    walk.out
}

struct Walk<'a> {
    rest: &'a [u8],
    /// Whether the record continues after `rest`.
    is_cut: bool,
    ids: Ids,
    /// The key of the next value, in lower case; empty if there is none.
    key: String,
    out: String,
}

impl Walk<'_> {
    /// Copies what is ASCII, but for the blanks of times, which become ASCII.
    fn copy(&mut self, length: usize) {
        let (copied, rest) = self.rest.split_at(length);
        let text = String::from_utf8_lossy(copied);
        self.out.extend(text.chars().map(|char| if char.is_ascii() { char } else { ' ' }));
        self.rest = rest;
    }

    /// Copies or masks a value.
    fn take(&mut self, length: usize, is_kept: bool) {
        if is_kept {
            self.copy(length);
        } else {
            self.out.push_str(&"***"[..length.min(3)]);
            self.rest = &self.rest[length..];
        }
    }

    /// Handles a quote and everything up to the next one that is not escaped.
    fn quoted(&mut self) {
        self.copy(1);
        let Some(length) = length_to_quote(self.rest) else {
            return self.take(self.rest.len(), false);
        };
        let value = &self.rest[..length];
        let after = self.rest[length + 1..].iter().find(|byte| !b" \t\r\n".contains(byte));
        let is_before_colon = after == Some(&b':');
        if is_before_colon && is_key(value) {
            self.key = lower(value);
            self.take(length, true);
        } else {
            let is_kept = self.keeps(value);
            self.key.clear();
            self.take(length, is_kept);
        }
        self.copy(1);
    }

    /// Handles everything up to the next quote or delimiter.
    fn bare(&mut self) {
        let end = self.rest.iter().position(|byte| *byte == b'"' || DIVIDERS.contains(byte));
        let value = &self.rest[..end.unwrap_or(self.rest.len())];
        // The value does not begin with a blank, so something is left.
        let length = value.iter().rposition(|byte| *byte != b' ').map_or(value.len(), |last| last + 1);
        let value = &value[..length];
        // A value that is cut off could be the beginning of anything.
        let is_whole = end.is_some() || !self.is_cut;
        let is_kept = is_whole && self.keeps(value);
        self.take(value.len(), is_kept);
    }

    /// Returns whether a value cannot be about a person.
    fn keeps(&self, value: &[u8]) -> bool {
        let has_codes = CODE_KEYS.contains(&self.key.as_str());
        let has_id = self.ids == Ids::Kept || ID_KEYS.contains(&self.key.as_str());
        is_word(value) || is_time(value) || (has_codes && is_code(value)) || (has_id && is_id(value))
    }
}

/// Returns the distance to the quote that ends a value.
fn length_to_quote(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn lower(text: &[u8]) -> String {
    text.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Returns whether a text looks like a key: letters, digits, `_`, and an OData prefix.
fn is_key(text: &[u8]) -> bool {
    let name = text.strip_prefix(b"@odata.").unwrap_or(text);
    (1..=CODE_BYTES).contains(&name.len()) && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn is_word(text: &[u8]) -> bool {
    let text = text.strip_suffix(b".").unwrap_or(text);
    WORDS.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(text))
}

fn is_code(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=CODE_BYTES).contains(&text.len()) && text.iter().all(is_part)
}

/// Returns whether a text is a GUID, a whole number, or a hexadecimal number.
fn is_id(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let is_whole = (1..=WHOLE_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let is_hexadecimal = (HEXADECIMAL_BYTES..=CODE_BYTES).contains(&text.len())
        && text.iter().all(u8::is_ascii_hexdigit)
        && text.iter().any(u8::is_ascii_digit)
        && text.iter().any(u8::is_ascii_alphabetic);
    is_whole || is_hexadecimal || crate::domain::guid::Guid::parse(text).is_some()
}

/// Returns whether a text has the form of a day or a time. The numbers may be out of range.
fn is_time(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let (day, clock) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let is_day = numbers(day, '-', &[4, 2, 2]) || numbers(day, '/', &[2, 2, 4]);
    is_day && (clock.is_empty() || is_clock(clock))
}

/// Returns whether a text consists of numbers with this many digits. Where two are allowed, one is,
/// too.
fn numbers(text: &str, divider: char, digits: &[usize]) -> bool {
    let parts: Vec<&str> = text.split(divider).collect();
    let fits = |(part, &most): (&&str, &usize)| {
        let least = if most == 2 { 1 } else { most };
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.len() == digits.len() && parts.iter().zip(digits).all(fits)
}

/// Returns whether a text has a form like `9:41` or `09:41:00.1234567`, with `AM` or `PM`, with `Z`
/// or an offset.
fn is_clock(text: &str) -> bool {
    let end = text
        .find(|letter: char| !matches!(letter, '0'..='9' | ':' | '.'))
        .unwrap_or(text.len());
    let (time, zone) = text.split_at(end);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let has_fraction = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let zone = zone.trim_start();
    let zone = zone.strip_prefix("AM").or(zone.strip_prefix("PM")).unwrap_or(zone).trim_start();
    let is_zone = match zone.strip_prefix(['+', '-']) {
        Some(offset) => numbers(offset, ':', &[2, 2]),
        None => matches!(zone, "" | "Z"),
    };
    has_fraction && is_zone && (numbers(time, ':', &[2, 2, 2]) || numbers(time, ':', &[2, 2]))
}

#[cfg(test)]
#[path = "reject_excerpt_tests.rs"]
mod tests;
