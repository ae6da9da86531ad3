//! `rejects` (partition `received=`): every record that could not be used, with the reason, what
//! was missing and how it begins.
//!
//! A file of something else may be nothing but rejects, hundreds of millions of them. So only the
//! first ones of a file are rows of their own; the rest is counted, one row for each reason. Rows
//! are held as numbers of texts, and each distinct text once.

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
    REJECTS = "rejects", version 3 reads 2, Received, single,
        by effect [UserIds];
    Reject {
        @key source: String = "the source of the pipeline file: its feed and path",
        @key source_file: String = "path of the file below the input folder",
        @key source_line: i64 = "line from 1; of a document its first line; 0 for a fault of the whole file",
        @key source_record: i64 = "number of the record in its page or batch, from 1; 0 where a line is a record",
        reason: String = "why, as a code",
        excerpt: String = "the first 500 bytes of the record, with `*` in place of whatever could be about a person; empty beyond a file's first 100,000 rejects",
        [since 3] more: i64 = "how many other records the row stands for: 0, and beyond a file's first 100,000 rejects all that have this reason, the first of them at this place",
        [since 3] detail: Option<String> = "which column or member is missing and what was there instead, or what the file is; null where there is nothing to say",
    }
}

/// So many rejects of a file are rows of their own: whoever looks for the cause needs no more, and
/// hundreds of millions would take all memory.
pub const MOST_ROWS: u64 = 100_000;

/// No text: a detail that is null.
const NONE: u32 = u32::MAX;

/// One row; texts are numbers of the interner.
#[derive(Clone, Copy)]
struct Found {
    source: u32,
    file: u32,
    line: i64,
    record: u32,
    reason: u32,
    excerpt: u32,
    detail: u32,
    records: u64,
}

/// Rejects as they are found: any number, in any order of files.
#[derive(Default)]
pub struct Rejects {
    found: Vec<Found>,
    texts: Interner,
}

/// A record that a reader could not use.
#[derive(Clone, Copy)]
pub struct Rejected<'a> {
    pub at: Position,
    pub reason: Reason,
    pub excerpt: &'a str,
    /// Empty where there is nothing to say.
    pub detail: &'a str,
}

/// How many rejects a file of a source has for one reason.
pub struct RejectCount {
    pub source: String,
    pub source_file: String,
    pub reason: String,
    pub count: u64,
    /// The line of the first one; 0 for a fault of the whole file.
    pub first_line: i64,
    /// What there is to say about the first one besides; empty where there is nothing.
    pub detail: String,
}

/// The rejects of one file beyond its first ones: for each reason how many, and where the first of
/// them is.
#[derive(Default)]
pub struct Rest(BTreeMap<Reason, (Position, u64)>);

impl Rest {
    /// Counts so many records, the first of them at this place. They come in any order.
    pub fn add(&mut self, reason: Reason, at: Position, records: u64) {
        let (first, count) = self.0.entry(reason).or_insert((at, 0));
        *first = at.min(*first);
        *count += records;
    }

    /// Takes those of another part of the file.
    pub fn append(&mut self, other: Rest) {
        other
            .0
            .into_iter()
            .for_each(|(reason, (at, records))| self.add(reason, at, records));
    }
}

