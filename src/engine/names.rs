//! Who is known by which name, out of everything that ever came in.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::domain::digest::Digest;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::user_names::{Names, USER_NAMES, UserNameRow};
use crate::warehouse::contract::Place;
use crate::warehouse::files::Footer;
use crate::warehouse::store::Store;

/// The names of a shard.
pub fn names(store: &Store, state: &State, shard: u32) -> Result<Names, EngineError> {
    let filled = state
        .table(&USER_NAMES)
        .iter()
        .filter(|((_, of), footer)| *of == shard && footer.rows > 0);
    let places: Vec<Place> = filled.map(|(place, _)| *place).collect();
    let rows: Vec<Vec<UserNameRow>> = places.into_par_iter().map(|place| store.rows(place)).collect::<Result<_, _>>()?;
    Ok(Names::of(rows.into_iter().flatten()))
}

/// How many users are known by name only, and nothing says whose names they are.
pub fn unjoined(store: &Store, state: &State, names: &[Names]) -> Result<u64, EngineError> {
    let mut count = 0;
    for (shard, names) in (0..).zip(names) {
        let of_shard = state
            .table(&ACTIVITY_COVERAGE)
            .iter()
            .filter(|((_, of), footer)| *of == shard && has_named(footer));
        let places: Vec<Place> = of_shard.map(|(place, _)| *place).collect();
        let named: Vec<Vec<ActivityCoverage>> = places.into_par_iter().map(|place| store.rows(place)).collect::<Result<_, _>>()?;
        let ids: BTreeSet<&str> = named.iter().flatten().flat_map(ActivityCoverage::named).collect();
        count += ids.into_iter().filter(|id| names.user_of(id) == *id).count() as u64;
    }
    Ok(count)
}

/// Whether a day's coverage has users of whom only the name is known: its footer counts them.
pub fn has_named(footer: &Footer) -> bool {
    footer.days.get(1).is_some_and(|named| named.rows > 0)
}

/// Who is meant on a day by those of whom only the name is known: a digest, that of nothing where nobody is.
pub fn joins_of_day(store: &Store, state: &State, names: &Names, place: Place) -> Result<Digest, EngineError> {
    let has_any = state.footer(&ACTIVITY_COVERAGE, place).is_some_and(has_named);
    if names.is_empty() || !has_any {
        return Ok(Digest::default());
    }
    let rows: Vec<ActivityCoverage> = store.rows(place)?;
    Ok(names.digest_of(rows.iter().flat_map(ActivityCoverage::named)))
}
