//! Sign-ins as a table with uptake's own names (feed `activity`, formats `csv` and `parquet`), for
//! everything that has no format of its own: `event_id, event_time, tenant_id, user_id, app_id,
//! resource_id, interactive, error_code`.
//!
//! `event_id`, `event_time`, `user_id` and `error_code` have to be there: without an error code,
//! every sign-in would be a failed one. The tenant may be the path's. `user_type`,
//! `resource_tenant_id`, `home_tenant_id` and `cross_tenant_access_type` are read if they are
//! there. A sign-in that does not say whether it was interactive counts as interactive.

use crate::sources::fields::values::{is_zero, present};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::sign_in::{SignIn, SignInRows};
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, flag};

/// Reads the sign-ins of one file.
pub struct ActivityTable {
    sign_ins: SignInRows,
}

impl Reader for ActivityTable {
    fn new(context: &FileContext) -> ActivityTable {
        ActivityTable {
            sign_ins: SignInRows::new(context),
        }
    }
}

impl TableReader for ActivityTable {
    const COLUMNS: &'static [&'static str] = &[
        "event_id",
        "event_time",
        "user_id",
        "error_code",
        "tenant_id",
        "app_id",
        "resource_id",
        "interactive",
        "user_type",
        "resource_tenant_id",
        "home_tenant_id",
        "cross_tenant_access_type",
    ];
    const NEEDED: usize = 4;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[1]),
        (Reason::UnreadableTime, &[1]),
        (Reason::MissingId, &[0]),
        (Reason::MissingTenant, &[4]),
        (Reason::MalformedTenant, &[4]),
        (Reason::UnreadableValue, &[3, 7]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let context = &self.sign_ins.context;
        let tenant = self.sign_ins.tenants.of_record(cells.cell(4), context)?;
        let sign_in = SignIn {
            id: cells.cell(0),
            created: cells.cell(1),
            logged: None,
            user: cells.cell(2),
            user_name: None,
            user_type: cells.cell(8),
            app: cells.cell(5),
            resource: cells.cell(6),
            resource_tenant: cells.cell(9),
            home_tenant: cells.cell(10),
            cross_tenant: cells.cell(11),
            agent: None,
            // Only tables also have 1 and 0 for it.
            is_interactive: match cells.cell(7) {
                Some(value) => flag(Some(value)).map_or(Some(value), |flag| flag.map(Value::Bool)),
                None => None,
            },
        };
        let succeeded = || match present(cells.cell(3)) {
            None => Ok(false),
            Some(code) => is_zero(code).ok_or(Reason::UnreadableValue),
        };
        self.sign_ins.take(&sign_in, tenant, self.sign_ins.by_file(), succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}
