//! A diff as one Parquet file: a row for each value that differs, with old and new as text, and as
//! numbers where they are. Whoever sets these values in the older release has the newer one, as far
//! as both have the day.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Int64Type, Schema};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::reports::error::ReportError;
use crate::reports::releases::diff::Diff;
use crate::reports::releases::diff::table_changes::{RowChange, TableChanges};

/// A value that differs.
pub struct Cell<'d> {
    pub table: &'static str,
    pub day: Day,
    pub change: &'static str,
    /// The columns of the key besides the day, with their values.
    pub key: Vec<(&'d str, Option<String>)>,
    pub column: &'d str,
    pub old: Option<String>,
    pub new: Option<String>,
    pub old_number: Option<f64>,
    pub new_number: Option<f64>,
}

impl Cell<'_> {
    /// A part of the key.
    pub fn id(&self, name: &str) -> Option<&str> {
        self.key.iter().find(|(column, _)| *column == name)?.1.as_deref()
    }
}

/// Calls `take` with each value that differs: table by table, row by row.
pub fn each<'d>(diff: &'d Diff, take: &mut dyn FnMut(Cell<'d>)) -> Result<(), ReportError> {
    diff.tables
        .iter()
        .try_for_each(|table| of_table(table, take).map_err(ReportError::frame(table.table)))
}

fn of_table<'d>(table: &'d TableChanges, take: &mut dyn FnMut(Cell<'d>)) -> Result<(), ArrowError> {
    let options = FormatOptions::new();
    let formatters = |batch: &'d RecordBatch| {
        let formatters = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
        formatters.collect::<Result<Vec<_>, _>>()
    };
    let text = |column: &ArrayRef, formatter: &ArrayFormatter<'_>, row| column.is_valid(row).then(|| formatter.value(row).to_string());
    let (keys, old, new) = (formatters(&table.keys)?, formatters(&table.old)?, formatters(&table.new)?);
    let key_schema = table.keys.schema_ref();
    let missing = || ArrowError::SchemaError("no column of days".to_owned());
    let days = table.keys.column_by_name("day").ok_or_else(missing)?.as_primitive::<Date32Type>();
    for (row, change) in table.rows.iter().enumerate() {
        let key = || {
            let cells = key_schema.fields().iter().zip(table.keys.columns()).zip(&keys);
            let cells = cells.filter(|((field, _), _)| field.name() != "day");
            cells
                .map(|((field, column), formatter)| (field.name().as_str(), text(column, formatter, row)))
                .collect()
        };
        for (at, field) in table.old.schema_ref().fields().iter().enumerate() {
            let (before, after) = (table.old.column(at), table.new.column(at));
            let (old, new) = (text(before, &old[at], row), text(after, &new[at], row));
            if old == new && *change == RowChange::Changed {
                continue;
            }
            take(Cell {
                table: table.table,
                day: Day(days.value(row)),
                change: change.name(),
                key: key(),
                column: field.name(),
                old,
                new,
                old_number: number(before, row),
                new_number: number(after, row),
            });
        }
    }
    Ok(())
}

fn number(column: &ArrayRef, row: usize) -> Option<f64> {
    match column.data_type() {
        _ if column.is_null(row) => None,
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row) as f64),
        DataType::Float64 => Some(column.as_primitive::<Float64Type>().value(row)),
        _ => None,
    }
}

/// The columns of text, in order. The day and the numbers stand between them.
#[derive(Default)]
struct Columns {
    table: Vec<&'static str>,
    day: Vec<i32>,
    change: Vec<&'static str>,
    tenant_id: Vec<Option<String>>,
    customer_name: Vec<Option<String>>,
    sku_id: Vec<Option<String>>,
    product_name: Vec<Option<String>>,
    key: Vec<String>,
    column: Vec<String>,
    old: Vec<Option<String>>,
    new: Vec<Option<String>>,
    old_number: Vec<Option<f64>>,
    new_number: Vec<Option<f64>>,
    why: Vec<String>,
}

/// The bytes of the file.
pub fn parquet(diff: &Diff) -> Result<Vec<u8>, ReportError> {
    let mut columns = Columns::default();
    let mut last: Option<(&str, Day, String)> = None;
    each(diff, &mut |cell| {
        let (tenant, sku) = (cell.id("tenant_id"), cell.id("sku_id"));
        let id = |text: Option<&str>| text.and_then(|text| Guid::parse(text.as_bytes()));
        columns
            .customer_name
            .push(id(tenant).and_then(|id| diff.customers.get(&id).cloned()));
        columns.product_name.push(id(sku).and_then(|id| diff.products.get(&id).cloned()));
        columns.tenant_id.push(tenant.map(str::to_owned));
        columns.sku_id.push(sku.map(str::to_owned));
        let key: serde_json::Map<_, _> = cell
            .key
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
            .collect();
        columns.key.push(serde_json::Value::Object(key).to_string());
        columns.table.push(cell.table);
        columns.day.push(cell.day.0);
        columns.change.push(cell.change);
        columns.column.push(cell.column.to_owned());
        if last.as_ref().is_none_or(|(table, day, _)| (*table, *day) != (cell.table, cell.day)) {
            last = Some((cell.table, cell.day, diff.reasons.why(cell.table, cell.day).join("; ")));
        }
        columns.why.push(last.as_ref().map(|(_, _, why)| why.clone()).unwrap_or_default());
        columns.old.push(cell.old);
        columns.new.push(cell.new);
        columns.old_number.push(cell.old_number);
        columns.new_number.push(cell.new_number);
    })?;
    let failed = |error| ReportError::parquet("write", "the diff".as_ref())(error);
    let rows = columns.batch().map_err(ReportError::frame("diff"))?;
    let level = ZstdLevel::try_new(1).map_err(failed)?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties)).map_err(failed)?;
    writer.write(&rows).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(bytes)
}

impl Columns {
    fn batch(self) -> Result<RecordBatch, ArrowError> {
        let text = |cells: Vec<String>| Arc::new(StringArray::from(cells)) as ArrayRef;
        let words = |cells: Vec<&str>| Arc::new(StringArray::from(cells)) as ArrayRef;
        let may_lack = |cells: Vec<Option<String>>| Arc::new(StringArray::from(cells)) as ArrayRef;
        let numbers = |cells: Vec<Option<f64>>| Arc::new(Float64Array::from(cells)) as ArrayRef;
        let columns: Vec<(&str, bool, ArrayRef)> = vec![
            ("table", false, words(self.table)),
            ("day", false, Arc::new(Date32Array::from(self.day))),
            ("change", false, words(self.change)),
            ("tenant_id", true, may_lack(self.tenant_id)),
            ("customer_name", true, may_lack(self.customer_name)),
            ("sku_id", true, may_lack(self.sku_id)),
            ("product_name", true, may_lack(self.product_name)),
            ("key", false, text(self.key)),
            ("column", false, text(self.column)),
            ("old", true, may_lack(self.old)),
            ("new", true, may_lack(self.new)),
            ("old_number", true, numbers(self.old_number)),
            ("new_number", true, numbers(self.new_number)),
            ("why", false, text(self.why)),
        ];
        let field = |(name, nullable, column): &(&str, bool, ArrayRef)| Field::new(*name, column.data_type().clone(), *nullable);
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, _, column)| column).collect())
    }
}
