//! `subscriptions`: the subscriptions in force on a day, according to snapshots.
//!
//! For each tenant, the first source of the pipeline file that has a snapshot on or before the day
//! is in force, with its latest snapshot. If that snapshot is stale (more than
//! `snapshot_stale_days` older than the day) and a later source has a younger one, the youngest of
//! all sources is in force. A subscription that the snapshot in force does not list is gone. Before
//! a tenant's first snapshot nothing is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher, SetDigest};
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::domain::subscription::{Seller, State, Term};
use crate::stages::licenses::listed_holders::DaySet;
use crate::stages::licenses::snapshot_history::{ListedSubscription, SnapshotHistory};
use crate::stages::licenses::subscription_terms::TermsBySnapshot;
use crate::stages::received::snapshots::SNAPSHOTS;
use crate::stages::received::subscription_snapshots::SUBSCRIPTION_SNAPSHOTS;
use crate::warehouse::table::table;

table! {
    /// A subscription in force on the day.
    SUBSCRIPTIONS = "subscriptions", version 2, Day, sharded,
        feeds [Subscriptions],
        from History [SUBSCRIPTION_SNAPSHOTS, SNAPSHOTS],
        settings [SnapshotAge], by effect [Partner];
    Subscription {
        @key tenant_id: Guid = "the customer",
        @key subscription_id: String = "the subscription",
        sku_id: Guid = "the product",
        seats: i64 = "how many seats",
        state: State = "active, grace, disabled, deprovisioned, pending or superseded",
        is_trial: bool = "a trial: neither sold nor an entitlement",
        seller: Seller = "own, other, direct or unknown",
        ends_on: Option<Day> = "when its term ends",
        renews_on: Option<Day> = "when its term ends and the next one begins; null where the list does not say",
        term: Option<Term> = "for how long it is bound: month, year or three_years; null where neither the list nor a renewal before says it",
        auto_renew: Option<bool> = "whether it renews by itself; null where the list does not say",
        snapshot_day: Day = "the snapshot in force",
    }
}

/// A subscription of a snapshot in force, without the day.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionInForce {
    pub subscription_id: String,
    pub sku_id: Guid,
    pub seats: i64,
    pub state: State,
    pub is_trial: bool,
    pub seller: Seller,
    pub ends_on: Option<Day>,
    pub renews_on: Option<Day>,
    pub term: Option<Term>,
    pub auto_renew: Option<bool>,
}

/// The snapshot of a tenant that is in force from some day on.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    pub snapshot_day: Day,
    /// Sorted by subscription id. Snapshots with the same list share it.
    pub subscriptions: Arc<[SubscriptionInForce]>,
    digest: Digest,
}

/// For each tenant, which snapshot is in force from which day on.
#[derive(Default)]
pub struct Timeline {
    tenants: BTreeMap<Guid, BTreeMap<Day, InForce>>,
    /// The days of the lists of users with their licenses.
    holdings: BTreeMap<Guid, DaySet>,
}

impl Timeline {
    /// Orders the snapshots of some customers in time. `sources` are the subscription sources in
    /// the order of the pipeline file.
    pub fn build(taken: &SnapshotHistory, is_mine: impl Fn(Guid) -> bool, sources: &[String], rules: &Rules) -> Timeline {
        // Sources that the pipeline file no longer has come last.
        let place = |source: &str| sources.iter().position(|name| name == source).unwrap_or(sources.len());
        let holdings = taken.holdings().filter(|(tenant, _)| is_mine(*tenant));
        let mut timeline = Timeline {
            tenants: BTreeMap::new(),
            holdings: holdings.map(|(tenant, days)| (tenant, days.clone())).collect(),
        };
        let by_source: Vec<_> = taken.by_source().filter(|(tenant, ..)| is_mine(*tenant)).collect();
        for of_tenant in by_source.chunk_by(|a, b| a.0 == b.0) {
            let tenant = of_tenant[0].0;
            let mut of_tenant = of_tenant.to_vec();
            of_tenant.sort_by_key(|(_, source, _)| (place(source), *source));
            let sources: Vec<&BTreeMap<Day, u32>> = of_tenant.into_iter().map(|(.., days)| days).collect();
            let terms: Vec<TermsBySnapshot> = sources.iter().map(|days| TermsBySnapshot::of(days, taken)).collect();
            let mut resolved: FxHashMap<(u32, &[Option<Term>]), ResolvedList> = FxHashMap::default();
            let in_force = timeline.tenants.entry(tenant).or_default();
            let mut before = None;
            for day in turns(&sources, rules.snapshot_stale_days) {
                let chosen = chosen_on(&sources, day, rules.snapshot_stale_days);
                if let Some((source, taken_on, list)) = chosen.filter(|_| chosen != before) {
                    let terms = terms[source].on(taken_on);
                    let resolved = resolved
                        .entry((list, terms))
                        .or_insert_with(|| resolve(tenant, taken.list(list), terms, rules));
                    in_force.insert(day, resolved.on(taken_on));
                }
                before = chosen;
            }
        }
        timeline
    }

