//! The inputs of the reference computation: owned copies of everything that the readers found, with
//! their origin.
//!
//! Files can be added in any order. Nothing is decided here; only the order of the pages within a
//! file is kept.

use crate::domain::day::{Day, Instant, Zone};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Evidence, Feed};
use crate::domain::subscription::{Renewal, Seller, State};
use crate::sources::file_context::FileContext;
use crate::sources::record::{FileCounts, Position, Reason, Row, Sink, SnapshotPage, SoldBy, UserName};

/// Where a row comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub source_file: String,
    pub source_line: u64,
    pub source_record: u32,
    /// The day of receipt: the partition of the raw data.
    pub received: Day,
}

/// A sign-in, an audited action or what a usage report says. `event_time`, `succeeded` and the origin come first, because
/// they order several equal events.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActivityRow {
    pub event_time: Instant,
    pub origin: Origin,
    pub tenant_id: Guid,
    pub event_id: String,
    pub user_id: String,
    pub app_id: String,
    pub resource_id: String,
    pub interactive: Option<bool>,
    pub succeeded: bool,
    pub guest: bool,
    pub foreign_resource: bool,
    pub agent: bool,
    pub named_workload: Option<String>,
    pub evidence: Evidence,
    /// The day in the zone of the file's context. Only `first_day` reads it, because it knows no
    /// rules.
    pub day: Day,
}

/// What a license event says about a user and one SKU, or about all SKUs of the user (`None`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LicenseChangeRow {
    pub tenant_id: Guid,
    pub user_id: String,
    pub sku_id: Option<Guid>,
    pub event_time: Instant,
    pub action: Action,
    pub event_id: String,
    pub origin: Origin,
}

/// A user holds a SKU on the day of a snapshot, or waits for a seat of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldingRow {
    pub tenant_id: Guid,
    pub day: Day,
    pub user_id: String,
    pub sku_id: Guid,
    pub account_enabled: Option<bool>,
    pub waiting: bool,
    pub origin: Origin,
}

/// A file of the holdings feed, as far as the completeness of its snapshots depends on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldingsFile {
    pub path: String,
    /// The tenant and the day that the path names.
    pub tenant: Option<Guid>,
    pub day: Option<Day>,
    /// (tenant, day, announces another page), in the order of the file.
    pub pages: Vec<(Guid, Day, bool)>,
    /// Whether a record of the file, or all of it, could not be used.
    pub has_reject: bool,
}

/// Who sold a subscription, as far as its form says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SoldByOwned {
    Owner(String),
    Seller(Seller),
}

/// A subscription as a snapshot lists it. Ordered by snapshot, then (file, line, record): the last
/// of several counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubscriptionRow {
    /// Position of the source in the pipeline file.
    pub source_index: usize,
    pub tenant_id: Guid,
    pub day: Day,
    pub origin: Origin,
    pub subscription_id: String,
    pub sku_id: Guid,
    pub seats: i64,
    pub state: State,
    pub is_trial: bool,
    pub sold_by: SoldByOwned,
    pub ends_on: Option<Day>,
    pub renewal: Renewal,
}

/// A customer of the partner. A missing text is empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerRow {
    pub tenant_id: Guid,
    pub name: String,
    pub domain: String,
    pub country: String,
    pub segment: String,
    pub left_on: Option<Day>,
    pub origin: Origin,
}

/// A request to the partner's support. The last list that has a request counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SupportRequestRow {
    pub tenant_id: Guid,
    pub request_id: String,
    pub opened_at: Instant,
    pub origin: Origin,
}

/// A sign-in or a user list says that a name belongs to a user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameRow {
    pub tenant_id: Guid,
    /// The id that stands for the name.
    pub name_id: String,
    pub user_id: String,
    /// The day of the event or the list. `None`: unknown, before all days.
    pub day: Option<Day>,
}

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    pub activity: Vec<ActivityRow>,
    pub license_changes: Vec<LicenseChangeRow>,
    pub holdings: Vec<HoldingRow>,
    pub holdings_files: Vec<HoldingsFile>,
    pub subscriptions: Vec<SubscriptionRow>,
    /// (source, tenant, day) of the readable pages of subscription snapshots, including those that
    /// list nothing.
    pub subscription_pages: Vec<(usize, Guid, Day)>,
    pub customers: Vec<CustomerRow>,
    pub support_requests: Vec<SupportRequestRow>,
    pub names: Vec<NameRow>,
}

impl Inputs {
    /// Adds everything that other files say.
    pub fn append(&mut self, more: Inputs) {
        self.activity.extend(more.activity);
        self.license_changes.extend(more.license_changes);
        self.holdings.extend(more.holdings);
        self.holdings_files.extend(more.holdings_files);
        self.subscriptions.extend(more.subscriptions);
        self.subscription_pages.extend(more.subscription_pages);
        self.customers.extend(more.customers);
        self.support_requests.extend(more.support_requests);
        self.names.extend(more.names);
    }

