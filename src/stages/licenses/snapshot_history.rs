//! All snapshots of subscriptions in a compact form, and the days of the lists of users. A snapshot usually lists what the one before
//! listed, so the form grows with the changes and hardly with the days.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::domain::subscription::{Renewal, Seller, State, Term};
use crate::stages::licenses::listed_holders::DaySet;
use crate::stages::received::snapshots::SnapshotFile;
use crate::stages::received::subscription_snapshots::SnapshotSubscription;

/// A subscription as a snapshot lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedSubscription {
    pub subscription_id: String,
    pub sku_id: Guid,
    pub seats: i64,
    pub state: State,
    pub is_trial: bool,
    pub owner_tenant_id: Option<String>,
    pub seller: Option<Seller>,
    pub ends_on: Option<Day>,
    pub renewal: Renewal,
}

/// Day of a snapshot -> number of its list.
type ListByDay = BTreeMap<Day, u32>;

/// The snapshots of all customers and sources.
#[derive(Default)]
pub struct SnapshotHistory {
    /// The distinct lists, each in the order of files and lines.
    lists: Vec<Vec<ListedSubscription>>,
    numbers: FxHashMap<Digest, u32>,
    taken: BTreeMap<(Guid, String), ListByDay>,
    /// For each customer, the days of the lists of users with their licenses.
    holdings: BTreeMap<Guid, DaySet>,
}

/// Identifies a snapshot: tenant, source, day.
type Key = (Guid, String, Day);

impl SnapshotHistory {
    /// Adds snapshots, each with all its files. Returns `false` and adds nothing if one of them is
    /// already there.
    pub fn add(&mut self, files: &[SnapshotFile], mut rows: Vec<SnapshotSubscription>) -> bool {
        let mut new: BTreeMap<Key, Vec<ListedSubscription>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.feed == Feed::Subscriptions.name() && file.readable) {
            new.entry((file.tenant_id, file.source.clone(), file.day)).or_default();
        }
        rows.sort_by(|a, b| (&a.source_file, a.source_line, a.source_record).cmp(&(&b.source_file, b.source_line, b.source_record)));
        for row in rows {
            let key = (row.tenant_id, row.source.clone(), row.snapshot_day);
            if let Some(list) = new.get_mut(&key) {
                list.push(ListedSubscription::from(row));
            } else if self.knows(&key) {
                return false;
            }
        }
        if new.keys().any(|key| self.knows(key)) {
            return false;
        }
        for file in files
            .iter()
            .filter(|file| file.feed == Feed::LicenseHoldings.name() && file.readable)
        {
            self.holdings.entry(file.tenant_id).or_default().insert(file.day);
        }
        for ((tenant, source, day), list) in new {
            let number = self.number(list);
            self.taken.entry((tenant, source)).or_default().insert(day, number);
        }
        true
    }

    fn knows(&self, (tenant, source, day): &Key) -> bool {
        let of_source = self.taken.get(&(*tenant, source.clone()));
        of_source.is_some_and(|days| days.contains_key(day))
    }

    fn number(&mut self, list: Vec<ListedSubscription>) -> u32 {
        let mut hasher = Hasher::new();
        list.iter().for_each(|listed| listed.add_to(&mut hasher));
        let lists = &mut self.lists;
        *self.numbers.entry(hasher.finish()).or_insert_with(|| {
            lists.push(list);
            lists.len() as u32 - 1
        })
    }

    /// Iterates over customers and sources: the days of their snapshots, and the number of each
    /// list.
    pub fn by_source(&self) -> impl Iterator<Item = (Guid, &str, &BTreeMap<Day, u32>)> {
        self.taken.iter().map(|((tenant, source), days)| (*tenant, source.as_str(), days))
    }

    /// Iterates over the customers with any list of users, and the days of these lists.
    pub fn holdings(&self) -> impl Iterator<Item = (Guid, &DaySet)> {
        self.holdings.iter().map(|(tenant, days)| (*tenant, days))
    }

    /// Returns the day of the earliest snapshot of subscriptions.
    pub fn first_day(&self) -> Option<Day> {
        self.taken.values().filter_map(|days| days.keys().next().copied()).min()
    }

    /// Returns a list by its number.
    pub fn list(&self, number: u32) -> &[ListedSubscription] {
        self.lists.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// Returns the form that can be serialized.
    pub fn to_cached(&self) -> CachedSnapshots {
        let runs = |days: &ListByDay| {
            let mut runs: Vec<DaysOfList> = Vec::new();
            for (day, list) in days {
                match runs.last_mut() {
                    Some((first, count, same)) if same == list && first.plus(*count) == *day => *count += 1,
                    _ => runs.push((*day, 1, *list)),
                }
            }
            runs
        };
        let taken = self.by_source();
        CachedSnapshots {
            lists: self.lists.clone(),
            taken: taken
                .map(|(tenant, source, days)| (tenant, source.to_owned(), runs(days)))
                .collect(),
            holdings: self.holdings.clone(),
        }
    }

    /// Restores a serialized value. Returns `None` if it is damaged.
    pub fn from_cached(cached: CachedSnapshots) -> Option<SnapshotHistory> {
        let mut found = SnapshotHistory {
            holdings: cached.holdings,
            ..SnapshotHistory::default()
        };
        for list in cached.lists {
            let (count, number) = (found.lists.len(), found.number(list));
            if number as usize != count {
                return None;
            }
        }
        for (tenant, source, runs) in cached.taken {
            let days = found.taken.entry((tenant, source)).or_default();
            for (first, count, list) in runs {
                if list as usize >= found.lists.len() {
                    return None;
                }
                days.extend((first.0..first.0.checked_add(count)?).map(|day| (Day(day), list)));
            }
        }
        Some(found)
    }
}

