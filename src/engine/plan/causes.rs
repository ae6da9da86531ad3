//! Why a file is made: every stale file has its causes, and a cause that lies in another table can
//! be followed back to the raw files that came in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::domain::day::Day;
use crate::domain::day_ranges::{range_text, runs};
use crate::domain::kinds::Feed;
use crate::engine::report::Because;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;

/// One reason for which a file is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// `reprocess` asked for the day.
    Asked,
    /// The table has not come to this day yet.
    New,
    /// Files of later days are there, but not this one: it was removed, or cannot be used.
    Missing,
    /// A setting or a catalogue that the table reads changed, or the program's version of the
    /// table.
    Settings,
    /// Raw files of a feed came in, changed or are read again for this `received` day.
    Files(Feed, Day),
    /// A day of another table that it is made from changed in this run.
    Upstream(&'static str, Day),
    /// What it is made from changed in an earlier run that did not come this far.
    Earlier,
}

impl Cause {
    /// The word for programs: of an upstream table its name.
    fn kind(self) -> &'static str {
        match self {
            Cause::Asked => "asked",
            Cause::New => "new",
            Cause::Missing => "missing",
            Cause::Settings => "settings",
            Cause::Files(..) => "raw_files",
            Cause::Upstream(table, _) => table,
            Cause::Earlier => "earlier",
        }
    }
}

/// The causes of each stale day of a table.
pub type Causes = BTreeMap<Day, BTreeSet<Cause>>;

/// What changed in this run, table by table and day by day, each with the raw files that it goes
/// back to.
#[derive(Default)]
pub struct Changes {
    tables: BTreeMap<&'static str, BTreeMap<Day, String>>,
    files: BTreeMap<(Feed, Day), FilesRead>,
}

/// Raw files that are read: how many of which kind, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesRead {
    pub new: usize,
    pub changed: usize,
    pub known: usize,
    pub first: Option<String>,
}

