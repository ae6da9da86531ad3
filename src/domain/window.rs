//! The window of 28 days as a bit pattern: bit 0 is the day itself, bit 27 the day 27 days before
//! it.

use crate::domain::day::Day;

/// How many days a window has: D-27 ... D, both inclusive.
pub const WINDOW_DAYS: i32 = 28;
/// The bits that a pattern may have; 28 to 31 are always 0.
pub const WINDOW_MASK: u32 = (1 << WINDOW_DAYS) - 1;

/// The pattern of the next day: everything is one day older, and bit 0 says whether that day is
/// set.
#[inline]
pub fn next(bits: u32, set: bool) -> u32 {
    (bits << 1 | u32::from(set)) & WINDOW_MASK
}

/// The latest day of a pattern whose bit 0 is `day`; `None` for an empty pattern.
#[inline]
pub fn last_day(bits: u32, day: Day) -> Option<Day> {
    (bits != 0).then(|| Day(day.0 - bits.trailing_zeros() as i32))
}

/// The first day of the window of `day`.
pub fn first_day(day: Day) -> Day {
    day.plus(1 - WINDOW_DAYS)
}
