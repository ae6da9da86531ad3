//! Who holds which license, as the Microsoft 365 admin center exports it (Active users > Export
//! users; feed `license_holdings`, format `admin-center-users`): a CSV with one user a row.
//!
//! `Object Id`, `Licenses`, `User principal name`, `Block credential` and `Soft deletion time stamp`
//! matter. `Licenses` has the names of products with a plus sign between them (`Microsoft 365
//! E3+Visio Plan 2`), or `Unlicensed`. Traps: only names tell the products, so each has to be the
//! name of a single product of the catalogue; else the user is a reject. A plus sign in a name
//! (`Enterprise Mobility + Security E3`) has blanks around it. An empty cell says nothing about
//! licenses. Whoever was deleted holds nothing. No record names tenant and day, only the path does.

use crate::domain::guid::Guid;
use crate::sources::fields::user_name;
use crate::sources::fields::values::{present, required_id};
use crate::sources::file_context::FileContext;
use crate::sources::output::Verdict;
use crate::sources::record::{Holding, NameSeen, Position, Reason, Row, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, flag, plain};

/// Reads the users of one file.
pub struct AdminCenterUsers {
    context: FileContext,
    held: Vec<Guid>,
}

/// What stands in the place of products where there are none.
const NONE: &str = "Unlicensed";

impl Reader for AdminCenterUsers {
    fn new(context: &FileContext) -> AdminCenterUsers {
        AdminCenterUsers {
            context: context.clone(),
            held: Vec::new(),
        }
    }
}

impl AdminCenterUsers {
    /// Collects the SKUs of the products that a cell names.
    fn take_licenses(&mut self, cell: &str) -> Result<(), Reason> {
        self.held.clear();
        if cell.trim().is_empty() {
            return Err(Reason::MissingLicenses);
        }
        if cell.trim().eq_ignore_ascii_case(NONE) {
            return Ok(());
        }
        for name in names(cell) {
            let sku = self.context.offers.product_named(name).ok_or(Reason::UnknownProduct)?;
            if !self.held.contains(&sku) {
                self.held.push(sku);
            }
        }
        Ok(())
    }
}

/// The names of products in a cell. A plus sign behind a blank is part of a name.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(cell);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.match_indices('+').map(|(at, _)| at).find(|at| !text[..*at].ends_with(' '));
        rest = end.map(|end| &text[end + 1..]);
        Some(end.map_or(text, |end| &text[..end]))
    })
}

impl TableReader for AdminCenterUsers {
    const COLUMNS: &'static [&'static str] = &[
        "Object Id",
        "Licenses",
        "User principal name",
        "Block credential",
        "Soft deletion time stamp",
    ];
    const NEEDED: usize = 3;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingId, &[0]),
        (Reason::MissingLicenses, &[1]),
        (Reason::UnreadableValue, &[3]),
    ];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let day = self.context.snapshot_day(None, sink)?;
        let user = required_id(cells.cell(0))?;
        if present(cells.cell(4)).is_some() {
            return Ok(Verdict::Accepted);
        }
        self.take_licenses(plain(cells.cell(1))?)?;
        let account_enabled = flag(cells.cell(3))?.map(|is_blocked| !is_blocked);
        user_name::report_name(sink, tenant, &user, cells.cell(2), NameSeen::On(day));
        for sku in &self.held {
            let holding = Holding {
                tenant,
                day,
                user_id: &user,
                sku: *sku,
                account_enabled,
                waiting: false,
            };
            sink.row(at, Row::Holding(holding));
        }
        Ok(Verdict::Accepted)
    }

    fn end(&mut self, _is_empty: bool, sink: &mut dyn Sink) {
        self.context.snapshot_page(false, sink);
    }
}
