//! What `seat_outcomes` is made from. The warehouse has no file of it whose digest would say so.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::engine::build::assignments::{HolderDigests, assignments};
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::published_table::days_by_month;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::seat_outcomes::SEAT_OUTCOMES;
use crate::warehouse::store::Store;

/// A digest of all that the published days can be made from, by the footers alone. It differs
/// whenever one of the days of [`made_from`] does.
pub fn digest_of_all(settings: &Settings, state: &State, (first, last): (Day, Day)) -> Digest {
    let mut hasher = begun(settings);
    for shard in 0..u32::from(settings.shards) {
        hasher.digest(state.digest(&ASSIGNMENTS, (None, shard)));
    }
    for day in days_by_month(first, last) {
        hasher.digest(windows(state, first, day));
    }
    hasher.finish()
}

/// For each published day what its rows are made from. Who gets or loses a license changes the days
/// in whose windows it is, and no others.
pub fn made_from(
    settings: &Settings,
    store: &Store,
    state: &State,
    (first, last): (Day, Day),
) -> Result<BTreeMap<Day, Digest>, EngineError> {
    let begin = window::first_day(first).plus(-WINDOW_DAYS);
    let mut days: Vec<(Day, Hasher)> = days_by_month(first, last).map(|day| (day, begun(settings))).collect();
    for (day, hasher) in &mut days {
        hasher.digest(windows(state, first, *day));
    }
    for shard in 0..u32::from(settings.shards) {
        let holders = HolderDigests::of(&assignments(store, state, shard)?, begin, last);
        for (day, hasher) in &mut days {
            for of in [*day, day.plus(-WINDOW_DAYS)] {
                hasher.digest(holders.has(of));
                window::first_day(of).to(of).for_each(|of| {
                    hasher.digest(holders.held(of));
                });
            }
        }
    }
    Ok(days.into_iter().map(|(day, hasher)| (day, hasher.finish())).collect())
}

/// The version of the table, and what decides which products are in scope for whom.
fn begun(settings: &Settings) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.number(i64::from(SEAT_OUTCOMES.version));
    hasher.text(&settings.text(SettingsGroup::Exceptions));
    hasher
}

/// The windows of a day and of the earlier one, where that is published.
fn windows(state: &State, first: Day, day: Day) -> Digest {
    let mut hasher = Hasher::new();
    for of in [day, day.plus(-WINDOW_DAYS)].into_iter().filter(|of| *of >= first) {
        hasher.digest(state.digest_of_days(&[&ACTIVITY_28D, &ADOPTION], (of, of)));
    }
    hasher.finish()
}
