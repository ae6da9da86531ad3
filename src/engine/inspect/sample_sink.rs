//! Takes what a reader finds in a file that is only looked at: counts everything and keeps the
//! first rows, as a run would store them.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::domain::rules::Rules;
use crate::domain::user_ids::UserIds;
use crate::engine::error::EngineError;
use crate::engine::ingest::collector::FileSink;
use crate::engine::ingest::gathered::Gathered;
use crate::sources::file_context::FileContext;
use crate::sources::record::{Position, Reason, Row, Sink, SnapshotPage};
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::stages::received::{customers, license_changes, license_holdings, subscription_snapshots, support_requests};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table;

/// How many rows are shown.
const SAMPLE_ROWS: u64 = 3;

/// Looks at what a reader finds.
pub struct Looking<'a> {
    file: &'a str,
    context: &'a FileContext,
    /// The first rows.
    gathered: Gathered,
    rows: u64,
    days: BTreeSet<Day>,
    tenants: BTreeMap<Guid, u64>,
    rejects: BTreeMap<Reason, RejectCount>,
}

/// What was found.
pub struct Found {
    pub rows: u64,
    pub days: BTreeSet<Day>,
    pub tenants: Vec<TenantRows>,
    pub rejects: Vec<RejectCount>,
    pub table: &'static str,
    pub sample: Vec<Map<String, Value>>,
}

/// How many rows are of a tenant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TenantRows {
    pub tenant_id: String,
    pub rows: u64,
}

/// How many records could not be used for one reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RejectCount {
    pub reason: &'static str,
    pub count: u64,
    /// The line of the first one; 0 where the file as a whole is at fault.
    pub first_line: u64,
    /// What is missing there, or what is there instead, where there is something to say.
    pub detail: Option<String>,
}

impl<'a> Looking<'a> {
    pub fn new(file: &'a str, context: &'a FileContext) -> Looking<'a> {
        Looking {
            file,
            context,
            gathered: Gathered::default(),
            rows: 0,
            days: BTreeSet::new(),
            tenants: BTreeMap::new(),
            rejects: BTreeMap::new(),
        }
    }

    /// What was found by a source of this feed.
    pub fn finish(self, feed: Feed, rules: &Rules) -> Result<Found, EngineError> {
        let mut tenants: Vec<TenantRows> = self
            .tenants
            .into_iter()
            .map(|(tenant, rows)| TenantRows {
                tenant_id: tenant.to_string(),
                rows,
            })
            .collect();
        tenants.sort_by_key(|tenant| std::cmp::Reverse(tenant.rows));
        let mut rejects: Vec<RejectCount> = self.rejects.into_values().collect();
        rejects.sort_by_key(|reject| std::cmp::Reverse(reject.count));
        let (contract, frames) = frames(feed, self.gathered, rules)?;
        Ok(Found {
            rows: self.rows,
            days: self.days,
            tenants,
            rejects,
            table: contract.name,
            sample: frames.iter().map(rows_of).collect::<Result<Vec<_>, _>>()?.concat(),
        })
    }
}

impl Sink for Looking<'_> {
    fn row(&mut self, at: Position, row: Row<'_>) {
        self.rows += 1;
        let zone = &self.context.zone;
        let (tenant, day) = match &row {
            Row::Activity(activity) => (activity.tenant, Some(activity.day(zone))),
            Row::LicenseChange(change) => (change.tenant, Some(zone.day_of(change.at))),
            Row::Holding(holding) => (holding.tenant, Some(holding.day)),
            Row::Subscription(subscription) => (subscription.tenant, Some(subscription.day)),
            Row::Customer(customer) => (customer.tenant, None),
            Row::SupportRequest(request) => (request.tenant, Some(zone.day_of(request.opened_at))),
        };
        *self.tenants.entry(tenant).or_default() += 1;
        self.days.extend(day);
        if self.rows <= SAMPLE_ROWS {
            FileSink::new(&mut self.gathered, self.file, "", self.context, &UserIds::Plain).row(at, row);
        }
    }

    fn reject(&mut self, at: Position, reason: Reason, _raw: &[u8], detail: &str) {
        let of_reason = self.rejects.entry(reason).or_insert_with(|| RejectCount {
            reason: reason.name(),
            count: 0,
            first_line: at.line,
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
        });
        of_reason.count += 1;
    }

    fn snapshot_page(&mut self, page: SnapshotPage) {
        self.days.insert(page.day);
        self.tenants.entry(page.tenant).or_default();
    }
}

/// The first rows in the form of the feed's table.
fn frames(feed: Feed, gathered: Gathered, rules: &Rules) -> Result<(&'static Contract, Vec<RecordBatch>), WarehouseError> {
    fn one<R: table::Row>(rows: &[R]) -> Result<(&'static Contract, Vec<RecordBatch>), WarehouseError> {
        Ok((R::CONTRACT, vec![R::frame(rows)?]))
    }
    match feed {
        Feed::Activity => {
            let shards = gathered.events.finish(1, rules)?;
            Ok((&ACTIVITY_EVENTS, shards.into_iter().map(|shard| shard.events.frame).collect()))
        }
        Feed::LicenseChanges => one::<license_changes::LicenseChange>(&gathered.changes),
        Feed::LicenseHoldings => one::<license_holdings::LicenseHolding>(&gathered.holdings),
        Feed::Subscriptions => one::<subscription_snapshots::SnapshotSubscription>(&gathered.subscriptions),
        Feed::Customers => one::<customers::Customer>(&gathered.customers),
        Feed::SupportRequests => one::<support_requests::SupportRequest>(&gathered.support_requests),
    }
}

/// The rows of a frame, column by column as values of JSON: days and moments as text.
fn rows_of(frame: &RecordBatch) -> Result<Vec<Map<String, Value>>, WarehouseError> {
    let mut rows = vec![Map::new(); frame.num_rows()];
    let schema = frame.schema();
    for (field, column) in schema.fields().iter().zip(frame.columns()) {
        // Frames have some texts as numbers of a dictionary.
        let column = match column.data_type() {
            DataType::Dictionary(..) => cast(column, &DataType::Utf8)?,
            _ => column.clone(),
        };
        for (number, row) in rows.iter_mut().enumerate() {
            let value = match column.data_type() {
                _ if column.is_null(number) => Value::Null,
                DataType::Boolean => column.as_boolean().value(number).into(),
                DataType::Int64 => column.as_primitive::<Int64Type>().value(number).into(),
                DataType::Date32 => Day(column.as_primitive::<Date32Type>().value(number)).to_string().into(),
                DataType::Timestamp(..) => {
                    let micros = column.as_primitive::<TimestampMicrosecondType>().value(number);
                    Instant(micros).to_string().into()
                }
                DataType::Utf8 => column.as_string::<i32>().value(number).into(),
                other => return Err(WarehouseError::Contract(format!("`{}` is of type {other}", field.name()))),
            };
            row.insert(field.name().clone(), value);
        }
    }
    Ok(rows)
}
