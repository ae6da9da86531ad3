//! What two releases say of the same days of a table: the rows that differ, old and new.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, interleave, take};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};
use parquet::errors::ParquetError;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::reports::error::ReportError;
use crate::reports::files::earlier_file::describe;
use crate::reports::published_reader::{Days, Open, PublishedReader};
use crate::reports::published_table::{PublishedTable, names_of};
use crate::storage::error::if_there;
use crate::warehouse::contract::{Column, Contract};

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowChange {
    Added,
    Removed,
    Changed,
}

impl RowChange {
    pub fn name(self) -> &'static str {
        match self {
            RowChange::Added => "added",
            RowChange::Removed => "removed",
            RowChange::Changed => "changed",
        }
    }
}

/// The rows of a table that differ, in the order of their keys.
#[derive(Debug)]
pub struct TableChanges {
    pub table: &'static str,
    pub rows: Vec<RowChange>,
    /// The columns that say which row it is, `day` first.
    pub keys: RecordBatch,
    /// The other columns in the older release; null where it lacks the row.
    pub old: RecordBatch,
    /// The same in the newer one.
    pub new: RecordBatch,
}

/// The columns that are compared: names follow from ids and are no numbers.
struct Columns {
    keys: Vec<&'static str>,
    values: Vec<&'static str>,
}

/// Compares these days of a table, without those that are made from the same in both; `None` where
/// one of the releases does not have the table, or nothing differs.
pub fn compare(
    contract: &'static Contract,
    old: &Open<'_>,
    new: &Open<'_>,
    days: &BTreeSet<Day>,
) -> Result<Option<TableChanges>, ReportError> {
    let table = PublishedTable::fact(contract);
    let name = table.file_name();
    let (Some(old_file), Some(new_file)) = (if_there(old(&name))?, if_there(new(&name))?) else {
        return Ok(None);
    };
    let failed = |error: ParquetError| ReportError::parquet("read", new_file.shown())(error);
    let (old_parts, old_columns) = describe(&old_file).map_err(failed)?;
    let (new_parts, new_columns) = describe(&new_file).map_err(failed)?;
    let mut days = days.clone();
    for part in &new_parts {
        let key = (part.first, part.last, part.made_from);
        if old_parts.iter().any(|old| (old.first, old.last, old.made_from) == key) {
            days.retain(|day| !(part.first..=part.last).contains(&day.0));
        }
    }
    let is_in_both = |name: &&str| [&old_columns, &new_columns].iter().all(|of| of.iter().any(|column| column == name));
    let columns = columns(&table, is_in_both);
    let open: (Box<Open<'_>>, Box<Open<'_>>) = (Box::new(|_: &str| Ok(old_file.clone())), Box::new(|_: &str| Ok(new_file.clone())));
    let months: Vec<Vec<Day>> = days
        .into_iter()
        .collect::<Vec<_>>()
        .chunk_by(|one, next| (one.date().year(), one.date().month()) == (next.date().year(), next.date().month()))
        .map(<[Day]>::to_vec)
        .collect();
    let compared = |month: Vec<Day>| {
        let days = Days::These(month.into_iter().collect());
        let read = |open: &Open<'_>| rows(&PublishedReader::new(open), &table, &columns, &days);
        let (old, new) = (read(&open.0)?, read(&open.1)?);
        differing(contract.name, &columns, &old, &new).map_err(ReportError::frame(contract.name))
    };
    let months: Vec<TableChanges> = months.into_par_iter().map(compared).collect::<Result<_, ReportError>>()?;
    let months: Vec<TableChanges> = months.into_iter().filter(|month| !month.rows.is_empty()).collect();
    joined(contract.name, months).map_err(ReportError::frame(contract.name))
}

fn columns(table: &PublishedTable, is_there: impl Fn(&&str) -> bool) -> Columns {
    let names: Vec<&str> = ["tenant_id", "sku_id"]
        .iter()
        .flat_map(|id| names_of(id))
        .map(|name| name.name)
        .collect();
    let compared = table
        .columns
        .iter()
        .filter(|column| !names.contains(&column.name) && is_there(&column.name));
    let (keys, values): (Vec<&Column>, Vec<&Column>) = compared.partition(|column| column.key);
    Columns {
        keys: keys.into_iter().map(|column| column.name).collect(),
        values: values.into_iter().map(|column| column.name).collect(),
    }
}

