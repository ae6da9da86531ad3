//! Makes the rows of `seat_outcomes` of a day: of each shard two days of `activity_28d` and of
//! `adoption` are read, and `assignments`. Days before the first published one are not looked at, so
//! that what an earlier run left there makes no difference.

use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window::WINDOW_DAYS;
use crate::reports::error::ReportError;
use crate::reports::names::texts;
use crate::reports::publication::Publication;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::licenses::assignments::{ASSIGNMENTS, Assignment};
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::seat_outcomes::{KnownDay, SEAT_OUTCOMES, SeatOutcome, WINDOW_COLUMNS, WindowCover, rows};
use crate::warehouse::table::Row;

/// The columns of `adoption` that say how much is known of a customer's window.
const COVER_COLUMNS: &[&str] = &["tenant_id", "window_days_covered", "window_complete"];

/// The rows of one day and shard, sorted by the key.
pub(super) fn of_shard(publication: &Publication<'_>, day: Day, shard: u32) -> Result<RecordBatch, ReportError> {
    let earlier_day = Some(day.plus(-WINDOW_DAYS)).filter(|earlier| *earlier >= publication.first);
    let now = known(publication, day, shard)?;
    let earlier = earlier_day.map(|earlier| known(publication, earlier, shard)).transpose()?;
    let rows = rows(day, &now, earlier.as_ref(), &assignments(publication, shard)?, publication.rules)?;
    Ok(SeatOutcome::frame(&rows)?)
}

fn known(publication: &Publication<'_>, day: Day, shard: u32) -> Result<KnownDay, ReportError> {
    let place = (Some(day), shard);
    let adoption = publication.store.read(&ADOPTION, place, COVER_COLUMNS)?;
    Ok(KnownDay {
        windows: publication.store.read(&ACTIVITY_28D, place, WINDOW_COLUMNS)?,
        covers: covers(&adoption).map_err(ReportError::frame(SEAT_OUTCOMES.name))?,
    })
}

/// No rows where the file is not there: a pipeline without lists of licenses has no assignments.
fn assignments(publication: &Publication<'_>, shard: u32) -> Result<Vec<Assignment>, ReportError> {
    match publication.store.read(&ASSIGNMENTS, (None, shard), &[]).map_err(ReportError::from) {
        Err(error) if error.is_missing() => Ok(Vec::new()),
        found => Ok(Assignment::rows(&found?)?),
    }
}

/// How much is known of each customer's window: all rows of a customer say the same.
fn covers(adoption: &RecordBatch) -> Result<BTreeMap<Guid, WindowCover>, ArrowError> {
    let missing = || ArrowError::SchemaError("`adoption` does not say how complete windows are".to_owned());
    let days = adoption.column_by_name("window_days_covered");
    let days = days.and_then(|days| days.as_primitive_opt::<Int64Type>()).ok_or_else(missing)?;
    let complete = adoption.column_by_name("window_complete");
    let complete = complete.and_then(|complete| complete.as_boolean_opt()).ok_or_else(missing)?;
    let tenants = texts(adoption, "tenant_id")?;
    let cover = |row: usize| {
        let tenant = Guid::parse(tenants.value(row).as_bytes())?;
        let (days, is_complete) = (days.value(row), complete.value(row));
        Some((tenant, WindowCover { days, is_complete }))
    };
    Ok((0..adoption.num_rows()).filter_map(cover).collect())
}
