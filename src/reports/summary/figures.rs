//! The figures of a run's closing summary: the portfolio on the last day, and how it changed over a
//! window of 28 days. Pure: rows in, figures out; `text` puts them into words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, Money};
use crate::reports::day_rows::DayRows;
use crate::reports::product_notes::UnknownProduct;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::portfolio::Portfolio;
use crate::stages::measures::spend::Spend;
use crate::stages::measures::usage::{Parts, ratio};

/// How many customers the summary names at most.
const MOVERS: usize = 5;

/// A part of a whole. The ratio is `None` where the whole is 0 or unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub part: i64,
    pub whole: i64,
    pub ratio: Option<f64>,
}

impl Share {
    fn of(part: i64, whole: i64) -> Share {
        Share {
            part,
            whole,
            ratio: ratio(part, Some(whole)),
        }
    }
}

/// A share on the last day, and by how much its ratio rose since the day that it is compared with
/// (0.012 is 1.2 points).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    pub now: Share,
    pub rise: Option<f64>,
}

/// A customer whose use changed. Shares are sums over the products in scope: who is active in two
/// products counts twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Mover {
    pub tenant_id: Guid,
    /// `None` where no customer list has the customer.
    pub name: Option<String>,
    pub before: Share,
    pub now: Share,
}

impl Mover {
    /// By how much the usage ratio rose; 0 where one of the two is unknown.
    pub fn rise(&self) -> f64 {
        self.now.ratio.zip(self.before.ratio).map_or(0.0, |(now, before)| now - before)
    }

    /// How many more users are active.
    pub fn more_active(&self) -> i64 {
        self.now.part - self.before.part
    }

    /// What "moved most" means: the change in the usage ratio times the change in active users. So
    /// neither a tiny customer with two new users nor a large one that only grew comes first.
    fn weight(&self) -> f64 {
        self.rise().abs() * self.more_active().unsigned_abs() as f64
    }
}

/// A customer whose seats come from a stale list.
#[derive(Clone, Debug, PartialEq)]
pub struct OldList {
    pub tenant_id: Guid,
    /// `None` where no customer list has the customer.
    pub name: Option<String>,
    pub snapshot_day: Day,
    /// How old the list is on the day of the summary.
    pub days: i32,
}

/// What the products in scope cost a month in one currency. What is not known, or more than a file
/// can have, is in no sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending {
    pub currency: Currency,
    pub sold: Money,
    pub unassigned: Money,
    pub idle: Money,
}

/// The closing summary of a run. The measures are `None` where no customer has known seats.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub day: Day,
    /// The day that it is compared with; `None` where the tables do not reach back so far.
    pub before: Option<Day>,
    pub customers: i64,
    /// Customers without a list of what they bought: they are in no sum.
    pub customers_without_seats: i64,
    /// Customers whose data does not cover the whole window of the last day.
    pub customers_incomplete: i64,
    /// Customers whose list of subscriptions in force is stale, the oldest list first.
    pub old_lists: Vec<OldList>,
    /// Products that the catalogue lacks, those of the most customers first.
    pub unknown_products: Vec<UnknownProduct>,
    /// Assigned of sold seats.
    pub deployment: Option<Measure>,
    /// Active of all entitlements.
    pub usage: Option<Measure>,
    /// The same without moved licenses and other distortions: never above 1.
    pub usage_adjusted: Option<Measure>,
    /// What active entitlements are made of. All but `current` is what distorts usage.
    pub parts: Option<Parts>,
    /// By currency, which are never added up; nothing where no price counts.
    pub spending: Vec<Spending>,
    /// The customers that moved most, the first one most of all.
    pub movers: Vec<Mover>,
    /// Customers that are there on both days and are not compared, because their window was not
    /// complete on the earlier one.
    pub not_compared: i64,
}

/// Sums up the last day and compares it with the day 28 days before, if there is one. `names` are
/// the customers' names. A list of subscriptions is stale when it is older than `stale_days`.
pub fn summarize(now: &DayRows, before: Option<&DayRows>, names: &BTreeMap<Guid, String>, stale_days: i32) -> Summary {
    let total = total_of(&now.portfolio);
    let total_before = before.and_then(|before| total_of(&before.portfolio));
    let measure = |of: fn(&Portfolio) -> Option<Share>| {
        let share = total.and_then(of)?;
        let earlier = total_before.and_then(of).and_then(|share| share.ratio);
        Some(Measure {
            now: share,
            rise: share.ratio.zip(earlier).map(|(now, earlier)| now - earlier),
        })
    };
    let customers = by_customer(&now.adoption);
    let customers_before = before.map(|before| by_customer(&before.adoption)).unwrap_or_default();
    let (movers, not_compared) = movers(&customers, &customers_before, names);
    Summary {
        day: now.day,
        before: before.map(|before| before.day),
        customers: total.map_or(0, |total| total.customers),
        customers_without_seats: total.map_or(0, |total| total.customers_without_seats),
        customers_incomplete: customers.values().filter(|customer| !customer.complete).count() as i64,
        old_lists: old_lists(now, names, stale_days),
        unknown_products: Vec::new(),
        deployment: measure(|row| Some(Share::of(row.seats_assigned?, row.seats_sold?))),
        usage: measure(|row| Some(Share::of(row.entitlements_active?, row.entitlements_total?))),
        usage_adjusted: measure(|row| Some(Share::of(row.active_current?, row.entitlements_total?))),
        parts: total.and_then(Portfolio::parts),
        spending: spending(&now.spend),
        movers,
        not_compared,
    }
}