    /// Iterates over the tenants with any snapshot, in order.
    pub fn tenants(&self) -> impl Iterator<Item = Guid> {
        let with_snapshots = self.tenants.iter().filter(|(_, days)| !days.is_empty());
        with_snapshots.map(|(tenant, _)| *tenant)
    }

    /// Iterates over the tenants with any list of users, in order, and the days of these lists.
    pub fn holdings(&self) -> impl Iterator<Item = (Guid, &DaySet)> {
        self.holdings.iter().map(|(tenant, days)| (*tenant, days))
    }

    /// Returns the day of the latest list of users that a tenant has on a day.
    pub fn holdings_taken_on(&self, tenant: Guid, day: Day) -> Option<Day> {
        self.holdings.get(&tenant)?.latest(day)
    }

    /// Returns the snapshot that is in force for a tenant on a day.
    pub fn on(&self, tenant: Guid, day: Day) -> Option<&InForce> {
        self.tenants.get(&tenant)?.range(..=day).next_back().map(|(_, in_force)| in_force)
    }

    /// Iterates over all tenants with a snapshot in force on a day, in order.
    pub fn all_on(&self, day: Day) -> impl Iterator<Item = (Guid, &InForce)> {
        self.tenants
            .iter()
            .filter_map(move |(tenant, days)| Some((*tenant, days.range(..=day).next_back()?.1)))
    }

    /// Returns the day of a tenant's first snapshot and, for each SKU, the first day on which the
    /// snapshot in force lists a subscription of it.
    pub fn first_listed(&self, tenant: Guid) -> Option<(Day, BTreeMap<Guid, Day>)> {
        let days = self.tenants.get(&tenant)?;
        let mut skus = BTreeMap::new();
        for (day, in_force) in days {
            for subscription in in_force.subscriptions.iter() {
                skus.entry(subscription.sku_id).or_insert(*day);
            }
        }
        Some((*days.keys().next()?, skus))
    }

    /// Returns a digest of what is in force, for each day from `first` to `last`.
    pub fn digests(&self, first: Day, last: Day) -> Vec<Digest> {
        let mut changes = vec![SetDigest::default(); first.to(last).count()];
        let mut hasher = Hasher::new();
        for (tenant, days) in &self.tenants {
            let mut before: Option<Digest> = None;
            for (day, in_force) in days.range(..=last) {
                hasher.clear();
                let member = hasher.bytes(&tenant.bytes()).digest(in_force.digest).finish();
                let Some(change) = changes.get_mut((day.0 - first.0).max(0) as usize) else {
                    break;
                };
                change.add(member);
                before.into_iter().for_each(|member| change.remove(member));
                before = Some(member);
            }
        }
        let mut sum = SetDigest::default();
        let sums = changes.into_iter().map(|change| {
            sum.add(change.digest());
            sum.digest()
        });
        sums.collect()
    }

    /// Returns the rows of the table.
    pub fn rows(&self, day: Day) -> Vec<Subscription> {
        let row = |tenant_id: Guid, snapshot_day: Day, subscription: &SubscriptionInForce| Subscription {
            tenant_id,
            subscription_id: subscription.subscription_id.clone(),
            sku_id: subscription.sku_id,
            seats: subscription.seats,
            state: subscription.state,
            is_trial: subscription.is_trial,
            seller: subscription.seller,
            ends_on: subscription.ends_on,
            renews_on: subscription.renews_on,
            term: subscription.term,
            auto_renew: subscription.auto_renew,
            snapshot_day,
        };
        self.all_on(day)
            .flat_map(|(tenant, in_force)| {
                in_force
                    .subscriptions
                    .iter()
                    .map(move |listed| row(tenant, in_force.snapshot_day, listed))
            })
            .collect()
    }
}

