//! A table in TMDL: its measures, its columns and where its rows come from.

use crate::powerbi::folder::PublishedFolder;
use crate::powerbi::measures::{MEASURES, Measure};
use crate::powerbi::model::relationships;
use crate::powerbi::model::tmdl::{Tmdl, lineage_tag, quoted};
use crate::reports::dimensions::{CALENDAR, CUSTOMER_DIMENSION, PRODUCTS};
use crate::reports::published_table::PublishedTable;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::warehouse::contract::{Column, Kind};

/// Names that a dimension has, and that facts have beside its key.
const JOINED_IN: [&str; 3] = ["customer_name", "product_name", "part_number"];

/// A column that DAX works out: a name that is never blank, so that those without one stay apart.
pub struct NameColumn {
    pub table: &'static str,
    pub name: &'static str,
    dax: &'static str,
    about: &'static str,
}

pub const NAME_COLUMNS: [NameColumn; 2] = [
    NameColumn {
        table: CUSTOMER_DIMENSION.name,
        name: "customer",
        dax: "COALESCE ( 'customers'[name], 'customers'[tenant_id] )",
        about: "the customer's name; its tenant id where no customer list has it",
    },
    NameColumn {
        table: PRODUCTS.name,
        name: "product",
        dax: "COALESCE ( 'products'[name], 'products'[part_number], 'products'[sku_id] )",
        about: "the product's name, else its part number; its SKU id where the catalogue lacks it",
    },
];

/// The file of a table.
pub fn text(table: &PublishedTable, folder: &PublishedFolder) -> String {
    let mut text = Tmdl::default();
    text.about(0, table.about);
    text.line(0, &format!("table {}", table.name));
    text.line(1, &format!("lineageTag: {}", lineage_tag(&["table", table.name])));
    if table.name == CALENDAR.name {
        text.line(1, "dataCategory: Time");
    }
    for measure in MEASURES.iter().filter(|measure| measure.table == table.name) {
        write_measure(&mut text, measure);
    }
    for column in &table.columns {
        write_column(&mut text, table, column);
    }
    for column in NAME_COLUMNS.iter().filter(|column| column.table == table.name) {
        text.blank();
        text.about(1, column.about);
        text.line(1, &format!("column {} = {}", column.name, column.dax));
        text.line(2, "dataType: string");
        text.line(2, &format!("lineageTag: {}", lineage_tag(&["column", table.name, column.name])));
        text.line(2, "summarizeBy: none");
    }
    text.blank();
    text.line(1, &format!("partition {} = m", table.name));
    text.line(2, "mode: import");
    text.line(2, "source =");
    text.line(4, "let");
    text.line(
        5,
        &format!("Source = Parquet.Document ( {} )", folder.content_of(&table.file_name())),
    );
    text.line(4, "in");
    text.line(5, "Source");
    text.finish()
}

fn write_measure(text: &mut Tmdl, measure: &Measure) {
    text.blank();
    text.about(1, measure.about);
    text.line(1, &format!("measure {} = {}", quoted(measure.name.english), measure.dax()));
    text.line(2, &format!("formatString: {}", measure.format().text()));
    text.line(2, &format!("lineageTag: {}", lineage_tag(&["measure", measure.name.english])));
}

fn write_column(text: &mut Tmdl, table: &PublishedTable, column: &Column) {
    text.blank();
    text.about(1, column.about);
    text.line(1, &format!("column {}", column.name));
    text.line(2, &format!("dataType: {}", data_type(column.kind)));
    let is_dimension = relationships::DIMENSIONS.contains(&(table.name, column.name));
    if is_dimension {
        text.line(2, "isKey");
    }
    if is_hidden(table, column, is_dimension) {
        text.line(2, "isHidden");
    }
    if let Some(format) = format(table, column) {
        text.line(2, &format!("formatString: {format}"));
    }
    text.line(2, &format!("lineageTag: {}", lineage_tag(&["column", table.name, column.name])));
    text.line(2, "summarizeBy: none");
    text.line(2, &format!("sourceColumn: {}", column.name));
    if (table.name, column.name) == (CALENDAR.name, "month_name") {
        text.line(2, "sortByColumn: month");
    }
}

/// Ids are for relationships, and what a dimension has is looked at there.
fn is_hidden(table: &PublishedTable, column: &Column, is_dimension: bool) -> bool {
    let is_name = JOINED_IN.contains(&column.name) && ![PORTFOLIO.name, PRODUCTS.name].contains(&table.name);
    let is_id = column.name.ends_with("_id");
    let is_fact_day = relationships::of(table, column.name).is_some();
    is_name || is_id || (is_fact_day && !is_dimension)
}

fn data_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Count | Kind::Bits => "int64",
        Kind::Flag => "boolean",
        Kind::Day | Kind::Instant => "dateTime",
        Kind::Ratio => "double",
        Kind::Money => "decimal",
    }
}

fn format(table: &PublishedTable, column: &Column) -> Option<&'static str> {
    match column.kind {
        Kind::Day => Some("Short Date"),
        // Years and weeks are no amounts.
        Kind::Count if table.name == CALENDAR.name => Some("0"),
        Kind::Count | Kind::Bits => Some("#,0"),
        Kind::Ratio if column.name.contains("ratio") => Some("0.0 %"),
        Kind::Ratio => Some("#,0.0"),
        Kind::Money => Some("#,0.00"),
        Kind::Text | Kind::Flag | Kind::Instant => None,
    }
}