/// [`SnapshotHistory`] in serialized form. Consecutive days with the same list are one entry.
#[derive(Serialize, Deserialize)]
pub struct CachedSnapshots {
    lists: Vec<Vec<ListedSubscription>>,
    taken: Vec<(Guid, String, Vec<DaysOfList>)>,
    holdings: BTreeMap<Guid, DaySet>,
}

/// The first day, the number of days, and the number of their list.
type DaysOfList = (Day, i32, u32);

impl ListedSubscription {
    fn add_to(&self, hasher: &mut Hasher) {
        let optional = |text: Option<&str>, hasher: &mut Hasher| {
            hasher.number(i64::from(text.is_some())).text(text.unwrap_or_default());
        };
        hasher.text(&self.subscription_id).bytes(&self.sku_id.bytes()).number(self.seats);
        hasher.text(self.state.name()).number(i64::from(self.is_trial));
        optional(self.owner_tenant_id.as_deref(), hasher);
        optional(self.seller.map(Seller::name), hasher);
        hasher.day(self.ends_on);
        let renewal = &self.renewal;
        hasher.day(renewal.created_on).day(renewal.renews_on);
        optional(renewal.term.map(Term::name), hasher);
        hasher.number(renewal.auto_renew.map_or(-1, i64::from));
    }
}

impl From<SnapshotSubscription> for ListedSubscription {
    fn from(row: SnapshotSubscription) -> ListedSubscription {
        let renewal = row.renewal();
        ListedSubscription {
            subscription_id: row.subscription_id,
            sku_id: row.sku_id,
            seats: row.seats,
            state: row.state,
            is_trial: row.is_trial,
            owner_tenant_id: row.owner_tenant_id,
            seller: row.seller,
            ends_on: row.ends_on,
            renewal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A raw file: its partition, source and day of the snapshot, the seats of what it lists, and
    /// whether it could be read.
    type File = (usize, u128, u8, i32, Vec<i64>, bool);

    fn of_files<'f>(files: impl Iterator<Item = (usize, &'f File)>) -> (Vec<SnapshotFile>, Vec<SnapshotSubscription>) {
        let (mut snapshots, mut rows) = (Vec::new(), Vec::new());
        for (number, (_, tenant, source, day, seats, readable)) in files {
            let (tenant_id, source, day) = (Guid(*tenant), format!("source {source}"), Day(*day));
            let source_file = format!("file {number}");
            snapshots.push(SnapshotFile {
                feed: Feed::Subscriptions.name().to_owned(),
                source: source.clone(),
                tenant_id,
                day,
                source_file: source_file.clone(),
                readable: *readable,
                rejected: false,
                announces_next: false,
                listed: None,
                seats: None,
            });
            for (seats, line) in seats.iter().zip(1..).filter(|_| *readable) {
                rows.push(SnapshotSubscription {
                    source: source.clone(),
                    tenant_id,
                    snapshot_day: day,
                    subscription_id: format!("subscription {line}"),
                    source_file: source_file.clone(),
                    source_line: line,
                    source_record: 0,
                    sku_id: Guid(1),
                    seats: *seats,
                    state: State::Active,
                    is_trial: seats % 2 == 1,
                    owner_tenant_id: (*seats == 2).then(|| "owner".to_owned()),
                    seller: (*seats == 3).then_some(Seller::Own),
                    ends_on: (*seats == 1).then_some(Day(20_000)),
                    created_on: (*seats == 2).then_some(Day(19_000)),
                    renews_on: (*seats == 1).then_some(Day(20_000)),
                    term: (*seats == 3).then_some(Term::Year),
                    auto_renew: (*seats > 1).then_some(seats % 2 == 0),
                });
            }
        }
        (snapshots, rows)
    }

    fn view(taken: &SnapshotHistory) -> BTreeMap<Key, Vec<ListedSubscription>> {
        let of_source = |(tenant, source, days): (Guid, &str, &ListByDay)| {
            let lists = days.iter().map(|(day, list)| (*day, taken.list(*list).to_vec()));
            lists
                .map(|(day, list)| ((tenant, source.to_owned(), day), list))
                .collect::<Vec<_>>()
        };
        taken.by_source().flat_map(of_source).collect()
    }

    proptest! {
        #[test]
        fn partition_by_partition_is_all_at_once_and_what_is_kept_is_what_was(
            files in proptest::collection::vec(
                (0usize..4, 0u128..2, 0u8..2, 0i32..6, proptest::collection::vec(0i64..4, 0..3), proptest::bool::weighted(0.9)),
                0..12,
            ),
        ) {
            let (snapshots, rows) = of_files(files.iter().enumerate());
            let mut at_once = SnapshotHistory::default();
            prop_assert!(at_once.add(&snapshots, rows));
            let mut in_portions = SnapshotHistory::default();
            for partition in 0..4 {
                let (new, rows) = of_files(files.iter().enumerate().filter(|(_, file)| file.0 == partition));
                let before = view(&in_portions);
                if !in_portions.add(&new, rows) {
                    prop_assert_eq!(view(&in_portions), before, "nothing is taken in");
                    in_portions = SnapshotHistory::default();
                    let (all, rows) = of_files(files.iter().enumerate().filter(|(_, file)| file.0 <= partition));
                    prop_assert!(in_portions.add(&all, rows));
                }
            }
            prop_assert_eq!(view(&in_portions), view(&at_once));
            let text = serde_json::to_string(&in_portions.to_cached()).unwrap();
            let again = SnapshotHistory::from_cached(serde_json::from_str(&text).unwrap()).unwrap();
            prop_assert_eq!(view(&again), view(&at_once));
        }
    }
}
