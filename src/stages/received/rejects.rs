//! `rejects` (partition `received=`): the records that could not be used, with the reason, what was
//! missing, and an excerpt.
//!
//! A file of the wrong kind may consist of hundreds of millions of rejects. So only the first ones
//! of a file become rows of their own; the others are counted, one row for each reason. Texts are
//! interned.

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

/// How many rejects of a file become rows of their own. More would not help to find the cause, and
/// hundreds of millions would take all memory.
pub const MOST_ROWS: u64 = 100_000;

/// Marks an absent detail.
const NONE: u32 = u32::MAX;

/// One row. Texts are numbers of the interner.
#[derive(Clone, Copy)]
struct RejectRow {
    source: u32,
    file: u32,
    line: i64,
    record: u32,
    reason: u32,
    excerpt: u32,
    detail: u32,
    records: u64,
}

/// Rejects as they are read, in any order of files.
#[derive(Default)]
pub struct Rejects {
    rows: Vec<RejectRow>,
    texts: Interner,
}

/// A record that a reader could not use.
#[derive(Clone, Copy)]
pub struct Rejected<'a> {
    pub at: Position,
    pub reason: Reason,
    pub excerpt: &'a str,
    /// Empty if there is none.
    pub detail: &'a str,
}

/// How many rejects a file of a source has for one reason.
pub struct RejectCount {
    pub source: String,
    pub source_file: String,
    pub reason: String,
    pub count: u64,
    /// The line of the first one, or 0 if the whole file is wrong.
    pub first_line: i64,
    /// The detail of the first one, or empty.
    pub detail: String,
}

/// The rejects of one file beyond the first ones: for each reason their number, and the position of
/// the first one.
#[derive(Default)]
pub struct CountedRejects(BTreeMap<Reason, (Position, u64)>);

impl CountedRejects {
    /// Counts `records` records, the first of them at `at`. Calls may come in any order.
    pub fn add(&mut self, reason: Reason, at: Position, records: u64) {
        let (first, count) = self.0.entry(reason).or_insert((at, 0));
        *first = at.min(*first);
        *count += records;
    }

    /// Adds the counts of another part of the file.
    pub fn append(&mut self, other: CountedRejects) {
        other
            .0
            .into_iter()
            .for_each(|(reason, (at, records))| self.add(reason, at, records));
    }
}

impl Rejects {
    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Keeps only the first `length` rows.
    pub fn truncate(&mut self, length: usize) {
        self.rows.truncate(length);
    }

    /// Adds a record that a reader could not use.
    pub fn push(&mut self, source: &str, file: &str, rejected: &Rejected<'_>) {
        self.push_row(source, file, rejected, 1);
    }

    /// Adds the counts of a file after it was read.
    pub fn push_rest(&mut self, source: &str, file: &str, rest: &CountedRejects) {
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
        let reject = RejectRow {
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
        self.rows.push(reject);
    }

    /// Keeps the first `most` rejects of one part of a file, in their order, and counts the others.
    pub fn keep_first(&mut self, most: u64) -> CountedRejects {
        let mut rest = CountedRejects::default();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if self.rows.len() <= most {
            return rest;
        }
        // The rest goes into new memory, because most of the old memory is texts and rows that
        // nobody needs any more.
        let mut kept = Rejects::default();
        for (number, reject) in self.rows.iter().enumerate() {
            let at = Position {
                line: reject.line as u64,
                record: reject.record,
            };
            let Some(reason) = Reason::parse(self.texts.text(reject.reason)) else {
                continue;
            };
            let rejected = Rejected {
                at,
                reason,
                excerpt: self.texts.text(reject.excerpt),
                detail: if reject.detail == NONE {
                    ""
                } else {
                    self.texts.text(reject.detail)
                },
            };
            if number < most {
                kept.push_row(
                    self.texts.text(reject.source),
                    self.texts.text(reject.file),
                    &rejected,
                    reject.records,
                );
            } else {
                rest.add(reason, at, reject.records);
            }
        }
        *self = kept;
        rest
    }

    /// Adds all rejects of another collection.
    pub fn append(&mut self, other: Rejects) {
        if self.rows.is_empty() {
            *self = other;
            return;
        }
        let numbers = self.texts.append(&other.texts);
        let number = |old: u32| numbers[old as usize];
        self.rows.extend(other.rows.iter().map(|reject| RejectRow {
            source: number(reject.source),
            file: number(reject.file),
            reason: number(reject.reason),
            excerpt: number(reject.excerpt),
            detail: if reject.detail == NONE { NONE } else { number(reject.detail) },
            ..*reject
        }));
    }

    /// Adds the rows of a file of the table, without those of sources and raw files that `drop`
    /// selects. `excerpt` rewrites their excerpts.
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
            let reject = RejectRow {
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
            self.rows.push(reject);
        }
        Ok(())
    }

    /// Returns the number of rejects by source, file and reason.
    pub fn counts(&self) -> Vec<RejectCount> {
        let mut counts: BTreeMap<(u32, u32, u32), (u64, RejectRow)> = BTreeMap::new();
        for reject in &self.rows {
            let (count, first) = counts.entry((reject.source, reject.file, reject.reason)).or_insert((0, *reject));
            *count += reject.records;
            if (reject.line, reject.record) < (first.line, first.record) {
                *first = *reject;
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

    /// Returns all rejects as a frame, sorted by source, file, line and record, and otherwise in
    /// the order of arrival.
    pub fn finish(mut self) -> Result<RecordBatch, WarehouseError> {
        let Sorted { texts: sorted, ranks, .. } = self.texts.sorted()?;
        let rank = |number: u32| ranks[number as usize];
        let mut reject = std::mem::take(&mut self.rows);
        drop(self);
        reject.sort_by_key(|reject| (rank(reject.source), rank(reject.file), reject.line, reject.record));
        let coded_rank = |number: u32| (number != NONE).then(|| rank(number));
        let text = |number: fn(&RejectRow) -> u32| coded(reject.iter().map(|reject| coded_rank(number(reject))).collect(), &sorted);
        let number = |number: fn(&RejectRow) -> i64| -> ArrayRef {
            Arc::new(reject.iter().map(|reject| Some(number(reject))).collect::<Int64Array>())
        };
        let columns: Vec<ArrayRef> = vec![
            text(|reject| reject.source)?,
            text(|reject| reject.file)?,
            number(|reject| reject.line),
            number(|reject| i64::from(reject.record)),
            text(|reject| reject.reason)?,
            text(|reject| reject.excerpt)?,
            number(|reject| reject.records as i64 - 1),
            text(|reject| reject.detail)?,
        ];
        frame_of(&REJECTS, columns)
    }
}

#[cfg(test)]
#[path = "rejects_tests.rs"]
mod tests;
