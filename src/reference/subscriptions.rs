//! The subscription snapshot in force on a day, and its seats.
//!
//! Source: `spec: Subscription states`, `spec: amendments, A4`. For each tenant, the first source
//! of the pipeline file that has a snapshot on or before the day is in force, with its latest
//! snapshot. A subscription that this does not list is gone. If that snapshot is stale and a later
//! source has a younger one, the youngest of all is in force.
//!
//! Source of terms: `spec: amendments, D1`. Where the list gives no term, but the day of the
//! purchase, the term runs from the renewal before, else from that day. A renewal has happened where
//! one list of the source announces a day, and the next list that announces any announces a later
//! one after the first has come.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::domain::subscription::{Seller, State, Term};

use super::inputs::{Inputs, SoldByOwned, SubscriptionRow};
use super::tables::Subscriptions;

/// tenant -> source -> day -> subscription id -> subscription. A snapshot that lists nothing is
/// there and empty.
pub(super) type AllSnapshots = BTreeMap<Guid, BTreeMap<usize, BTreeMap<Day, BTreeMap<String, SubscriptionRow>>>>;

/// Returns all snapshots. If a subscription is listed twice, the last by (file, line, record)
/// counts.
pub(super) fn snapshots(inputs: &Inputs) -> AllSnapshots {
    let mut snapshots = AllSnapshots::new();
    for &(source, tenant, day) in &inputs.subscription_pages {
        snapshots
            .entry(tenant)
            .or_default()
            .entry(source)
            .or_default()
            .entry(day)
            .or_default();
    }
    // In order of (source, tenant, day, file, line, record): the last one stays.
    let rows: BTreeSet<&SubscriptionRow> = inputs.subscriptions.iter().collect();
    for row in rows {
        let days = snapshots.entry(row.tenant_id).or_default().entry(row.source_index).or_default();
        days.entry(row.day).or_default().insert(row.subscription_id.clone(), row.clone());
    }
    snapshots
}

/// The snapshot of a tenant that is in force on some day.
pub(super) struct InForce {
    pub snapshot_day: Day,
    /// subscription id -> row of the table.
    pub listed: BTreeMap<String, Subscriptions>,
}

/// Returns the snapshot in force on `day`, or none before the tenant's first one.
pub(super) fn in_force(snapshots: &AllSnapshots, tenant: Guid, day: Day, rules: &Rules) -> Option<InForce> {
    let sources = snapshots.get(&tenant)?;
    // The latest of each source, in the order of the pipeline file.
    let mut latest = sources.values().filter_map(|days| days.range(..=day).next_back());
    let mut chosen = latest.next()?;
    if day.0 - chosen.0.0 > rules.snapshot_stale_days {
        for other in latest {
            if other.0 > chosen.0 {
                chosen = other;
            }
        }
    }
    let (&snapshot_day, rows) = chosen;
    let of_source = |row: &SubscriptionRow| &sources[&row.source_index];
    let listed = rows
        .iter()
        .map(|(id, row)| (id.clone(), listed(row, of_source(row), rules)))
        .collect();
    Some(InForce { snapshot_day, listed })
}

/// The term of a subscription. `snapshots` are those of the source.
fn term(row: &SubscriptionRow, snapshots: &BTreeMap<Day, BTreeMap<String, SubscriptionRow>>) -> Option<Term> {
    let renewal = &row.renewal;
    let (None, Some(created_on), Some(renews_on)) = (renewal.term, renewal.created_on, renewal.renews_on) else {
        return renewal.term;
    };
    let until_now = snapshots
        .range(..=row.day)
        .filter_map(|(day, rows)| Some((*day, rows.get(&row.subscription_id)?)));
    let announced: Vec<(Day, Day)> = until_now.filter_map(|(day, row)| Some((day, row.renewal.renews_on?))).collect();
    let happened = announced.windows(2).filter_map(|pair| match pair {
        [(_, earlier), (day, later)] if earlier < later && earlier <= day => Some(*earlier),
        _ => None,
    });
    let before = happened.max().filter(|day| *day < renews_on);
    let begins_on = before.map_or(created_on, |day| day.max(created_on));
    match renews_on.0 - begins_on.0 {
        300.. => Some(Term::Year),
        1..=35 => Some(Term::Month),
        _ => None,
    }
}

fn listed(row: &SubscriptionRow, snapshots: &BTreeMap<Day, BTreeMap<String, SubscriptionRow>>, rules: &Rules) -> Subscriptions {
    Subscriptions {
        sku_id: row.sku_id,
        seats: row.seats,
        state: row.state,
        is_trial: row.is_trial,
        seller: match &row.sold_by {
            SoldByOwned::Owner(owner) => rules.seller(row.tenant_id, owner),
            SoldByOwned::Seller(seller) => *seller,
        },
        ends_on: row.ends_on,
        renews_on: row.renewal.renews_on,
        term: term(row, snapshots),
        auto_renew: row.renewal.auto_renew,
        snapshot_day: row.day,
    }
}

/// Seats of one SKU of one tenant on one day, summed over its subscriptions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seats {
    pub sold: i64,
    pub sold_own: i64,
    pub trial: i64,
    pub lapsed: i64,
    /// Seats of subscriptions that may be used now, whether or not the SKU has a workload.
    pub entitled: i64,
}

impl InForce {
    pub fn seats(&self, sku: Guid, rules: &Rules) -> Seats {
        let sum = |belongs: &dyn Fn(&Subscriptions) -> bool| -> i64 {
            self.listed
                .values()
                .filter(|row| row.sku_id == sku && belongs(row))
                .map(|row| row.seats)
                .sum()
        };
        let is_sold = |row: &Subscriptions| !row.is_trial && rules.sold_states.contains(&row.state);
        Seats {
            sold: sum(&is_sold),
            sold_own: sum(&|row| is_sold(row) && row.seller == Seller::Own),
            trial: sum(&|row| row.is_trial && matches!(row.state, State::Active | State::Grace)),
            lapsed: sum(&|row| !row.is_trial && matches!(row.state, State::Grace | State::Disabled | State::Deprovisioned)),
            entitled: sum(&|row| !row.is_trial && rules.entitled_states.contains(&row.state)),
        }
    }
}
