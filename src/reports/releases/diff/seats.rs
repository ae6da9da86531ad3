//! The seats of a customer's product on a day that were restated, and which part of all seats that
//! is.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch};
use arrow::datatypes::{Date32Type, Int64Type};
use arrow::error::ArrowError;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::reports::error::ReportError;
use crate::reports::published_reader::{Days, PublishedReader, days_of};
use crate::reports::published_table::PublishedTable;
use crate::reports::releases::diff::table_changes::{RowChange, TableChanges};
use crate::stages::measures::adoption::ADOPTION;

/// The counts of seats that are looked at, in the order in which they are said.
pub const SEATS: [&str; 10] = [
    "seats_sold",
    "seats_assigned",
    "entitlements_total",
    "entitlements_active",
    "active_current",
    "active_moved",
    "active_switched",
    "active_lapsed",
    "active_trial",
    "active_over_assigned",
];
/// Those whose change makes seats restated: what is held, what of it counts, and what is used.
const RESTATED: [usize; 3] = [1, 2, 3];
/// Where the active ones are among them.
pub const ACTIVE: usize = 3;

/// A customer's product on a day.
#[derive(Clone, Debug)]
pub struct SeatChange {
    pub tenant_id: Guid,
    pub sku_id: Guid,
    pub day: Day,
    pub change: RowChange,
    pub old: [Option<i64>; SEATS.len()],
    pub new: [Option<i64>; SEATS.len()],
    in_scope: bool,
}

impl SeatChange {
    /// By how many a count moved.
    pub fn moved(&self, at: usize) -> i64 {
        self.new[at].unwrap_or(0) - self.old[at].unwrap_or(0)
    }

    /// How many seats were restated: the most that any of the counts moved.
    pub fn restated(&self) -> i64 {
        RESTATED.iter().map(|at| self.moved(*at).abs()).max().unwrap_or(0)
    }
}

/// Which part of a day's seats was restated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DayShare {
    pub restated: i64,
    pub seats: i64,
}

impl DayShare {
    pub fn share(self) -> f64 {
        self.restated as f64 / (self.seats as f64).max(1.0)
    }
}

/// The rows of `adoption` whose counts of seats differ.
pub fn seat_changes(changes: &TableChanges) -> Result<Vec<SeatChange>, ReportError> {
    read(changes).map_err(ReportError::frame(ADOPTION.name))
}

fn read(changes: &TableChanges) -> Result<Vec<SeatChange>, ArrowError> {
    let days = column(&changes.keys, "day")?.as_primitive::<Date32Type>();
    let (tenants, skus) = (
        column(&changes.keys, "tenant_id")?.as_string::<i32>(),
        column(&changes.keys, "sku_id")?.as_string::<i32>(),
    );
    let (old, new) = (counts(&changes.old)?, counts(&changes.new)?);
    let scopes = [scope(&changes.old)?, scope(&changes.new)?];
    let id = |text: &str| Guid::parse(text.as_bytes()).ok_or_else(|| ArrowError::ParseError(format!("`{text}` is no id")));
    let mut found = Vec::new();
    for (row, change) in changes.rows.iter().enumerate() {
        let of_row = |counts: &[Option<Int64Array>]| {
            let mut cells = [None; SEATS.len()];
            for (cell, counts) in cells.iter_mut().zip(counts) {
                *cell = counts
                    .as_ref()
                    .filter(|counts| counts.is_valid(row))
                    .map(|counts| counts.value(row));
            }
            cells
        };
        let change = SeatChange {
            tenant_id: id(tenants.value(row))?,
            sku_id: id(skus.value(row))?,
            day: Day(days.value(row)),
            change: *change,
            old: of_row(&old),
            new: of_row(&new),
            in_scope: scopes.iter().flatten().any(|scope| scope.is_valid(row) && scope.value(row)),
        };
        if change.old != change.new {
            found.push(change);
        }
    }
    Ok(found)
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b dyn Array, ArrowError> {
    let missing = || ArrowError::SchemaError(format!("no column `{name}`"));
    batch.column_by_name(name).map(AsRef::as_ref).ok_or_else(missing)
}

fn counts(batch: &RecordBatch) -> Result<Vec<Option<Int64Array>>, ArrowError> {
    let count = |name: &&str| {
        Ok(batch
            .column_by_name(name)
            .and_then(|column| column.as_primitive_opt::<Int64Type>())
            .cloned())
    };
    SEATS.iter().map(count).collect()
}

fn scope(batch: &RecordBatch) -> Result<Option<BooleanArray>, ArrowError> {
    Ok(batch.column_by_name("in_scope").and_then(|column| column.as_boolean_opt()).cloned())
}

/// For each day with a change, which part of the seats in scope was restated. The seats are those of
/// the newer release: entitlements, or what is assigned where nobody knows these.
pub fn shares(changes: &[SeatChange], newer: &PublishedReader<'_>) -> Result<BTreeMap<Day, DayShare>, ReportError> {
    let mut shares: BTreeMap<Day, DayShare> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.in_scope) {
        let share = shares.entry(change.day).or_default();
        share.restated += change.restated();
    }
    if shares.is_empty() {
        return Ok(shares);
    }
    let columns = ["entitlements_total", "seats_assigned", "in_scope"];
    let days = Days::These(shares.keys().copied().collect::<BTreeSet<Day>>());
    newer.frames(&PublishedTable::fact(&ADOPTION), &columns, &days, &mut |frame| {
        let failed = || ReportError::frame(ADOPTION.name);
        let of = |name| column(frame, name).map_err(failed());
        let (total, assigned) = (
            of(columns[0])?.as_primitive::<Int64Type>(),
            of(columns[1])?.as_primitive::<Int64Type>(),
        );
        let scope = of(columns[2])?.as_boolean();
        for (row, day) in days_of(frame)?.into_iter().enumerate() {
            let seats = if total.is_valid(row) {
                total.value(row)
            } else {
                assigned.value(row)
            };
            if let Some(share) = shares.get_mut(&day).filter(|_| scope.value(row)) {
                share.seats += seats;
            }
        }
        Ok(())
    })?;
    Ok(shares)
}
