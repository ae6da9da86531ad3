//! The tables that a question can name.
//!
//! A table of the warehouse is `warehouse.NAME`, a published file `published.NAME`. A name alone
//! means the published file where there is one of that name, else the table of the warehouse: what
//! is published has the names of customers and products next to their ids, and no users. The name of
//! the file with its ending (`adoption.parquet`) means the file.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::domain::day::Day;
use crate::pipeline::syntax::nearest::nearest_few;
use crate::reports::columns::published_tables;
use crate::reports::published_table::PublishedTable;
use crate::sql::error::{SUGGESTIONS, SqlError, did_you_mean};
use crate::stages;
use crate::storage::error::if_there;
use crate::storage::interface::Storage;
use crate::warehouse::contract::{Column, Contract, Kind, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// The day of receipt of raw files whose paths name none.
const UNDATED: Day = Day(0);

/// The published file that is no table: its rows are those of one.
const EXPORT: &str = "portfolio-export";

/// What stands before the name of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schema {
    Published,
    Warehouse,
}

impl Schema {
    const ALL: [Schema; 2] = [Schema::Published, Schema::Warehouse];

    pub fn name(self) -> &'static str {
        match self {
            Schema::Published => "published",
            Schema::Warehouse => "warehouse",
        }
    }

    fn parse(text: &str) -> Option<Schema> {
        Schema::ALL.into_iter().find(|schema| schema.name().eq_ignore_ascii_case(text))
    }
}

/// Where the rows of a table are.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Warehouse(&'static Contract),
    Published(PublishedTable),
}

/// A table that can be asked.
#[derive(Clone, Debug)]
pub struct Table {
    pub schema: Schema,
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// In order, that of the partition first.
    pub columns: Vec<Column>,
    pub(super) source: Source,
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.schema.name(), self.name)
    }
}

/// The column of a partition, which is a folder in the warehouse.
pub(super) fn partition_column(partition: Partition) -> Option<Column> {
    let about = match partition {
        Partition::Day => "the day that the row is about",
        Partition::Received => "the day on which the raw file came in",
        Partition::Whole => return None,
    };
    Some(Column {
        name: partition.column()?,
        kind: Kind::Day,
        nullable: false,
        key: true,
        since: 1,
        about,
    })
}

/// Everything that can be asked.
#[derive(Debug)]
pub struct Tables {
    pub(super) store: Arc<Store>,
    pub(super) published: Arc<dyn Storage>,
    tables: Vec<Table>,
}

