//! What a file says of its values, as Delta keeps it beside the file's name: readers leave out files
//! without the values that they look for. It comes from the footer; no row is read.

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::statistics::{Statistics, ValueStatistics};
use serde_json::{Map, Value, json};

use crate::delta::error::DeltaError;
use crate::domain::day::Day;
use crate::reports::published_table::PublishedTable;
use crate::storage::object::OpenObject;
use crate::warehouse::contract::Kind;

/// A longer text is left out: the greatest value would have to be rounded up.
const LONGEST_TEXT: usize = 32;

/// The `stats` of a file: a JSON text.
pub fn of(file: &OpenObject, table: &PublishedTable) -> Result<String, DeltaError> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(file);
    let metadata = metadata.map_err(|error| DeltaError::Parquet {
        path: file.shown().to_path_buf(),
        error,
    })?;
    let (mut least, mut greatest, mut nulls) = (Map::new(), Map::new(), Map::new());
    for (at, column) in table.columns.iter().enumerate() {
        if let Some(count) = null_count(&metadata, at) {
            nulls.insert(column.name.to_owned(), count.into());
        }
        if let Some((from, to)) = bounds(&metadata, at, column.kind) {
            least.insert(column.name.to_owned(), from);
            greatest.insert(column.name.to_owned(), to);
        }
    }
    let rows = metadata.file_metadata().num_rows();
    Ok(json!({"numRecords": rows, "minValues": least, "maxValues": greatest, "nullCount": nulls}).to_string())
}

/// The statistics of a column in each row group that has rows; `None` where one has none.
fn of_groups(metadata: &ParquetMetaData, column: usize) -> Option<Vec<&Statistics>> {
    let groups = metadata.row_groups().iter().filter(|group| group.num_rows() > 0);
    groups.map(|group| group.columns().get(column)?.statistics()).collect()
}

fn null_count(metadata: &ParquetMetaData, column: usize) -> Option<u64> {
    let groups = of_groups(metadata, column)?;
    groups.iter().map(|statistics| statistics.null_count_opt()).sum()
}

/// The least and the greatest value of a column. Amounts of money and flags have none.
fn bounds(metadata: &ParquetMetaData, column: usize, kind: Kind) -> Option<(Value, Value)> {
    let groups = of_groups(metadata, column)?;
    let rows = metadata.row_groups().iter().filter(|group| group.num_rows() > 0);
    // A group of nulls has no values, and the others count.
    let filled: Vec<&Statistics> = groups
        .into_iter()
        .zip(rows)
        .filter(|(statistics, group)| statistics.null_count_opt() != u64::try_from(group.num_rows()).ok())
        .map(|(statistics, _)| statistics)
        .collect();
    match kind {
        Kind::Day => range(&filled, |statistics| match statistics {
            Statistics::Int32(values) => exact(values),
            _ => None,
        })
        .map(|(from, to)| (Day(from).to_string().into(), Day(to).to_string().into())),
        Kind::Count => range(&filled, |statistics| match statistics {
            Statistics::Int64(values) => exact(values),
            _ => None,
        })
        .map(|(from, to)| (from.into(), to.into())),
        Kind::Ratio => range(&filled, |statistics| match statistics {
            Statistics::Double(values) => exact(values).filter(|(from, to)| from.is_finite() && to.is_finite()),
            _ => None,
        })
        .map(|(from, to)| (from.into(), to.into())),
        Kind::Text => range(&filled, |statistics| match statistics {
            Statistics::ByteArray(values) => {
                let (from, to) = exact(values)?;
                let text = |bytes: &[u8]| {
                    std::str::from_utf8(bytes)
                        .ok()
                        .filter(|text| text.len() <= LONGEST_TEXT)
                        .map(str::to_owned)
                };
                Some((text(from.data())?, text(to.data())?))
            }
            _ => None,
        })
        .map(|(from, to)| (from.into(), to.into())),
        Kind::Bits | Kind::Flag | Kind::Instant | Kind::Money => None,
    }
}

/// The bounds over all row groups; `None` where there is none, or one has no exact bounds.
fn range<T: PartialOrd>(groups: &[&Statistics], of: impl Fn(&Statistics) -> Option<(T, T)>) -> Option<(T, T)> {
    let mut bounds = groups.iter().map(|statistics| of(statistics));
    let first = bounds.next()??;
    bounds.try_fold(first, |(least, greatest), next| {
        let (from, to) = next?;
        Some((if from < least { from } else { least }, if to > greatest { to } else { greatest }))
    })
}

fn exact<T: Clone>(values: &ValueStatistics<T>) -> Option<(T, T)> {
    let is_exact = values.min_is_exact() && values.max_is_exact();
    is_exact.then(|| Some((values.min_opt()?.clone(), values.max_opt()?.clone())))?
}
