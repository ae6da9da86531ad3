//! `subscription_snapshots` (partition `received=`): subscriptions as raw snapshots list them.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::subscription::{Renewal, Seller, State, Term};
use crate::warehouse::table::table;

table! {
    /// A subscription as a raw snapshot lists it.
    SUBSCRIPTION_SNAPSHOTS = "subscription_snapshots", version 2 reads 1, Received, single,
        feeds [Subscriptions],
        by effect [Zone, Offers];
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
        [since 2] created_on: Option<Day> = "when it was bought, where the form says that instead of a term",
        [since 2] renews_on: Option<Day> = "when its term ends and the next one begins; null where the form does not say",
        [since 2] term: Option<Term> = "month, year or three_years; null where the form does not say",
        [since 2] auto_renew: Option<bool> = "whether it renews by itself; null where the form does not say",
    }
}

impl SnapshotSubscription {
    /// Returns what the form says of the renewal.
    pub fn renewal(&self) -> Renewal {
        Renewal {
            created_on: self.created_on,
            renews_on: self.renews_on,
            term: self.term,
            auto_renew: self.auto_renew,
        }
    }
}

/// Sorts by key. If a raw file lists a subscription twice, the last entry stays.
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
