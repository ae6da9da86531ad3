//! `subscriptions`: the subscriptions in force on a day, out of the snapshots that were taken (spec: Subscription states).
//!
//! Per tenant the first source of the pipeline file that has a snapshot on or before the day is in force, with its latest
//! snapshot. A subscription that this snapshot does not list is gone. Before a tenant's first snapshot nothing is known.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher, SetDigest};
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::domain::rules::Rules;
use crate::domain::subscription::{Seller, State};
use crate::stages::snapshots::SnapshotFile;
use crate::warehouse::table::table;

table! {
    /// A subscription as a raw snapshot lists it.
    SUBSCRIPTION_SNAPSHOTS = "subscription_snapshots", version 1, Received, single;
    SnapshotSubscription {
        @key source: String = "the source of the pipeline file: its feed and path",
        @key tenant_id: Guid = "the customer",
        @key snapshot_day: Day = "the day of the snapshot",
        @key subscription_id: String = "the subscription",
        @key source_file: String = "path of the raw file",
        source_line: i64 = "line in the raw file; of a document its first line",
        source_record: i64 = "number of the record in its page, from 1; 0 where a line is a record",
        sku_id: Guid = "the product",
        seats: i64 = "how many seats",
        state: State = "what the raw status means",
        is_trial: bool = "a trial",
        owner_tenant_id: Option<String> = "who sold it, where the form says it by a tenant id (empty: nobody else)",
        seller: Option<Seller> = "who sold it, where the form says it in so many words",
        ends_on: Option<Day> = "when its term ends",
    }
}

table! {
    /// A subscription in force on the day.
    SUBSCRIPTIONS = "subscriptions", version 1, Day, sharded;
    Subscription {
        @key tenant_id: Guid = "the customer",
        @key subscription_id: String = "the subscription",
        sku_id: Guid = "the product",
        seats: i64 = "how many seats",
        state: State = "active, grace, disabled, deprovisioned, pending or superseded",
        is_trial: bool = "a trial: neither sold nor an entitlement",
        seller: Seller = "own, other, direct or unknown",
        ends_on: Option<Day> = "when its term ends",
        snapshot_day: Day = "the snapshot in force",
    }
}

/// Of a subscription that one raw file lists twice the last stays; sorted by the key.
pub fn distinct(mut rows: Vec<SnapshotSubscription>) -> Vec<SnapshotSubscription> {
    let key = |row: &SnapshotSubscription| {
        (
            row.source.clone(),
            row.tenant_id,
            row.snapshot_day,
            row.subscription_id.clone(),
            row.source_file.clone(),
        )
    };
    rows.sort_by_cached_key(|row| (key(row), row.source_line, row.source_record));
    rows.reverse();
    rows.dedup_by(|earlier, later| key(earlier) == key(later));
    rows.reverse();
    rows
}

/// The snapshots of one tenant and source: day -> what it lists, in the order of files and lines. Most list a few subscriptions, so a list
/// takes a small part of the memory of a map.
type Snapshots = BTreeMap<Day, Vec<SnapshotSubscription>>;

/// What is known of a tenant's subscriptions from a day on.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    pub snapshot_day: Day,
    /// Sorted by subscription id.
    pub subscriptions: Vec<Subscription>,
    digest: Digest,
}

/// Per tenant, which snapshot is in force from which day on.
#[derive(Default)]
pub struct Timeline {
    tenants: BTreeMap<Guid, BTreeMap<Day, InForce>>,
}

