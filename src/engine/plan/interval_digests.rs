//! Digests of what is true from one day to another: who holds what, who is new. What begins or ends
//! on a day changes the digests from that day on and no others, so it makes exactly those days
//! stale.

use crate::domain::day::Day;
use crate::domain::digest::{Digest, SetDigest};

/// From the first day to the second one, which is no longer in it; `None`: always, for ever.
pub type Span = (Option<Day>, Option<Day>);

/// For each day from `first` to `last` the digest of the members whose spans have the day.
pub fn digests(members: impl Iterator<Item = (Digest, Span)>, first: Day, last: Day) -> Vec<Digest> {
    let days = (last.0 - first.0 + 1).max(0) as usize;
    let place = |day: Day| ((day.0.max(first.0) - first.0) as usize).min(days);
    let mut changes = vec![SetDigest::default(); days + 1];
    for (member, (from, until)) in members {
        let begin = from.map_or(0, place);
        changes[begin].add(member);
        if let Some(until) = until {
            changes[place(until).max(begin)].remove(member);
        }
    }
    let mut sum = SetDigest::default();
    changes[..days]
        .iter()
        .map(|change| {
            sum.add(change.digest());
            sum.digest()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_in_the_days_of_its_span_only() {
        let member = Digest(7);
        let days = |from: Option<i32>, until: Option<i32>| -> Vec<bool> {
            let digests = digests([(member, (from.map(Day), until.map(Day)))].into_iter(), Day(10), Day(13));
            digests.into_iter().map(|digest| digest == member).collect()
        };
        assert_eq!(days(None, None), [true; 4]);
        assert_eq!(days(Some(11), Some(13)), [false, true, true, false]);
        assert_eq!(days(Some(2), Some(11)), [true, false, false, false]);
        for nothing in [
            days(Some(12), Some(12)),
            days(Some(14), None),
            days(None, Some(10)),
            days(Some(1), Some(5)),
            days(Some(12), Some(11)),
        ] {
            assert_eq!(nothing, [false; 4]);
        }
    }
}
