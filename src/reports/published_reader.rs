//! Reads published files again: some days of a table, or a whole one. What is read for a page or a
//! workbook is what a BI tool would open, so both show the same numbers.

use std::collections::BTreeSet;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Date32Type;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

use crate::domain::day::Day;
use crate::reports::dimensions::CalendarDay;
use crate::reports::error::ReportError;
use crate::reports::published_table::{DAY, PublishedTable};
use crate::storage::error::StorageError;
use crate::storage::object::OpenObject;
use crate::warehouse::table::Row;

/// Opens a published file by its name.
pub type Open<'a> = dyn Fn(&str) -> Result<OpenObject, StorageError> + Sync + 'a;

/// Reads the files of one publication.
#[derive(Clone, Copy)]
pub struct PublishedReader<'a> {
    open: &'a Open<'a>,
}

/// Which days of a table are read.
#[derive(Clone, Debug)]
pub enum Days {
    /// From the first to the last.
    Range(Day, Day),
    These(BTreeSet<Day>),
}

impl Days {
    fn has(&self, day: Day) -> bool {
        match self {
            Days::Range(first, last) => (*first..=*last).contains(&day),
            Days::These(days) => days.contains(&day),
        }
    }

    /// Whether any of them can be between two days.
    fn reach(&self, from: Day, to: Day) -> bool {
        match self {
            Days::Range(first, last) => *first <= to && from <= *last,
            Days::These(days) => from <= to && days.range(from..=to).next().is_some(),
        }
    }
}

impl<'a> PublishedReader<'a> {
    pub fn new(open: &'a Open<'a>) -> PublishedReader<'a> {
        PublishedReader { open }
    }

    /// The first and the last published day; `None` where no day is published.
    pub fn days(&self) -> Result<Option<(Day, Day)>, ReportError> {
        let days: Vec<CalendarDay> = self.whole()?;
        Ok(days.first().zip(days.last()).map(|(first, last)| (first.day, last.day)))
    }

    /// All rows of a table that is no fact table.
    pub fn whole<R: Row>(&self) -> Result<Vec<R>, ReportError> {
        let mut rows = Vec::new();
        let table = PublishedTable::whole(R::CONTRACT);
        let columns: Vec<&str> = R::CONTRACT.columns.iter().map(|column| column.name).collect();
        self.each(&table, &columns, None, &mut |frame| {
            rows.extend(R::rows(frame)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows of one day of a fact table.
    pub fn rows_of_day<R: Row>(&self, day: Day) -> Result<Vec<R>, ReportError> {
        let rows = self.rows::<R>(&Days::Range(day, day))?;
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// The rows of some days of a fact table, in the order of the file.
    pub fn rows<R: Row>(&self, days: &Days) -> Result<Vec<(Day, R)>, ReportError> {
        let mut found = Vec::new();
        let columns: Vec<&str> = R::CONTRACT.columns.iter().map(|column| column.name).collect();
        self.frames(&PublishedTable::fact(R::CONTRACT), &columns, days, &mut |frame| {
            let rows = days_of(frame)?.into_iter().zip(R::rows(frame)?);
            found.extend(rows);
            Ok(())
        })?;
        Ok(found)
    }

    /// Some columns of some days of a fact table, besides `day`: one frame after the other.
    pub fn frames(
        &self,
        table: &PublishedTable,
        columns: &[&str],
        days: &Days,
        take: &mut dyn FnMut(&RecordBatch) -> Result<(), ReportError>,
    ) -> Result<(), ReportError> {
        self.each(table, columns, Some(days), take)
    }

    fn each(
        &self,
        table: &PublishedTable,
        columns: &[&str],
        days: Option<&Days>,
        take: &mut dyn FnMut(&RecordBatch) -> Result<(), ReportError>,
    ) -> Result<(), ReportError> {
        let file = (self.open)(&table.file_name())?;
        let failed = |error: ParquetError| ReportError::parquet("read", file.shown())(error);
        let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).map_err(failed)?;
        let mut names: Vec<&str> = columns.to_vec();
        if days.is_some() {
            names.push(DAY.name);
        }
        let mask = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
        let groups = reader.metadata().row_groups().iter().enumerate();
        let groups = groups.filter(|(_, group)| days.is_none_or(|days| may_have(group, days)));
        let groups = groups.map(|(at, _)| at).collect();
        let frames = reader.with_row_groups(groups).with_projection(mask).build().map_err(failed)?;
        for frame in frames {
            let frame = frame.map_err(|error| failed(error.into()))?;
            let frame = match days {
                Some(days) => of_days(&frame, days).map_err(ReportError::frame(table.name))?,
                None => frame,
            };
            if frame.num_rows() > 0 {
                take(&frame)?;
            }
        }
        Ok(())
    }
}

/// The days of the rows of a frame.
pub fn days_of(frame: &RecordBatch) -> Result<Vec<Day>, ReportError> {
    let days = day_column(frame).map_err(ReportError::frame("published"))?;
    Ok(days.values().iter().map(|day| Day(*day)).collect())
}

fn day_column(frame: &RecordBatch) -> Result<&arrow::array::Date32Array, ArrowError> {
    let column = frame.column_by_name(DAY.name);
    let column = column.and_then(|column| column.as_primitive_opt::<Date32Type>());
    column.ok_or_else(|| ArrowError::SchemaError(format!("no column of days `{}`", DAY.name)))
}

/// The rows of a frame that are about some days.
fn of_days(frame: &RecordBatch, days: &Days) -> Result<RecordBatch, ArrowError> {
    let wanted: BooleanArray = day_column(frame)?.iter().map(|day| day.map(|day| days.has(Day(day)))).collect();
    if wanted.true_count() == wanted.len() {
        return Ok(frame.clone());
    }
    filter_record_batch(frame, &wanted)
}

/// Whether the rows of a group can be about some days, as far as its statistics say.
fn may_have(group: &RowGroupMetaData, days: &Days) -> bool {
    let column = group.columns().iter().find(|column| column.column_path().string() == DAY.name);
    let Some(Statistics::Int32(statistics)) = column.and_then(|column| column.statistics()) else {
        return true;
    };
    let ends = statistics.min_opt().zip(statistics.max_opt());
    ends.is_none_or(|(first, last)| days.reach(Day(*first), Day(*last)))
}
