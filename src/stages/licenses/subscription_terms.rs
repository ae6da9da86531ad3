//! For how long a subscription is bound, where its list does not say so. Graph says when a
//! subscription was bought and when it renews next. The term runs from the renewal before to the
//! next one, and from the day of the purchase where no renewal before is known.
//!
//! A renewal is known by two lists of a source, one after the other: the earlier one announces a
//! day, and the later one a later day when the first has come. A day that is moved before it comes
//! was no renewal.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::subscription::Term;
use crate::stages::licenses::snapshot_history::{ListedSubscription, SnapshotHistory};

/// The terms in the snapshots of one customer and source.
#[derive(Default)]
pub struct TermsBySnapshot {
    /// From a day on, the term of each entry of the list. Nothing where all are as listed.
    from: BTreeMap<Day, Vec<Option<Term>>>,
}

/// What the lists so far have announced of each subscription.
#[derive(Default)]
struct Announced<'a> {
    /// The next renewal.
    next: FxHashMap<&'a str, Day>,
    /// The latest renewal that has come.
    passed: FxHashMap<&'a str, Day>,
}

impl TermsBySnapshot {
    /// `days` has the number of the list of each snapshot.
    pub fn of(days: &BTreeMap<Day, u32>, taken: &SnapshotHistory) -> TermsBySnapshot {
        let mut announced = Announced::default();
        let mut terms = TermsBySnapshot::default();
        let mut before = None;
        for (day, number) in days {
            // The same list once more announces nothing new.
            if before.replace(*number) != Some(*number) {
                terms.from.insert(*day, announced.terms(*day, taken.list(*number)));
            }
        }
        terms
    }

    /// Returns the term of each entry of the snapshot of a day.
    pub fn on(&self, day: Day) -> &[Option<Term>] {
        self.from.range(..=day).next_back().map_or(&[], |(_, terms)| terms)
    }
}

impl<'a> Announced<'a> {
    /// Takes in the list of a day.
    fn terms(&mut self, day: Day, list: &'a [ListedSubscription]) -> Vec<Option<Term>> {
        for (id, renews_on) in renewals(list) {
            if let Some(next) = self.next.get(id).copied().filter(|next| *next < renews_on && *next <= day) {
                let passed = self.passed.entry(id).or_insert(next);
                *passed = next.max(*passed);
            }
        }
        self.next.extend(renewals(list));
        if !list.iter().any(is_to_be_found) {
            return Vec::new();
        }
        list.iter().map(|listed| self.term(listed)).collect()
    }

    fn term(&self, listed: &ListedSubscription) -> Option<Term> {
        let renewal = &listed.renewal;
        let (Some(created_on), Some(renews_on)) = (renewal.created_on, renewal.renews_on) else {
            return renewal.term;
        };
        let passed = self.passed.get(listed.subscription_id.as_str()).copied();
        let passed = passed.filter(|passed| *passed < renews_on);
        renewal
            .term
            .or_else(|| Term::between(passed.map_or(created_on, |passed| passed.max(created_on)), renews_on))
    }
}

/// Whether the list says enough of a subscription to find its term, and not the term.
fn is_to_be_found(listed: &ListedSubscription) -> bool {
    let renewal = &listed.renewal;
    renewal.term.is_none() && renewal.created_on.is_some() && renewal.renews_on.is_some()
}

/// The renewals that a list announces. Of a subscription that is listed twice the last counts.
fn renewals(list: &[ListedSubscription]) -> impl Iterator<Item = (&str, Day)> {
    let of_id = list
        .iter()
        .map(|listed| (listed.subscription_id.as_str(), listed.renewal.renews_on));
    let last: FxHashMap<&str, Option<Day>> = of_id.collect();
    last.into_iter().filter_map(|(id, renews_on)| Some((id, renews_on?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::guid::Guid;
    use crate::domain::kinds::Feed;
    use crate::domain::subscription::State;
    use crate::stages::received::snapshots::SnapshotFile;
    use crate::stages::received::subscription_snapshots::SnapshotSubscription;

    const BOUGHT: Day = Day(1000);

    /// The term on each day on which a list of one subscription announces a renewal.
    fn terms(listed: &[(i32, i32)]) -> Vec<Option<Term>> {
        let mut history = SnapshotHistory::default();
        for (day, renews_on) in listed {
            let (source, source_file, tenant_id) = ("graph".to_owned(), format!("{day}.json"), Guid(1));
            let file = SnapshotFile {
                feed: Feed::Subscriptions.name().to_owned(),
                source: source.clone(),
                tenant_id,
                day: Day(*day),
                source_file: source_file.clone(),
                readable: true,
                rejected: false,
                announces_next: false,
                listed: None,
                seats: None,
            };
            let row = SnapshotSubscription {
                source,
                tenant_id,
                snapshot_day: Day(*day),
                subscription_id: "s".to_owned(),
                source_file,
                source_line: 1,
                source_record: 1,
                sku_id: Guid(2),
                seats: 1,
                state: State::Active,
                is_trial: false,
                owner_tenant_id: None,
                seller: None,
                ends_on: None,
                created_on: Some(BOUGHT),
                renews_on: (*renews_on > 0).then_some(Day(*renews_on)),
                term: None,
                auto_renew: None,
            };
            assert!(history.add(&[file], vec![row]));
        }
        let days = history.by_source().next().unwrap().2.clone();
        let terms = TermsBySnapshot::of(&days, &history);
        let of_day = |(day, _): &(i32, i32)| terms.on(Day(*day)).first().copied().flatten();
        listed.iter().map(of_day).collect()
    }

    #[test]
    fn a_term_runs_from_the_renewal_before_or_from_the_purchase() {
        let (month, year) = (Some(Term::Month), Some(Term::Year));
        assert_eq!(terms(&[(1001, 1030), (1032, 1060), (1033, 1060)]), [month, month, month]);
        assert_eq!(terms(&[(1001, 1365)]), [year]);
        // Bought long ago: only the first renewal that is seen says that it is a month.
        assert_eq!(terms(&[(1400, 1410), (1411, 1440)]), [year, month]);
    }

    #[test]
    fn a_renewal_that_is_moved_before_it_comes_was_none() {
        let (month, year) = (Some(Term::Month), Some(Term::Year));
        assert_eq!(terms(&[(1300, 1365), (1310, 1375), (1376, 1740)]), [year; 3]);
        assert_eq!(terms(&[(1300, 1365), (1310, 1375), (1376, 1405)]), [year, year, month]);
    }

    #[test]
    fn a_list_that_announces_nothing_in_between_changes_nothing() {
        assert_eq!(
            terms(&[(1001, 1030), (1010, 0), (1032, 1060)]),
            [Some(Term::Month), None, Some(Term::Month)]
        );
    }
}
