//! The partner's customers as CSV (feed `customers`, format `csv`): `tenant_id, name, domain, country, segment`.
//!
//! The header names the columns, in any order and case, blanks around them ignored; of a repeated name the first counts. Only `tenant_id`
//! has to be there. Traps: spreadsheets write a byte order mark and `;`-free but blank-padded fields; a name may hold a comma.

use crate::domain::guid::Guid;
use crate::sources::compressed::Content;
use crate::sources::csv_file::{CsvFile, CsvStep, Record};
use crate::sources::json_file::{of_line, reject_fault};
use crate::sources::limits::Limits;
use crate::sources::output::{Output, Verdict};
use crate::sources::record::{Customer, Reason, Row};

const COLUMNS: [&str; 5] = ["tenant_id", "name", "domain", "country", "segment"];

/// Where each of [`COLUMNS`] is.
type Columns = [Option<usize>; COLUMNS.len()];

/// Reads all of a file.
pub fn read_customers(content: Content<'_>, size: u64, limits: Limits, out: &mut Output<'_>) {
    let mut file = CsvFile::new(content, size, limits);
    let mut columns: Option<Columns> = None;
    loop {
        match file.step() {
            CsvStep::End => return,
            CsvStep::Fault(record, fault) => reject_fault(out, record.last_line, &record.raw, fault),
            CsvStep::Reject(record, reason) => out.reject(of_line(record.first_line), reason, &record.raw),
            CsvStep::Record(record) => match columns {
                Some(columns) => {
                    let result = customer(record, columns);
                    if let Ok(customer) = result {
                        out.sink.row(of_line(record.first_line), Row::Customer(customer));
                    }
                    out.settle(of_line(record.first_line), &record.raw, result.map(|_| Verdict::Accepted));
                }
                None => {
                    let found = header(record);
                    if found[0].is_none() {
                        out.reject(of_line(record.first_line), Reason::MissingColumn, &record.raw);
                        return;
                    }
                    columns = Some(found);
                }
            },
        }
    }
}

fn header(record: &Record) -> Columns {
    COLUMNS.map(|name| (0..record.field_count()).find(|number| record.field(*number).eq_ignore_ascii_case(name.as_bytes())))
}

fn customer(record: &Record, columns: Columns) -> Result<Customer<'_>, Reason> {
    std::str::from_utf8(&record.raw).map_err(|_| Reason::InvalidUtf8)?;
    let text = |column: usize| {
        let field = columns[column].map_or(&b""[..], |number| record.field(number));
        std::str::from_utf8(field).map_err(|_| Reason::InvalidUtf8)
    };
    let tenant = match text(0)? {
        "" => return Err(Reason::MissingTenant),
        tenant => Guid::parse(tenant.as_bytes()).ok_or(Reason::MalformedTenant)?,
    };
    Ok(Customer {
        tenant,
        name: text(1)?,
        domain: text(2)?,
        country: text(3)?,
        segment: text(4)?,
    })
}
