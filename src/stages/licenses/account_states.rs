//! `account_states`: from when to when an account was disabled, and somebody waited for a seat.
//!
//! Both are known from snapshots of holdings only, so they change on days of snapshots:
//!
//! | on a day | if |
//! |---|---|
//! | an account is disabled | the latest snapshot that says whether it is enabled says that it is not |
//! | a user waits for a SKU | the latest snapshot that lists the SKU for the user says so, and the user has had the SKU at the end of no day since |
//!
//! A complete snapshot that does not list the user, or not the SKU, ends what the ones before it
//! said: whoever has no license has no seat to give back, and waits for none.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::kinds::AccountState;
use crate::stages::licenses::assignments::{ASSIGNMENTS, Assignment};
use crate::stages::licenses::listed_holders::{ListedAccount, ListedHolders, ListedSeat, ListedUser};
use crate::stages::received::license_holdings::LICENSE_HOLDINGS;
use crate::stages::received::snapshots::{HoldingsSnapshot, SNAPSHOTS};
use crate::warehouse::table::table;

table! {
    /// An account is disabled, or its user waits for a seat, from one day to another.
    ACCOUNT_STATES = "account_states", version 1, Whole, sharded,
        feeds [LicenseChanges, LicenseHoldings],
        from History [LICENSE_HOLDINGS, SNAPSHOTS, ASSIGNMENTS],
        settings [Zone];
    AccountSpan {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "whose account it is",
        @key sku_id: Option<Guid> = "the product that the user waits for; null: it is about the account",
        @key state: AccountState = "disabled or waiting",
        @key from_day: Day = "the snapshot that says so first",
        until_day: Option<Day> = "the first day on which it is over; null: it is not",
    }
}

impl AccountSpan {
    /// Whether it is so at the end of `day`.
    fn has(&self, day: Day) -> bool {
        self.from_day <= day && self.until_day.is_none_or(|until| until > day)
    }

    /// Whether the account is disabled at the end of `day`.
    pub fn is_disabled(&self, day: Day) -> bool {
        self.state == AccountState::Disabled && self.has(day)
    }

    /// Whether the user waits for a seat at the end of `day`.
    pub fn waits(&self, day: Day) -> bool {
        self.state == AccountState::Waiting && self.has(day)
    }

    /// Digest of what it says, without the days.
    pub fn state_digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher.bytes(&self.tenant_id.bytes()).text(&self.user_id).text(self.state.name());
        hasher.bytes(&self.sku_id.map(Guid::bytes).unwrap_or_default()).finish()
    }
}

/// Where the spans of one account are in the rows of a shard, which are in the order of their key.
pub fn places_of_user(spans: &[AccountSpan], tenant: Guid, user: &str) -> std::ops::Range<usize> {
    let key = |span: &AccountSpan| (span.tenant_id, span.user_id.as_str()).cmp(&(tenant, user));
    let begin = spans.partition_point(|span| key(span).is_lt());
    begin..begin + spans[begin..].partition_point(|span| key(span).is_eq())
}

/// Finds the spans of users who are asked for in the order of the key, in one pass over the rows.
pub struct AccountCursor<'a>(&'a [AccountSpan]);

impl<'a> AccountCursor<'a> {
    /// `spans` are in the order of their key.
    pub fn new(spans: &'a [AccountSpan]) -> AccountCursor<'a> {
        AccountCursor(spans)
    }

    /// The spans of a user. Whoever comes before cannot be asked for any more.
    pub fn of(&mut self, tenant: Guid, user: &str) -> &'a [AccountSpan] {
        let key = |span: &AccountSpan| (span.tenant_id, span.user_id.as_str()).cmp(&(tenant, user));
        let before = self.0.iter().take_while(|span| key(span).is_lt()).count();
        self.0 = &self.0[before..];
        let mine = self.0.iter().take_while(|span| key(span).is_eq()).count();
        &self.0[..mine]
    }
}

/// How many users of a customer wait for which SKU at the end of a day. `spans` are those of a shard,
/// in the order of their key. A user waits for a SKU at most once at a time.
pub fn waiting_by_sku(spans: &[AccountSpan], tenant: Guid, day: Day) -> BTreeMap<Guid, i64> {
    let begin = spans.partition_point(|span| span.tenant_id < tenant);
    let of_tenant = spans[begin..].iter().take_while(|span| span.tenant_id == tenant);
    let mut users = BTreeMap::new();
    for sku in of_tenant.filter(|span| span.waits(day)).filter_map(|span| span.sku_id) {
        *users.entry(sku).or_default() += 1;
    }
    users
}

