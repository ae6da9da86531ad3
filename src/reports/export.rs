//! The portfolio export: the last day of `adoption` as CSV, one line per customer and product, for a spreadsheet. The columns
//! are the same for one customer and for all; an empty cell is null.

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::reports::columns::PublishedTable;
use crate::reports::error::ReportError;
use crate::reports::facts;
use crate::reports::names::{Names, cell, texts};
use crate::reports::publication::Publication;
use crate::reports::staging::{Staged, Staging};
use crate::stages::adoption::ADOPTION;
use crate::warehouse::contract::Column;

pub(super) const FILE: &str = "portfolio-export.csv";

/// Writes the export. Where there are no days it has a header only.
pub(super) fn write(publication: &Publication<'_>, names: &Names, staging: &Staging<'_>) -> Result<Staged, ReportError> {
    let table = PublishedTable::fact(&ADOPTION);
    let rows = match publication.first <= publication.last {
        true => facts::of_day(publication, &ADOPTION, &table, names, publication.last)?,
        false => RecordBatch::new_empty(table.schema()),
    };
    let lines = lines(&rows).map_err(ReportError::frame(FILE))?;
    let file = staging.create(FILE)?;
    let path = file.path.clone();
    let failed = |error: csv::Error| ReportError::disk("write", &path)(error.into());
    let mut writer = csv::Writer::from_writer(file);
    for line in std::iter::once(header()).chain(lines.iter().cloned()) {
        writer.write_record(&line).map_err(failed)?;
    }
    let file = writer
        .into_inner()
        .map_err(|error| ReportError::disk("write", &path)(error.into_error()))?;
    file.finish(lines.len() as u64)
}

/// `adoption`'s columns besides the key.
fn numbers() -> impl Iterator<Item = &'static Column> {
    ADOPTION.columns.iter().filter(|column| !column.key)
}

fn header() -> Vec<String> {
    ["customer", "product", "tenant_id", "sku_id"]
        .into_iter()
        .chain(numbers().map(|column| column.name))
        .map(str::to_owned)
        .collect()
}

/// The lines, sorted as people look for them: by customer and product whatever their case, then by id.
fn lines(rows: &RecordBatch) -> Result<Vec<Vec<String>>, ArrowError> {
    let (tenants, skus) = (texts(rows, "tenant_id")?, texts(rows, "sku_id")?);
    let (customers, products, parts) = (
        texts(rows, "customer_name")?,
        texts(rows, "product_name")?,
        texts(rows, "part_number")?,
    );
    let columns = numbers()
        .map(|column| numbered(rows, column.name))
        .collect::<Result<Vec<ArrayRef>, _>>()?;
    let options = FormatOptions::default();
    let shown = columns
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<Vec<_>, _>>()?;
    let text = |column: &StringArray, row| cell(column, row).unwrap_or_default().to_owned();
    let line = |row: usize| {
        let customer = cell(customers, row).map_or_else(|| text(tenants, row), str::to_owned);
        let product = cell(products, row)
            .or(cell(parts, row))
            .map_or_else(|| text(skus, row), str::to_owned);
        let mut line = vec![customer, product, text(tenants, row), text(skus, row)];
        for column in &shown {
            line.push(column.value(row).try_to_string()?);
        }
        Ok::<_, ArrowError>(line)
    };
    let mut lines = (0..rows.num_rows()).map(line).collect::<Result<Vec<_>, _>>()?;
    lines.sort_by_cached_key(|line| (line[0].to_lowercase(), line[1].to_lowercase(), line[2].clone(), line[3].clone()));
    Ok(lines)
}

fn numbered(rows: &RecordBatch, column: &str) -> Result<ArrayRef, ArrowError> {
    rows.column_by_name(column)
        .cloned()
        .ok_or_else(|| ArrowError::SchemaError(format!("no column `{column}`")))
}
