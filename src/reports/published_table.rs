//! A table as it is published: its columns in order, with types and meanings. A fact table has `day`
//! first, then the columns of its contract, and next to every id the names that a reader would join
//! to it.

use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};

use crate::domain::day::Day;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::measures::seat_outcomes::SEAT_OUTCOMES;
use crate::stages::measures::spend::SPEND;
use crate::stages::measures::usage::USAGE;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;
use crate::stages::next_steps::NEXT_STEPS;
use crate::warehouse::contract::{Column, Contract, Kind};

/// The tables that are published, with all their days but for [`is_by_month`]. `seat_outcomes` is
/// made for it; the others are tables of the warehouse.
pub const FACTS: [&Contract; 9] = [
    &ADOPTION,
    &USAGE,
    &WORKLOAD_ADOPTION,
    &CUSTOMER_ADOPTION,
    &PORTFOLIO,
    &SPEND,
    &NEXT_STEPS,
    &SUBSCRIPTIONS,
    &SEAT_OUTCOMES,
];

/// Whether a table is published with the last day of each month alone, and with the latest day.
/// Prices are those of a month, so rows of more days would invite to add them up. Lists of
/// subscriptions say nearly the same day after day, and so do comparisons of whole windows.
pub(super) fn is_by_month(contract: &Contract) -> bool {
    [SPEND.name, SUBSCRIPTIONS.name, SEAT_OUTCOMES.name].contains(&contract.name)
}

/// The days that a table by months is published with, of those between two days.
pub fn days_by_month(first: Day, last: Day) -> impl Iterator<Item = Day> {
    let ends_month = |day: Day| day.plus(1).date().day() == 1;
    first.to(last).filter(move |day| *day == last || ends_month(*day))
}

const PARQUET: &str = "parquet";

/// What the footer of a published Parquet file calls the meaning of a column: this, and the
/// column's name.
pub(super) const COLUMN_KEY: &str = "uptake.column.";

/// A table as it is published: one file of this name.
#[derive(Clone, Debug)]
pub struct PublishedTable {
    pub name: &'static str,
    /// The ending of its file: `parquet` or `csv`.
    pub ending: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// In the order of the file; `key` says by which of them it is sorted, in that order.
    pub columns: Vec<Column>,
}

impl PublishedTable {
    /// A table of the warehouse with its partition as a column and the names joined in.
    pub fn fact(contract: &Contract) -> PublishedTable {
        let mut columns = vec![DAY];
        if contract.name == PORTFOLIO.name {
            columns.push(GRAIN);
        }
        for column in contract.columns {
            columns.push(*column);
            columns.extend_from_slice(names_of(column.name));
            if contract.name == NEXT_STEPS.name && column.name == "seats_concerned" {
                columns.extend([SINCE, IS_NEW]);
            }
        }
        PublishedTable {
            name: contract.name,
            ending: PARQUET,
            about: contract.about,
            columns,
        }
    }

    /// A table that is published as its contract says.
    pub fn whole(contract: &Contract) -> PublishedTable {
        PublishedTable {
            name: contract.name,
            ending: PARQUET,
            about: contract.about,
            columns: contract.columns.to_vec(),
        }
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.ending)
    }

    /// The Arrow schema of its file.
    pub fn schema(&self) -> SchemaRef {
        schema(self.columns.iter())
    }

    /// The same without the columns that follow from the days before.
    pub(super) fn schema_of_a_day(&self) -> SchemaRef {
        schema(
            self.columns
                .iter()
                .filter(|column| ![SINCE.name, IS_NEW.name].contains(&column.name)),
        )
    }
}

fn schema<'a>(columns: impl Iterator<Item = &'a Column>) -> SchemaRef {
    let field = |column: &Column| Field::new(column.name, column.kind.data_type(), column.nullable);
    Arc::new(Schema::new(columns.map(field).collect::<Vec<_>>()))
}

/// The columns that stand next to an id.
pub(super) fn names_of(id: &str) -> &'static [Column] {
    match id {
        "tenant_id" => CUSTOMER_NAMES,
        "sku_id" => PRODUCT_NAMES,
        _ => &[],
    }
}

pub(super) const DAY: Column = Column {
    name: "day",
    kind: Kind::Day,
    nullable: false,
    key: true,
    since: 1,
    about: "the day that the row is about",
};

pub(super) const GRAIN: Column = Column {
    name: "grain",
    kind: Kind::Text,
    nullable: false,
    key: false,
    since: 1,
    about: "what the row sums: `sku` one product, `workload` one workload, `all` everything; add up rows of one grain only",
};

pub const SINCE: Column = Column {
    name: "since",
    kind: Kind::Day,
    nullable: false,
    key: false,
    since: 1,
    about: "the first of the days without a break on which the step has been there; the first published day at the earliest",
};

pub const IS_NEW: Column = Column {
    name: "is_new",
    kind: Kind::Flag,
    nullable: false,
    key: false,
    since: 1,
    about: "the published day before does not have the step",
};

pub(super) const CUSTOMER_NAMES: &[Column] = &[text("customer_name", "the customer's name; null where no customer list has it")];

pub(super) const PRODUCT_NAMES: &[Column] = &[
    text("product_name", "the product's name; null where the catalogue lacks it"),
    text(
        "part_number",
        "Microsoft's short name of the product, such as `SPE_E3`; null where the catalogue lacks it",
    ),
];

const fn text(name: &'static str, about: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Text,
        nullable: true,
        key: false,
        since: 1,
        about,
    }
}
