//! Days in a row as ranges, from the first to the last of them.

use crate::domain::day::Day;

/// Consecutive days of a sorted list, as ranges.
pub fn runs(days: &[Day]) -> Vec<(Day, Day)> {
    let mut runs: Vec<(Day, Day)> = Vec::new();
    for &day in days {
        match runs.last_mut() {
            Some((_, last)) if last.plus(1) >= day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    runs
}

/// A range of days in words.
pub fn range_text((first, last): (Day, Day)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}..{last}")
    }
}