/// Whether an account is disabled at the end of a day, by its spans.
pub fn is_disabled(of_user: &[AccountSpan], day: Day) -> bool {
    of_user.iter().any(|span| span.is_disabled(day))
}

/// Builds the spans of all users. `snapshots` and `assignments` are sorted by key.
pub fn build(listed: &ListedHolders, snapshots: &[HoldingsSnapshot], assignments: &[Assignment]) -> Vec<AccountSpan> {
    let mut rows = Vec::new();
    for ((tenant, user), listed) in listed.users().filter(|(_, listed)| listed.has_account_days()) {
        let begin = snapshots.partition_point(|snapshot| snapshot.tenant < tenant);
        let end = begin + snapshots[begin..].partition_point(|snapshot| snapshot.tenant == tenant);
        let mut history = History {
            tenant,
            user,
            listed,
            snapshots: &snapshots[begin..end],
            rows: &mut rows,
        };
        if listed.was_disabled() {
            history.add_disabled();
        }
        let key = |row: &Assignment| (row.tenant_id, row.user_id.as_str()).cmp(&(tenant, user));
        let begin = assignments.partition_point(|row| key(row).is_lt());
        let end = begin + assignments[begin..].partition_point(|row| key(row).is_eq());
        for sku in listed.waited_for() {
            history.add_waiting(sku, &assignments[begin..end]);
        }
    }
    rows
}

/// What was said of one user.
struct History<'a> {
    tenant: Guid,
    user: &'a str,
    listed: &'a ListedUser,
    /// Those of the customer.
    snapshots: &'a [HoldingsSnapshot],
    rows: &'a mut Vec<AccountSpan>,
}

impl History<'_> {
    fn add_disabled(&mut self) {
        let mut since = None;
        for snapshot in self.snapshots {
            match (self.listed.account(snapshot.day), since) {
                (ListedAccount::Disabled, None) => since = Some(snapshot.day),
                (ListedAccount::Enabled, Some(from)) => {
                    self.add(None, AccountState::Disabled, from, Some(snapshot.day));
                    since = None;
                }
                (ListedAccount::Missing, Some(from)) if snapshot.complete => {
                    self.add(None, AccountState::Disabled, from, Some(snapshot.day));
                    since = None;
                }
                _ => {}
            }
        }
        if let Some(from) = since {
            self.add(None, AccountState::Disabled, from, None);
        }
    }

    fn add_waiting(&mut self, sku: Guid, assignments: &[Assignment]) {
        // The day from which the user waits, and the one on which a seat comes.
        let mut waits: Option<(Day, Option<Day>)> = None;
        for snapshot in self.snapshots {
            let day = snapshot.day;
            let says = match self.listed.seat(sku, day) {
                ListedSeat::Missing if !snapshot.complete => continue,
                says => says,
            };
            let from = match waits.take() {
                Some((from, None)) => Some(from),
                Some((from, Some(seat))) if seat < day => {
                    self.add(Some(sku), AccountState::Waiting, from, Some(seat));
                    None
                }
                Some((from, Some(_))) => Some(from),
                None => None,
            };
            let seat = first_day_with(sku, assignments, day);
            let still = says == ListedSeat::Waiting && seat != Some(day);
            match (from, still) {
                (from, true) => waits = Some((from.unwrap_or(day), seat)),
                (Some(from), false) => self.add(Some(sku), AccountState::Waiting, from, Some(day)),
                (None, false) => {}
            }
        }
        if let Some((from, until)) = waits {
            self.add(Some(sku), AccountState::Waiting, from, until);
        }
    }

    fn add(&mut self, sku_id: Option<Guid>, state: AccountState, from_day: Day, until_day: Option<Day>) {
        self.rows.push(AccountSpan {
            tenant_id: self.tenant,
            user_id: self.user.to_owned(),
            sku_id,
            state,
            from_day,
            until_day,
        });
    }
}

