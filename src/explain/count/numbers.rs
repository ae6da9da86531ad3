//! The numbers of a product on a day, counted from users and subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::domain::subscription::Seller;
use crate::domain::window;
use crate::explain::facts::Facts;
use crate::stages::activity::window_facts::Marks;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::usage::{ActiveUsers, Parts, ratio};

/// The product, and the workload (`None`: any), that an explanation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    pub sku: Guid,
    pub workload: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// Returns the workloads whose use counts.
    pub fn workloads(self, rules: &'a Rules) -> BTreeSet<&'a str> {
        let wanted = |workload: &&str| self.workload.is_none_or(|only| only == *workload);
        rules.catalogue.workloads_of(self.sku).filter(wanted).collect()
    }
}

/// Somebody who has or had a product, as of one day.
#[derive(Clone, Debug)]
pub struct Holder<'a> {
    pub user: &'a str,
    /// The user's assignments of the product, earliest first.
    pub assignments: Vec<&'a Assignment>,
    /// Whether the user has the product at the end of the day.
    pub has: bool,
    /// The other products with one of the workloads that the user has at the end of the day.
    pub others: Vec<Guid>,
    /// The active days of the window, with the evidence of each.
    pub used: BTreeMap<Day, Marks>,
}

impl Holder<'_> {
    /// Returns the active days on which the user held the product. One of them is enough for the
    /// user to count.
    pub fn counted(&self) -> impl DoubleEndedIterator<Item = (Day, Marks)> {
        let held = |day: Day| self.assignments.iter().any(|assignment| assignment.held(day));
        let days = self.used.iter().map(|(day, evidence)| (*day, *evidence));
        days.filter(move |(day, _)| held(*day))
    }

    pub fn is_active(&self) -> bool {
        self.counted().next().is_some()
    }

    /// Whether the user counts, and was switched to another product.
    pub fn is_switched(&self) -> bool {
        !self.has && !self.others.is_empty() && self.is_active()
    }
}

/// Returns everybody who ever had a product, sorted by user.
pub fn holders<'a>(facts: &'a Facts<'_>, day: Day, subject: Subject<'_>) -> Vec<Holder<'a>> {
    let workloads = subject.workloads(facts.rules);
    let mut holders: BTreeMap<&str, Holder<'a>> = BTreeMap::new();
    for assignment in facts.assignments.iter().filter(|assignment| assignment.sku_id == subject.sku) {
        let holder = holders.entry(&assignment.user_id).or_insert_with(|| Holder {
            user: &assignment.user_id,
            assignments: Vec::new(),
            has: false,
            others: Vec::new(),
            used: facts
                .active_days
                .days(&assignment.user_id, &workloads, (window::first_day(day), day)),
        });
        holder.has |= assignment.has(day);
        holder.assignments.push(assignment);
    }
    for holder in holders.values_mut() {
        holder.others = others(facts, day, holder.user, subject.sku, &workloads);
    }
    holders.into_values().collect()
}

/// Returns the products besides `sku` that a user has at the end of the day and that have one of
/// the workloads.
fn others(facts: &Facts<'_>, day: Day, user: &str, sku: Guid, workloads: &BTreeSet<&str>) -> Vec<Guid> {
    // Assignments are sorted by user.
    let begin = facts.assignments.partition_point(|assignment| assignment.user_id.as_str() < user);
    let of_user = facts.assignments[begin..]
        .iter()
        .take_while(|assignment| assignment.user_id == user);
    let has_another = |assignment: &&Assignment| assignment.sku_id != sku && assignment.has(day);
    let offers = |sku: &Guid| {
        facts
            .rules
            .catalogue
            .workloads_of(*sku)
            .any(|workload| workloads.contains(workload))
    };
    of_user
        .filter(has_another)
        .map(|assignment| assignment.sku_id)
        .filter(offers)
        .collect()
}

/// The seats of some subscriptions by what they count as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatCounts {
    pub sold: i64,
    pub sold_own: i64,
    pub trial: i64,
    pub lapsed: i64,
    pub entitled: i64,
}

