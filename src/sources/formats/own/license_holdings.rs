//! Who holds which license as a table (feed `license_holdings`, formats `csv` and `parquet`):
//! `snapshot_day, tenant_id, user_id, sku_id, account_enabled, waiting`, one record per user and
//! SKU.
//!
//! `user_id` and `sku_id` have to be there; tenant and day may be the path's, and the day may be
//! named `day`, as in our own table. A user without a SKU holds nothing. `account_enabled` says
//! whether the user's account is enabled, empty: unknown. Where `waiting` is true the user is meant to
//! have the SKU and does not, because no seat is left. For each tenant and day in it, a table is the
//! whole snapshot, or a page of it.

use crate::sources::fields::values::{guid, present, required_id};
use crate::sources::file_context::FileContext;
use crate::sources::formats::own::snapshots::Snapshots;
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{Holding, Position, Reason, Row, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, flag};

/// Reads the holdings of one file.
pub struct LicenseHoldingsTable {
    snapshots: Snapshots,
}

impl Reader for LicenseHoldingsTable {
    fn new(context: &FileContext) -> LicenseHoldingsTable {
        LicenseHoldingsTable {
            snapshots: Snapshots::new(context),
        }
    }
}

impl TableReader for LicenseHoldingsTable {
    const COLUMNS: &'static [&'static str] = &[
        "user_id",
        "sku_id",
        "tenant_id",
        "snapshot_day",
        "day",
        "account_enabled",
        "waiting",
    ];
    const NEEDED: usize = 2;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingId, &[0]),
        (Reason::MalformedSku, &[1]),
        (Reason::MissingTenant, &[2]),
        (Reason::MalformedTenant, &[2]),
        (Reason::MissingDay, &[3, 4]),
        (Reason::UnreadableTime, &[3, 4]),
        (Reason::UnreadableValue, &[5, 6]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let (tenant, day) = self.snapshots.of_record(cells.cell(2), cells.cell(3).or(cells.cell(4)), sink)?;
        let user = required_id(cells.cell(0))?;
        let sku = match present(cells.cell(1)) {
            None => return Ok(Verdict::Accepted),
            Some(Value::Text(sku)) => guid(sku).ok_or(Reason::MalformedSku)?,
            Some(_) => return Err(Reason::MalformedSku),
        };
        let holding = Holding {
            tenant,
            day,
            user_id: &user,
            sku,
            account_enabled: flag(cells.cell(5))?,
            waiting: flag(cells.cell(6))?.unwrap_or(false),
        };
        sink.row(at, Row::Holding(holding));
        Ok(Verdict::Accepted)
    }

    fn end(&mut self, is_empty: bool, sink: &mut dyn Sink) {
        self.snapshots.report_pages(is_empty, sink);
    }
}
