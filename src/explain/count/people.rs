//! The users behind a number: when each got and lost the license, and what proves the use.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::kinds::{Evidence, Opened};
use crate::explain::count::moves::{Move, moves};
use crate::explain::count::numbers::{Holder, Subject, holders};
use crate::explain::facts::{Facts, ProductName};
use crate::stages::activity::window_facts::mark;
use crate::stages::licenses::assignments::Assignment;

/// A user of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: String,
    /// The assignment that matters on the day.
    pub license: License,
    /// All assignments, earliest first.
    pub licenses: Vec<License>,
    /// Number of days of the window that count: the user was active and held the product.
    pub active_days: i64,
    /// The latest day that counts. For a user who does not count, the latest day of use, as far
    /// back as the tables go.
    pub last_active: Option<Day>,
    /// What proves the use.
    pub evidence: BTreeSet<Evidence>,
    /// Who got the license that was taken from the user, and when; who had it before. `None` if
    /// that cannot be seen.
    pub moved_to: Option<(String, Day)>,
    pub received_from: Option<(String, Day)>,
    /// Whether the user has the product at the end of the day.
    pub has: bool,
    /// The other products with one of its workloads that the user has then.
    pub other_products: Vec<ProductName>,
    /// Since when the account has been disabled, if it is.
    pub disabled_since: Option<Day>,
}

/// One assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct License {
    /// `None`: before the data.
    pub since: Option<Day>,
    /// `None`: the user still has it.
    pub until: Option<Day>,
    pub opened: Opened,
}

impl License {
    pub fn of(assignment: &Assignment) -> License {
        License {
            since: assignment.assigned_day,
            until: assignment.removed_day,
            opened: assignment.source,
        }
    }
}

/// All users behind the numbers of a product on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Active, and they have the product (C). The latest assignment comes first. No rule says which
    /// of them exceed the entitlements.
    pub current: Vec<Person>,
    /// Active while they held the product, which they no longer have. The latest removal comes
    /// first.
    pub moved: Vec<Person>,
    /// The same, and they have another product with the workload.
    pub switched: Vec<Person>,
    /// They have the product and did not use it in the window. Those who never did come first, then
    /// those with the oldest last use.
    pub inactive: Vec<Person>,
    /// They are meant to have it and wait for a seat, each with the list that says so first. The
    /// longest wait comes first.
    pub waiting: Vec<(String, Day)>,
}

/// Who is behind the numbers of a product on the day of `facts`.
pub fn people(facts: &Facts<'_>, subject: Subject<'_>) -> People {
    let moved = moves(facts.assignments.iter().filter(|assignment| assignment.sku_id == subject.sku));
    let before = last_use_before(facts, subject);
    let mut people = People::default();
    for holder in holders(facts, facts.day, subject) {
        let mut person = person(&holder, facts.day, &moved, before.get(holder.user).copied());
        person.other_products = holder.others.iter().map(|sku| ProductName::of(facts, *sku)).collect();
        person.disabled_since = facts.disabled_since(holder.user, facts.day);
        if holder.is_switched() {
            people.switched.push(person);
            continue;
        }
        match (holder.is_active(), holder.has) {
            (true, true) => people.current.push(person),
            (true, false) => people.moved.push(person),
            (false, true) => people.inactive.push(person),
            (false, false) => {}
        }
    }
    people.current.sort_by_key(|person| Reverse(person.license.since));
    people.moved.sort_by_key(|person| Reverse(person.license.until));
    people.switched.sort_by_key(|person| Reverse(person.license.until));
    people.inactive.sort_by_key(|person| person.last_active);
    let waiting = facts.waiting(facts.day).filter(|waiting| waiting.sku == subject.sku);
    people.waiting = waiting.map(|waiting| (waiting.user.to_owned(), waiting.since)).collect();
    people.waiting.sort_by_key(|(_, since)| *since);
    people
}

fn person(holder: &Holder<'_>, day: Day, moves: &[Move], used_before: Option<Day>) -> Person {
    let licenses: Vec<License> = holder.assignments.iter().map(|assignment| License::of(assignment)).collect();
    let begun = holder
        .assignments
        .iter()
        .rev()
        .find(|assignment| assignment.assigned_day.is_none_or(|first| first <= day));
    let license = begun.or(holder.assignments.first()).map(|assignment| License::of(assignment));
    let shown = holder.counted().fold(0, |marks, (_, evidence)| marks | evidence);
    let last_counted = holder.counted().next_back().map(|(day, _)| day);
    let last_used = holder.used.keys().next_back().copied().or(used_before);
    let to = moves.iter().rev().find(|seen| seen.from == holder.user);
    let from = moves.iter().rev().find(|seen| seen.to == holder.user);
    Person {
        user: holder.user.to_owned(),
        license: license.unwrap_or(License {
            since: None,
            until: None,
            opened: Opened::Before,
        }),
        licenses,
        active_days: holder.counted().count() as i64,
        last_active: last_counted.or(last_used),
        evidence: Evidence::ALL.iter().copied().filter(|kind| shown & mark(*kind) != 0).collect(),
        moved_to: to.filter(|_| !holder.has).map(|seen| (seen.to.clone(), seen.assigned_day)),
        received_from: from.map(|seen| (seen.from.clone(), seen.removed_day)),
        has: holder.has,
        other_products: Vec::new(),
        disabled_since: None,
    }
}

/// Per user the latest day of use before the window, as far back as the tables go.
fn last_use_before<'a>(facts: &'a Facts<'_>, subject: Subject<'_>) -> BTreeMap<&'a str, Day> {
    let workloads = subject.workloads(facts.rules);
    let mut latest: BTreeMap<&str, Day> = BTreeMap::new();
    let rows = facts.earlier.iter().filter(|row| workloads.contains(row.workload.as_str()));
    for (user, day) in rows.filter_map(|row| Some((row.user_id.as_str(), row.last_active_day?))) {
        let known = latest.entry(user).or_insert(day);
        *known = day.max(*known);
    }
    latest
}