/// The first day from `day` on at whose end the user has the SKU.
fn first_day_with(sku: Guid, of_user: &[Assignment], day: Day) -> Option<Day> {
    let of_sku = of_user.iter().filter(|row| row.sku_id == sku);
    let first = of_sku.filter_map(|row| {
        let first = row.assigned_day.map_or(day, |assigned| assigned.max(day));
        row.has(first).then_some(first)
    });
    first.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::Opened;
    use crate::stages::received::license_holdings::LicenseHolding;

    const TENANT: Guid = Guid(1);
    const SKU: Guid = Guid(7);

    /// A row of user `u` on a day.
    fn row(day: i32, account_enabled: Option<bool>, waiting: bool) -> LicenseHolding {
        LicenseHolding {
            tenant_id: TENANT,
            day: Day(day),
            user_id: "u".to_owned(),
            sku_id: SKU,
            source_file: String::new(),
            account_enabled,
            waiting,
        }
    }

    /// What is built of rows, snapshots (day, whether it is complete) and assignments.
    fn spans(rows: &[LicenseHolding], snapshots: &[(i32, bool)], assigned: &[(i32, Option<i32>)]) -> Vec<(&'static str, i32, Option<i32>)> {
        let snapshot = |(day, complete): &(i32, bool)| HoldingsSnapshot {
            tenant: TENANT,
            day: Day(*day),
            complete: *complete,
        };
        let snapshots: Vec<HoldingsSnapshot> = snapshots.iter().map(snapshot).collect();
        let assignment = |(from, until): &(i32, Option<i32>)| Assignment {
            tenant_id: TENANT,
            user_id: "u".to_owned(),
            sku_id: SKU,
            assigned_day: Some(Day(*from)),
            removed_day: until.map(Day),
            source: Opened::Event,
        };
        let assignments: Vec<Assignment> = assigned.iter().map(assignment).collect();
        let built = build(&ListedHolders::of(rows), &snapshots, &assignments);
        assert_eq!(places_of_user(&built, TENANT, "u"), 0..built.len());
        let mut cursor = AccountCursor::new(&built);
        assert_eq!(
            [cursor.of(TENANT, "t"), cursor.of(TENANT, "u"), cursor.of(TENANT, "v")],
            [&[], built.as_slice(), &[]]
        );
        let days = |row: &AccountSpan| (row.state.name(), row.from_day.0, row.until_day.map(|day| day.0));
        built.iter().map(days).collect()
    }

    #[test]
    fn an_account_is_disabled_until_a_snapshot_says_that_it_is_enabled() {
        let enabled = |day: i32, enabled: Option<bool>| row(day, enabled, false);
        let rows = [
            enabled(10, Some(true)),
            enabled(12, Some(false)),
            enabled(14, None),
            enabled(16, Some(true)),
            enabled(18, Some(false)),
        ];
        let all = [(10, true), (12, true), (14, true), (16, true), (18, true)];
        assert_eq!(spans(&rows, &all, &[]), [("disabled", 12, Some(16)), ("disabled", 18, None)]);
        // Whatever the order in which they came in.
        let reversed: Vec<LicenseHolding> = rows.iter().rev().cloned().collect();
        assert_eq!(spans(&reversed, &all, &[]), spans(&rows, &all, &[]));
    }

    #[test]
    fn two_rows_of_a_day_that_disagree_call_the_account_enabled() {
        for (one, other) in [(Some(false), Some(true)), (Some(true), Some(false)), (Some(true), None)] {
            assert_eq!(spans(&[row(10, one, false), row(10, other, false)], &[(10, true)], &[]), []);
        }
        let unsaid = [row(10, None, false), row(10, Some(false), false)];
        assert_eq!(spans(&unsaid, &[(10, true)], &[]), [("disabled", 10, None)]);
    }

    #[test]
    fn only_a_complete_snapshot_without_the_user_ends_what_was_said() {
        let rows = [row(10, Some(false), true)];
        let days = [(10, true), (12, false), (14, true)];
        assert_eq!(spans(&rows, &days, &[]), [("disabled", 10, Some(14)), ("waiting", 10, Some(14))]);
        assert_eq!(spans(&rows, &days[..2], &[]), [("disabled", 10, None), ("waiting", 10, None)]);
    }

    #[test]
    fn somebody_waits_until_a_seat_comes() {
        let waits = |day: i32| row(day, None, true);
        let days = [(10, true), (12, true)];
        assert_eq!(spans(&[waits(10), waits(12)], &days, &[]), [("waiting", 10, None)]);
        // An event between two lists, and the list is older than it.
        assert_eq!(spans(&[waits(10)], &days[..1], &[(11, None)]), [("waiting", 10, Some(11))]);
        assert_eq!(spans(&[waits(10)], &days[..1], &[(11, Some(13))]), [("waiting", 10, Some(11))]);
        // On the day of the list there is one already.
        assert_eq!(spans(&[waits(10)], &days[..1], &[(9, None)]), []);
        assert_eq!(spans(&[waits(10)], &days[..1], &[(9, Some(10))]), [("waiting", 10, None)]);
        // A seat that came and went before the next list says again who waits.
        assert_eq!(
            spans(&[waits(10), waits(14)], &[(10, true), (14, true)], &[(11, Some(13))]),
            [("waiting", 10, Some(11)), ("waiting", 14, None)]
        );
        // Who holds the SKU by another list of the day does not wait for it.
        assert_eq!(
            spans(&[waits(10), row(12, None, false), waits(12)], &days, &[(12, None)]),
            [("waiting", 10, Some(12))]
        );
    }
}
