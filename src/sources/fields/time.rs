//! Reads every spelling of an instant that Microsoft's logs use.
//!
//! | spelling | seen in |
//! |---|---|
//! | `2007-01-09T09:41:00.6816663Z`, `2007-01-09T09:41:00Z` | azure-monitor, Graph: the usual ones, with their own fast path |
//! | `2007-01-09T09:41:00` | Management API (`CreationTime`), no zone: UTC |
//! | `2007-01-09 09:41:00`, `...+00:00`, `...+02:00` | exports; an offset may mean another day |
//! | `01/09/2007 09:41:00`, `1/9/2007 9:41:00 AM`, `1/9/2007 10:41:00 AM +01:00` | portal, Event Hubs: UTC without an offset; month or day first, see `date_order` |
//! | `1/9/2007, 9:41:00.123 AM`, `09/01/2007, 09:41:00`, `2007-01-09, 9:41:00 a.m.` | Log Analytics in the portal, as the browser's language has it |
//! | `2007/01/09 9:41:00`, `9.1.2007, 09:41:00` | the same, year first or in German and other languages: dots are always day first |
//! | `1/9/2007 9:41`, `09.01.2007 09:41` | a table that Excel saved: the seconds are gone |
//! | `/Date(1168335660000)/`, `/Date(1168335660000+0100)/` | Windows PowerShell: milliseconds since 1970 in UTC. The offset says where it was written, and changes nothing |
//!
//! Traps: a fraction has any number of digits, and is cut to microseconds, not rounded. 12 AM is
//! midnight; hours with AM or PM are 1 to 12. Newer browsers put a narrow no-break space before
//! them. A time without a day, or a day without a time, is no instant. Blanks around it are ignored.

use crate::domain::day::{Day, Instant, MICROS_PER_DAY, MICROS_PER_HOUR};

const MICROS_PER_MILLI: i64 = 1_000;
const MICROS_PER_MINUTE: i64 = 60_000_000;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// The instant that a text spells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelled {
    At(Instant),
    /// A date with slashes: the instant if the month stands first, and if the day does. At least
    /// one of them is there.
    Slashed {
        month_first: Option<Instant>,
        day_first: Option<Instant>,
        /// Whether the day stands first where nothing else decides: with a comma behind the date, a
        /// browser wrote it, and only that of Americans has `AM` and `PM` in capitals and the month
        /// first.
        is_day_usual: bool,
    },
}

/// The instant that a text spells. `None` for everything that is not one of the spellings above.
#[inline]
pub fn parse_instant(text: &[u8]) -> Option<Spelled> {
    if let Some(at) = usual(text) {
        return Some(Spelled::At(at));
    }
    any(text.trim_ascii())
}

/// The fast path: `YYYY-MM-DDTHH:MM:SS.fffffffZ`, the same without a fraction, or without a
/// fraction and `Z`; nothing else.
#[inline]
fn usual(text: &[u8]) -> Option<Instant> {
    let (text, rest) = text.split_first_chunk::<19>()?;
    let dividers = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if dividers.iter().any(|&(at, divider)| text[at] != divider) {
        return None;
    }
    let mut bad = 0u8;
    let mut number = |digits: &[u8]| {
        let mut sum = 0i64;
        for &byte in digits {
            let digit = byte.wrapping_sub(b'0');
            bad |= u8::from(digit > 9);
            sum = sum * 10 + i64::from(digit);
        }
        sum
    };
    let micros = match rest {
        b"" | b"Z" => 0,
        [b'.', fraction @ .., b'Z'] => {
            let [micros @ .., last]: &[u8; 7] = fraction.try_into().ok()?;
            number(&[*last]);
            number(micros)
        }
        _ => return None,
    };
    let (year, month, day) = (number(&text[0..4]), number(&text[5..7]), number(&text[8..10]));
    let (hour, minute, second) = (number(&text[11..13]), number(&text[14..16]), number(&text[17..19]));
    if bad != 0 {
        return None;
    }
    instant(year, month, day, clock(hour, minute, second)? + micros)
}

fn any(text: &[u8]) -> Option<Spelled> {
    if let Some(rest) = text.strip_prefix(b"/Date(") {
        return since_1970(rest.strip_suffix(b")/")?).map(Spelled::At);
    }
    let mut rest = Reader { text, at: 0 };
    let first = rest.number()?;
    let divider = rest.byte()?;
    let is_year_first = match (divider, first.1) {
        (b'-' | b'/', 4) => true,
        (b'/' | b'.', 1 | 2) => false,
        _ => return None,
    };
    let second = rest.number()?;
    rest.expect(divider)?;
    let third = rest.number()?;
    let is_iso = divider == b'-';
    let year_digits = if is_year_first { first.1 } else { third.1 };
    let day_digits = if is_year_first { third.1 } else { first.1 };
    if second.1 > 2 || day_digits > 2 || year_digits != 4 || (is_iso && (second.1 != 2 || day_digits != 2)) {
        return None;
    }
    let has_comma = rest.peek() == Some(b',');
    rest.at += usize::from(has_comma);
    match rest.byte()? {
        b' ' => {}
        b'T' | b't' if is_iso && !has_comma => {}
        _ => return None,
    }
    let (of_day, mark) = rest.clock(!is_iso || has_comma)?;
    let offset = rest.offset()?;
    if rest.at != text.len() {
        return None;
    }
    let on = |year, month, day| instant(year, month, day, of_day).map(|at| Instant(at.0 - offset));
    if is_year_first {
        return on(first.0, second.0, third.0).map(Spelled::At);
    }
    let (month_first, day_first) = (on(third.0, first.0, second.0), on(third.0, second.0, first.0));
    if divider == b'.' {
        return day_first.map(Spelled::At);
    }
    (month_first.is_some() || day_first.is_some()).then_some(Spelled::Slashed {
        month_first,
        day_first,
        is_day_usual: has_comma && mark != HalfDay::Capitals,
    })
}

