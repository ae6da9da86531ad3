//! Lists that collapse: a call that lost its permission answers with an empty list, or with hardly
//! anything, and no error. The numbers follow the list, so a run and `uptake status` warn
//! of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::engine::report::collapsed_list::CollapsedList;

/// A list with fewer entries than this is too short to collapse.
const LEAST: i64 = 3;
/// A list collapses where less than this part of it is left.
const FRACTION: i64 = 10;

/// How much a snapshot lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Users with a license, or subscriptions.
    pub count: i64,
    /// Of subscriptions.
    pub seats: i64,
}

/// The snapshots of one source and customer.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    days: BTreeMap<Day, Listed>,
    /// When the last file of each came in.
    received: BTreeMap<Day, Day>,
    /// Days of which nobody counted what some file lists: an earlier version read it, and it is
    /// gone.
    uncounted: BTreeSet<Day>,
}

/// The snapshots of each feed, source and customer.
pub type AllLists = BTreeMap<(Feed, String, Guid), Lists>;

impl Lists {
    /// Takes in what a file lists of the snapshot of a day, and when it came in. The files of a day
    /// add up.
    pub fn add(&mut self, day: Day, count: Option<i64>, seats: Option<i64>, received: Option<Day>) {
        if let Some(received) = received {
            let latest = self.received.entry(day).or_insert(received);
            *latest = received.max(*latest);
        }
        let listed = self.days.entry(day).or_default();
        listed.count += count.unwrap_or(0);
        listed.seats += seats.unwrap_or(0);
        if count.is_none() {
            self.uncounted.insert(day);
        }
    }

    /// The last whole list and the one that collapsed, each with its day, and what the latest list
    /// has. A list that stays as it is has not recovered: it is compared with the last whole one.
    fn collapse(&self, last: Day) -> Option<(Day, Listed, Day, Listed)> {
        let mut whole: Option<(Day, Listed)> = None;
        let mut fallen: Option<(Day, Listed)> = None;
        for (day, listed) in self.days.range(..=last).filter(|(day, _)| !self.uncounted.contains(*day)) {
            if whole.is_some_and(|(_, before)| listed.has_collapsed(before)) {
                let since = fallen.map_or(*day, |(since, _)| since);
                fallen = Some((since, *listed));
            } else {
                (whole, fallen) = (Some((*day, *listed)), None);
            }
        }
        whole.zip(fallen).map(|((day, before), (since, now))| (day, before, since, now))
    }
}

impl Listed {
    fn has_collapsed(self, before: Listed) -> bool {
        let is_empty = self.count == 0 && (before.count >= LEAST || before.seats >= LEAST);
        is_empty || before.count >= LEAST && self.count.saturating_mul(FRACTION) < before.count
    }
}

/// The lists in force on a day that have collapsed, in the order of feeds, sources and customers.
pub fn collapsed(lists: &AllLists, names: &BTreeMap<Guid, String>, last: Day) -> Vec<CollapsedList> {
    let of = |((feed, source, tenant), lists): (&(Feed, String, Guid), &Lists)| {
        let (day_before, before, day, now) = lists.collapse(last)?;
        let seats = |listed: Listed| (*feed == Feed::Subscriptions).then_some(listed.seats);
        Some(CollapsedList {
            feed: feed.name(),
            source: source.clone(),
            tenant_id: tenant.to_string(),
            name: names.get(tenant).filter(|name| !name.is_empty()).cloned(),
            day: day.to_string(),
            received: lists.received.get(&day).copied(),
            listed: now.count,
            seats: seats(now),
            day_before: day_before.to_string(),
            listed_before: before.count,
            seats_before: seats(before),
        })
    };
    lists.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::ENGLISH;

    fn lists(days: &[(i32, i64, i64)]) -> Lists {
        let mut lists = Lists::default();
        days.iter()
            .for_each(|(day, count, seats)| lists.add(Day(*day), Some(*count), Some(*seats), None));
        lists
    }

    /// Since when, what the latest list has, and what the last whole one had.
    fn collapse(days: &[(i32, i64, i64)]) -> Option<(i32, i64, i64)> {
        let found = lists(days).collapse(Day(100))?;
        Some((found.2.0, found.3.count, found.1.count))
    }

    #[test]
    fn a_list_collapses_when_less_than_a_tenth_of_at_least_three_is_left() {
        assert_eq!(collapse(&[(1, 3, 0), (2, 0, 0)]), Some((2, 0, 3)));
        assert_eq!(collapse(&[(1, 2, 2), (2, 0, 0)]), None, "two are few");
        assert_eq!(
            collapse(&[(1, 1, 4), (2, 0, 0)]),
            Some((2, 0, 1)),
            "one subscription with four seats is not"
        );
        assert_eq!(collapse(&[(1, 30, 0), (2, 3, 0)]), None);
        assert_eq!(collapse(&[(1, 31, 0), (2, 3, 0)]), Some((2, 3, 31)));
        assert_eq!(
            collapse(&[(1, 2, 500), (2, 2, 1)]),
            None,
            "fewer seats of the same subscriptions are a cut"
        );
    }

    #[test]
    fn a_list_that_stays_empty_has_not_recovered_and_one_that_grows_again_has() {
        assert_eq!(collapse(&[(1, 40, 0), (2, 0, 0), (3, 0, 0), (4, 2, 0)]), Some((2, 2, 40)));
        assert_eq!(collapse(&[(1, 40, 0), (2, 0, 0), (3, 5, 0)]), None);
        assert_eq!(collapse(&[(1, 40, 0), (2, 0, 0), (3, 38, 0), (4, 1, 0)]), Some((4, 1, 38)));
    }

    #[test]
    fn pages_of_a_day_add_up_and_days_after_the_last_or_that_nobody_counted_say_nothing() {
        assert_eq!(collapse(&[(1, 20, 0), (2, 1, 0), (2, 1, 0)]), None);
        assert_eq!(collapse(&[(1, 20, 0), (101, 0, 0)]), None);
        let mut lists = lists(&[(1, 20, 0), (2, 0, 0)]);
        lists.add(Day(1), None, None, None);
        assert_eq!(lists.collapse(Day(100)), None);
    }

    #[test]
    fn the_sentence_has_source_customer_day_and_both_counts() {
        let key = |feed: Feed, tenant| (feed, format!("{}:a/*.json", feed.name()), Guid(tenant));
        let all = AllLists::from([
            (key(Feed::LicenseHoldings, 1), lists(&[(20_000, 4, 0), (20_007, 0, 0)])),
            (key(Feed::Subscriptions, 2), lists(&[(20_000, 1, 4), (20_007, 0, 0)])),
            (key(Feed::Subscriptions, 3), lists(&[(20_000, 1, 4), (20_007, 1, 4)])),
        ]);
        let names = BTreeMap::from([(Guid(1), "Contoso".to_owned()), (Guid(2), String::new())]);
        let found = collapsed(&all, &names, Day(20_010));
        let texts: Vec<String> = found.iter().map(|list| list.text(ENGLISH)).collect();
        assert_eq!(
            texts,
            [
                "`license_holdings:a/*.json` lists 0 users of Contoso since 2024-10-11, after 4 users on 2024-10-04: was a permission lost?",
                "`subscriptions:a/*.json` lists 0 subscriptions with 0 seats of 00000000-0000-0000-0000-000000000002 since 2024-10-11, \
                 after 1 subscription with 4 seats on 2024-10-04: was a permission lost?",
            ]
        );
    }
}
