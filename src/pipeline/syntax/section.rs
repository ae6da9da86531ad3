//! Reads typed values from one TOML table and collects problems with their lines.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::day::{Day, EARLIEST};
use crate::domain::guid::Guid;
use crate::domain::store_url::{StoreUrl, is_url};
use crate::pipeline::syntax::keys;
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::page::{Page, Written, shortened};
use crate::pipeline::syntax::problem::{hint, listed};

/// One table of the file.
pub(in crate::pipeline) struct Section<'t> {
    pub page: &'t Page<'t>,
    /// The header as it is written, such as `[input]`.
    name: &'static str,
    /// The line of the header, or 0 for the top of the file.
    pub line: usize,
    table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    /// Opens a table and reports every key that it may not have.
    pub fn open(page: &'t Page<'t>, name: &'static str, line: usize, table: &'t DeTable<'t>) -> Section<'t> {
        let place = if line == 0 { format!("at {name}") } else { format!("in {name}") };
        let known = keys::TABLES
            .iter()
            .find(|(table, _)| *table == name)
            .map_or(&[][..], |&(_, keys)| keys);
        for (key, _) in table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            let word = key.get_ref().as_ref();
            let near = nearest(word, known.iter().copied());
            let homes: Vec<&str> = keys::homes_of(word).collect();
            let hint = match homes.is_empty() {
                true if keys::is_of_a_secret(word) && !near.is_some_and(keys::is_of_a_secret) => {
                    "; a pipeline file is kept and shown, so no secret stands in it: put it into the environment (docs/stores.md)"
                        .to_owned()
                }
                true => hint(near, &format!("known keys: {}", listed(known.iter().copied()))),
                false => format!("; it belongs to {}", homes.join(" or ")),
            };
            page.note(
                page.line_at(key.span().start),
                format!("unknown key `{}` {}{hint}", shortened(word), place),
            );
        }
        Section { page, name, line, table }
    }

    /// Opens the table below `key`. Returns `None` if it is not written.
    pub fn table(&self, key: &str, name: &'static str) -> Option<Section<'t>> {
        let (line, value) = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Section::open(self.page, name, line, table)),
            _ => {
                self.note(line, format!("`{key}` must be a table; write {name}"));
                None
            }
        }
    }

    /// Opens the tables of a list such as `[[source]]`. Returns no tables if it is not written, and
    /// `None` if it is not a list of tables.
    pub fn tables(&self, key: &str, name: &'static str) -> Option<Vec<Section<'t>>> {
        let Some((line, value)) = self.value(key) else {
            return Some(Vec::new());
        };
        let wrong = |line| self.note(line, format!("`{key}` must be a list of tables; write {name} above each"));
        let DeValue::Array(items) = value.get_ref() else {
            wrong(line);
            return None;
        };
        let open = |item: &'t Spanned<DeValue<'t>>| {
            let line = self.page.line_at(item.span().start);
            match item.get_ref() {
                DeValue::Table(table) => Some(Section::open(self.page, name, line, table)),
                _ => {
                    wrong(line);
                    None
                }
            }
        };
        all(items.iter().map(open))
    }

    /// Returns whether a list of tables is written, such as `[[source]]`.
    pub fn has_list(&self, key: &str) -> bool {
        self.value(key)
            .is_some_and(|(_, value)| matches!(value.get_ref(), DeValue::Array(_)))
    }

    /// Reads the path of a folder, which is relative to `base`, or the URL of a store.
    pub fn folder(&self, key: &str, base: &Path) -> Option<PathBuf> {
        let written = self.text(key)?;
        if is_url(&written.value) {
            // A URL may have a secret in it, so it is not repeated.
            if let Err(why) = StoreUrl::parse(&written.value) {
                self.refuse_secret(key, written.line, &why);
            }
            return Some(PathBuf::from(written.value));
        }
        Some(base.join(written.value))
    }

    /// Reads a text that is not blank, without the blanks around it.
    pub fn text(&self, key: &str) -> Option<Written<String>> {
        let (line, value) = self.value(key)?;
        self.text_of(key, line, value)
    }

    /// Reads a text that must be there.
    pub fn needed_text(&self, key: &str, what: &str) -> Option<Written<String>> {
        if !self.has(key) {
            self.note(self.line, format!("{} lacks `{key}`; add `{key} = \"...\"`, {what}", self.name));
        }
        self.text(key)
    }

    /// Returns in which table a key is, for a message. Empty at the top of the file.
    fn place(&self) -> String {
        if self.line == 0 {
            String::new()
        } else {
            format!(" in {}", self.name)
        }
    }

    /// Adds a problem of a line.
    pub fn note(&self, line: usize, text: String) {
        self.page.note(line, text);
    }

    /// Returns whether the key is written.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Reads true or false.
    pub fn flag(&self, key: &str) -> Option<bool> {
        let (line, value) = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong(key, line, value, "must be true or false"),
        }
    }

    /// Reads a whole number from `least` to `most`.
    pub fn whole(&self, key: &str, least: i64, most: i64) -> Option<i64> {
        let (line, value) = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if (least..=most).contains(&number) => Some(number),
            _ => self.wrong(key, line, value, &format!("must be a whole number from {least} to {most}")),
        }
    }

    /// Reads a whole number that must be there. `what` says what it is, for the message.
    pub fn needed_whole(&self, key: &str, least: i64, most: i64, what: &str) -> Option<i64> {
        if !self.has(key) {
            self.note(self.line, format!("{} lacks `{key}`; add `{key} = ...`, {what}", self.name));
        }
        self.whole(key, least, most)
    }

    /// Reads a number from 0 to `most`, whole or not.
    pub fn number(&self, key: &str, most: f64) -> Option<f64> {
        let (line, value) = self.value(key)?;
        match number_of(value) {
            Some(number) if (0.0..=most).contains(&number) => Some(number),
            _ => self.wrong(key, line, value, &format!("must be a number from 0 to {most}")),
        }
    }

    /// Reads a ratio from 0 to 1. The message about a percentage says what it is as a ratio.
    pub fn ratio(&self, key: &str) -> Option<f64> {
        let (line, value) = self.value(key)?;
        let number = number_of(value);
        let must = "must be a ratio from 0 to 1";
        match number {
            Some(number) if (0.0..=1.0).contains(&number) => Some(number),
            Some(percent) if (2.0..=100.0).contains(&percent) => {
                let (place, written, ratio) = (self.place(), self.page.written(value), percent / 100.0);
                self.note(line, format!("`{key}`{place} {must}, not `{written}`; did you mean {ratio}?"));
                None
            }
            _ => self.wrong(key, line, value, must),
        }
    }

    /// Reads a calendar date: `"2026-01-31"`, or the same as a TOML date.
    pub fn day(&self, key: &str) -> Option<Written<Day>> {
        let (line, value) = self.value(key)?;
        let day = match value.get_ref() {
            DeValue::String(text) => Day::parse(text.trim()),
            DeValue::Datetime(moment) if moment.time.is_none() && moment.offset.is_none() => Day::parse(&moment.to_string()),
            _ => None,
        };
        match day {
            Some(day) if day >= EARLIEST.day_utc() => Some(Written { value: day, line }),
            Some(_) => self.wrong(key, line, value, "must not be before 2010-01-01: no log is older"),
            None => self.wrong(key, line, value, "must be a day such as \"2026-01-31\""),
        }
    }

    /// Reads a GUID in any case.
    pub fn guid(&self, key: &str) -> Option<Guid> {
        let (line, value) = self.value(key)?;
        let guid = match value.get_ref() {
            DeValue::String(text) => Guid::parse(text.trim().as_bytes()),
            _ => None,
        };
        guid.or_else(|| self.wrong(key, line, value, "must be a GUID such as \"8c0e4c3f-9f2e-4c3a-8f43-0d8ef6f1c2ab\""))
    }

    /// Reads a list of texts that are not blank. Returns `None` if it is not written or one of them
    /// is not a text.
    pub fn texts(&self, key: &str) -> Option<Vec<Written<String>>> {
        let (line, value) = self.value(key)?;
        match value.get_ref() {
            DeValue::Array(items) => all(items
                .iter()
                .map(|item| self.text_of(key, self.page.line_at(item.span().start), item))),
            _ => self.wrong(key, line, value, "must be a list such as [\"a\", \"b\"]"),
        }
    }

    /// Reads a list of words, each one of `known`. Returns `None` if it is not written, is empty or
    /// has an unknown word.
    pub fn words<T: Copy>(&self, key: &str, known: &[T], name: fn(T) -> &'static str) -> Option<Vec<T>> {
        let (line, _) = self.value(key)?;
        let written = self.texts(key)?;
        if written.is_empty() {
            self.note(
                line,
                format!(
                    "`{key}` is empty; name at least one of {}",
                    listed(known.iter().map(|&one| name(one)))
                ),
            );
            return None;
        }
        all(written.iter().map(|word| self.word_of(key, word, known, name)))
    }

    /// Reads one word of `known`.
    pub fn word<T: Copy>(&self, key: &str, known: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let written = self.text(key)?;
        self.word_of(key, &written, known, name)
    }

    /// Reads one word of `known` that must be there.
    pub fn needed_word<T: Copy>(&self, key: &str, known: &[T], name: fn(T) -> &'static str) -> Option<T> {
        if !self.has(key) {
            let names = listed(known.iter().map(|&one| name(one)));
            self.note(
                self.line,
                format!("{} lacks `{key}`; add `{key} = \"...\"`, one of {names}", self.name),
            );
        }
        self.word(key, known, name)
    }

    fn word_of<T: Copy>(&self, key: &str, written: &Written<String>, known: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let found = known.iter().copied().find(|&one| name(one) == written.value);
        if found.is_none() {
            let names = || known.iter().map(|&one| name(one));
            let hint = hint(nearest(&written.value, names()), &format!("it must be one of {}", listed(names())));
            self.note(
                written.line,
                format!("unknown `{key}` `{}`{}{hint}", shortened(&written.value), self.place()),
            );
        }
        found
    }

    /// Reports that the value of a key cannot be used.
    pub fn refuse(&self, key: &str, written: &Written<String>, why: &str) {
        self.note(
            written.line,
            format!("`{key}`{} cannot be `{}`: {why}", self.place(), shortened(&written.value)),
        );
    }

    /// The same, without a word of the value.
    pub fn refuse_secret(&self, key: &str, line: usize, why: &str) {
        self.note(line, format!("`{key}`{} cannot be what it is: {why}", self.place()));
    }

    fn text_of(&self, key: &str, line: usize, value: &Spanned<DeValue<'t>>) -> Option<Written<String>> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(Written {
                value: text.trim().to_owned(),
                line,
            }),
            DeValue::String(_) => {
                self.note(line, format!("`{key}`{} is blank; fill it in or remove the line", self.place()));
                None
            }
            _ => self.wrong(key, line, value, "must be a text in double quotes"),
        }
    }

    fn wrong<T>(&self, key: &str, line: usize, value: &Spanned<DeValue<'_>>, must: &str) -> Option<T> {
        self.note(line, format!("`{key}`{} {must}, not `{}`", self.place(), self.page.written(value)));
        None
    }

    /// Returns the value of a key, and the line of the key.
    fn value(&self, key: &str) -> Option<(usize, &'t Spanned<DeValue<'t>>)> {
        let (key, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((self.page.line_at(key.span().start), value))
    }
}

/// Returns a number, whole or not.
fn number_of(value: &Spanned<DeValue<'_>>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(|number| number as f64),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
        _ => None,
    }
}

/// Returns all values if none is missing. Unlike `collect` it does not stop at the first missing
/// one, so that each is reported.
fn all<T>(found: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let found: Vec<Option<T>> = found.collect();
    found.into_iter().collect()
}
