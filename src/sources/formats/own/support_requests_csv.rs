//! Support requests as a table (feed `support_requests`, format `csv`):
//! `tenant_id, request_id, opened_at, topic`.
//!
//! `request_id` and `opened_at` have to be there; the tenant may be the path's. `opened_at` is an
//! instant: a date alone says nothing about the day in the pipeline's time zone. A topic is free
//! text, with commas, quotes and line breaks in it.

use crate::sources::file_context::FileContext;
use crate::sources::formats::own::support_request::{RequestFields, SupportRequestRows};
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader};

/// Reads the requests of one file.
pub struct SupportRequestsTable {
    requests: SupportRequestRows,
}

impl Reader for SupportRequestsTable {
    fn new(context: &FileContext) -> SupportRequestsTable {
        SupportRequestsTable {
            requests: SupportRequestRows::new(context),
        }
    }
}

impl TableReader for SupportRequestsTable {
    const COLUMNS: &'static [&'static str] = &["request_id", "opened_at", "tenant_id", "topic"];
    const NEEDED: usize = 2;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingId, &[0]),
        (Reason::MissingTime, &[1]),
        (Reason::UnreadableTime, &[1]),
        (Reason::MissingTenant, &[2]),
        (Reason::MalformedTenant, &[2]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let fields = RequestFields {
            id: cells.cell(0),
            opened: cells.cell(1),
            tenant: cells.cell(2),
            topic: cells.cell(3),
        };
        self.requests.take(&fields, at, sink)?;
        Ok(Verdict::Accepted)
    }
}
