//! The sums of every customer, day by day: read once, for all pages.

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, StringArray};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::pages::figures::sums::{SeatSums, Sums};
use crate::reports::error::ReportError;
use crate::reports::published_reader::{Days, PublishedReader, days_of};
use crate::reports::published_table::PublishedTable;
use crate::stages::measures::adoption::ADOPTION;

/// The columns that the sums are made from.
const COLUMNS: [&str; 8] = [
    "tenant_id",
    "seats_sold",
    "seats_assigned",
    "entitlements_total",
    "entitlements_active",
    "active_current",
    "in_scope",
    "window_complete",
];

/// For each customer, the sums of each day from the first to the last; `None` of a day on which no
/// product is in scope.
#[derive(Debug)]
pub struct History {
    first: Day,
    days: usize,
    customers: FxHashMap<Guid, Vec<Option<Sums>>>,
}

impl History {
    /// Reads the days from `first` to `last`, of all customers or of one.
    pub fn read(reader: &PublishedReader<'_>, first: Day, last: Day, only: Option<Guid>) -> Result<History, ReportError> {
        let mut history = History {
            first,
            days: first.to(last).count(),
            customers: FxHashMap::default(),
        };
        let table = PublishedTable::fact(&ADOPTION);
        reader.frames(&table, &COLUMNS, &Days::Range(first, last), &mut |frame| {
            history
                .add(frame, &days_of(frame)?, only)
                .map_err(ReportError::frame(ADOPTION.name))
        })?;
        Ok(history)
    }

    /// The days of a customer, in order.
    pub fn of(&self, customer: Guid) -> Vec<Option<Sums>> {
        let days = self.customers.get(&customer).cloned();
        days.unwrap_or_else(|| vec![None; self.days])
    }

    /// On how many days' place in the trend so many of so many customers have no complete window.
    pub fn incomplete(&self) -> Vec<(usize, usize)> {
        let mut counts = vec![(0, 0); self.days];
        for days in self.customers.values() {
            for (count, sums) in counts.iter_mut().zip(days) {
                if let Some(sums) = sums {
                    count.0 += usize::from(!sums.is_complete);
                    count.1 += 1;
                }
            }
        }
        counts
    }

    fn add(&mut self, frame: &RecordBatch, days: &[Day], only: Option<Guid>) -> Result<(), ArrowError> {
        let tenants: &StringArray = column(frame, "tenant_id")?;
        let [sold, assigned, entitlements, active, current] = [
            numbers(frame, "seats_sold")?,
            numbers(frame, "seats_assigned")?,
            numbers(frame, "entitlements_total")?,
            numbers(frame, "entitlements_active")?,
            numbers(frame, "active_current")?,
        ];
        let (in_scope, complete): (&BooleanArray, &BooleanArray) = (flags(frame, "in_scope")?, flags(frame, "window_complete")?);
        let (mut text, mut tenant) = ("", None);
        for (row, day) in days.iter().enumerate() {
            if tenants.value(row) != text {
                text = tenants.value(row);
                tenant = Guid::parse(text.as_bytes()).filter(|tenant| only.is_none_or(|only| only == *tenant));
            }
            let Some(tenant) = tenant.filter(|_| in_scope.value(row)) else {
                continue;
            };
            let seats = sold.is_valid(row).then(|| SeatSums {
                sold: sold.value(row),
                entitlements: if entitlements.is_valid(row) { entitlements.value(row) } else { 0 },
            });
            let sums = Sums {
                seats,
                seats_assigned: assigned.value(row),
                entitlements_active: active.value(row),
                active_current: current.value(row),
                is_complete: complete.value(row),
            };
            let of_customer = self.customers.entry(tenant).or_insert_with(|| vec![None; self.days]);
            let place = usize::try_from(day.0 - self.first.0).ok();
            if let Some(of_day) = place.and_then(|place| of_customer.get_mut(place)) {
                *of_day = Some(of_day.map_or(sums, |before| before.plus(sums)));
            }
        }
        Ok(())
    }
}

fn missing(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("no column `{name}`"))
}

fn column<'a>(frame: &'a RecordBatch, name: &str) -> Result<&'a StringArray, ArrowError> {
    let column = frame.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.ok_or_else(|| missing(name))
}

fn numbers<'a>(frame: &'a RecordBatch, name: &str) -> Result<&'a Int64Array, ArrowError> {
    let column = frame.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| missing(name))
}

fn flags<'a>(frame: &'a RecordBatch, name: &str) -> Result<&'a BooleanArray, ArrowError> {
    let column = frame.column_by_name(name).and_then(|column| column.as_boolean_opt());
    column.ok_or_else(|| missing(name))
}
