//! The star: each fact belongs to a day, and to a customer and a product where it names one.
//! `portfolio` belongs to days only, as it has rows of several grains.

use crate::powerbi::model::tmdl::Tmdl;
use crate::reports::dimensions::{CALENDAR, CUSTOMER_DIMENSION, PRODUCTS};
use crate::reports::published_table::PublishedTable;
use crate::stages::measures::portfolio::PORTFOLIO;

/// The dimensions, each with its key.
pub const DIMENSIONS: [(&str, &str); 3] = [
    (CUSTOMER_DIMENSION.name, "tenant_id"),
    (PRODUCTS.name, "sku_id"),
    (CALENDAR.name, "day"),
];

/// The dimension that a column of a table belongs to.
pub fn of(table: &PublishedTable, column: &str) -> Option<&'static str> {
    if DIMENSIONS.iter().any(|(dimension, _)| *dimension == table.name) {
        return None;
    }
    let (dimension, _) = DIMENSIONS.into_iter().find(|(_, key)| *key == column)?;
    (table.name != PORTFOLIO.name || dimension == CALENDAR.name).then_some(dimension)
}

/// The file of relationships.
pub fn text(tables: &[PublishedTable]) -> String {
    let mut text = Tmdl::default();
    for table in tables {
        for column in &table.columns {
            let Some(dimension) = of(table, column.name) else { continue };
            text.line(0, &format!("relationship {}_{dimension}", table.name));
            text.line(1, &format!("fromColumn: {}.{}", table.name, column.name));
            text.line(1, &format!("toColumn: {dimension}.{}", column.name));
            text.blank();
        }
    }
    text.finish()
}
