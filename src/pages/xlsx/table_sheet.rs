//! A sheet with the rows of one published table: frozen headings, filters, bars behind shares.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Decimal128Type, Float64Type, Int64Type};
use rust_xlsxwriter::{ConditionalFormatDataBar, ConditionalFormatDataBarDirection, Workbook, Worksheet, XlsxError};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::SCALE;
use crate::pages::xlsx::cells::{Formats, excel_date, fitting};
use crate::reports::published_table::PublishedTable;
use crate::warehouse::contract::{Column, Kind};

/// Writes the rows of all customers or of one, with all columns of the table.
pub(super) fn write(
    workbook: &mut Workbook,
    formats: &Formats,
    table: &PublishedTable,
    frames: &[RecordBatch],
    customer: Option<Guid>,
) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(table.name)?;
    for (at, column) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(0, at, column.name, &formats.heading)?;
        sheet.set_column_width(at, width(column))?;
    }
    let only = customer.map(|customer| customer.to_string());
    let mut next = 1;
    for frame in frames {
        rows(sheet, formats, table, frame, only.as_deref(), &mut next)?;
    }
    sheet.set_freeze_panes(1, frozen(table))?;
    let last = (next - 1).max(1);
    sheet.autofilter(0, 0, last, u16::try_from(table.columns.len() - 1).unwrap_or(0))?;
    for (at, column) in (0..).zip(&table.columns) {
        if is_share(column) {
            let bar = ConditionalFormatDataBar::new()
                .set_fill_color(0x9C_C7_EA)
                .set_direction(ConditionalFormatDataBarDirection::LeftToRight)
                .set_solid_fill(true);
            sheet.add_conditional_format(1, at, last, at, &bar)?;
        }
    }
    Ok(())
}

/// Whether a column has shares, which are written in percent. Seats by the partner's share of them
/// are fractions as well, and no shares.
fn is_share(column: &Column) -> bool {
    column.kind == Kind::Ratio && column.name.contains("_ratio")
}

/// How many columns stay in view: those up to the name of the customer or product.
fn frozen(table: &PublishedTable) -> u16 {
    let named = table
        .columns
        .iter()
        .rposition(|column| ["customer_name", "part_number"].contains(&column.name));
    let first = table.columns.iter().position(|column| column.name == "customer_name").or(named);
    first.and_then(|at| u16::try_from(at + 1).ok()).unwrap_or(1)
}

fn width(column: &Column) -> f64 {
    match (column.kind, column.name) {
        (_, "customer_name" | "product_name") => 32.0,
        (_, "evidence" | "cause" | "strategies") => 50.0,
        (_, "tenant_id" | "sku_id" | "subscription_id") => 14.0,
        (Kind::Day, _) => 11.0,
        (Kind::Text, _) => 16.0,
        _ => 13.0,
    }
}

/// Writes rows from `next` on.
fn rows(
    sheet: &mut Worksheet,
    formats: &Formats,
    table: &PublishedTable,
    frame: &RecordBatch,
    only: Option<&str>,
    next: &mut u32,
) -> Result<(), XlsxError> {
    let tenants = frame.column_by_name("tenant_id").and_then(|column| column.as_string_opt::<i32>());
    for row in 0..frame.num_rows() {
        if only.is_some_and(|only| tenants.is_none_or(|tenants| tenants.value(row) != only)) {
            continue;
        }
        for (at, column) in (0..).zip(&table.columns) {
            if let Some(values) = frame.column_by_name(column.name).filter(|values| values.is_valid(row)) {
                cell(sheet, formats, (*next, at), column, values.as_ref(), row)?;
            }
        }
        *next += 1;
    }
    Ok(())
}

/// Writes one cell. A null is an empty one.
fn cell(
    sheet: &mut Worksheet,
    formats: &Formats,
    (row, at): (u32, u16),
    column: &Column,
    values: &dyn Array,
    from: usize,
) -> Result<(), XlsxError> {
    match column.kind {
        Kind::Text => sheet.write_string_with_format(row, at, fitting(values.as_string::<i32>().value(from)), &formats.text)?,
        Kind::Count => sheet.write_number_with_format(row, at, values.as_primitive::<Int64Type>().value(from) as f64, &formats.count)?,
        Kind::Ratio => {
            let format = if is_share(column) { &formats.share } else { &formats.fraction };
            sheet.write_number_with_format(row, at, values.as_primitive::<Float64Type>().value(from), format)?
        }
        Kind::Money => {
            let amount = values.as_primitive::<Decimal128Type>().value(from) as f64 / 10_f64.powi(SCALE as i32);
            sheet.write_number_with_format(row, at, amount, &formats.money)?
        }
        Kind::Flag => sheet.write_boolean(row, at, values.as_boolean().value(from))?,
        Kind::Day => {
            let day = excel_date(Day(values.as_primitive::<Date32Type>().value(from)))?;
            sheet.write_datetime_with_format(row, at, &day, &formats.day)?
        }
        // No published table has one of these.
        Kind::Bits | Kind::Instant => sheet,
    };
    Ok(())
}
