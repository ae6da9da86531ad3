//! The rows of `license_holdings` in a compact form. A snapshot usually lists what the one before
//! listed, so the form grows with the number of users and hardly with the number of days. Most
//! accounts are enabled wherever they are listed: only the days that say something else are stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher, SetDigest};
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

    /// Takes a day out.
    fn remove(&mut self, day: Day) {
        let at = usize::try_from(day.0.div_euclid(BITS) - self.first).ok();
        if let Some(word) = at.and_then(|at| self.words.get_mut(at)) {
            *word &= !(1 << day.0.rem_euclid(BITS));
        }
    }

    fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
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

/// The days of the snapshots that list one user, and what they say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListedUser {
    /// The SKUs that the user holds.
    pub held: BTreeMap<Guid, DaySet>,
    /// The SKUs that the user waits for, as some row of the day says.
    waiting: BTreeMap<Guid, DaySet>,
    /// The days on which no row says whether the account is enabled.
    unsaid: DaySet,
    /// The days on which a row calls the account disabled, and none calls it enabled.
    disabled: DaySet,
}

/// What the snapshot of a day says of an account. Of several rows the last in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListedAccount {
    /// The user is not listed.
    Missing,
    /// The user is listed, and nothing is said.
    Unsaid,
    Disabled,
    Enabled,
}

/// What the snapshot of a day says of a user and a SKU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedSeat {
    Missing,
    Waiting,
    Held,
}

impl ListedUser {
    /// Returns whether the user was ever listed as disabled, or as waiting for a SKU.
    pub fn has_account_days(&self) -> bool {
        !self.disabled.is_empty() || !self.waiting.is_empty()
    }

    /// The SKUs that the user ever waited for.
    pub fn waited_for(&self) -> impl Iterator<Item = Guid> {
        self.waiting.keys().copied()
    }

    /// Whether the user was ever listed as disabled.
    pub fn was_disabled(&self) -> bool {
        !self.disabled.is_empty()
    }

    pub fn seat(&self, sku: Guid, day: Day) -> ListedSeat {
        let has = |skus: &BTreeMap<Guid, DaySet>| skus.get(&sku).is_some_and(|days| days.has(day));
        match (has(&self.held), has(&self.waiting)) {
            (true, _) => ListedSeat::Held,
            (false, true) => ListedSeat::Waiting,
            (false, false) => ListedSeat::Missing,
        }
    }

    pub fn account(&self, day: Day) -> ListedAccount {
        if !self.held.values().chain(self.waiting.values()).any(|days| days.has(day)) {
            ListedAccount::Missing
        } else if self.unsaid.has(day) {
            ListedAccount::Unsaid
        } else if self.disabled.has(day) {
            ListedAccount::Disabled
        } else {
            ListedAccount::Enabled
        }
    }

    /// Adds a row. Returns whether it is a holding that was not known.
    fn add(&mut self, row: &LicenseHolding) -> bool {
        let before = self.account(row.day);
        let says = match row.account_enabled {
            None => ListedAccount::Unsaid,
            Some(false) => ListedAccount::Disabled,
            Some(true) => ListedAccount::Enabled,
        };
        if says > before {
            self.unsaid.remove(row.day);
            self.disabled.remove(row.day);
            match says {
                ListedAccount::Unsaid => {
                    self.unsaid.insert(row.day);
                }
                ListedAccount::Disabled => {
                    self.disabled.insert(row.day);
                }
                ListedAccount::Missing | ListedAccount::Enabled => {}
            }
        }
        let skus = if row.waiting { &mut self.waiting } else { &mut self.held };
        let is_new = skus.entry(row.sku_id).or_default().insert(row.day);
        is_new && !row.waiting
    }

    /// Adds everything that decides about the account and who waits. What is said of accounts that
    /// nobody ever called disabled decides nothing.
    fn add_account_days(&self, hasher: &mut Hasher) {
        let mut add = |days: &DaySet| {
            days.iter().for_each(|day| {
                hasher.number(i64::from(day.0));
            });
            hasher.number(i64::MAX);
        };
        add(&self.disabled);
        if self.was_disabled() {
            add(&self.unsaid);
        }
        for (sku, days) in &self.waiting {
            hasher.bytes(&sku.bytes());
            days.iter().for_each(|day| {
                hasher.number(i64::from(day.0));
            });
            hasher.number(i64::MAX);
        }
    }
}

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
        if user.add(row) {
            self.rows.add(row.digest());
        }
    }

    /// Returns a digest of all holdings.
    pub fn rows(&self) -> Digest {
        self.rows.digest()
    }

    /// Returns a digest of what is known of accounts and of who waits, besides the holdings.
    pub fn accounts(&self) -> Digest {
        let mut hasher = Hasher::new();
        for ((tenant, user), listed) in self.users().filter(|(_, listed)| listed.has_account_days()) {
            hasher.bytes(&tenant.bytes()).text(user);
            listed.add_account_days(&mut hasher);
        }
        hasher.finish()
    }

    /// Iterates over the users in order.
    pub fn users(&self) -> impl Iterator<Item = ((Guid, &str), &ListedUser)> {
        self.holders
            .iter()
            .flat_map(|(tenant, users)| users.iter().map(|(user, listed)| ((*tenant, user.as_str()), listed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: i32, file: &str) -> LicenseHolding {
        LicenseHolding {
            tenant_id: Guid::parse(b"14684873-1cf9-4327-b32f-79999632c01b").unwrap(),
            day: Day(day),
            user_id: "user".to_owned(),
            sku_id: Guid::parse(b"05e9a617-0261-4cee-bb44-138d3ef5d965").unwrap(),
            source_file: file.to_owned(),
            account_enabled: Some(true),
            waiting: false,
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
