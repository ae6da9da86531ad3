//! Subscriptions as a table (feed `subscriptions`, formats `csv` and `parquet`):
//! `snapshot_day, tenant_id, subscription_id, sku_id, seats, status, is_trial, seller, ends_on,
//! renews_on, term, auto_renew`.
//!
//! `subscription_id`, `sku_id`, `seats` and `status` have to be there; tenant and day may be the
//! path's. `seller` is own, other or direct. If it is empty the seller is unknown, and the seats
//! are not counted as ours. `ends_on` and `renews_on` are dates as they are written, whatever the time
//! zone. `term` is month, year or three_years, or as Partner Center writes it (P1M, P1Y, P3Y).

use crate::domain::subscription::{Renewal, Seller, Term};
use crate::sources::fields::values::{guid, present, required_id, seats, state};
use crate::sources::file_context::FileContext;
use crate::sources::formats::own::snapshots::Snapshots;
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Row, Sink, SoldBy, Subscription};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, day, flag, plain};

/// Reads the subscriptions of one file.
pub struct SubscriptionsTable {
    snapshots: Snapshots,
}

impl Reader for SubscriptionsTable {
    fn new(context: &FileContext) -> SubscriptionsTable {
        SubscriptionsTable {
            snapshots: Snapshots::new(context),
        }
    }
}

impl TableReader for SubscriptionsTable {
    const COLUMNS: &'static [&'static str] = &[
        "subscription_id",
        "sku_id",
        "seats",
        "status",
        "tenant_id",
        "snapshot_day",
        "is_trial",
        "seller",
        "ends_on",
        "renews_on",
        "term",
        "auto_renew",
    ];
    const NEEDED: usize = 4;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingId, &[0]),
        (Reason::MalformedSku, &[1]),
        (Reason::MalformedSeats, &[2]),
        (Reason::UnknownStatus, &[3]),
        (Reason::MissingTenant, &[4]),
        (Reason::MalformedTenant, &[4]),
        (Reason::MissingDay, &[5]),
        (Reason::UnreadableTime, &[5, 8, 9]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let (tenant, taken_on) = self.snapshots.of_record(cells.cell(4), cells.cell(5), sink)?;
        let id = required_id(cells.cell(0))?;
        let Some(Value::Text(sku)) = present(cells.cell(1)) else {
            return Err(Reason::MalformedSku);
        };
        let seller = match plain(cells.cell(7))? {
            "" => Seller::Unknown,
            word => Seller::parse(&word.to_ascii_lowercase()).ok_or(Reason::UnreadableValue)?,
        };
        let subscription = Subscription {
            tenant,
            day: taken_on,
            subscription_id: &id,
            sku: guid(sku).ok_or(Reason::MalformedSku)?,
            state: state(cells.cell(3)).ok_or(Reason::UnknownStatus)?,
            seats: seats(cells.cell(2)).ok_or(Reason::MalformedSeats)?,
            is_trial: flag(cells.cell(6))?.unwrap_or(false),
            sold_by: SoldBy::Seller(seller),
            ends_on: day(cells.cell(8))?,
            renewal: Renewal {
                created_on: None,
                renews_on: day(cells.cell(9))?,
                term: term(plain(cells.cell(10))?)?,
                auto_renew: flag(cells.cell(11))?,
            },
        };
        sink.row(at, Row::Subscription(subscription));
        Ok(Verdict::Accepted)
    }

    fn end(&mut self, is_empty: bool, sink: &mut dyn Sink) {
        self.snapshots.report_pages(is_empty, sink);
    }
}

/// A term by its name or as a duration. `None` where it is empty.
fn term(written: &str) -> Result<Option<Term>, Reason> {
    if written.is_empty() {
        return Ok(None);
    }
    let term = Term::parse(&written.to_ascii_lowercase()).or_else(|| Term::of_duration(written));
    term.map(Some).ok_or(Reason::UnreadableValue)
}
