//! The raw lines behind a user's activity: which events count, each once, and where they were read.

use arrow::array::Array;
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::window;
use crate::engine::error::EngineError;
use crate::engine::query::customer_reader::Reading;
use crate::engine::query::raw_excerpt;
use crate::explain::view::user::EventLine;
use crate::stages::activity::activity_daily::{counted_for, distinct_events};
use crate::stages::people::user_names::{Deletions, Names, UserNameRow};
use crate::stages::received::activity_events::{ACTIVITY_EVENTS, EventColumns, shard_of};
use crate::stages::received::license_changes::LicenseChange;
use crate::warehouse::contract::Place;
use crate::warehouse::table::Row;

/// The events of the window that count for a user, in order of time.
pub fn lines(reading: &Reading<'_>, tenant: Guid, user: &str, names: &Names, show_raw: bool) -> Result<Vec<EventLine>, EngineError> {
    let first = window::first_day(reading.day);
    let frames = frames(reading, tenant, first)?;
    let columns = frames.iter().map(EventColumns::of).collect::<Result<Vec<_>, _>>()?;
    let mut lines = Vec::new();
    for day in first.to(reading.day) {
        for (at, row) in distinct_events(day, &columns, names) {
            let (events, row) = (&columns[at as usize], row as usize);
            if let Some((_, workload)) = counted_for(events, row, names.on(day)).filter(|(id, _)| *id == user) {
                lines.push(line(events, row, day, workload));
            }
        }
    }
    lines.sort_by(|a, b| (a.at, &a.source_file, a.source_line).cmp(&(b.at, &b.source_file, b.source_line)));
    if show_raw {
        raw_excerpt::fill_in(reading.settings, &mut lines)?;
    }
    Ok(lines)
}

fn line(events: &EventColumns<'_>, row: usize, day: Day, workload: &str) -> EventLine {
    let evidence = match events.interactive.is_valid(row).then(|| events.interactive.value(row)) {
        Some(true) => Evidence::Interactive,
        Some(false) => Evidence::NonInteractive,
        None if events.is_report(row) => Evidence::Report,
        None => Evidence::Action,
    };
    EventLine {
        day,
        workload: workload.to_owned(),
        evidence,
        at: Instant(events.event_time.value(row)),
        event_id: events.event_id.value(row).to_owned(),
        source_file: events.source_file.value(row).to_owned(),
        source_line: events.source_line.value(row),
        raw: None,
    }
}

/// The customer's events of every partition whose footer says that it has events of the window.
fn frames(reading: &Reading<'_>, tenant: Guid, first: Day) -> Result<Vec<RecordBatch>, EngineError> {
    let shard = shard_of(tenant, u32::from(reading.settings.shards));
    let partitions = reading.store.partitions(&ACTIVITY_EVENTS)?;
    let frames: Vec<Option<RecordBatch>> = partitions
        .into_par_iter()
        .map(|received| {
            let place: Place = (Some(received), shard);
            let footer = reading.store.footer(&ACTIVITY_EVENTS, place)?;
            let has_any = footer.is_some_and(|footer| footer.days.iter().any(|part| first <= part.day() && part.day() <= reading.day));
            if !has_any {
                return Ok(None);
            }
            Ok(reading.store.read_tenant(&ACTIVITY_EVENTS, place, tenant)?)
        })
        .collect::<Result<_, EngineError>>()?;
    Ok(frames.into_iter().flatten().filter(|frame| frame.num_rows() > 0).collect())
}

/// Who is known by which name on which day: mostly nobody needs to be.
pub fn names(reading: &Reading<'_>, tenant: Guid) -> Result<Names, EngineError> {
    let rows: Vec<UserNameRow> = rows_of_tenant(reading, tenant)?;
    if rows.is_empty() {
        return Ok(Names::default());
    }
    let changes: Vec<LicenseChange> = rows_of_tenant(reading, tenant)?;
    Ok(Names::of(rows, &Deletions::of(changes)))
}

/// What a table that is partitioned by days of receipt has of a customer.
fn rows_of_tenant<R: Row + Send>(reading: &Reading<'_>, tenant: Guid) -> Result<Vec<R>, EngineError> {
    let shard = shard_of(tenant, u32::from(reading.settings.shards));
    let rows: Vec<Option<Vec<R>>> = reading
        .store
        .partitions(R::CONTRACT)?
        .into_par_iter()
        .map(|received| reading.store.rows_of_tenant((Some(received), shard), tenant))
        .collect::<Result<_, _>>()?;
    Ok(rows.into_iter().flatten().flatten().collect())
}