/// Returns the days on which another snapshot can come into force: the days of snapshots and, if
/// there are several sources, the days on which one becomes stale.
fn turns(sources: &[&BTreeMap<Day, u32>], stale_days: i32) -> BTreeSet<Day> {
    let taken = sources.iter().flat_map(|days| days.keys().copied());
    match sources {
        [_] => taken.collect(),
        _ => taken.flat_map(|day| [day, day.plus(stale_days + 1)]).collect(),
    }
}

/// Returns the snapshot in force on a day: the place of its source, its day and the number of its
/// list. `sources` are those of one tenant, in the order of the pipeline file.
fn chosen_on(sources: &[&BTreeMap<Day, u32>], day: Day, stale_days: i32) -> Option<(usize, Day, u32)> {
    let latest_of = |(source, days): (usize, &&BTreeMap<Day, u32>)| {
        let latest = days.range(..=day).next_back();
        latest.map(|(taken_on, list)| (source, *taken_on, *list))
    };
    let mut latest = sources.iter().enumerate().filter_map(latest_of);
    let mut chosen = latest.next()?;
    if chosen.1.plus(stale_days) < day {
        for other in latest {
            if other.1 > chosen.1 {
                chosen = other;
            }
        }
    }
    Some(chosen)
}

/// A list after the rules were applied, without a day.
struct ResolvedList {
    subscriptions: Arc<[SubscriptionInForce]>,
    /// The bytes of a digest: the day, then the list.
    digested: Vec<u8>,
}

/// The length of the day in these bytes.
const DAY_BYTES: usize = size_of::<i64>();

impl ResolvedList {
    /// Returns the list as the snapshot of a day.
    fn on(&mut self, day: Day) -> InForce {
        self.digested[..DAY_BYTES].copy_from_slice(&i64::from(day.0).to_le_bytes());
        InForce {
            snapshot_day: day,
            subscriptions: self.subscriptions.clone(),
            digest: Digest::of(&self.digested),
        }
    }
}

/// Applies the rules to a list. If the list has a subscription twice, the last entry counts.
/// `terms` has the term of each entry; without any all are as listed.
fn resolve(tenant: Guid, list: &[ListedSubscription], terms: &[Option<Term>], rules: &Rules) -> ResolvedList {
    let term_of = |at: usize| terms.get(at).copied().unwrap_or(list[at].renewal.term);
    let mut rows: Vec<(usize, &ListedSubscription)> = list.iter().enumerate().rev().collect();
    rows.sort_by(|(_, a), (_, b)| a.subscription_id.cmp(&b.subscription_id));
    rows.dedup_by(|(_, earlier), (_, kept)| earlier.subscription_id == kept.subscription_id);
    let mut hasher = Hasher::new();
    // The day comes in here when it is known.
    hasher.number(0);
    let mut subscriptions = Vec::with_capacity(rows.len());
    for (at, row) in rows {
        let term = term_of(at);
        let owner = row.owner_tenant_id.as_deref();
        let seller = row
            .seller
            .or_else(|| owner.map(|owner| rules.seller(tenant, owner)))
            .unwrap_or(Seller::Unknown);
        hasher
            .text(&row.subscription_id)
            .bytes(&row.sku_id.bytes())
            .number(row.seats)
            .text(row.state.name())
            .text(seller.name());
        hasher.number(i64::from(row.is_trial)).day(row.ends_on).day(row.renewal.renews_on);
        hasher
            .text(term.map_or("", Term::name))
            .number(row.renewal.auto_renew.map_or(-1, i64::from));
        subscriptions.push(SubscriptionInForce {
            subscription_id: row.subscription_id.clone(),
            sku_id: row.sku_id,
            seats: row.seats,
            state: row.state,
            is_trial: row.is_trial,
            seller,
            ends_on: row.ends_on,
            renews_on: row.renewal.renews_on,
            term,
            auto_renew: row.renewal.auto_renew,
        });
    }
    ResolvedList {
        subscriptions: subscriptions.into(),
        digested: hasher.into_bytes(),
    }
}
