//! `seat_outcomes`, which is no table of the warehouse: it is read from the published file.

use arrow::array::RecordBatch;
use uptake::domain::day::Day;
use uptake::pipeline::settings::Settings;
use uptake::reports::published_reader::{Days, PublishedReader};
use uptake::reports::published_table::PublishedTable;
use uptake::stages::measures::seat_outcomes::{SEAT_OUTCOMES, SeatOutcome};
use uptake::storage;
use uptake::warehouse::table::Row;

/// The rows of a day as frames.
pub fn frames(settings: &Settings, day: Day) -> Vec<RecordBatch> {
    let published = storage::at(&settings.published);
    let open = |name: &str| published.open(name);
    let columns: Vec<&str> = SEAT_OUTCOMES.columns.iter().map(|column| column.name).collect();
    let mut frames = Vec::new();
    let reader = PublishedReader::new(&open);
    reader
        .frames(
            &PublishedTable::fact(&SEAT_OUTCOMES),
            &columns,
            &Days::Range(day, day),
            &mut |frame| {
                frames.push(frame.clone());
                Ok(())
            },
        )
        .unwrap();
    frames
}

pub fn rows(settings: &Settings, day: Day) -> Vec<SeatOutcome> {
    frames(settings, day)
        .iter()
        .flat_map(|frame| SeatOutcome::rows(frame).unwrap())
        .collect()
}
