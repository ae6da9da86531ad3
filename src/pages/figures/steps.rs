//! Next steps as they are published: with the first day of their unbroken run of days.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Date32Type;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::next_steps::StepCode;
use crate::reports::error::ReportError;
use crate::reports::published_reader::{Days, PublishedReader};
use crate::reports::published_table::{IS_NEW, PublishedTable, SINCE};
use crate::stages::next_steps::{NEXT_STEPS, NextStep};
use crate::warehouse::table::Row;

/// A next step of one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub row: NextStep,
    pub since: Day,
    pub is_new: bool,
}

/// Reads the steps of a day, in the order of the file.
pub fn read(reader: &PublishedReader<'_>, day: Day) -> Result<Vec<Step>, ReportError> {
    let names = NEXT_STEPS.columns.iter().map(|column| column.name);
    let columns: Vec<&str> = names.chain([SINCE.name, IS_NEW.name]).collect();
    let mut steps = Vec::new();
    reader.frames(&PublishedTable::fact(&NEXT_STEPS), &columns, &Days::Range(day, day), &mut |frame| {
        steps.extend(steps_of(frame)?);
        Ok(())
    })?;
    Ok(steps)
}

fn steps_of(frame: &RecordBatch) -> Result<Vec<Step>, ReportError> {
    let missing = |name: &str| ReportError::frame(NEXT_STEPS.name)(ArrowError::SchemaError(format!("no column `{name}`")));
    let column = |name: &'static str| frame.column_by_name(name).ok_or_else(|| missing(name));
    let since = column(SINCE.name)?
        .as_primitive_opt::<Date32Type>()
        .ok_or_else(|| missing(SINCE.name))?;
    let is_new = column(IS_NEW.name)?.as_boolean_opt().ok_or_else(|| missing(IS_NEW.name))?;
    let rows = NextStep::rows(frame)?.into_iter().enumerate();
    let step = |(at, row)| Step {
        row,
        since: Day(since.value(at)),
        is_new: is_new.is_valid(at) && is_new.value(at),
    };
    Ok(rows.map(step).collect())
}

/// How many seats could be won back: those that `unused_seats` is about.
pub fn seats_to_win_back<'a>(steps: impl IntoIterator<Item = &'a Step>) -> i64 {
    let unused = steps.into_iter().filter(|step| step.row.code == StepCode::UnusedSeats);
    unused.map(|step| step.row.seats_concerned).sum()
}

/// The most seats first, then by customer, product, workload and code.
pub fn by_seats(steps: &mut [&Step]) {
    steps.sort_by(|one, two| {
        let key = |step: &Step| (step.row.tenant_id, step.row.sku_id, step.row.workload.clone(), step.row.code.name());
        two.row
            .seats_concerned
            .cmp(&one.row.seats_concerned)
            .then_with(|| key(one).cmp(&key(two)))
    });
}
