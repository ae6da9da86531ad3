//! The portfolio export: the last day of `adoption` as CSV for a spreadsheet, one line for each
//! customer and product. The columns are the same for one customer and for all. An empty cell is
//! null.

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::reports::error::ReportError;
use crate::reports::facts;
use crate::reports::names::{Names, cell, texts};
use crate::reports::publication::Publication;
use crate::reports::published_table::PublishedTable;
use crate::reports::staging::{StagedFile, Staging};
use crate::stages::measures::adoption::ADOPTION;
use crate::warehouse::contract::{Column, Kind};

/// The export as the data dictionary describes it: sorted by what stands first, names in any case.
pub(super) fn table() -> PublishedTable {
    PublishedTable {
        name: "portfolio-export",
        ending: "csv",
        about: "A product of a customer on the last day, for a spreadsheet: the last day of `adoption`. An empty cell is null.",
        columns: NAMED.iter().chain(numbers()).copied().collect(),
    }
}

/// The columns that say whose row it is.
const NAMED: &[Column] = &[
    text("customer", "the customer's name; its tenant id where no customer list has it"),
    text(
        "product",
        "the product's name, else its part number; its SKU id where the catalogue lacks it",
    ),
    text("tenant_id", "the customer"),
    text("sku_id", "the product"),
];

const fn text(name: &'static str, about: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Text,
        nullable: false,
        key: true,
        since: 1,
        about,
    }
}

/// Writes the export. Without days it has only a header.
pub(super) fn write(publication: &Publication<'_>, names: &Names, staging: &Staging<'_>) -> Result<StagedFile, ReportError> {
    let table = PublishedTable::fact(&ADOPTION);
    let rows = match publication.first <= publication.last {
        true => facts::of_day(publication, &ADOPTION, &table, names, publication.last)?,
        false => RecordBatch::new_empty(table.schema()),
    };
    let export = self::table();
    let lines = lines(&rows).map_err(ReportError::frame(export.name))?;
    let file = staging.create(&export.file_name())?;
    let path = file.path.clone();
    let failed = |error: csv::Error| ReportError::disk("write", &path)(error.into());
    let mut writer = csv::Writer::from_writer(file);
    writer
        .write_record(export.columns.iter().map(|column| column.name))
        .map_err(failed)?;
    for line in &lines {
        writer.write_record(line).map_err(failed)?;
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

/// The lines in the order in which people look for them: by customer and product regardless of
/// case, then by id.
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