impl Timeline {
    /// Orders the snapshots of one shard in time. `sources` are the subscription sources in the order of the pipeline file.
    pub fn build(files: &[SnapshotFile], rows: Vec<SnapshotSubscription>, sources: &[String], rules: &Rules) -> Timeline {
        // Sources that the pipeline file no longer names come last.
        let place = |source: &str| sources.iter().position(|name| name == source).unwrap_or(sources.len());
        let mut taken: BTreeMap<Guid, BTreeMap<(usize, &str), Snapshots>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.feed == Feed::Subscriptions.name() && file.readable) {
            let sources = taken.entry(file.tenant_id).or_default();
            sources
                .entry((place(&file.source), &file.source))
                .or_default()
                .entry(file.day)
                .or_default();
        }
        let mut rows = rows;
        rows.sort_by(|a, b| (&a.source_file, a.source_line, a.source_record).cmp(&(&b.source_file, b.source_line, b.source_record)));
        for row in rows {
            let snapshot = taken
                .get_mut(&row.tenant_id)
                .and_then(|sources| sources.iter_mut().find(|((_, name), _)| **name == row.source))
                .and_then(|(_, days)| days.get_mut(&row.snapshot_day));
            if let Some(snapshot) = snapshot {
                snapshot.push(row);
            }
        }
        let mut timeline = Timeline::default();
        for (tenant, sources) in taken {
            let mut until = Day(i32::MAX);
            let in_force = timeline.tenants.entry(tenant).or_default();
            for (_, snapshots) in sources {
                let first = snapshots.keys().next().copied();
                for (day, rows) in snapshots.into_iter().filter(|(day, _)| *day < until) {
                    in_force.insert(day, settle(day, rows, rules));
                }
                until = until.min(first.unwrap_or(until));
            }
        }
        timeline
    }

    /// The snapshot of a tenant that is in force on a day.
    pub fn on(&self, tenant: Guid, day: Day) -> Option<&InForce> {
        self.tenants.get(&tenant)?.range(..=day).next_back().map(|(_, in_force)| in_force)
    }

    /// All tenants with a snapshot in force on a day, in order.
    pub fn all_on(&self, day: Day) -> impl Iterator<Item = (Guid, &InForce)> {
        self.tenants
            .iter()
            .filter_map(move |(tenant, days)| Some((*tenant, days.range(..=day).next_back()?.1)))
    }

    /// The day of a tenant's first snapshot, and for each SKU the first day on which the snapshot in force lists a subscription of it.
    pub fn first_listed(&self, tenant: Guid) -> Option<(Day, BTreeMap<Guid, Day>)> {
        let days = self.tenants.get(&tenant)?;
        let mut skus = BTreeMap::new();
        for (day, in_force) in days {
            for subscription in &in_force.subscriptions {
                skus.entry(subscription.sku_id).or_insert(*day);
            }
        }
        Some((*days.keys().next()?, skus))
    }

    /// The day of the earliest snapshot.
    pub fn first_day(&self) -> Option<Day> {
        self.tenants.values().filter_map(|days| days.keys().next().copied()).min()
    }

    /// For each day from `first` to `last` a digest of what is in force.
    pub fn digests(&self, first: Day, last: Day) -> Vec<Digest> {
        let mut changes: BTreeMap<Day, SetDigest> = BTreeMap::new();
        for (tenant, days) in &self.tenants {
            let mut before: Option<Digest> = None;
            for (day, in_force) in days {
                let member = Hasher::new().bytes(&tenant.bytes()).digest(in_force.digest).finish();
                let change = changes.entry((*day).max(first)).or_default();
                change.add(member);
                before.into_iter().for_each(|member| change.remove(member));
                before = Some(member);
            }
        }
        let mut sum = SetDigest::default();
        first
            .to(last)
            .map(|day| {
                if let Some(change) = changes.get(&day) {
                    sum.add(change.digest());
                }
                sum.digest()
            })
            .collect()
    }

    /// The rows of the table on a day.
    pub fn rows(&self, day: Day) -> Vec<Subscription> {
        self.all_on(day)
            .flat_map(|(_, in_force)| in_force.subscriptions.iter().cloned())
            .collect()
    }
}

/// What a snapshot means under the rules. Of a subscription that it lists twice the last one counts.
fn settle(day: Day, mut rows: Vec<SnapshotSubscription>, rules: &Rules) -> InForce {
    rows.reverse();
    rows.sort_by(|a, b| a.subscription_id.cmp(&b.subscription_id));
    rows.dedup_by(|earlier, kept| earlier.subscription_id == kept.subscription_id);
    let mut hasher = Hasher::new();
    hasher.number(i64::from(day.0));
    let mut subscriptions = Vec::with_capacity(rows.len());
    for row in rows {
        let owner = row.owner_tenant_id.as_deref();
        let seller = row
            .seller
            .or_else(|| owner.map(|owner| rules.seller(row.tenant_id, owner)))
            .unwrap_or(Seller::Unknown);
        hasher
            .text(&row.subscription_id)
            .bytes(&row.sku_id.bytes())
            .number(row.seats)
            .text(row.state.name())
            .text(seller.name());
        hasher
            .number(i64::from(row.is_trial))
            .number(row.ends_on.map_or(i64::MIN, |day| i64::from(day.0)));
        subscriptions.push(Subscription {
            tenant_id: row.tenant_id,
            subscription_id: row.subscription_id,
            sku_id: row.sku_id,
            seats: row.seats,
            state: row.state,
            is_trial: row.is_trial,
            seller,
            ends_on: row.ends_on,
            snapshot_day: day,
        });
    }
    InForce {
        snapshot_day: day,
        subscriptions,
        digest: hasher.finish(),
    }
}
