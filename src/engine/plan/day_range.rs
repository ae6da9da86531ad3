//! Which days the tables have, and which of them a run may touch.

use serde::{Deserialize, Serialize};

use crate::domain::day::{Day, EARLIEST};
use crate::domain::window;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;

/// How much earlier than the earliest day in a path an event may be and still begin the tables.
const MOST_DAYS_BEFORE_PATHS: i32 = 35;

/// The days of the day-partitioned tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    pub first: Day,
    pub last: Day,
    /// Days before this one are left as they are in this run.
    pub from: Day,
}

impl Range {
    /// The days whose rows a run may make again.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = Day> + Clone + use<> {
        self.first.max(self.from).to(self.last)
    }

    /// The days of which activity is looked at: the tables', and the 27 before them.
    pub fn looked_at(&self) -> impl DoubleEndedIterator<Item = Day> + Clone + use<> {
        window::first_day(self.first).to(self.last)
    }
}

/// The range that settings and data give; `None` where there is nothing to make tables of.
/// `earliest` tells the earliest day that the path of a raw file names, where it matters.
pub fn range(
    settings: &Settings,
    state: &State,
    earliest: impl FnOnce() -> Result<Option<Day>, EngineError>,
    first_snapshot: Option<Day>,
    (from, last): (Option<Day>, Day),
    watch: &Watch<'_>,
) -> Result<Option<Range>, EngineError> {
    let first = match settings.first_day {
        Some(first) => Some(first),
        None => {
            let events = state
                .table(&ACTIVITY_EVENTS)
                .values()
                .flat_map(|footer| footer.days.iter().filter(|part| part.sign_ins > 0).map(|part| part.day()))
                .min();
            let found = events.into_iter().chain(first_snapshot).min();
            let of_paths = earliest()?.map(|day| day.plus(-MOST_DAYS_BEFORE_PATHS));
            let limit = of_paths.map_or(EARLIEST.day_utc(), |day| day.max(EARLIEST.day_utc()));
            if let Some(found) = found.filter(|found| *found < limit) {
                watch.tell(Event::Warning(format!(
                    "the earliest event or snapshot is of {found}, long before any raw file or before 2010: the tables begin on {limit} (set `first_day` to choose)"
                )));
            }
            found.map(|found| found.max(limit))
        }
    };
    let Some(first) = first.filter(|first| *first <= last) else {
        return Ok(None);
    };
    Ok(Some(Range {
        first,
        last,
        from: from.unwrap_or(first),
    }))
}
