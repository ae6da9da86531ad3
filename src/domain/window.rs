//! The window of 28 days as a bit pattern. Bit 0 is the day itself, bit 27 is 27 days earlier.

use crate::domain::day::Day;

/// Length of the window in days: D-27 to D, both included.
pub const WINDOW_DAYS: i32 = 28;
/// The bits that a pattern may have. Bits 28 to 31 are always 0.
pub const WINDOW_MASK: u32 = (1 << WINDOW_DAYS) - 1;

/// Moves a pattern on by one day: everything becomes one day older, and bit 0 says whether the new
/// day is set.
#[inline]
pub fn next(bits: u32, set: bool) -> u32 {
    (bits << 1 | u32::from(set)) & WINDOW_MASK
}

/// Returns the latest day of a pattern whose bit 0 is `day`, or `None` for an empty pattern.
#[inline]
pub fn last_day(bits: u32, day: Day) -> Option<Day> {
    (bits != 0).then(|| Day(day.0 - bits.trailing_zeros() as i32))
}

/// Returns the first day of the window of `day`.
pub fn first_day(day: Day) -> Day {
    day.plus(1 - WINDOW_DAYS)
}
