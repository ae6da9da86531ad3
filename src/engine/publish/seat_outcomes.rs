//! What `seat_outcomes` is made from. The warehouse has no file of it whose digest would say so.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window::WINDOW_DAYS;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::published_table::days_by_month;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::seat_outcomes::SEAT_OUTCOMES;

/// For each published day what its rows are made from, by the footers alone: those of `adoption` say
/// who had and held which license in the window. Days before the first published one count for
/// nothing.
pub fn made_from(settings: &Settings, state: &State, (first, last): (Day, Day)) -> BTreeMap<Day, Digest> {
    let digest = |day: Day| {
        let mut hasher = begun(settings);
        for of in [day, day.plus(-WINDOW_DAYS)].into_iter().filter(|of| *of >= first) {
            hasher.digest(state.digest_of_days(&[&ACTIVITY_28D, &ADOPTION], (of, of)));
            for shard in 0..u32::from(settings.shards) {
                let fingerprint = state.fingerprint(&ADOPTION, (Some(of), shard));
                hasher.digest(fingerprint.map(|fingerprint| fingerprint.inputs).unwrap_or_default());
            }
        }
        hasher.finish()
    };
    days_by_month(first, last).map(|day| (day, digest(day))).collect()
}

/// The version of the table, and what decides which products are in scope for whom.
fn begun(settings: &Settings) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.number(i64::from(SEAT_OUTCOMES.version));
    hasher.text(&settings.text(SettingsGroup::Exceptions));
    hasher
}
