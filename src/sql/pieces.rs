//! The pieces that a table is read in: a file of the warehouse, or a row group of a published file.
//! Each says for which days it can have rows, without being read.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use polars::prelude::{AnyValue, Column, DataFrame, DataType, Scalar};

use crate::domain::day::Day;
use crate::sql::error::SqlError;
use crate::sql::tables::{Source, Table, Tables, partition_column};
use crate::storage::error::if_there;
use crate::storage::object::OpenObject;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::data_frame::for_questions;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// The name of the column by which published tables are sorted.
const DAY: &str = "day";

/// A table that is open for reading.
pub(super) enum Pieces {
    Warehouse { store: Arc<Store>, contract: &'static Contract },
    Published { file: OpenObject, metadata: ArrowReaderMetadata },
}

/// One piece, and the first and the last day of its rows; `None` where that is not known.
pub(super) struct Piece {
    pub days: Option<(Day, Day)>,
    at: At,
}

enum At {
    Place(Place),
    RowGroup(usize),
}

impl Piece {
    /// Whether it can have rows of one of these days.
    pub fn may_have(&self, days: &BTreeSet<Day>) -> bool {
        self.days.is_none_or(|(first, last)| days.range(first..=last).next().is_some())
    }
}

impl Pieces {
    /// Opens a table. Of the warehouse nothing is read here, of a published file its footer.
    pub fn open(tables: &Tables, table: &Table) -> Result<Pieces, SqlError> {
        match &table.source {
            Source::Warehouse(contract) => {
                if tables.is_nothing_there()? {
                    return Err(SqlError::question(
                        format!("there are no tables in `{}` yet", tables.store.root().display()),
                        "`uptake run` makes them; `--warehouse DIR` names another folder",
                    ));
                }
                Ok(Pieces::Warehouse {
                    store: tables.store.clone(),
                    contract,
                })
            }
            Source::Published(published) => {
                let name = published.file_name();
                let found = if_there(tables.published.open(&name)).map_err(WarehouseError::from)?;
                let file = found.ok_or_else(|| {
                    SqlError::question(
                        format!(
                            "`{table}` is not published yet: there is no `{}`",
                            tables.published.shown(&name).display()
                        ),
                        "`uptake run` publishes it; `warehouse.NAME` asks the tables that it is made from",
                    )
                })?;
                let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
                let metadata = ArrowReaderMetadata::load(&file, options).map_err(WarehouseError::parquet("read", file.shown()))?;
                Ok(Pieces::Published { file, metadata })
            }
        }
    }

    /// The columns with the types that Polars has for them.
    pub fn schema(&self) -> Result<polars::prelude::SchemaRef, WarehouseError> {
        let stored: SchemaRef = match self {
            Pieces::Warehouse { contract, .. } => contract.schema(),
            Pieces::Published { metadata, .. } => metadata.schema().clone(),
        };
        let frame = for_questions(&RecordBatch::new_empty(stored))?;
        let columns = frame.columns().iter().map(|column| column.field().into_owned());
        let day = self
            .partition()
            .map(|name| polars::prelude::Field::new(name.into(), DataType::Date));
        Ok(Arc::new(day.into_iter().chain(columns).collect()))
    }

    /// The column whose days say which pieces are read.
    pub fn day_column(&self) -> Option<&'static str> {
        match self {
            Pieces::Warehouse { .. } => self.partition(),
            Pieces::Published { .. } => Some(DAY),
        }
    }

    /// The column that is no column of the files.
    fn partition(&self) -> Option<&'static str> {
        match self {
            Pieces::Warehouse { contract, .. } => partition_column(contract.partition).map(|column| column.name),
            Pieces::Published { .. } => None,
        }
    }

    /// All pieces, in the order of their rows.
    pub fn all(&self) -> Result<Vec<Piece>, WarehouseError> {
        match self {
            Pieces::Warehouse { store, contract } => {
                let piece = |place: Place| Piece {
                    days: place.0.map(|day| (day, day)),
                    at: At::Place(place),
                };
                Ok(store.places(contract)?.into_iter().map(piece).collect())
            }
            Pieces::Published { metadata, .. } => {
                let column = metadata.schema().fields().iter().position(|field| field.name() == DAY);
                let groups = metadata.metadata().row_groups().iter().enumerate();
                let piece = |(at, group): (usize, &RowGroupMetaData)| Piece {
                    days: column.and_then(|column| days_of(group, column)),
                    at: At::RowGroup(at),
                };
                Ok(groups.map(piece).collect())
            }
        }
    }

    /// Reads columns of a piece.
    pub fn read(&self, piece: &Piece, wanted: &[&str]) -> Result<DataFrame, WarehouseError> {
        let partition = self.partition();
        let stored: Vec<&str> = wanted.iter().copied().filter(|name| Some(*name) != partition).collect();
        let rows = match (self, &piece.at) {
            (Pieces::Warehouse { store, contract }, At::Place(place)) => store.read_exactly(contract, *place, &stored)?,
            (Pieces::Published { file, metadata }, At::RowGroup(group)) => row_group(file, metadata, *group, &stored)?,
            // A piece is always one of its own table.
            _ => RecordBatch::new_empty(Arc::new(Schema::empty())),
        };
        let height = rows.num_rows();
        let mut frame = for_questions(&rows)?;
        if let (Some(name), Some((day, _))) = (partition, piece.days)
            && wanted.contains(&name)
        {
            let day = Scalar::new(DataType::Date, AnyValue::Date(day.0));
            frame.with_column(Column::new_scalar(name.into(), day, height))?;
        }
        match wanted {
            [] => Ok(DataFrame::new(height, Vec::new())?),
            _ => Ok(frame.select(wanted.iter().copied())?),
        }
    }
}

/// The first and the last day of a row group.
fn days_of(group: &RowGroupMetaData, column: usize) -> Option<(Day, Day)> {
    match group.column(column).statistics()? {
        Statistics::Int32(bounds) => Some((Day(*bounds.min_opt()?), Day(*bounds.max_opt()?))),
        _ => None,
    }
}

/// Reads columns of a row group; where there are none just how many rows it has.
fn row_group(file: &OpenObject, metadata: &ArrowReaderMetadata, group: usize, wanted: &[&str]) -> Result<RecordBatch, WarehouseError> {
    let failed = || WarehouseError::parquet("read", file.shown());
    let count = usize::try_from(metadata.metadata().row_group(group).num_rows()).unwrap_or(0);
    let mut fields = metadata.schema().fields().iter().enumerate();
    let roots: Vec<usize> = fields
        .by_ref()
        .filter(|(_, field)| wanted.contains(&field.name().as_str()))
        .map(|(at, _)| at)
        .collect();
    if roots.is_empty() {
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        return Ok(RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options)?);
    }
    let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone())
        .with_projection(ProjectionMask::roots(metadata.parquet_schema(), roots))
        .with_row_groups(vec![group])
        .with_batch_size(count.max(1))
        .build()
        .map_err(failed())?;
    let schema = arrow::record_batch::RecordBatchReader::schema(&reader);
    match reader.next() {
        Some(rows) => rows.map_err(|error| failed()(error.into())),
        None => Ok(RecordBatch::new_empty(schema)),
    }
}
