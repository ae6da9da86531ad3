//! Since when a next step has been there: the columns `since` and `is_new` of the published
//! `next_steps`.
//!
//! A day of the warehouse never depends on another day's result, so these columns are published
//! only. They follow from the days before, in order: a step that the day before does not have is
//! new, and any other goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Int64Type, SchemaRef};
use arrow::error::ArrowError;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::reports::files::earlier_file::EarlierFile;
use crate::reports::names::texts;
use crate::reports::publication::Publication;
use crate::reports::published_table::{IS_NEW, PublishedTable, SINCE};
use crate::reports::summary::step_news::{EarlierSteps, StepId};
use crate::stages::next_steps::NEXT_STEPS;

/// The columns that say which step a row is.
const KEY: [&str; 4] = ["tenant_id", "sku_id", "workload", "code"];

/// The columns that a published day is read again for.
pub(super) const READ: [&str; 6] = ["day", "tenant_id", "sku_id", "workload", "code", SINCE.name];

/// The steps of a day, each with the first day of the unbroken run of days that have it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StepHistory(BTreeMap<String, Day>);

impl StepHistory {
    /// The steps of one of the days that published rows are about.
    pub fn of_published(rows: &[RecordBatch], day: Day) -> Result<StepHistory, ArrowError> {
        let mut steps = BTreeMap::new();
        for rows in rows {
            let (days, since) = (dates(rows, "day")?, dates(rows, SINCE.name)?);
            for (row, key) in keys(rows)?.into_iter().enumerate() {
                if days.value(row) == day.0 {
                    steps.insert(key, Day(since.value(row)));
                }
            }
        }
        Ok(StepHistory(steps))
    }

    /// A digest of the steps: what the rows of the next day depend on.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        for (key, since) in &self.0 {
            hasher.text(key).number(i64::from(since.0));
        }
        hasher.finish()
    }

    /// Goes on to the next day. Returns its rows with the columns of `schema`: those that they have,
    /// and `since` and `is_new`.
    pub fn go_on(&mut self, day: Day, rows: &RecordBatch, schema: SchemaRef) -> Result<RecordBatch, ArrowError> {
        let keys = keys(rows)?;
        let since: Vec<Day> = keys.iter().map(|key| self.0.get(key).copied().unwrap_or(day)).collect();
        let is_new: BooleanArray = since.iter().map(|since| Some(*since == day)).collect();
        let days: Date32Array = since.iter().map(|since| Some(since.0)).collect();
        self.0 = keys.into_iter().zip(since).collect();
        let (days, is_new): (ArrayRef, ArrayRef) = (Arc::new(days), Arc::new(is_new));
        let column = |name: &str| match name {
            name if name == SINCE.name => Some(&days),
            name if name == IS_NEW.name => Some(&is_new),
            name => rows.column_by_name(name),
        };
        let columns = schema.fields().iter().map(|field| {
            let missing = || ArrowError::SchemaError(format!("no column `{}`", field.name()));
            column(field.name()).cloned().ok_or_else(missing)
        });
        let columns = columns.collect::<Result<_, _>>()?;
        RecordBatch::try_new(schema, columns)
    }
}

/// The steps of the last day that the last publication has; `None` where it cannot be read any more.
pub fn last_published(publication: &Publication<'_>) -> Option<EarlierSteps> {
    let name = PublishedTable::fact(&NEXT_STEPS).file_name();
    let file = EarlierFile::open(publication.published, &name, *publication.earlier.get(&name)?)?;
    let part = file.last_part()?;
    let mut earlier = EarlierSteps {
        day: Day(part.part.last),
        steps: BTreeMap::new(),
    };
    for rows in part.read(&[&KEY[..], &["day", "seats_concerned"]].concat()).ok()? {
        let days = dates(&rows, "day").ok()?;
        let [tenants, skus, workloads, codes] = KEY.map(|name| texts(&rows, name).ok());
        let (tenants, skus, workloads, codes) = (tenants?, skus?, workloads?, codes?);
        // A version before had the number in the evidence only.
        let seats = rows.column_by_name("seats_concerned");
        let seats = seats.and_then(|column| column.as_primitive_opt::<Int64Type>());
        for row in (0..rows.num_rows()).filter(|row| days.value(*row) == part.part.last) {
            let id = StepId {
                tenant_id: Guid::parse(tenants.value(row).as_bytes())?,
                sku_id: skus.is_valid(row).then(|| Guid::parse(skus.value(row).as_bytes())).flatten(),
                workload: workloads.is_valid(row).then(|| workloads.value(row).to_owned()),
                code: codes.value(row).to_owned(),
            };
            earlier.steps.insert(id, seats.map_or(0, |seats| seats.value(row)));
        }
    }
    Some(earlier)
}

