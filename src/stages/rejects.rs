//! `rejects` (partition `received=`): every record that could not be used, with the reason and how it begins.
//!
//! A file of something else may be nothing but rejects, millions of them: they are held as numbers of texts, and each distinct text once.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array};
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;

use crate::sources::record::{Position, Reason};
use crate::stages::interner::{Interner, Sorted};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{Texts, coded, column_of, frame_of, table};

table! {
    /// One record of a raw file that could not be used.
    REJECTS = "rejects", version 2, Received, single;
    Reject {
        @key source: String = "the source of the pipeline file: its feed and path",
        @key source_file: String = "path of the file below the input folder",
        @key source_line: i64 = "line from 1; of a document its first line; 0 for a fault of the whole file",
        @key source_record: i64 = "number of the record in its page or batch, from 1; 0 where a line is a record",
        reason: String = "why, as a code",
        excerpt: String = "the first 500 bytes of the record, with `*` in place of whatever could be about a person; empty beyond a file's first 100,000 rejects",
    }
}

/// So many rejects of a file have an excerpt: whoever looks for the cause needs no more, and the excerpts of millions would take
/// gigabytes.
pub const MOST_EXCERPTS: u64 = 100_000;

/// One reject; texts are numbers of the interner.
#[derive(Clone, Copy)]
struct Found {
    source: u32,
    file: u32,
    line: i64,
    record: u32,
    reason: u32,
    excerpt: u32,
}

/// Rejects as they are found: any number, in any order of files.
#[derive(Default)]
pub struct Rejects {
    found: Vec<Found>,
    texts: Interner,
}

/// How many rejects a file of a source has for one reason.
pub struct RejectCount {
    pub source: String,
    pub source_file: String,
    pub reason: String,
    pub count: u64,
    /// The line of the first one; 0 for a fault of the whole file.
    pub first_line: i64,
}

impl Rejects {
    /// Takes a record that a reader could not use.
    pub fn push(&mut self, source: &str, file: &str, at: Position, reason: Reason, excerpt: &str) {
        let found = Found {
            source: self.texts.number(source),
            file: self.texts.number(file),
            line: at.line as i64,
            record: at.record,
            reason: self.texts.number(reason.name()),
            excerpt: self.texts.number(excerpt),
        };
        self.found.push(found);
    }

    /// Takes the excerpts away of all but the first so many, in the order in which they were found.
    pub fn keep_excerpts(&mut self, most: u64) {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if self.found.len() > most {
            let none = self.texts.number("");
            self.found[most..].iter_mut().for_each(|found| found.excerpt = none);
        }
    }

    /// Takes all rejects of another collection.
    pub fn append(&mut self, other: Rejects) {
        if self.found.is_empty() {
            *self = other;
            return;
        }
        let numbers = self.texts.append(&other.texts);
        let number = |old: u32| numbers[old as usize];
        self.found.extend(other.found.iter().map(|found| Found {
            source: number(found.source),
            file: number(found.file),
            reason: number(found.reason),
            excerpt: number(found.excerpt),
            ..*found
        }));
    }

    /// Takes the rows of a file of the table, but for those of sources and raw files that `drop` names, with what `excerpt` makes
    /// of their excerpts.
    pub fn absorb(
        &mut self,
        frame: &RecordBatch,
        drop: impl Fn(&str, &str) -> bool,
        excerpt: impl Fn(&str) -> String,
    ) -> Result<(), WarehouseError> {
        let column = |name| column_of(frame, &REJECTS, name);
        let text = |name| Ok::<_, WarehouseError>(Texts::of(column(name)?));
        let number = |name| Ok::<_, WarehouseError>(column(name)?.as_primitive::<Int64Type>());
        let (sources, files) = (text("source")?, text("source_file")?);
        let (reasons, excerpts) = (text("reason")?, text("excerpt")?);
        let (lines, records) = (number("source_line")?, number("source_record")?);
        for row in (0..frame.num_rows()).filter(|&row| !drop(sources.value(row), files.value(row))) {
            let found = Found {
                source: self.texts.number(sources.value(row)),
                file: self.texts.number(files.value(row)),
                line: lines.value(row),
                record: records.value(row) as u32,
                reason: self.texts.number(reasons.value(row)),
                excerpt: self.texts.number(&excerpt(excerpts.value(row))),
            };
            self.found.push(found);
        }
        Ok(())
    }

