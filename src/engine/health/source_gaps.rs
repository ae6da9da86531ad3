//! Gaps in what sources deliver: days without files, and days with a tenth of the usual rows. A run
//! warns of them and decides nothing by them: what is missing may be late, and a quiet day may be
//! true.
//!
//! Logs have a rhythm of weeks: a Sunday is compared with Sundays. Where the 28 days before a day
//! have at least two days of its weekday with files, these are what is usual; else the 14 days
//! before it are.
//!
//! | what a run warns of | for |
//! |---|---|
//! | a day without files between days that have some, in the last 28 days | activity; another feed where files are usual on that day |
//! | no files after a day | every feed whose next files are due ([`Lateness`]) |
//! | the last day with files has at most a tenth of the usual rows | every feed, where at least [`FEWEST_USUAL`] rows are usual |
//! | no file at all any more | every feed, where every file is looked at (`rescan_days = 0`) |

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::day_ranges::{range_text, runs};
use crate::domain::input::shown;
use crate::domain::kinds::Feed;
use crate::domain::words::ENGLISH;
use crate::engine::cache::source_totals::PartitionTotals;
use crate::engine::events::{Event, Watch};
use crate::engine::health::lateness::{FEWEST_WEEKDAYS, Lateness, NEAR_DAYS, is_usual, same_weekday};
use crate::engine::report::RunReport;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;

/// How many partitions of `raw_files` are read, the latest ones.
pub const PARTITIONS: usize = 60;
/// How far back days are looked at.
const LOOK_BACK_DAYS: i32 = 28;
/// Fewer rows than this are not worth a comparison.
const FEWEST_USUAL: i64 = 10;
/// The last day is worth a warning where it has at most this part of the usual rows.
const FRACTION: i64 = 10;

/// Warns of what sources lack up to the last day of the tables. `latest` are the
/// [`PARTITIONS`] of `raw_files` that are looked at.
pub fn warn_of_gaps(settings: &Settings, report: &RunReport, latest: &[PartitionTotals], last: Day, watch: &Watch<'_>) {
    let mut received: BTreeMap<String, BTreeMap<Day, i64>> = BTreeMap::new();
    for (source, found) in latest.iter().flat_map(|totals| &totals.sources) {
        for (day, rows) in &found.rows {
            *received.entry(source.clone()).or_default().entry(*day).or_default() += rows;
        }
    }
    for (source, found) in settings.sources.iter().zip(&report.sources) {
        let rows = received.remove(&source.id).unwrap_or_default();
        let warnings = match (found.files_found, rows.keys().next_back()) {
            (0, None) => vec![format!("source `{}` has no file below {}", source.name, shown(&settings.inputs))],
            (0, Some(latest)) if settings.rescan_days == 0 => vec![format!(
                "source `{}` has no file below {} any more; the last ones were of {latest}",
                source.name,
                shown(&settings.inputs)
            )],
            _ => about(source, &SourceDays { rows, last }),
        };
        warnings.into_iter().for_each(|warning| watch.tell(Event::Warning(warning)));
    }
}

/// What a run warns of where a source has files.
fn about(source: &Source, days: &SourceDays) -> Vec<String> {
    if days.latest().is_none() {
        return Vec::new();
    }
    let name = &source.name;
    let mut warnings = Vec::new();
    let missing = days.missing_between(source.feed == Feed::Activity);
    if !missing.is_empty() {
        let ranges: Vec<String> = runs(&missing).into_iter().map(range_text).collect();
        warnings.push(format!(
            "source `{name}` has no files of {}, though it has some before and after",
            ranges.join(", ")
        ));
    }
    warnings.extend(Lateness::of(source.feed, &days.with_files(), None, days.last).text(ENGLISH, name));
    if let Some(few) = days.few_rows() {
        warnings.push(format!(
            "source `{name}` has {} of {}, and usually {} {}: something may be missing",
            counted(few.rows),
            few.day,
            few.usual,
            few.among
        ));
    }
    warnings
}

fn counted(rows: i64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        _ => format!("{rows} rows"),
    }
}

/// The days on which files of a source came in, with their rows, and the last day of the tables.
/// Later days are not looked at.
struct SourceDays {
    rows: BTreeMap<Day, i64>,
    last: Day,
}

/// A last day with few rows.
#[derive(Debug, PartialEq)]
struct Few {
    day: Day,
    rows: i64,
    usual: i64,
    /// The days that say what is usual, in words.
    among: String,
}

impl SourceDays {
    /// The last day with files.
    fn latest(&self) -> Option<Day> {
        self.rows.range(..=self.last).next_back().map(|(day, _)| *day)
    }

    fn with_files(&self) -> BTreeSet<Day> {
        self.rows.keys().copied().collect()
    }

    /// The days in the last 28 on which files are missing though there are some before and after:
    /// all that have none, or where those that usually have some have none.
    fn missing_between(&self, is_daily: bool) -> Vec<Day> {
        let days = self.with_files();
        let (Some(first), Some(latest)) = (days.first(), days.last()) else {
            return Vec::new();
        };
        let from = self.last.plus(1 - LOOK_BACK_DAYS).max(first.plus(1));
        from.to(self.last.min(*latest))
            .filter(|day| !days.contains(day) && (is_daily || is_usual(&days, *day)))
            .collect()
    }