impl FilesRead {
    /// Adds one file.
    pub fn add(&mut self, kind: fn(&mut FilesRead) -> &mut usize, path: &str) {
        *kind(self) += 1;
        if self.first.as_deref().is_none_or(|first| path < first) {
            self.first = Some(path.to_owned());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn join(&mut self, other: &FilesRead) {
        self.new += other.new;
        self.changed += other.changed;
        self.known += other.known;
        if self.first.is_none() || other.first.as_ref().is_some_and(|first| Some(first) < self.first.as_ref()) {
            self.first.clone_from(&other.first);
        }
    }

    /// In words.
    fn text(&self) -> String {
        let count = self.new + self.changed + self.known;
        let kinds: Vec<String> = [(self.new, "new"), (self.changed, "changed"), (self.known, "known")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{count} {kind}"))
            .collect();
        let first = self.first.as_deref().unwrap_or_default();
        match count {
            1 => format!("{} raw file, `{first}`", kinds.join(", ")),
            _ => format!("{} raw files, the first of them `{first}`", kinds.join(" and ")),
        }
    }
}

impl Changes {
    /// Takes note of a change of a table's content.
    pub fn note(&mut self, table: &'static str, day: Day, how: String) {
        self.tables.entry(table).or_default().insert(day, how);
    }

    /// Takes note of the raw files of a feed that are read for a `received` day.
    pub fn note_files(&mut self, feed: Feed, received: Day, which: FilesRead) {
        self.files.insert((feed, received), which);
    }

    /// How a day of a table changed; `None` where it did not.
    pub fn how(&self, table: &str, day: Day) -> Option<&str> {
        self.tables.get(table)?.get(&day).map(String::as_str)
    }

    /// The raw files of some feeds that were read, as causes.
    pub fn causes_of(&self, feeds: &BTreeSet<Feed>) -> Vec<Cause> {
        let read = self.files.keys().filter(|(feed, _)| feeds.contains(feed));
        let causes: Vec<Cause> = read.map(|(feed, day)| Cause::Files(*feed, *day)).collect();
        if causes.is_empty() { vec![Cause::Earlier] } else { causes }
    }

    /// The days of a table that changed, as causes, from `first` to `last`, each of them if there is
    /// such a day.
    pub fn within(&self, table: &'static str, first: Option<Day>, last: Option<Day>) -> impl Iterator<Item = Cause> {
        let range = (
            first.map_or(Bound::Unbounded, Bound::Included),
            last.map_or(Bound::Unbounded, Bound::Included),
        );
        self.tables
            .get(table)
            .into_iter()
            .flat_map(move |days| days.range(range))
            .map(move |(day, _)| Cause::Upstream(table, *day))
    }
}

/// The causes of a table without days, in words and for programs.
pub fn of_whole_table(causes: &BTreeSet<Cause>, changes: &Changes, reason: Option<&str>) -> Because {
    Because {
        first: String::new(),
        last: String::new(),
        day_count: 0,
        causes: kinds(causes),
        why: why(causes, changes, reason),
    }
}

/// The words of some causes, each once.
fn kinds(causes: &BTreeSet<Cause>) -> Vec<&'static str> {
    let mut kinds: Vec<&str> = causes.iter().map(|cause| cause.kind()).collect();
    kinds.dedup();
    kinds
}

/// The most things that are named one by one.
const NAMED: usize = 3;

/// Puts the causes of a table's days into words.
pub fn explain(causes: &Causes, changes: &Changes, reason: Option<&str>) -> Vec<Because> {
    let mut groups: Vec<(Day, Day, Vec<&'static str>, BTreeSet<Cause>)> = Vec::new();
    for (day, causes) in causes {
        let of_day = kinds(causes);
        match groups.last_mut() {
            Some((_, last, known, all)) if last.plus(1) == *day && *known == of_day => {
                *last = *day;
                all.extend(causes);
            }
            _ => groups.push((*day, *day, of_day, causes.clone())),
        }
    }
    groups
        .into_iter()
        .map(|(first, last, causes, all)| Because {
            first: first.to_string(),
            last: last.to_string(),
            day_count: (last.0 - first.0 + 1) as u64,
            causes,
            why: why(&all, changes, reason),
        })
        .collect()
}

/// The same for each day by itself: only days with the very same causes are said together.
pub fn explain_exactly(causes: &Causes, changes: &Changes, reason: Option<&str>) -> Vec<Because> {
    let mut exactly: Vec<Because> = Vec::new();
    let mut last: Option<Day> = None;
    for (day, of_day) in causes {
        let why = why(of_day, changes, reason);
        match exactly.last_mut() {
            Some(before) if last == Some(day.plus(-1)) && before.why == why => {
                before.last = day.to_string();
                before.day_count += 1;
            }
            _ => exactly.push(Because {
                first: day.to_string(),
                last: day.to_string(),
                day_count: 1,
                causes: kinds(of_day),
                why,
            }),
        }
        last = Some(*day);
    }
    exactly
}

/// Causes in words.
pub fn why(causes: &BTreeSet<Cause>, changes: &Changes, reason: Option<&str>) -> String {
    let mut parts = Vec::new();
    let mut upstream: BTreeMap<&'static str, Vec<Day>> = BTreeMap::new();
    let mut files = FilesRead::default();
    for cause in causes {
        match cause {
            Cause::Asked => parts.push(match reason {
                Some(reason) => format!("it was asked for: {reason}"),
                None => "it was asked for".to_owned(),
            }),
            Cause::New => parts.push("the table has not come this far yet".to_owned()),
            Cause::Missing => parts.push("the file was missing or could not be used".to_owned()),
            Cause::Settings => {
                parts.push("a setting or catalogue that the table reads changed, or uptake's version of the table".to_owned())
            }
            Cause::Earlier => parts.push("what it is made from changed in an earlier run that did not come this far".to_owned()),
            Cause::Files(feed, day) => {
                if let Some(read) = changes.files.get(&(*feed, *day)) {
                    files.join(read);
                }
            }
            Cause::Upstream(table, day) => upstream.entry(table).or_default().push(*day),
        }
    }
    if !files.is_empty() {
        parts.push(files.text());
    }
    parts.extend(upstream.into_iter().map(|(table, days)| changed(table, &days, changes)));
    parts.join("; ")
}

/// Days of an upstream table that changed, in words. Days that changed for the same reason are said
/// together.
fn changed(table: &'static str, days: &[Day], changes: &Changes) -> String {
    let mut by_reason: Vec<(&str, Vec<Day>)> = Vec::new();
    for day in days {
        let how = changes.how(table, *day).unwrap_or("changed");
        match by_reason.iter_mut().find(|(known, _)| *known == how) {
            Some((_, days)) => days.push(*day),
            None => by_reason.push((how, vec![*day])),
        }
    }
    let said: Vec<String> = by_reason
        .into_iter()
        .map(|(how, days)| {
            // What came in needs no table's name: the day it is about is the day that is made.
            if table == ACTIVITY_EVENTS.name {
                return how.to_owned();
            }
            let ranges: Vec<String> = runs(&days).into_iter().map(range_text).collect();
            format!("{table} {} changed: {how}", and_more(&ranges, "ranges of days"))
        })
        .collect();
    and_more(&said, if table == ACTIVITY_EVENTS.name { "days" } else { "changes" })
}

/// Some things, and how many more of them there are.
fn and_more(things: &[impl AsRef<str>], what: &str) -> String {
    let named: Vec<&str> = things.iter().take(NAMED).map(AsRef::as_ref).collect();
    match things.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{}, and {more} more {what}", named.join(", ")),
    }
}