/// Which step each row is, as one text.
fn keys(rows: &RecordBatch) -> Result<Vec<String>, ArrowError> {
    let columns: Vec<&StringArray> = KEY.iter().map(|name| texts(rows, name)).collect::<Result<_, _>>()?;
    let key = |row: usize| {
        let parts: Vec<&str> = columns
            .iter()
            .map(|column| if column.is_valid(row) { column.value(row) } else { "" })
            .collect();
        parts.join("\n")
    };
    Ok((0..rows.num_rows()).map(key).collect())
}

fn dates<'a>(rows: &'a RecordBatch, column: &str) -> Result<&'a Date32Array, ArrowError> {
    let found = rows
        .column_by_name(column)
        .and_then(|column| column.as_primitive_opt::<Date32Type>());
    found.ok_or_else(|| ArrowError::SchemaError(format!("no column of days `{column}`")))
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    fn rows(codes: &[&str]) -> RecordBatch {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema = Schema::new(KEY.map(text).to_vec());
        let same = |value: Option<&str>| Arc::new(codes.iter().map(|_| value).collect::<StringArray>()) as ArrayRef;
        let codes = Arc::new(codes.iter().map(|code| Some(*code)).collect::<StringArray>());
        RecordBatch::try_new(schema.into(), vec![same(Some("a")), same(None), same(Some("teams")), codes]).unwrap()
    }

    fn schema() -> SchemaRef {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let fields = [
            Field::new("since", DataType::Date32, false),
            text("code"),
            Field::new("is_new", DataType::Boolean, false),
        ];
        Arc::new(Schema::new(fields.to_vec()))
    }

    /// The days since which steps have been there, and whether they are new.
    fn of_day(history: &mut StepHistory, day: i32, codes: &[&str]) -> Vec<(i32, bool)> {
        let rows = history.go_on(Day(day), &rows(codes), schema()).unwrap();
        let (since, is_new) = (dates(&rows, "since").unwrap().clone(), rows.column(2).as_boolean().clone());
        since.values().iter().copied().zip(is_new.iter().flatten()).collect()
    }

    #[test]
    fn a_step_goes_on_until_a_day_without_it_and_then_begins_again() {
        let mut history = StepHistory::default();
        assert_eq!(of_day(&mut history, 1, &["overuse", "upsell"]), [(1, true), (1, true)]);
        assert_eq!(of_day(&mut history, 2, &["low_usage", "upsell"]), [(2, true), (1, false)]);
        assert_eq!(of_day(&mut history, 3, &["overuse"]), [(3, true)]);
        assert_eq!(of_day(&mut history, 4, &[]), []);
        assert_eq!(of_day(&mut history, 5, &["overuse"]), [(5, true)]);
    }

    #[test]
    fn only_what_the_next_day_depends_on_is_in_the_digest() {
        let (mut one, mut other) = (StepHistory::default(), StepHistory::default());
        of_day(&mut one, 1, &["overuse"]);
        of_day(&mut other, 1, &["overuse", "upsell"]);
        assert_ne!(one.digest(), other.digest());
        of_day(&mut one, 2, &["overuse"]);
        of_day(&mut other, 2, &["overuse"]);
        assert_eq!(one.digest(), other.digest());
    }
}
