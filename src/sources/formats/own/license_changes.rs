//! License changes as a table with uptake's own names (feed `license_changes`, formats `csv` and
//! `parquet`): `event_id, event_time, tenant_id, user_id, sku_id, action`.
//!
//! `action` is assigned or removed. It may also be held, or deleted or restored, which are about
//! the whole user and have no SKU. The tenant may be the path's; everything else has to be there.

use crate::domain::kinds::Action;
use crate::sources::fields::values::{Tenants, event_time, folded_id, guid, present, required_id};
use crate::sources::file_context::FileContext;
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{LicenseChange, Position, Reason, Row, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, plain};

/// Reads the license changes of one file.
pub struct LicenseChangesTable {
    context: FileContext,
    tenants: Tenants,
}

impl Reader for LicenseChangesTable {
    fn new(context: &FileContext) -> LicenseChangesTable {
        LicenseChangesTable {
            context: context.clone(),
            tenants: Tenants::default(),
        }
    }
}

impl TableReader for LicenseChangesTable {
    const COLUMNS: &'static [&'static str] = &["event_id", "event_time", "user_id", "sku_id", "action", "tenant_id"];
    const NEEDED: usize = 5;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[1]),
        (Reason::UnreadableTime, &[1]),
        (Reason::MissingId, &[0]),
        (Reason::MissingUser, &[2]),
        (Reason::MalformedSku, &[3]),
        (Reason::MissingTenant, &[5]),
        (Reason::MalformedTenant, &[5]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.tenants.of_record(cells.cell(5), &self.context)?;
        let time = event_time(cells.cell(1), None::<Value<'_>>, &self.context)?;
        let event = required_id(cells.cell(0))?;
        let action = Action::parse(&plain(cells.cell(4))?.to_ascii_lowercase()).ok_or(Reason::UnreadableValue)?;
        let user = folded_id(cells.cell(2))?;
        if user.is_empty() {
            return Err(Reason::MissingUser);
        }
        let of_user = matches!(action, Action::Deleted | Action::Restored);
        let sku = match present(cells.cell(3)) {
            None if of_user => None,
            Some(Value::Text(sku)) if !of_user => Some(guid(sku).ok_or(Reason::MalformedSku)?),
            _ => return Err(Reason::MalformedSku),
        };
        let change = LicenseChange {
            tenant,
            user_id: &user,
            sku,
            at: time,
            action,
            event_id: &event,
        };
        sink.row(at, Row::LicenseChange(change));
        Ok(Verdict::Accepted)
    }
}
