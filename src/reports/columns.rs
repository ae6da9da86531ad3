//! The one list of what is published: the data dictionary, the schemas and the files follow it.

use crate::reports::dimensions::{CALENDAR, CUSTOMER_DIMENSION, PRODUCTS};
use crate::reports::export;
use crate::reports::published_table::{FACTS, PublishedTable};

/// Every published table, Parquet files first, in the order in which they are published.
pub fn published_files() -> Vec<PublishedTable> {
    published_tables().into_iter().chain([export::table()]).collect()
}

/// Every published Parquet file.
pub fn published_tables() -> Vec<PublishedTable> {
    let dimensions = [&CUSTOMER_DIMENSION, &PRODUCTS, &CALENDAR];
    FACTS
        .iter()
        .map(|contract| PublishedTable::fact(contract))
        .chain(dimensions.map(PublishedTable::whole))
        .collect()
}
