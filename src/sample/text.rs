//! Small pieces of JSON: escaped text, ids in either case, times as the logs write them.

use std::fmt::{self, Write as _};

use crate::domain::day::Day;
use crate::domain::guid::Guid;

/// Text inside a JSON string. Quotes, backslashes and control characters are escaped.
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(place) = rest.find(|letter: char| letter == '"' || letter == '\\' || letter < ' ') {
            f.write_str(&rest[..place])?;
            match rest.as_bytes()[place] {
                b'\n' => f.write_str("\\n")?,
                letter @ (b'"' | b'\\') => write!(f, "\\{}", letter as char)?,
                letter => write!(f, "\\u{letter:04x}")?,
            }
            rest = &rest[place + 1..];
        }
        f.write_str(rest)
    }
}

/// An id in lower or upper case.
#[derive(Clone, Copy)]
pub struct Id(pub Guid, pub bool);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.text() {
            f.write_char(if self.1 { byte.to_ascii_uppercase() } else { byte } as char)?;
        }
        Ok(())
    }
}

/// Ticks of 100 ns in a second.
const TICKS: u64 = 10_000_000;

/// A time with the seven decimals of a second that Entra logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Moment {
    pub day: Day,
    /// Ticks of 100 ns since midnight in UTC.
    pub ticks: u64,
}

impl Moment {
    /// Returns a time within an hour of a day. The random `bits` choose which.
    pub fn in_hour(day: Day, hour: u32, bits: u64) -> Moment {
        Moment {
            day,
            ticks: u64::from(hour) * 3600 * TICKS + bits % (3600 * TICKS),
        }
    }

    /// Returns the time `seconds` later, within the same day.
    pub fn plus(self, seconds: u64) -> Moment {
        Moment {
            day: self.day,
            ticks: (self.ticks + seconds * TICKS).min(86_400 * TICKS - 1),
        }
    }

    /// Returns the hour of the day in UTC.
    pub fn hour(self) -> u32 {
        (self.ticks / TICKS / 3600) as u32
    }

    /// Writes the time as clocks two hours east of UTC do. Late in the evening the date differs.
    pub fn two_hours_east(self) -> String {
        let ticks = self.ticks + 7200 * TICKS;
        let local = Moment {
            day: self.day.plus((ticks / (86_400 * TICKS)) as i32),
            ticks: ticks % (86_400 * TICKS),
        };
        let utc = local.to_string();
        format!("{}+02:00", utc.trim_end_matches('Z'))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, fraction) = (self.ticks / TICKS, self.ticks % TICKS);
        write!(
            f,
            "{}T{:02}:{:02}:{:02}.{fraction:07}Z",
            self.day,
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}