impl Tables {
    pub fn new(store: Store, published: &Path) -> Tables {
        let of_file = |table: PublishedTable| Table {
            schema: Schema::Published,
            name: table.name,
            about: table.about,
            columns: table.columns.clone(),
            source: Source::Published(table),
        };
        let of_contract = |contract: &&'static Contract| Table {
            schema: Schema::Warehouse,
            name: contract.name,
            about: contract.about,
            columns: partition_column(contract.partition)
                .into_iter()
                .chain(contract.columns.iter().copied())
                .collect(),
            source: Source::Warehouse(contract),
        };
        let published_tables = published_tables().into_iter().map(of_file);
        Tables {
            published: store.beside(published),
            store: Arc::new(store),
            tables: published_tables.chain(stages::TABLES.iter().map(of_contract)).collect(),
        }
    }

    /// Published files first.
    pub fn all(&self) -> &[Table] {
        &self.tables
    }

    /// What kind of time a column is of, by its name: a date or an instant; `None` where it is neither
    /// in every table.
    pub(super) fn kind_of_time(&self, column: &str) -> Option<Kind> {
        let columns = self.tables.iter().flat_map(|table| &table.columns);
        let mut kinds = columns.filter(|known| known.name == column).map(|known| known.kind);
        let first = kinds.next().filter(|kind| matches!(kind, Kind::Day | Kind::Instant))?;
        kinds.all(|kind| kind == first).then_some(first)
    }

    /// The table that a name means, written in any case.
    pub fn find(&self, written: &[&str]) -> Result<&Table, SqlError> {
        let (schema, name) = match written {
            [name] => match name.strip_suffix(".parquet") {
                Some(name) => (Some(Schema::Published), name),
                None => (None, *name),
            },
            [name, ending] if ending.eq_ignore_ascii_case("parquet") => (Some(Schema::Published), *name),
            [schema, name] => (Some(Schema::parse(schema).ok_or_else(|| no_schema(schema, name))?), *name),
            _ => return Err(self.unknown(&written.join("."))),
        };
        let is_meant = |table: &&Table| schema.is_none_or(|schema| table.schema == schema) && table.name.eq_ignore_ascii_case(name);
        self.tables.iter().find(is_meant).ok_or_else(|| self.unknown(&written.join(".")))
    }

    fn unknown(&self, written: &str) -> SqlError {
        if written.to_lowercase().contains(EXPORT) {
            let message = format!("there is no table `{written}`: the export is the last day of `adoption`, for a spreadsheet");
            return SqlError::question(
                message,
                "`SELECT * FROM adoption WHERE day = (SELECT MAX(day) FROM adoption)` has its rows",
            );
        }
        let (schema, name) = written.rsplit_once('.').unwrap_or(("", written));
        let near = nearest_few(name, self.tables.iter().map(|table| table.name), SUGGESTIONS);
        let called = |table: &&Table| match schema {
            "" => table.name.to_owned(),
            _ => table.to_string(),
        };
        let near: BTreeSet<String> = self
            .tables
            .iter()
            .filter(|table| near.contains(&table.name))
            .map(|table| called(&table))
            .collect();
        let near: Vec<String> = near.into_iter().collect();
        let hint = match near.is_empty() {
            true => "`uptake query --list` names them all".to_owned(),
            false => format!("did you mean `{}`?", near.join("`, `")),
        };
        SqlError::question(format!("there is no table `{written}`"), hint)
    }

    /// The first and the last day of a table that is spread over days; `None` where it is not, or
    /// nothing is there.
    pub fn days(&self, table: &Table) -> Result<Option<(Day, Day)>, SqlError> {
        let Source::Warehouse(contract) = table.source else {
            return Ok(None);
        };
        let mut days = self.store.partitions(contract)?;
        days.retain(|day| *day != UNDATED);
        Ok(days.first().copied().zip(days.last().copied()))
    }

    /// Whether the warehouse has no table at all.
    pub(super) fn is_nothing_there(&self) -> Result<bool, WarehouseError> {
        // The first table that a run makes is there in every warehouse.
        for contract in stages::TABLES {
            if !self.store.places(contract)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether there is anything of a table.
    pub fn is_there(&self, table: &Table) -> Result<bool, SqlError> {
        Ok(match &table.source {
            Source::Warehouse(contract) => !self.store.places(contract)?.is_empty(),
            Source::Published(table) => {
                let object = if_there(self.published.open(&table.file_name()));
                object.map_err(WarehouseError::from)?.is_some()
            }
        })
    }
}

fn no_schema(schema: &str, name: &str) -> SqlError {
    let names = Schema::ALL.map(Schema::name);
    let hint = did_you_mean(schema, &names);
    let hint = hint.unwrap_or_else(|| format!("tables are `published.{name}` or `warehouse.{name}`, or `{name}` alone"));
    SqlError::question(format!("there is no schema `{schema}`"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn means(written: &[&str], expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let tables = Tables::new(Store::at(folder.path()), folder.path());
        assert_eq!(tables.find(written).unwrap().to_string(), expected);
    }

    #[track_caller]
    fn is_refused(written: &[&str], message: &str, hint: &str) {
        let folder = tempfile::tempdir().unwrap();
        let tables = Tables::new(Store::at(folder.path()), folder.path());
        let SqlError::Question {
            message: said,
            hint: hinted,
        } = tables.find(written).unwrap_err()
        else {
            panic!("it is about the question");
        };
        assert_eq!((said.as_str(), hinted.as_str()), (message, hint));
    }

    #[test]
    fn a_name_alone_means_the_published_file_where_there_is_one() {
        means(&["adoption"], "published.adoption");
        means(&["Customers"], "published.customers");
        means(&["activity_daily"], "warehouse.activity_daily");
        means(&["warehouse", "adoption"], "warehouse.adoption");
        means(&["PUBLISHED", "adoption"], "published.adoption");
        means(&["adoption.parquet"], "published.adoption");
        means(&["adoption", "parquet"], "published.adoption");
    }

    #[test]
    fn a_name_that_nothing_has_gets_the_nearest() {
        is_refused(&["adoptoin"], "there is no table `adoptoin`", "did you mean `adoption`?");
        is_refused(
            &["warehouse", "calender"],
            "there is no table `warehouse.calender`",
            "did you mean `published.calendar`?",
        );
        is_refused(
            &["portfolio-export.csv"],
            "there is no table `portfolio-export.csv`: the export is the last day of `adoption`, for a spreadsheet",
            "`SELECT * FROM adoption WHERE day = (SELECT MAX(day) FROM adoption)` has its rows",
        );
        is_refused(
            &["nothing_of_the_kind"],
            "there is no table `nothing_of_the_kind`",
            "`uptake query --list` names them all",
        );
        is_refused(&["warehose", "usage"], "there is no schema `warehose`", "did you mean `warehouse`?");
        is_refused(
            &["dbo", "usage"],
            "there is no schema `dbo`",
            "tables are `published.usage` or `warehouse.usage`, or `usage` alone",
        );
    }

    #[test]
    fn a_table_of_the_warehouse_has_its_partition_as_its_first_column() {
        let folder = tempfile::tempdir().unwrap();
        let tables = Tables::new(Store::at(folder.path()), folder.path());
        let first = |name: &str| tables.find(&["warehouse", name]).unwrap().columns[0].name;
        assert_eq!(
            (first("adoption"), first("snapshots"), first("assignments")),
            ("day", "received", "tenant_id")
        );
    }
}