    /// The last day with files, where it has few rows for what is usual.
    fn few_rows(&self) -> Option<Few> {
        let day = self.latest()?;
        let rows = *self.rows.get(&day)?;
        let weekdays: Vec<i64> = same_weekday(day).filter_map(|before| self.rows.get(&before).copied()).collect();
        let (like, among) = if weekdays.len() >= FEWEST_WEEKDAYS {
            (weekdays, "on that weekday".to_owned())
        } else {
            let near = self.rows.range(day.plus(-NEAR_DAYS)..day).map(|(_, rows)| *rows).collect();
            (near, format!("on the {NEAR_DAYS} days before"))
        };
        let usual = median(like)?;
        let is_few = usual >= FEWEST_USUAL && rows.saturating_mul(FRACTION) <= usual;
        is_few.then_some(Few { day, rows, usual, among })
    }
}

/// The middle of some numbers; of an even number of them the lower one of the two.
fn median(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    numbers.get(numbers.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    const MONDAY: Day = Day(20_696);

    fn days(rows: impl IntoIterator<Item = (i32, i64)>, last: i32) -> SourceDays {
        SourceDays {
            rows: rows.into_iter().map(|(day, rows)| (MONDAY.plus(day), rows)).collect(),
            last: MONDAY.plus(last),
        }
    }

    /// Rows of so many days: 1000 on workdays and 50 at weekends.
    fn weeks(count: i32) -> impl Iterator<Item = (i32, i64)> {
        (0..count).map(|day| (day, if day % 7 < 5 { 1000 } else { 50 }))
    }

    fn few(days: &SourceDays) -> Option<(i64, i64)> {
        days.few_rows().map(|few| (few.rows, few.usual))
    }

    #[test]
    fn a_weekend_is_compared_with_weekends() {
        // Day 26 is a Saturday, 28 a Monday.
        assert_eq!(
            few(&days(weeks(27), 26)),
            None,
            "a twentieth of the days before, but like every Saturday"
        );
        assert_eq!(few(&days(weeks(28).chain([(28, 90)]), 28)), Some((90, 1000)));
        assert_eq!(few(&days(weeks(28).chain([(28, 101)]), 28)), None);
        assert_eq!(few(&days(weeks(26).chain([(26, 5)]), 26)), Some((5, 50)));
    }

    #[test]
    fn where_there_are_not_two_such_weekdays_the_fourteen_days_before_decide() {
        assert_eq!(few(&days(weeks(5).chain([(5, 50)]), 5)), Some((50, 1000)));
        let by = |rows| days(rows, 9).few_rows().unwrap().among;
        assert_eq!(by(vec![(7, 100), (8, 100), (9, 0)]), "on the 14 days before");
        // Days 0 to 3 are too long ago.
        assert_eq!(few(&days([(0, 5000), (1, 5000), (2, 5000), (18, 100), (19, 50)], 19)), None);
    }

    #[test]
    fn few_rows_where_few_are_usual_are_no_gap() {
        assert_eq!(few(&days([(0, 9), (1, 9), (2, 0)], 2)), None);
        assert_eq!(few(&days([(0, 10), (1, 10), (2, 1)], 2)), Some((1, 10)));
        assert_eq!(few(&days([(0, 10)], 2)), None, "a first day has nothing to be compared with");
        assert_eq!(few(&days([], 2)), None);
    }

    #[test]
    fn days_after_the_last_day_of_the_tables_are_not_looked_at() {
        assert_eq!(few(&days(weeks(10).chain([(10, 1)]), 9)), None);
        let days = days(weeks(3).chain([(6, 1)]), 4);
        assert_eq!(
            (days.latest(), days.missing_between(true)),
            (Some(MONDAY.plus(2)), vec![MONDAY.plus(3), MONDAY.plus(4)])
        );
    }

    #[test]
    fn activity_misses_every_day_and_snapshots_miss_their_weekday() {
        let weekly = |weeks: &[i32], last| days(weeks.iter().map(|week| (7 * week, 100)), last);
        let missing = |days: &SourceDays| days.missing_between(false);
        assert_eq!(missing(&weekly(&[0, 1, 2, 3], 27)), vec![]);
        assert_eq!(missing(&weekly(&[0, 1, 2, 4], 29)), vec![MONDAY.plus(21)]);
        assert_eq!(missing(&weekly(&[0, 1, 2], 23)), vec![], "what comes after the last files is late");
        assert_eq!(missing(&weekly(&[0], 27)), vec![], "one snapshot is no rhythm");
        let gap = days(weeks(10).filter(|(day, _)| !(4..6).contains(day)), 9);
        assert_eq!(gap.missing_between(true), vec![MONDAY.plus(4), MONDAY.plus(5)]);
        assert_eq!(gap.missing_between(false), vec![]);
        let daily = days(weeks(10).filter(|(day, _)| *day != 8), 9);
        assert_eq!(daily.missing_between(false), vec![MONDAY.plus(8)], "eight days in a row had files");
    }

    #[test]
    fn what_is_long_ago_is_no_warning_any_more() {
        let days = days(weeks(60).filter(|(day, _)| *day != 31), 59);
        assert_eq!(days.missing_between(true), vec![], "the last 28 days begin with day 32");
    }

    #[test]
    fn the_median_is_the_middle_or_the_lower_of_both() {
        assert_eq!(median(vec![3, 1, 2]), Some(2));
        assert_eq!(median(vec![4, 1]), Some(1));
        assert_eq!(median(vec![]), None);
    }
}