impl Rejects {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.found.len()
    }

    /// Forgets all but the first so many.
    pub fn truncate(&mut self, length: usize) {
        self.found.truncate(length);
    }

    /// Takes a record that a reader could not use.
    pub fn push(&mut self, source: &str, file: &str, rejected: &Rejected<'_>) {
        self.push_row(source, file, rejected, 1);
    }

    /// Takes what a file has besides, once it is read.
    pub fn push_rest(&mut self, source: &str, file: &str, rest: &Rest) {
        for (&reason, &(at, records)) in &rest.0 {
            let first = Rejected {
                at,
                reason,
                excerpt: "",
                detail: "",
            };
            self.push_row(source, file, &first, records);
        }
    }

    fn push_row(&mut self, source: &str, file: &str, rejected: &Rejected<'_>, records: u64) {
        let found = Found {
            source: self.texts.number(source),
            file: self.texts.number(file),
            line: rejected.at.line as i64,
            record: rejected.at.record,
            reason: self.texts.number(rejected.reason.name()),
            excerpt: self.texts.number(rejected.excerpt),
            detail: match rejected.detail {
                "" => NONE,
                detail => self.texts.number(detail),
            },
            records,
        };
        self.found.push(found);
    }

    /// Keeps the first so many, in the order in which they were found, and counts the others. These
    /// are the rejects of one part of a file.
    pub fn keep_first(&mut self, most: u64) -> Rest {
        let mut rest = Rest::default();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if self.found.len() <= most {
            return rest;
        }
        // Into other memory: texts and rows that nobody needs any more are most of it.
        let mut kept = Rejects::default();
        for (number, found) in self.found.iter().enumerate() {
            let at = Position {
                line: found.line as u64,
                record: found.record,
            };
            let Some(reason) = Reason::parse(self.texts.text(found.reason)) else {
                continue;
            };
            let rejected = Rejected {
                at,
                reason,
                excerpt: self.texts.text(found.excerpt),
                detail: if found.detail == NONE { "" } else { self.texts.text(found.detail) },
            };
            if number < most {
                kept.push_row(self.texts.text(found.source), self.texts.text(found.file), &rejected, found.records);
            } else {
                rest.add(reason, at, found.records);
            }
        }
        *self = kept;
        rest
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
            detail: if found.detail == NONE { NONE } else { number(found.detail) },
            ..*found
        }));
    }

    /// Takes the rows of a file of the table, but for those of sources and raw files that `drop`
    /// names, with what `excerpt` makes of their excerpts.
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
        let (lines, numbers) = (number("source_line")?, number("source_record")?);
        let (more, details) = (number("more")?, text("detail")?);
        for row in (0..frame.num_rows()).filter(|&row| !drop(sources.value(row), files.value(row))) {
            let found = Found {
                source: self.texts.number(sources.value(row)),
                file: self.texts.number(files.value(row)),
                line: lines.value(row),
                record: numbers.value(row) as u32,
                reason: self.texts.number(reasons.value(row)),
                excerpt: self.texts.number(&excerpt(excerpts.value(row))),
                detail: if details.is_valid(row) {
                    self.texts.number(details.value(row))
                } else {
                    NONE
                },
                records: 1 + more.value(row) as u64,
            };
            self.found.push(found);
        }
        Ok(())
    }

    /// How many there are of each source, file and reason.
    pub fn counts(&self) -> Vec<RejectCount> {
        let mut counts: BTreeMap<(u32, u32, u32), (u64, Found)> = BTreeMap::new();
        for found in &self.found {
            let (count, first) = counts.entry((found.source, found.file, found.reason)).or_insert((0, *found));
            *count += found.records;
            if (found.line, found.record) < (first.line, first.record) {
                *first = *found;
            }
        }
        let text = |number| self.texts.text(number).to_owned();
        counts
            .into_iter()
            .map(|((source, file, reason), (count, first))| RejectCount {
                source: text(source),
                source_file: text(file),
                reason: text(reason),
                count,
                first_line: first.line,
                detail: if first.detail == NONE { String::new() } else { text(first.detail) },
            })
            .collect()
    }

    /// All of them as a file holds them: by source, file, line and record, and where these say
    /// nothing as they were found.
    pub fn finish(mut self) -> Result<RecordBatch, WarehouseError> {
        let Sorted { texts: sorted, ranks, .. } = self.texts.sorted()?;
        let rank = |number: u32| ranks[number as usize];
        let mut found = std::mem::take(&mut self.found);
        drop(self);
        found.sort_by_key(|found| (rank(found.source), rank(found.file), found.line, found.record));
        let coded_rank = |number: u32| (number != NONE).then(|| rank(number));
        let text = |number: fn(&Found) -> u32| coded(found.iter().map(|found| coded_rank(number(found))).collect(), &sorted);
        let number =
            |number: fn(&Found) -> i64| -> ArrayRef { Arc::new(found.iter().map(|found| Some(number(found))).collect::<Int64Array>()) };
        let columns: Vec<ArrayRef> = vec![
            text(|found| found.source)?,
            text(|found| found.file)?,
            number(|found| found.line),
            number(|found| i64::from(found.record)),
            text(|found| found.reason)?,
            text(|found| found.excerpt)?,
            number(|found| found.records as i64 - 1),
            text(|found| found.detail)?,
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

    /// A reject that says no more than where and why.
    fn bare(at: Position, reason: Reason, excerpt: &str) -> Rejected<'_> {
        Rejected {
            at,
            reason,
            excerpt,
            detail: "",
        }
    }

    /// The rows of a frame, its texts being numbers of a dictionary or not: source, file, reason,
    /// excerpt, line, record, more, detail.
    fn rows(rejects: Rejects) -> Vec<String> {
        let frame = rejects.finish().unwrap();
        let text = |name| Texts::of(column_of(&frame, &REJECTS, name).unwrap());
        let number = |name| column_of(&frame, &REJECTS, name).unwrap().as_primitive::<Int64Type>();
        (0..frame.num_rows())
            .map(|row| {
                let texts = ["source", "source_file", "reason", "excerpt"].map(|name| text(name).value(row).to_owned());
                let numbers = ["source_line", "source_record", "more"].map(|name| number(name).value(row).to_string());
                let detail = text("detail");
                let detail = if detail.is_valid(row) { detail.value(row) } else { "-" };
                format!("{} {} {detail}", texts.join(" "), numbers.join(" "))
            })
            .collect()
    }

    #[test]
    fn rejects_that_come_together_from_anywhere_are_sorted_and_none_is_lost() {
        let mut one = Rejects::default();
        one.push("s", "b", &bare(at(2, 0), Reason::BrokenJson, "{"));
        one.push(
            "s",
            "b",
            &Rejected {
                detail: "no `id`",
                ..bare(at(1, 0), Reason::MissingId, "{}")
            },
        );
        let mut other = Rejects::default();
        other.push("s", "a", &bare(at(10, 2), Reason::MissingId, "{}"));
        other.push("s", "a", &bare(at(10, 1), Reason::MissingId, "{}"));
        other.push("r", "b", &bare(at(0, 0), Reason::UnreadableFile, "_"));
        one.append(other);
        let kept = [Reject {
            source: "s".to_owned(),
            source_file: "c".to_owned(),
            source_line: 7,
            source_record: 0,
            reason: "missing_id".to_owned(),
            excerpt: "kept".to_owned(),
            more: 4,
            detail: Some("no `id`".to_owned()),
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
        assert_eq!(
            rows(one),
            [
                "r b unreadable_file _ 0 0 0 -",
                "s a missing_id {} 10 1 0 -",
                "s a missing_id {} 10 2 0 -",
                "s b missing_id {} 1 0 0 no `id`",
                "s b broken_json { 2 0 0 -",
                "s c missing_id kept! 7 0 4 no `id`",
            ]
        );
        let total = |file: &str| counts.iter().filter(|(of, _)| of == file).map(|(_, count)| count).sum::<u64>();
        assert_eq!((total("a"), total("b"), total("c")), (2, 1, 5));
    }

    #[test]
    fn beyond_the_first_ones_a_file_has_one_row_for_each_reason() {
        let mut rejects = Rejects::default();
        for line in 1..=9 {
            let reason = if line % 2 == 0 { Reason::MissingId } else { Reason::BrokenJson };
            rejects.push("s", "a", &bare(at(line, 0), reason, &line.to_string()));
        }
        let mut rest = rejects.keep_first(3);
        let mut earlier = Rest::default();
        earlier.add(Reason::MissingId, at(11, 2), 10);
        earlier.add(Reason::MissingId, at(11, 1), 10);
        rest.append(earlier);
        rejects.push_rest("s", "a", &rest);
        assert_eq!(
            rows(rejects),
            [
                "s a broken_json 1 1 0 0 -",
                "s a missing_id 2 2 0 0 -",
                "s a broken_json 3 3 0 0 -",
                "s a missing_id  4 0 22 -",
                "s a broken_json  5 0 2 -",
            ]
        );
    }
}
