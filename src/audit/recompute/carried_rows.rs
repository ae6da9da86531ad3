//! Reads rows of raw files that are gone or have changed. The warehouse carried them over from run
//! to run, and they are the only evidence left.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::domain::subscription::Seller;
use crate::engine::error::EngineError;
use crate::engine::ingest::partition_files::NO_DAY;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reference::{
    ActivityRow, CustomerRow, HoldingRow, HoldingsFile, Inputs, LicenseChangeRow, NameRow, Origin, SoldByOwned, SubscriptionRow,
};
use crate::stages::people::user_names::UserNameRow;
use crate::stages::received::activity_events::ActivityEvent;
use crate::stages::received::customers::Customer;
use crate::stages::received::license_changes::LicenseChange;
use crate::stages::received::license_holdings::LicenseHolding;
use crate::stages::received::snapshots::SnapshotFile;
use crate::stages::received::subscription_snapshots::SnapshotSubscription;
use crate::warehouse::contract::Contract;
use crate::warehouse::store::Store;
use crate::warehouse::table::{Row, column_of};

/// The files whose rows were carried over.
pub struct CarriedRows<'a> {
    settings: &'a Settings,
    store: &'a Store,
    state: &'a State,
    /// Source and path.
    files: &'a BTreeSet<(String, String)>,
    /// Feed and path, for any source. Most rows do not name their source.
    paths: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> CarriedRows<'a> {
    /// `files` are given by source and path.
    pub fn of(settings: &'a Settings, store: &'a Store, state: &'a State, files: &'a BTreeSet<(String, String)>) -> CarriedRows<'a> {
        let feed = |source: &'a str| source.split(':').next().unwrap_or_default();
        CarriedRows {
            settings,
            store,
            state,
            files,
            paths: files.iter().map(|(source, path)| (feed(source), path.as_str())).collect(),
        }
    }

    /// Adds the rows of one day of receipt to the evidence of each customer.
    pub fn add(&self, received: Day, all: &mut BTreeMap<Guid, Inputs>) -> Result<(), EngineError> {
        self.add_activity(received, all)?;
        self.add_licenses(received, all)?;
        self.add_snapshots(received, all)?;
        self.add_subscriptions(received, all)?;
        self.add_customers(received, all)
    }

    fn add_activity(&self, received: Day, all: &mut BTreeMap<Guid, Inputs>) -> Result<(), EngineError> {
        self.each(received, all, |row: ActivityEvent, inputs| {
            if self.is_carried(Feed::Activity, &row.source_file) {
                inputs.activity.push(ActivityRow {
                    event_time: row.event_time,
                    origin: origin(received, &row.source_file, row.source_line, 0),
                    tenant_id: row.tenant_id,
                    event_id: row.event_id,
                    user_id: self.stored(row.tenant_id, &row.user_id),
                    app_id: row.app_id,
                    resource_id: row.resource_id,
                    interactive: row.interactive,
                    succeeded: row.succeeded,
                    guest: row.guest,
                    foreign_resource: row.foreign_resource,
                    agent: row.agent,
                    named_workload: row.named_workload,
                    evidence: row.evidence,
                    day: row.evidence.day_of(row.event_time, self.settings.zone()),
                });
            }
        })?;
        self.each(received, all, |row: UserNameRow, inputs| {
            if self.files.contains(&(row.source, row.source_file)) {
                let (name, user) = (self.stored(row.tenant_id, &row.name_id), self.stored(row.tenant_id, &row.user_id));
                inputs.names.push(NameRow {
                    tenant_id: row.tenant_id,
                    name_id: name,
                    user_id: user,
                    day: row.day,
                });
            }
        })
    }

    fn add_licenses(&self, received: Day, all: &mut BTreeMap<Guid, Inputs>) -> Result<(), EngineError> {
        self.each(received, all, |row: LicenseChange, inputs| {
            if self.is_carried(Feed::LicenseChanges, &row.source_file) {
                inputs.license_changes.push(LicenseChangeRow {
                    tenant_id: row.tenant_id,
                    user_id: self.stored(row.tenant_id, &row.user_id),
                    sku_id: Guid::parse(row.sku_id.as_bytes()),
                    event_time: row.event_time,
                    action: row.action,
                    origin: origin(received, &row.source_file, row.source_line, 0),
                    event_id: row.event_id,
                });
            }
        })?;
        self.each(received, all, |row: LicenseHolding, inputs| {
            if self.is_carried(Feed::LicenseHoldings, &row.source_file) {
                inputs.holdings.push(HoldingRow {
                    tenant_id: row.tenant_id,
                    day: row.day,
                    user_id: self.stored(row.tenant_id, &row.user_id),
                    sku_id: row.sku_id,
                    account_enabled: row.account_enabled,
                    waiting: row.waiting,
                    origin: origin(received, &row.source_file, 0, 0),
                });
            }
        })
    }

    fn add_subscriptions(&self, received: Day, all: &mut BTreeMap<Guid, Inputs>) -> Result<(), EngineError> {
        self.each(received, all, |row: SnapshotSubscription, inputs| {
            if self.files.contains(&(row.source.clone(), row.source_file.clone())) {
                let renewal = row.renewal();
                let owner = row.owner_tenant_id.map(SoldByOwned::Owner);
                inputs.subscriptions.push(SubscriptionRow {
                    source_index: self.place(&row.source),
                    tenant_id: row.tenant_id,
                    day: row.snapshot_day,
                    origin: origin(received, &row.source_file, row.source_line, row.source_record),
                    subscription_id: row.subscription_id,
                    sku_id: row.sku_id,
                    seats: row.seats,
                    state: row.state,
                    is_trial: row.is_trial,
                    sold_by: owner.unwrap_or(SoldByOwned::Seller(row.seller.unwrap_or(Seller::Unknown))),
                    ends_on: row.ends_on,
                    renewal,
                });
            }
        })
    }

    fn add_customers(&self, received: Day, all: &mut BTreeMap<Guid, Inputs>) -> Result<(), EngineError> {
        self.each(received, all, |row: Customer, inputs| {
            if self.is_carried(Feed::Customers, &row.source_file) {
                inputs.customers.push(CustomerRow {
                    tenant_id: row.tenant_id,
                    origin: origin(received, &row.source_file, row.source_line, 0),
                    name: row.name,
                    domain: row.domain,
                    country: row.country,
                    segment: row.segment,
                    left_on: row.left_on,
                });
            }
        })
    }

    /// Adds the snapshots, including those that list nothing.
    fn add_snapshots(&self, received: Day, all: &mut BTreeMap<Guid, Inputs>) -> Result<(), EngineError> {
        self.each(received, all, |row: SnapshotFile, inputs| {
            if !self.files.contains(&(row.source.clone(), row.source_file.clone())) {
                return;
            }
            if row.feed == Feed::LicenseHoldings.name() {
                let page = (row.tenant_id, row.day, row.announces_next);
                inputs.holdings_files.push(HoldingsFile {
                    path: row.source_file,
                    tenant: Some(row.tenant_id),
                    day: Some(row.day),
                    pages: if row.readable { vec![page] } else { Vec::new() },
                    has_reject: row.rejected,
                });
            } else if row.readable {
                inputs.subscription_pages.push((self.place(&row.source), row.tenant_id, row.day));
            }
        })
    }

    /// Returns the id under which a user is stored now.
    fn stored(&self, tenant: Guid, user: &str) -> String {
        self.settings.user_ids.stored_again(tenant, user).into_owned()
    }

    fn is_carried(&self, feed: Feed, path: &str) -> bool {
        self.paths.contains(&(feed.name(), path))
    }

    /// Returns the position of a source in the pipeline file. Sources that the file no longer has
    /// come last, sorted by name.
    fn place(&self, source: &str) -> usize {
        let sources = &self.settings.sources;
        let named = |id: &str| sources.iter().position(|source| source.id == id);
        named(source).unwrap_or_else(|| {
            let before: BTreeSet<&str> = self
                .files
                .iter()
                .map(|(id, _)| id.as_str())
                .filter(|id| named(id).is_none() && *id < source)
                .collect();
            sources.len() + before.len()
        })
    }

    /// Calls back with every row of a day of receipt that belongs to one of the customers.
    fn each<R: Row>(
        &self,
        received: Day,
        all: &mut BTreeMap<Guid, Inputs>,
        mut take: impl FnMut(R, &mut Inputs),
    ) -> Result<(), EngineError> {
        let of_day = |day: Option<Day>| day.unwrap_or(NO_DAY) == received;
        let filled = self
            .state
            .table(R::CONTRACT)
            .iter()
            .filter(|((day, _), footer)| of_day(*day) && footer.rows > 0);
        for (place, _) in filled {
            let frame = self.store.read(R::CONTRACT, *place, &[])?;
            for (tenant, part) in runs(&frame, R::CONTRACT)? {
                if let Some(inputs) = all.get_mut(&tenant) {
                    R::rows(&part)?.into_iter().for_each(|row| take(row, inputs));
                }
            }
        }
        Ok(())
    }
}

/// Returns where a row came from. What the warehouse does not store is 0.
fn origin(received: Day, file: &str, line: i64, record: i64) -> Origin {
    Origin {
        source_file: file.to_owned(),
        source_line: line as u64,
        source_record: record as u32,
        received,
    }
}

/// Splits a frame into the rows of each customer, in the order of the frame.
fn runs(frame: &RecordBatch, contract: &Contract) -> Result<Vec<(Guid, RecordBatch)>, EngineError> {
    let tenants = column_of(frame, contract, "tenant_id")?.as_string::<i32>();
    let mut runs = Vec::new();
    let mut begin = 0;
    for row in 0..frame.num_rows() {
        if row + 1 == frame.num_rows() || tenants.value(row + 1) != tenants.value(begin) {
            if let Some(tenant) = Guid::parse(tenants.value(begin).as_bytes()) {
                runs.push((tenant, frame.slice(begin, row + 1 - begin)));
            }
            begin = row + 1;
        }
    }
    Ok(runs)
}
