//! How far a source has come, and whether it is late. The rule is the same wherever it is asked:
//! a run warns of a late source, and `uptake status` shows it, with the same sentence.
//!
//! | feed | its next files are due |
//! |---|---|
//! | activity | the day after the last ones |
//! | lists of customers | never: they are as of the day on which they are read |
//! | others | on the first day on which files are usual ([`is_usual`]), and at the latest when as many days have passed as the longest time between two days with files, where there are at least three |

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::domain::words::{Words, attention as said, nouns};

/// How many weeks back days of the same weekday are compared.
const WEEKS: i32 = 4;
/// How far back all days are compared.
pub const NEAR_DAYS: i32 = 14;
/// How many days of a weekday it takes to be compared with.
pub const FEWEST_WEEKDAYS: usize = 2;
/// How many days it takes to say that a source has files every day.
const FEWEST_DAYS: usize = 7;

/// How far a source has come, seen from the last day of the tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// The latest day of its files.
    pub latest: Option<Day>,
    /// From that day to the last day of the tables; negative where there is more than the tables
    /// have.
    pub lag_days: Option<i64>,
    /// After how many days its next files come, at the latest; `None` where too few have come to
    /// say.
    pub usual_days: Option<i64>,
    pub is_late: bool,
}

impl Lateness {
    /// Of a source whose files are of these days, by their paths. `latest_row` is the latest day
    /// that a row is about: it counts where no path names a day.
    pub fn of(feed: Feed, days: &BTreeSet<Day>, latest_row: Option<Day>, last: Day) -> Lateness {
        let Some(latest) = days.last().copied().or(latest_row).filter(|_| feed != Feed::Customers) else {
            return Lateness::default();
        };
        let lag = lag_days(latest, last);
        let usual = usual_days(feed, days);
        let is_due = usual.is_some_and(|usual| lag >= usual) || latest.plus(1).to(last).any(|day| is_usual(days, day));
        Lateness {
            latest: Some(latest),
            lag_days: Some(lag),
            usual_days: usual,
            is_late: lag > 0 && is_due,
        }
    }

    /// What somebody should know of a source that is late, in a sentence; `None` of one that is
    /// not.
    pub fn text(&self, w: Words, source: &str) -> Option<String> {
        let (latest, lag) = self.latest.zip(self.lag_days).filter(|_| self.is_late)?;
        let days = w.count(lag, nouns::DAY);
        Some(w.fill(said::SOURCE_LATE, &[("source", &source), ("latest", &latest), ("days", &days)]))
    }
}

/// From the latest day of a source to the last day of the tables.
pub fn lag_days(latest: Day, last: Day) -> i64 {
    i64::from(last.0) - i64::from(latest.0)
}

/// After how many days the next file comes, at the latest; `None` where too few have come to say.
fn usual_days(feed: Feed, days: &BTreeSet<Day>) -> Option<i64> {
    if feed == Feed::Activity {
        return Some(1);
    }
    let between = days.iter().zip(days.iter().skip(1)).map(|(day, next)| lag_days(*day, *next));
    (days.len() > 2).then(|| between.max()).flatten()
}

/// Whether a source whose files are of these days usually has files of such a day. Logs have a
/// rhythm of weeks: where the 28 days before have the weekday at least twice since the source
/// began, all of these have to have files; else each of the 14 days before, at least seven of them.
pub fn is_usual(days: &BTreeSet<Day>, day: Day) -> bool {
    let Some(first) = days.first().copied() else { return false };
    let have_files = |before: &[Day]| before.iter().all(|day| days.contains(day));
    let weekdays: Vec<Day> = same_weekday(day).filter(|before| *before >= first).collect();
    if weekdays.len() >= FEWEST_WEEKDAYS {
        return have_files(&weekdays);
    }
    let near: Vec<Day> = day.plus(-NEAR_DAYS).max(first).to(day.plus(-1)).collect();
    near.len() >= FEWEST_DAYS && have_files(&near)
}

/// The days of the same weekday in the 28 days before one.
pub fn same_weekday(day: Day) -> impl Iterator<Item = Day> {
    (1..=WEEKS).map(move |weeks| day.plus(-7 * weeks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::ENGLISH;

    fn of(feed: Feed, days: &[i32], last: i32) -> Lateness {
        Lateness::of(feed, &days.iter().map(|day| Day(*day)).collect(), None, Day(last))
    }

    fn usual(feed: Feed, days: &[i32]) -> Option<i64> {
        of(feed, days, 99).usual_days
    }

    fn late_days(days: &[i32], lasts: std::ops::Range<i32>) -> Vec<i32> {
        lasts.filter(|last| of(Feed::Subscriptions, days, *last).is_late).collect()
    }

    #[test]
    fn activity_comes_every_day_and_snapshots_come_at_their_pace() {
        assert_eq!(usual(Feed::Activity, &[0, 5]), Some(1));
        assert_eq!(usual(Feed::Subscriptions, &[0, 7, 14, 22]), Some(8));
        assert_eq!(usual(Feed::Subscriptions, &[0, 7]), None, "one gap is no pace");
    }

    #[test]
    fn activity_is_late_the_day_after_and_lists_of_customers_never_are() {
        assert!(!of(Feed::Activity, &[3, 4], 4).is_late && of(Feed::Activity, &[3, 4], 5).is_late);
        assert!(!of(Feed::Activity, &[3, 9], 5).is_late, "there are files of a later day");
        assert_eq!(of(Feed::Customers, &[1, 2, 3], 30), Lateness::default());
        let by_rows = Lateness::of(Feed::Activity, &BTreeSet::new(), Some(Day(7)), Day(9));
        assert_eq!((by_rows.latest, by_rows.lag_days, by_rows.is_late), (Some(Day(7)), Some(2), true));
    }

    #[test]
    fn a_list_is_late_by_its_weekday_or_when_the_longest_time_between_two_has_passed() {
        assert_eq!(late_days(&[0, 7, 14], 14..24), [21, 22, 23]);
        assert_eq!(late_days(&[0, 7], 7..17), [14, 15, 16], "two of a weekday are a rhythm");
        assert!(late_days(&[0], 0..40).is_empty(), "one list is no rhythm");
        assert_eq!(late_days(&[0, 9, 20], 20..33), [31, 32], "eleven days lay between two of them");
        // From Monday to Friday, but not on the second Thursday.
        let workdays = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16];
        assert_eq!(
            late_days(&workdays, 16..18),
            [17],
            "Thursdays have files, though weekends have none"
        );
    }

    #[test]
    fn the_sentence_has_the_source_its_latest_day_and_how_far_it_is_behind() {
        let said = of(Feed::Activity, &[20_000], 20_002).text(ENGLISH, "sign-ins");
        assert_eq!(said.as_deref(), Some("`sign-ins` has nothing after 2024-10-04: 2 days behind"));
        assert_eq!(of(Feed::Activity, &[20_000], 20_000).text(ENGLISH, "sign-ins"), None);
    }
}
