//! The partner's customers as a table (feed `customers`, format `csv`):
//! `tenant_id, name, domain, country, segment, left_on`.
//!
//! Only `tenant_id` has to be there. `left_on` is the first day on which it was no customer any more,
//! a date as it is written. Traps: spreadsheets write a byte order mark and blank-padded
//! fields; a name may hold a comma.

use crate::domain::guid::Guid;
use crate::sources::file_context::FileContext;
use crate::sources::output::Verdict;
use crate::sources::record::{Customer, Position, Reason, Row, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, day, plain};

/// Reads the customers of one file.
pub struct CustomersTable;

impl Reader for CustomersTable {
    fn new(_: &FileContext) -> CustomersTable {
        CustomersTable
    }
}

impl TableReader for CustomersTable {
    const COLUMNS: &'static [&'static str] = &["tenant_id", "name", "domain", "country", "segment", "left_on"];
    const NEEDED: usize = 1;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTenant, &[0]),
        (Reason::MalformedTenant, &[0]),
        (Reason::UnreadableTime, &[5]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = match plain(cells.cell(0))? {
            "" => return Err(Reason::MissingTenant),
            tenant => Guid::parse(tenant.as_bytes()).ok_or(Reason::MalformedTenant)?,
        };
        let customer = Customer {
            tenant,
            name: plain(cells.cell(1))?,
            domain: plain(cells.cell(2))?,
            country: plain(cells.cell(3))?,
            segment: plain(cells.cell(4))?,
            left_on: day(cells.cell(5))?,
        };
        sink.row(at, Row::Customer(customer));
        Ok(Verdict::Accepted)
    }
}