pub fn spending(rows: &[Spend]) -> Vec<Spending> {
    let mut sums: BTreeMap<Currency, Spending> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.in_scope) {
        let currency = row.currency;
        let nothing = Money::default();
        let sum = sums.entry(currency).or_insert(Spending {
            currency,
            sold: nothing,
            unassigned: nothing,
            idle: nothing,
        });
        let costs = [
            (&mut sum.sold, row.cost_sold),
            (&mut sum.unassigned, row.cost_unassigned),
            (&mut sum.idle, row.cost_idle),
        ];
        for (sum, cost) in costs {
            *sum = cost.and_then(|cost| sum.plus(cost)).unwrap_or(*sum);
        }
    }
    sums.into_values().collect()
}

/// The customers in scope whose snapshot of subscriptions in force is stale.
fn old_lists(now: &DayRows, names: &BTreeMap<Guid, String>, stale_days: i32) -> Vec<OldList> {
    let in_scope = now.adoption.iter().filter(|row| row.in_scope);
    let taken = in_scope.filter_map(|row| Some((row.tenant_id, row.seats_snapshot_day?)));
    let taken: BTreeMap<Guid, Day> = taken.collect();
    let old_list = |(tenant_id, snapshot_day): (Guid, Day)| OldList {
        tenant_id,
        name: names.get(&tenant_id).cloned(),
        snapshot_day,
        days: now.day.0 - snapshot_day.0,
    };
    let mut old: Vec<OldList> = taken.into_iter().map(old_list).filter(|list| list.days > stale_days).collect();
    old.sort_by_key(|list| (list.snapshot_day, list.tenant_id));
    old
}

/// The row that sums up the whole portfolio.
fn total_of(portfolio: &[Portfolio]) -> Option<&Portfolio> {
    portfolio.iter().find(|row| row.sku_id.is_none() && row.workload.is_none())
}

/// A customer's sums over its products in scope.
#[derive(Clone, Copy)]
struct Sums {
    active: i64,
    /// `None` without a snapshot in force.
    entitlements: Option<i64>,
    complete: bool,
}

fn by_customer(adoption: &[Adoption]) -> BTreeMap<Guid, Sums> {
    let mut customers: BTreeMap<Guid, Sums> = BTreeMap::new();
    for row in adoption.iter().filter(|row| row.in_scope) {
        let sums = customers.entry(row.tenant_id).or_insert(Sums {
            active: 0,
            entitlements: Some(0),
            complete: true,
        });
        sums.active += row.entitlements_active;
        sums.entitlements = sums.entitlements.zip(row.entitlements_total).map(|(sum, total)| sum + total);
        sums.complete &= row.window_complete;
    }
    customers
}

/// The customers that moved most, and how many could not be compared. Where the earlier window was
/// not complete, every customer would look as if its use had risen: those are left out.
fn movers(now: &BTreeMap<Guid, Sums>, before: &BTreeMap<Guid, Sums>, names: &BTreeMap<Guid, String>) -> (Vec<Mover>, i64) {
    let mut movers = Vec::new();
    let mut not_compared = 0;
    for (tenant_id, sums) in now {
        let Some(earlier) = before.get(tenant_id) else { continue };
        if !earlier.complete {
            not_compared += 1;
            continue;
        }
        let (Some(whole), Some(whole_before)) = (sums.entitlements, earlier.entitlements) else {
            continue;
        };
        let (now, before) = (Share::of(sums.active, whole), Share::of(earlier.active, whole_before));
        let mover = Mover {
            tenant_id: *tenant_id,
            name: names.get(tenant_id).cloned(),
            before,
            now,
        };
        if now.ratio.is_some() && before.ratio.is_some() && (mover.rise() != 0.0 || mover.more_active() != 0) {
            movers.push(mover);
        }
    }
    movers.sort_by(|a, b| {
        let by_weight = b.weight().total_cmp(&a.weight()).then(b.rise().abs().total_cmp(&a.rise().abs()));
        by_weight.then_with(|| {
            let active = |mover: &Mover| (Reverse(mover.more_active().abs()), mover.tenant_id);
            active(a).cmp(&active(b))
        })
    });
    movers.truncate(MOVERS);
    (movers, not_compared)
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
