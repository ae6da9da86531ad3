//! `raw_files` (partition `received=`): one row for every raw file and source that was read, with
//! the result. It is written after the tables that got the file's rows, so a file that is listed
//! here is in the warehouse.

use crate::domain::day::{Day, EARLIEST};
use crate::warehouse::table::table;

table! {
    /// One raw file as one source read it: which bytes, and how many records of which fate.
    RAW_FILES = "raw_files", version 2 reads 1, Received, single,
        by effect [Zone];
    RawFile {
        @key source: String = "the source of the pipeline file: its feed and path",
        @key source_file: String = "path of the file below the input folder",
        feed: String = "what the source is about",
        format: String = "the form that the file was read as",
        content: String = "digest of the file's bytes",
        reading: String = "digest of how the file was read: the source's settings and the reader",
        bytes: i64 = "size of the file",
        path_day: Option<Day> = "the day that the file's path names",
        records: i64 = "records read: accepted + rejected + not_ours",
        accepted: i64 = "records of the feed that could be used",
        rejected: i64 = "records that could not be used; each is in `rejects`",
        not_ours: i64 = "records of other feeds",
        rows: i64 = "rows that the accepted records gave, before duplicates were taken away",
        first_day: Option<Day> = "earliest day that a row is about",
        last_day: Option<Day> = "latest day that a row is about",
        [since 2] waits_until: Option<Day> = "earliest day of a snapshot in it that had not come yet: from that day on the file is read again",
    }
}

impl RawFile {
    /// Returns the day of receipt that the path names. A day that had not come yet, or one before
    /// 2010, is not a day of receipt.
    pub fn day_of_receipt(&self) -> Option<Day> {
        let waits = |day: &Day| self.waits_until.is_some_and(|until| *day >= until);
        self.path_day.filter(|day| *day >= EARLIEST.day_utc() && !waits(day))
    }
}