    /// Returns the sink for one file of a source. `source_index` is the position of the source in
    /// the pipeline file, `path` the name of the file as in `source_file`.
    pub fn file(&mut self, feed: Feed, source_index: usize, path: &str, received: Day, context: &FileContext) -> FileSink<'_> {
        if feed == Feed::LicenseHoldings {
            let (tenant, day) = (context.tenant, context.day);
            self.holdings_files.push(HoldingsFile {
                path: path.to_owned(),
                tenant,
                day,
                pages: Vec::new(),
                has_reject: false,
            });
        }
        FileSink {
            inputs: self,
            feed,
            source_index,
            path: path.to_owned(),
            received,
            zone: context.zone.clone(),
        }
    }
}

/// Collects the rows, rejects and pages of one file.
pub struct FileSink<'a> {
    inputs: &'a mut Inputs,
    feed: Feed,
    source_index: usize,
    path: String,
    received: Day,
    zone: Zone,
}

impl FileSink<'_> {
    /// Ends the file. `counts` says whether it had a reject.
    pub fn finish(mut self, counts: &FileCounts) {
        if counts.rejected > 0 {
            self.note_reject();
        }
    }

    fn note_reject(&mut self) {
        // Only the sink can change the inputs, so the last file is this one.
        if self.feed == Feed::LicenseHoldings
            && let Some(file) = self.inputs.holdings_files.last_mut()
        {
            file.has_reject = true;
        }
    }
}

impl Sink for FileSink<'_> {
    fn row(&mut self, at: Position, row: Row<'_>) {
        let source_file = self.path.clone();
        let origin = Origin {
            source_file,
            source_line: at.line,
            source_record: at.record,
            received: self.received,
        };
        match row {
            Row::Activity(row) => self.inputs.activity.push(ActivityRow {
                event_time: row.at,
                origin,
                tenant_id: row.tenant,
                event_id: row.event_id.to_owned(),
                user_id: row.user_id.to_owned(),
                app_id: row.app_id.to_owned(),
                resource_id: row.resource_id.to_owned(),
                interactive: row.interactive,
                succeeded: row.succeeded,
                guest: row.guest,
                foreign_resource: row.foreign_resource,
                agent: row.agent,
                named_workload: row.named_workload.map(str::to_owned),
                evidence: row.evidence,
                day: row.day(&self.zone),
            }),
            Row::LicenseChange(row) => self.inputs.license_changes.push(LicenseChangeRow {
                tenant_id: row.tenant,
                user_id: row.user_id.to_owned(),
                sku_id: row.sku,
                event_time: row.at,
                action: row.action,
                event_id: row.event_id.to_owned(),
                origin,
            }),
            Row::Holding(row) => self.inputs.holdings.push(HoldingRow {
                tenant_id: row.tenant,
                day: row.day,
                user_id: row.user_id.to_owned(),
                sku_id: row.sku,
                account_enabled: row.account_enabled,
                waiting: row.waiting,
                origin,
            }),
            Row::Subscription(row) => self.inputs.subscriptions.push(SubscriptionRow {
                source_index: self.source_index,
                tenant_id: row.tenant,
                day: row.day,
                origin,
                subscription_id: row.subscription_id.to_owned(),
                sku_id: row.sku,
                seats: row.seats,
                state: row.state,
                is_trial: row.is_trial,
                sold_by: match row.sold_by {
                    SoldBy::Owner(owner) => SoldByOwned::Owner(owner.to_owned()),
                    SoldBy::Seller(seller) => SoldByOwned::Seller(seller),
                },
                ends_on: row.ends_on,
                renewal: row.renewal,
            }),
            Row::SupportRequest(row) => self.inputs.support_requests.push(SupportRequestRow {
                tenant_id: row.tenant,
                request_id: row.request_id.to_owned(),
                opened_at: row.opened_at,
                origin,
            }),
            Row::Customer(row) => self.inputs.customers.push(CustomerRow {
                tenant_id: row.tenant,
                name: row.name.to_owned(),
                domain: row.domain.to_owned(),
                country: row.country.to_owned(),
                segment: row.segment.to_owned(),
                left_on: row.left_on,
                origin,
            }),
        }
    }

    fn wants_names(&self) -> bool {
        true
    }

    fn user_name(&mut self, name: UserName<'_>) {
        self.inputs.names.push(NameRow {
            tenant_id: name.tenant,
            name_id: name.name_id.to_owned(),
            user_id: name.user_id.to_owned(),
            day: Some(name.seen.day(&self.zone)),
        });
    }

    fn reject(&mut self, _at: Position, _reason: Reason, _raw: &[u8], _detail: &str) {
        self.note_reject();
    }

    fn snapshot_page(&mut self, page: SnapshotPage) {
        match self.feed {
            Feed::LicenseHoldings => {
                if let Some(file) = self.inputs.holdings_files.last_mut() {
                    file.pages.push((page.tenant, page.day, page.announces_next));
                }
            }
            Feed::Subscriptions => self.inputs.subscription_pages.push((self.source_index, page.tenant, page.day)),
            _ => {}
        }
    }
}