    /// How many there are of each source, file and reason.
    pub fn counts(&self) -> Vec<RejectCount> {
        let mut counts: BTreeMap<(u32, u32, u32), (u64, i64)> = BTreeMap::new();
        for found in &self.found {
            let (count, first) = counts.entry((found.source, found.file, found.reason)).or_insert((0, found.line));
            *count += 1;
            *first = found.line.min(*first);
        }
        let text = |number| self.texts.text(number).to_owned();
        counts
            .into_iter()
            .map(|((source, file, reason), (count, first_line))| RejectCount {
                source: text(source),
                source_file: text(file),
                reason: text(reason),
                count,
                first_line,
            })
            .collect()
    }

    /// All of them as a file holds them: by source, file, line and record, and where these say nothing as they were found.
    pub fn finish(mut self) -> Result<RecordBatch, WarehouseError> {
        let Sorted { texts: sorted, ranks, .. } = self.texts.sorted();
        let rank = |number: u32| ranks[number as usize];
        let mut found = std::mem::take(&mut self.found);
        drop(self);
        found.sort_by_key(|found| (rank(found.source), rank(found.file), found.line, found.record));
        let text = |number: fn(&Found) -> u32| coded(found.iter().map(|found| Some(rank(number(found)))).collect(), &sorted);
        let number =
            |number: fn(&Found) -> i64| -> ArrayRef { Arc::new(found.iter().map(|found| Some(number(found))).collect::<Int64Array>()) };
        let columns: Vec<ArrayRef> = vec![
            text(|found| found.source)?,
            text(|found| found.file)?,
            number(|found| found.line),
            number(|found| i64::from(found.record)),
            text(|found| found.reason)?,
            text(|found| found.excerpt)?,
        ];
        frame_of(&REJECTS, columns)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

    use super::*;
    use crate::warehouse::table::Row;

    fn at(line: u64, record: u32) -> Position {
        Position { line, record }
    }

    /// The rows of a frame, its texts being numbers of a dictionary or not.
    fn rows(rejects: Rejects) -> Vec<(String, String, i64, i64, String, String)> {
        let frame = rejects.finish().unwrap();
        let text = |name| Texts::of(column_of(&frame, &REJECTS, name).unwrap());
        let number = |name| column_of(&frame, &REJECTS, name).unwrap().as_primitive::<Int64Type>();
        (0..frame.num_rows())
            .map(|row| {
                (
                    text("source").value(row).to_owned(),
                    text("source_file").value(row).to_owned(),
                    number("source_line").value(row),
                    number("source_record").value(row),
                    text("reason").value(row).to_owned(),
                    text("excerpt").value(row).to_owned(),
                )
            })
            .collect()
    }

    #[test]
    fn rejects_that_come_together_from_anywhere_are_sorted_and_none_is_lost() {
        let mut one = Rejects::default();
        one.push("s", "b", at(2, 0), Reason::BrokenJson, "{");
        one.push("s", "b", at(1, 0), Reason::MissingId, "{}");
        let mut other = Rejects::default();
        other.push("s", "a", at(10, 2), Reason::MissingId, "{}");
        other.push("s", "a", at(10, 1), Reason::MissingId, "{}");
        other.push("r", "b", at(0, 0), Reason::UnreadableFile, "");
        one.append(other);
        let kept = [Reject {
            source: "s".to_owned(),
            source_file: "c".to_owned(),
            source_line: 7,
            source_record: 0,
            reason: "missing_id".to_owned(),
            excerpt: "kept".to_owned(),
        }];
        let frame = Reject::frame(&kept).unwrap();
        one.absorb(&frame, |_, file| file == "c", str::to_owned).unwrap();
        one.absorb(&frame, |_, _| false, |excerpt| format!("{excerpt}!")).unwrap();
        let counts: Vec<(String, u64)> = one
            .counts()
            .into_iter()
            .filter(|count| count.reason == "missing_id")
            .map(|count| (count.source_file, count.count))
            .collect();
        let row = |source: &str, file: &str, line, record, reason: &str, excerpt: &str| {
            (
                source.to_owned(),
                file.to_owned(),
                line,
                record,
                reason.to_owned(),
                excerpt.to_owned(),
            )
        };
        assert_eq!(
            rows(one),
            [
                row("r", "b", 0, 0, "unreadable_file", ""),
                row("s", "a", 10, 1, "missing_id", "{}"),
                row("s", "a", 10, 2, "missing_id", "{}"),
                row("s", "b", 1, 0, "missing_id", "{}"),
                row("s", "b", 2, 0, "broken_json", "{"),
                row("s", "c", 7, 0, "missing_id", "kept!"),
            ]
        );
        let total = |file: &str| counts.iter().filter(|(of, _)| of == file).map(|(_, count)| count).sum::<u64>();
        assert_eq!((total("a"), total("b"), total("c")), (2, 1, 1));
    }
}
