//! What tables, measures and columns are called in German, and columns in the language of nobody's
//! code. English names of measures are their own captions.

use crate::domain::words::Phrase;
use crate::domain::words::powerbi as phrases;
use crate::powerbi::measures::MEASURES;
use crate::powerbi::model::tables::NAME_COLUMNS;
use crate::powerbi::model::tmdl::{Tmdl, quoted};
use crate::reports::published_table::PublishedTable;

/// The culture whose captions are not the names themselves.
pub const CULTURE: &str = "de-DE";

const TABLES: [(&str, Phrase); 12] = [
    ("adoption", phrases::TABLE_ADOPTION),
    ("usage", phrases::TABLE_USAGE),
    ("workload_adoption", phrases::TABLE_WORKLOAD_ADOPTION),
    ("customer_adoption", phrases::TABLE_CUSTOMER_ADOPTION),
    ("portfolio", phrases::TABLE_PORTFOLIO),
    ("spend", phrases::TABLE_SPEND),
    ("next_steps", phrases::NEXT_STEPS),
    ("subscriptions", phrases::TABLE_SUBSCRIPTIONS),
    ("seat_outcomes", phrases::TABLE_SEAT_OUTCOMES),
    ("customers", phrases::CUSTOMERS),
    ("products", phrases::TABLE_PRODUCTS),
    ("calendar", phrases::TABLE_CALENDAR),
];

/// Columns that the pages of the report show.
const COLUMNS: [(&str, &str, Phrase); 13] = [
    ("customers", "customer", phrases::COLUMN_CUSTOMER),
    ("customers", "segment", phrases::COLUMN_SEGMENT),
    ("customers", "country", phrases::COLUMN_COUNTRY),
    ("products", "product", phrases::COLUMN_PRODUCT),
    ("calendar", "day", phrases::COLUMN_DAY),
    ("workload_adoption", "workload", phrases::COLUMN_WORKLOAD),
    ("next_steps", "code", phrases::COLUMN_CODE),
    ("next_steps", "seats_concerned", phrases::COLUMN_SEATS_CONCERNED),
    ("next_steps", "since", phrases::COLUMN_SINCE),
    ("next_steps", "cause", phrases::COLUMN_CAUSE),
    ("next_steps", "strategies", phrases::COLUMN_STRATEGIES),
    ("next_steps", "money_per_month", phrases::COLUMN_MONEY),
    ("next_steps", "currency", phrases::COLUMN_CURRENCY),
];

/// What a column is called, where it has words of its own.
pub fn of_column(table: &str, column: &str) -> Option<Phrase> {
    let is_it = |entry: &&(&str, &str, Phrase)| (entry.0, entry.1) == (table, column);
    COLUMNS.iter().find(is_it).map(|entry| entry.2)
}

/// The file of the culture.
pub fn text(tables: &[PublishedTable]) -> String {
    let mut text = Tmdl::default();
    text.line(0, &format!("cultureInfo {CULTURE}"));
    text.blank();
    text.line(1, "translations");
    text.line(2, "model Model");
    for table in tables {
        text.blank();
        text.line(3, &format!("table {}", table.name));
        if let Some((_, phrase)) = TABLES.iter().find(|(name, _)| *name == table.name) {
            text.line(4, &format!("caption: {}", phrase.german));
        }
        for measure in MEASURES.iter().filter(|measure| measure.table == table.name) {
            text.blank();
            text.line(4, &format!("measure {}", quoted(measure.name.english)));
            text.line(5, &format!("caption: {}", measure.name.german));
        }
        let computed = NAME_COLUMNS.iter().filter(|column| column.table == table.name);
        let columns = table.columns.iter().map(|column| column.name);
        for name in columns.chain(computed.map(|column| column.name)) {
            if let Some(phrase) = of_column(table.name, name) {
                text.blank();
                text.line(4, &format!("column {name}"));
                text.line(5, &format!("caption: {}", phrase.german));
            }
        }
    }
    text.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::reports::columns::published_tables;

    #[test]
    fn every_published_table_has_a_caption_and_every_column_with_one_is_there() {
        let tables = published_tables();
        let published: BTreeSet<&str> = tables.iter().map(|table| table.name).collect();
        assert_eq!(published, TABLES.iter().map(|(name, _)| *name).collect());
        let captions = text(&tables);
        let count = TABLES.len() + COLUMNS.len() + MEASURES.len();
        assert_eq!(captions.matches("caption: ").count(), count);
    }
}