impl SeatCounts {
    /// Counts one subscription. A product without a workload has no entitlements.
    pub fn of(subscription: &Subscription, rules: &Rules) -> SeatCounts {
        let is_used = rules.catalogue.workloads_of(subscription.sku_id).next().is_some();
        let (seats, state) = (subscription.seats, subscription.state);
        let paid = |counts: bool| if counts && !subscription.is_trial { seats } else { 0 };
        SeatCounts {
            sold: paid(rules.sold_states.contains(&state)),
            sold_own: paid(rules.sold_states.contains(&state) && subscription.seller == Seller::Own),
            trial: if subscription.is_trial && state.is_running() { seats } else { 0 },
            lapsed: paid(state.is_lapsed()),
            entitled: paid(is_used && rules.entitled_states.contains(&state)),
        }
    }

    fn plus(self, other: SeatCounts) -> SeatCounts {
        SeatCounts {
            sold: self.sold + other.sold,
            sold_own: self.sold_own + other.sold_own,
            trial: self.trial + other.trial,
            lapsed: self.lapsed + other.lapsed,
            entitled: self.entitled + other.entitled,
        }
    }
}

/// The numbers of a product on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// `None` without a snapshot in force.
    pub seats: Option<SeatCounts>,
    pub assigned: i64,
    /// Those of them whose account is disabled.
    pub disabled: i64,
    /// Users who are meant to have the product and wait for a seat.
    pub waiting: i64,
    /// E. `None` without a snapshot in force, 0 for a product without a workload.
    pub entitlements: Option<i64>,
    /// A, and C: those of A who have the product.
    pub users: ActiveUsers,
    pub parts: Parts,
    /// Whether the snapshot in force lists a subscription of the product.
    pub is_listed: bool,
}

impl Numbers {
    pub fn usage(&self) -> Option<f64> {
        ratio(self.users.active, self.entitlements)
    }

    pub fn usage_adjusted(&self) -> Option<f64> {
        ratio(self.parts.current, self.entitlements)
    }

    pub fn deployment(&self) -> Option<f64> {
        ratio(self.assigned, self.seats.map(|seats| seats.sold))
    }

    /// Returns whether the tables have a row for these numbers.
    pub fn has_row(&self) -> bool {
        self.is_listed || self.assigned > 0 || self.users.active > 0
    }
}

/// Counts a product on a day whose tables are in `facts`.
pub fn numbers(facts: &Facts<'_>, day: Day, subject: Subject<'_>) -> Numbers {
    let holders = holders(facts, day, subject);
    let tables = facts.tables(day);
    let listed: Vec<&Subscription> = tables
        .iter()
        .flat_map(|tables| &tables.subscriptions)
        .filter(|subscription| subscription.sku_id == subject.sku)
        .collect();
    let sum = listed.iter().fold(SeatCounts::default(), |sum, subscription| {
        sum.plus(SeatCounts::of(subscription, facts.rules))
    });
    let seats = tables.and_then(|tables| tables.snapshot_day()).map(|_| sum);
    let entitlements = seats.map(|seats| seats.entitled);
    let users = ActiveUsers {
        active: holders.iter().filter(|holder| holder.is_active()).count() as i64,
        holders: holders.iter().filter(|holder| holder.is_active() && holder.has).count() as i64,
        switched: holders.iter().filter(|holder| holder.is_switched()).count() as i64,
    };
    Numbers {
        seats,
        assigned: holders.iter().filter(|holder| holder.has).count() as i64,
        disabled: holders
            .iter()
            .filter(|holder| holder.has && facts.disabled_since(holder.user, day).is_some())
            .count() as i64,
        waiting: facts.waiting(day).filter(|waiting| waiting.sku == subject.sku).count() as i64,
        entitlements,
        users,
        parts: Parts::of(users, entitlements, sum.lapsed, sum.trial),
        is_listed: !listed.is_empty(),
    }
}