/// The columns of some days, keys first.
fn rows(reader: &PublishedReader<'_>, table: &PublishedTable, columns: &Columns, days: &Days) -> Result<RecordBatch, ReportError> {
    let wanted: Vec<&str> = columns.keys.iter().chain(&columns.values).copied().collect();
    let failed = || ReportError::frame(table.name);
    let schema = table.schema();
    let fields = wanted.iter().map(|name| schema.field_with_name(name).cloned());
    let fields = fields.collect::<Result<Vec<Field>, _>>().map_err(failed())?;
    let schema = Arc::new(Schema::new(fields));
    let mut frames = Vec::new();
    reader.frames(table, &wanted, days, &mut |frame| {
        let column = |name: &&str| {
            let missing = || ArrowError::SchemaError(format!("no column `{name}`"));
            frame.column_by_name(name).cloned().ok_or_else(missing)
        };
        let columns = wanted.iter().map(column).collect::<Result<Vec<ArrayRef>, _>>();
        let frame = columns.and_then(|columns| RecordBatch::try_new(schema.clone(), columns));
        frames.push(frame.map_err(failed())?);
        Ok(())
    })?;
    concat_batches(&schema, &frames).map_err(failed())
}

/// The rows that differ. Both are sorted by their keys.
fn differing(table: &'static str, columns: &Columns, old: &RecordBatch, new: &RecordBatch) -> Result<TableChanges, ArrowError> {
    let width = columns.keys.len();
    let (old_keys, new_keys) = comparable(old, new, 0..width)?;
    let (old_values, new_values) = comparable(old, new, width..old.num_columns())?;
    let (mut rows, mut of_old, mut of_new) = (Vec::new(), Vec::new(), Vec::new());
    let mut place: Vec<(usize, usize)> = Vec::new();
    let (mut one, mut other) = (0, 0);
    while one < old.num_rows() || other < new.num_rows() {
        let order = match (one < old.num_rows(), other < new.num_rows()) {
            (true, true) => old_keys.row(one).cmp(&new_keys.row(other)),
            (true, false) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let change = match order {
            Ordering::Less => Some(RowChange::Removed),
            Ordering::Greater => Some(RowChange::Added),
            Ordering::Equal => (old_values.row(one) != new_values.row(other)).then_some(RowChange::Changed),
        };
        if let Some(change) = change {
            rows.push(change);
            of_old.push((order != Ordering::Greater).then_some(one as u32));
            of_new.push((order != Ordering::Less).then_some(other as u32));
            place.push(if order == Ordering::Greater { (1, other) } else { (0, one) });
        }
        one += usize::from(order != Ordering::Greater);
        other += usize::from(order != Ordering::Less);
    }
    let keys = (0..width).map(|at| interleave(&[old.column(at).as_ref(), new.column(at).as_ref()], &place));
    let keys = keys.collect::<Result<Vec<ArrayRef>, _>>()?;
    Ok(TableChanges {
        table,
        rows,
        keys: RecordBatch::try_new(Arc::new(old.schema().project(&(0..width).collect::<Vec<_>>())?), keys)?,
        old: taken(old, width, of_old)?,
        new: taken(new, width, of_new)?,
    })
}

/// Some columns of both as values that can be compared.
fn comparable(old: &RecordBatch, new: &RecordBatch, columns: std::ops::Range<usize>) -> Result<(Rows, Rows), ArrowError> {
    let fields = old.schema().fields()[columns.clone()].to_vec();
    let fields = fields.iter().map(|field| SortField::new(field.data_type().clone())).collect();
    let converter = RowConverter::new(fields)?;
    Ok((
        converter.convert_columns(&old.columns()[columns.clone()])?,
        converter.convert_columns(&new.columns()[columns])?,
    ))
}

/// The columns behind the keys of some rows; null for a row that is not there.
fn taken(from: &RecordBatch, width: usize, rows: Vec<Option<u32>>) -> Result<RecordBatch, ArrowError> {
    let rows = UInt32Array::from(rows);
    let columns = from.columns()[width..].iter().map(|column| take(column, &rows, None));
    let schema = from.schema();
    let fields = schema.fields()[width..]
        .iter()
        .map(|field| field.as_ref().clone().with_nullable(true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.collect::<Result<Vec<_>, _>>()?)
}

fn joined(table: &'static str, months: Vec<TableChanges>) -> Result<Option<TableChanges>, ArrowError> {
    let Some(first) = months.first() else { return Ok(None) };
    let of = |part: fn(&TableChanges) -> &RecordBatch| concat_batches(&part(first).schema(), months.iter().map(part));
    let (keys, old, new) = (of(|month| &month.keys)?, of(|month| &month.old)?, of(|month| &month.new)?);
    Ok(Some(TableChanges {
        table,
        keys,
        old,
        new,
        rows: months.iter().flat_map(|month| month.rows.iter().copied()).collect(),
    }))
}
