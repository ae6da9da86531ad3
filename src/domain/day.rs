//! Days, instants and time zones. A day is a calendar date as a number, an instant is a number of
//! microseconds, and the time zone says on which day an instant falls.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Microseconds in a day of 24 hours.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Microseconds in an hour.
pub const MICROS_PER_HOUR: i64 = 3_600_000_000;
/// 2010-01-01T00:00:00Z. No log is older, so a record with an earlier time is wrong.
pub const EARLIEST: Instant = Instant(1_262_304_000_000_000);

/// A calendar date, as days since 1970-01-01 (Arrow's `date32`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i32);

impl Day {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range]
                .iter()
                .try_fold(0i32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
        };
        Day::from_date(number(0..4)?, number(5..7)?, number(8..10)?)
    }

    /// Returns the day of a year, month and day of the month, or `None` if there is no such date.
    pub fn from_date(year: i32, month: i32, day: i32) -> Option<Day> {
        let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(Day::of(date))
    }

    /// The day of a civil date.
    pub fn of(date: Date) -> Day {
        // The algorithm "days from civil": it counts eras of 400 years that begin in March.
        let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted - era * 400;
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Day(era * 146_097 + day_of_era - 719_468)
    }

    /// Returns the civil date of this day.
    pub fn date(self) -> Date {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days - era * 146_097;
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        Date::new(year as i16, month as i8, day as i8).unwrap_or(Date::MIN)
    }

    /// Returns the day `days` later, or earlier if the number is negative.
    pub fn plus(self, days: i32) -> Day {
        Day(self.0 + days)
    }

    /// Returns the first instant of this day in UTC.
    pub fn start_utc(self) -> Instant {
        Instant(i64::from(self.0) * MICROS_PER_DAY)
    }

    /// Iterates over every day from this one to `last`, both included.
    pub fn to(self, last: Day) -> impl DoubleEndedIterator<Item = Day> + Clone {
        (self.0..=last.0).map(Day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        f.pad(&format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A moment, as microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Instant(pub i64);

impl Instant {
    /// The UTC date of this moment.
    pub fn day_utc(self) -> Day {
        Day(self.0.div_euclid(MICROS_PER_DAY) as i32)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment}"),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

/// The time zone whose midnight ends a day.
#[derive(Clone)]
pub struct Zone {
    name: String,
    /// `None` for UTC, which needs no look-up.
    rules: Option<TimeZone>,
}

impl Zone {
    /// The zone of an IANA name; `None` if there is no such zone.
    pub fn named(name: &str) -> Option<Zone> {
        let rules = TimeZone::get(name).ok()?;
        let utc = matches!(name, "UTC" | "Etc/UTC");
        Some(Zone {
            name: name.to_owned(),
            rules: (!utc).then_some(rules),
        })
    }

    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone {
            name: "UTC".to_owned(),
            rules: None,
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calendar date of a moment in this zone.
    pub fn day_of(&self, at: Instant) -> Day {
        match (&self.rules, jiff::Timestamp::from_microsecond(at.0)) {
            (Some(rules), Ok(moment)) => {
                let offset = rules.to_offset(moment);
                Instant(at.0 + i64::from(offset.seconds()) * 1_000_000).day_utc()
            }
            _ => at.day_utc(),
        }
    }
}