/// How `AM` or `PM` is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HalfDay {
    Absent,
    Capitals,
    /// `am`, `a.m.`
    Other,
}

/// The instant of so many milliseconds since 1970, which may have an offset of four digits behind
/// them.
fn since_1970(text: &[u8]) -> Option<Instant> {
    /// The year 9999 has 15 digits.
    const MOST_DIGITS: usize = 15;
    let (sign, digits) = text.strip_prefix(b"-").map_or((1, text), |digits| (-1, digits));
    let (digits, offset) = match digits.iter().position(|byte| matches!(byte, b'+' | b'-')) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let are_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let is_time = (1..=MOST_DIGITS).contains(&digits.len()) && are_digits(digits);
    if !is_time || offset.is_some_and(|offset| offset.len() != 4 || !are_digits(offset)) {
        return None;
    }
    let millis = digits.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    Some(Instant(sign * millis * MICROS_PER_MILLI))
}

fn instant(year: i64, month: i64, day: i64, of_day: i64) -> Option<Instant> {
    let day = Day::from_date(year as i32, month as i32, day as i32)?;
    Some(Instant(i64::from(day.0) * MICROS_PER_DAY + of_day))
}

fn clock(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second < 60).then_some(hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND)
}

/// Reads a text from its beginning to its end.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then_some(())
    }

    /// A number of one to four digits, and how many digits it has.
    fn number(&mut self) -> Option<(i64, usize)> {
        let from = self.at;
        let mut sum = 0i64;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            sum = sum * 10 + i64::from(digit - b'0');
            self.at += 1;
            if self.at - from > 4 {
                return None;
            }
        }
        (self.at > from).then_some((sum, self.at - from))
    }

    /// Microseconds since midnight: `HH:MM:SS` and a fraction. If it is `written` for people, the
    /// hour may have one digit, the seconds may be missing, and AM or PM may follow.
    fn clock(&mut self, written: bool) -> Option<(i64, HalfDay)> {
        let hour = self.number()?;
        self.expect(b':')?;
        let minute = self.number()?;
        let (second, fraction) = if written && self.peek() != Some(b':') {
            ((0, 2), 0)
        } else {
            self.expect(b':')?;
            (self.number()?, self.fraction()?)
        };
        if hour.1 > 2 || (!written && hour.1 != 2) || minute.1 != 2 || second.1 != 2 {
            return None;
        }
        let (hour, mark) = if written {
            self.half_day(hour.0)?
        } else {
            (hour.0, HalfDay::Absent)
        };
        Some((clock(hour, minute.0, second.0)? + fraction, mark))
    }

    /// Microseconds of a fraction, cut after six digits; 0 where there is none.
    fn fraction(&mut self) -> Option<i64> {
        if self.peek() != Some(b'.') {
            return Some(0);
        }
        self.at += 1;
        let (mut micros, mut digits) = (0i64, 0);
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if digits < 6 {
                micros = micros * 10 + i64::from(digit - b'0');
            }
            digits += 1;
            self.at += 1;
        }
        (digits > 0).then(|| micros * 10i64.pow(6u32.saturating_sub(digits)))
    }

    /// The hour of the day, after an optional AM or PM behind a blank of some kind.
    fn half_day(&mut self, hour: i64) -> Option<(i64, HalfDay)> {
        const BLANKS: [&str; 3] = [" ", "\u{a0}", "\u{202f}"];
        const MARKS: [(&str, bool); 4] = [("AM", false), ("PM", true), ("a.m.", false), ("p.m.", true)];
        let rest = self.text.get(self.at..).unwrap_or_default();
        let begins = |text: &[u8], word: &str| {
            text.get(..word.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()))
        };
        let blank = BLANKS.iter().find(|blank| begins(rest, blank)).map_or(0, |blank| blank.len());
        let marked = &rest[blank..];
        let Some((mark, is_afternoon)) = MARKS.iter().find(|(mark, _)| blank > 0 && begins(marked, mark)) else {
            return Some((hour, HalfDay::Absent));
        };
        self.at += blank + mark.len();
        let spelled = if marked.starts_with(b"AM") || marked.starts_with(b"PM") {
            HalfDay::Capitals
        } else {
            HalfDay::Other
        };
        (1..=12)
            .contains(&hour)
            .then(|| (hour % 12 + if *is_afternoon { 12 } else { 0 }, spelled))
    }

    /// Microseconds east of UTC: nothing, `Z`, `+02:00`, `+0200`, each after an optional blank.
    fn offset(&mut self) -> Option<i64> {
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        let sign = match self.byte() {
            None => return Some(0),
            Some(b'Z' | b'z') => return Some(0),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        let (hours, minutes) = match self.number()? {
            (both, 4) => (both / 100, both % 100),
            (hours, 2) => {
                self.expect(b':')?;
                let minutes = self.number()?;
                (hours, if minutes.1 == 2 { minutes.0 } else { return None })
            }
            _ => return None,
        };
        Some(sign * clock(hours, minutes, 0)?)
    }
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
