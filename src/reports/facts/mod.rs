//! The published fact tables: the days of a table of the warehouse in one file, with the names
//! joined in. A few days are read and joined at a time, so memory never holds the whole range.

mod seat_outcomes;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use arrow::compute::{SortColumn, SortOptions, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::error::ArrowError;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::reports::error::ReportError;
use crate::reports::files::earlier_file::{EarlierFile, EarlierPart};
use crate::reports::files::parquet_file::ParquetFile;
use crate::reports::names::{Names, cell, texts};
use crate::reports::publication::Publication;
use crate::reports::published_table::{DAY, GRAIN, PublishedTable, is_by_month};
use crate::reports::staging::{StagedFile, Staging};
use crate::reports::step_history::{READ, StepHistory};
use crate::stages::measures::seat_outcomes::SEAT_OUTCOMES;
use crate::stages::next_steps::NEXT_STEPS;
use crate::warehouse::contract::Contract;

/// How many days are in memory at once, per table.
const DAYS_AT_ONCE: usize = 8;

/// The customers and products that occur in a table.
#[derive(Default)]
pub(super) struct Seen {
    pub tenants: BTreeSet<Guid>,
    pub skus: BTreeSet<Guid>,
}

/// Writes all days of a table, month by month. A month that is made from the same as before is
/// copied from the file that the last publication left.
pub(super) fn write(
    publication: &Publication<'_>,
    contract: &'static Contract,
    names: &Names,
    staging: &Staging<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(StagedFile, Seen), ReportError> {
    let table = PublishedTable::fact(contract);
    let mut file = ParquetFile::create(staging, &table)?;
    let mut seen = Seen::default();
    let earlier = publication.earlier.get(&table.file_name());
    let earlier = earlier.and_then(|digest| EarlierFile::open(publication.published, &table.file_name(), *digest));
    let failed = || ReportError::frame(contract.name);
    let days: Vec<Day> = publication.first.to(publication.last).collect();
    let has_history = contract.name == NEXT_STEPS.name;
    // What the days so far leave to the next one, and the copied part that has it where it is not
    // read yet.
    let (mut leaves, mut history) = (Digest::default(), StepHistory::default());
    let mut copied: Option<EarlierPart<'_>> = None;
    for month in days.chunk_by(|a, b| month(*a) == month(*b)) {
        let range = (month[0], month[month.len() - 1]);
        let made_from = publication.part_made_from(contract, range, leaves);
        if let Some(part) = earlier.as_ref().and_then(|earlier| earlier.part(range, made_from))
            && let (Some(tenants), Some(skus)) = (part.ids("tenant_id"), part.ids("sku_id"))
        {
            file.copy_part(&part)?;
            seen.tenants.extend(tenants);
            seen.skus.extend(skus);
            progress(month.len() as u64);
            leaves = part.part.leaves;
            copied = Some(part);
            continue;
        }
        if let Some(part) = copied.take().filter(|_| has_history) {
            history = StepHistory::of_published(&part.read(&READ)?, range.0.plus(-1)).map_err(failed())?;
        }
        let left_out = if is_by_month(contract) { month.len() - 1 } else { 0 };
        progress(left_out as u64);
        for some in month[left_out..].chunks(DAYS_AT_ONCE) {
            let frames: Vec<RecordBatch> = some
                .par_iter()
                .map(|day| of_day(publication, contract, &table, names, *day))
                .collect::<Result<_, _>>()?;
            for (day, frame) in some.iter().zip(frames) {
                collect(&frame, "tenant_id", &mut seen.tenants);
                collect(&frame, "sku_id", &mut seen.skus);
                let rows = if has_history {
                    history.go_on(*day, &frame, table.schema()).map_err(failed())?
                } else {
                    frame
                };
                file.write(&rows)?;
            }
            progress(some.len() as u64);
        }
        if has_history {
            leaves = history.digest();
        }
        file.end_part(range, made_from, leaves)?;
    }
    Ok((file.finish()?, seen))
}

/// The year and month of a day.
fn month(day: Day) -> (i16, i8) {
    (day.date().year(), day.date().month())
}

/// The rows of one day as they are published, sorted by the key.
pub(super) fn of_day(
    publication: &Publication<'_>,
    contract: &'static Contract,
    table: &PublishedTable,
    names: &Names,
    day: Day,
) -> Result<RecordBatch, ReportError> {
    let mut shards: Vec<RecordBatch> = Vec::new();
    for shard in 0..contract.files(publication.shards) {
        shards.push(if contract.name == SEAT_OUTCOMES.name {
            seat_outcomes::of_shard(publication, day, shard)?
        } else {
            publication.store.read(contract, (Some(day), shard), &[])?
        });
    }
    sorted(contract, shards)
        .and_then(|rows| published(table, names, day, &rows))
        .map_err(ReportError::frame(contract.name))
}

/// The rows of all shards, sorted by the key.
fn sorted(contract: &Contract, mut shards: Vec<RecordBatch>) -> Result<RecordBatch, ArrowError> {
    if shards.iter().filter(|shard| shard.num_rows() > 0).count() > 1 {
        let rows = concat_batches(&contract.schema(), &shards)?;
        let options = Some(SortOptions {
            descending: false,
            nulls_first: true,
        });
        let by: Vec<SortColumn> = rows.columns()[..contract.key_width()]
            .iter()
            .map(|column| SortColumn {
                values: column.clone(),
                options,
            })
            .collect();
        return take_record_batch(&rows, &lexsort_to_indices(&by, None)?);
    }
    let filled = shards.iter().position(|shard| shard.num_rows() > 0).unwrap_or(0);
    if filled < shards.len() {
        Ok(shards.swap_remove(filled))
    } else {
        Ok(RecordBatch::new_empty(contract.schema()))
    }
}

/// Rows of a table with the day, the grain and the names.
fn published(table: &PublishedTable, names: &Names, day: Day, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut columns: Vec<ArrayRef> = vec![Arc::new(Date32Array::from_value(day.0, rows.num_rows()))];
    if table.columns.iter().any(|column| column.name == GRAIN.name) {
        columns.push(grain(rows)?);
    }
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        columns.push(column.clone());
        columns.extend(names.next_to(field.name(), rows)?);
    }
    debug_assert_eq!(table.columns[0].name, DAY.name);
    RecordBatch::try_new(table.schema_of_a_day(), columns)
}

/// The column `grain` of `portfolio`: what each row sums up.
fn grain(rows: &RecordBatch) -> Result<ArrayRef, ArrowError> {
    let (skus, workloads) = (texts(rows, "sku_id")?, texts(rows, "workload")?);
    let of = |row: usize| match (cell(skus, row), cell(workloads, row)) {
        (Some(_), _) => "sku",
        (None, Some(_)) => "workload",
        (None, None) => "all",
    };
    Ok(Arc::new(StringArray::from_iter_values((0..rows.num_rows()).map(of))))
}

/// Adds the ids of a column, if the table has it. Each distinct id is parsed once a day.
fn collect(rows: &RecordBatch, column: &str, into: &mut BTreeSet<Guid>) {
    let Ok(ids) = texts(rows, column) else { return };
    let distinct: FxHashSet<&str> = ids.iter().flatten().collect();
    into.extend(distinct.into_iter().filter_map(|id| Guid::parse(id.as_bytes())));
}
