//! The rows of `license_holdings` in a compact form. A snapshot usually lists what the one before
//! listed, so the form grows with the number of users and hardly with the number of days.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, SetDigest};
use crate::domain::guid::Guid;
use crate::stages::received::license_holdings::LicenseHolding;

/// A set of days, one bit per day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySet {
    /// The number of the first word, counted from day 0.
    first: i32,
    words: Vec<u64>,
}

const BITS: i32 = 64;

impl DaySet {
    /// Adds a day. Returns whether it is new.
    pub fn insert(&mut self, day: Day) -> bool {
        let word = day.0.div_euclid(BITS);
        if self.words.is_empty() {
            self.first = word;
        }
        if word < self.first {
            let more = vec![0; (self.first - word) as usize];
            self.words.splice(0..0, more);
            self.first = word;
        }
        let at = (word - self.first) as usize;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        let bit = 1 << day.0.rem_euclid(BITS);
        let is_new = self.words[at] & bit == 0;
        self.words[at] |= bit;
        is_new
    }

    pub fn has(&self, day: Day) -> bool {
        let word = usize::try_from(day.0.div_euclid(BITS) - self.first)
            .ok()
            .and_then(|at| self.words.get(at));
        word.is_some_and(|word| word & (1 << day.0.rem_euclid(BITS)) != 0)
    }

    /// Returns the latest day that is not after `day`.
    pub fn latest(&self, day: Day) -> Option<Day> {
        let last = day.0.div_euclid(BITS);
        let up_to_day = u64::MAX >> (BITS - 1 - day.0.rem_euclid(BITS));
        let words = self.words.iter().enumerate().rev();
        let words = words
            .map(|(at, word)| (self.first + at as i32, *word))
            .filter(|(at, _)| *at <= last);
        let mut kept = words.map(|(at, word)| (at, if at == last { word & up_to_day } else { word }));
        let (at, word) = kept.find(|(_, word)| *word != 0)?;
        Some(Day(at * BITS + word.ilog2() as i32))
    }

    /// Iterates over the days in order.
    pub fn iter(&self) -> impl Iterator<Item = Day> + '_ {
        self.words.iter().zip(self.first..).flat_map(|(word, at)| {
            let bits = (0..BITS).filter(move |bit| word & (1 << bit) != 0);
            bits.map(move |bit| Day(at * BITS + bit))
        })
    }
}

/// The days on which one user is listed, by SKU.
pub type ListedUser = BTreeMap<Guid, DaySet>;

/// All users who were ever listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListedHolders {
    holders: BTreeMap<Guid, BTreeMap<String, ListedUser>>,
    rows: SetDigest,
}

impl ListedHolders {
    /// Adds rows in any order. Copies count once.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a LicenseHolding>) -> ListedHolders {
        let mut listed = ListedHolders::default();
        rows.into_iter().for_each(|row| listed.add(row));
        listed
    }

    /// Adds a row. A copy changes nothing.
    pub fn add(&mut self, row: &LicenseHolding) {
        let users = self.holders.entry(row.tenant_id).or_default();
        let user = match users.get_mut(&row.user_id) {
            Some(user) => user,
            None => users.entry(row.user_id.clone()).or_default(),
        };
        if user.entry(row.sku_id).or_default().insert(row.day) {
            self.rows.add(row.digest());
        }
    }

    /// Returns a digest of all rows.
    pub fn rows(&self) -> Digest {
        self.rows.digest()
    }

    /// Iterates over the users in order.
    pub fn users(&self) -> impl Iterator<Item = ((Guid, &str), &ListedUser)> {
        self.holders
            .iter()
            .flat_map(|(tenant, users)| users.iter().map(|(user, listed)| ((*tenant, user.as_str()), listed)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends by panicking")]
mod tests {
    use super::*;

    fn row(day: i32, file: &str) -> LicenseHolding {
        LicenseHolding {
            tenant_id: Guid::parse(b"14684873-1cf9-4327-b32f-79999632c01b").unwrap(),
            day: Day(day),
            user_id: "user".to_owned(),
            sku_id: Guid::parse(b"05e9a617-0261-4cee-bb44-138d3ef5d965").unwrap(),
            source_file: file.to_owned(),
        }
    }

    #[test]
    fn days_are_a_set_whatever_the_order() {
        let numbers = [20_000, 63, 64, -1, 0, 19_999, 20_000];
        let mut days = DaySet::default();
        let new: Vec<bool> = numbers.iter().map(|day| days.insert(Day(*day))).collect();
        assert_eq!(new, [true, true, true, true, true, true, false]);
        let found: Vec<i32> = days.iter().map(|day| day.0).collect();
        assert_eq!(found, [-1, 0, 63, 64, 19_999, 20_000]);
        assert!(found.iter().all(|day| days.has(Day(*day))));
        assert!(![-64, -2, 1, 62, 65, 20_001, 40_000].iter().any(|day| days.has(Day(*day))));
        assert!(!DaySet::default().has(Day(0)));
        let latest = |day: i32| days.latest(Day(day)).map(|day| day.0);
        assert_eq!(
            [-2, -1, 1, 62, 63, 19_998, 20_000, 40_000].map(latest),
            [None, Some(-1), Some(0), Some(0), Some(63), Some(64), Some(20_000), Some(20_000)]
        );
        assert_eq!(DaySet::default().latest(Day(0)), None);
    }

    #[test]
    fn copies_count_once_and_the_order_does_not_matter() {
        let one = ListedHolders::of(&[row(1, "a"), row(2, "a"), row(1, "b")]);
        let other = ListedHolders::of(&[row(1, "b"), row(2, "b")]);
        assert_eq!(one, other);
        assert_ne!(one.rows(), ListedHolders::of(&[row(1, "a")]).rows());
    }
}
