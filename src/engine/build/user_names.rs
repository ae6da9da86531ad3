//! Who is known by which name on which day, out of everything that ever came in.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use rayon::prelude::*;

use crate::domain::by_name::is_by_name;
use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::engine::build::assignments::all;
use crate::engine::cache::partition_set::rows_of;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::people::user_names::{Claims, Deletions, Names, USER_NAMES, UserNameRow};
use crate::stages::received::license_changes::LicenseChange;
use crate::warehouse::contract::Place;
use crate::warehouse::file::footer::Footer;
use crate::warehouse::store::Store;
use crate::warehouse::table::column_of;

/// How many partitions are in memory at once while they are folded.
const PARTITIONS_AT_ONCE: usize = 16;

/// The names of a shard.
pub fn names(store: &Store, state: &State, shard: u32) -> Result<Names, EngineError> {
    let filled = state
        .table(&USER_NAMES)
        .iter()
        .filter(|((_, of), footer)| *of == shard && footer.rows > 0);
    let places: Vec<Place> = filled.map(|(place, _)| *place).collect();
    if places.is_empty() {
        return Ok(Names::default());
    }
    let is_word = |change: &LicenseChange| matches!(change.action, Action::Deleted | Action::Restored);
    let deletions = Deletions::of(all(store, state, shard, is_word)?);
    let mut claims = Claims::default();
    for some in places.chunks(PARTITIONS_AT_ONCE) {
        let rows = rows_of(store, some.to_vec(), |_: &UserNameRow| true)?;
        rows.iter().for_each(|row| claims.add(row, &deletions));
    }
    // Most names are only ever one user's: days are kept of the others alone, so they are read once
    // these are known.
    if claims.any_by_day() {
        for some in places.chunks(PARTITIONS_AT_ONCE) {
            let rows = rows_of(store, some.to_vec(), |_: &UserNameRow| true)?;
            rows.into_iter().for_each(|row| claims.add_day(row));
        }
    }
    Ok(claims.names(&deletions))
}

/// How many users are known by name only, and on some day nothing says whose name it is.
pub fn unjoined(store: &Store, state: &State, names: &[Names]) -> Result<u64, EngineError> {
    let mut count = 0;
    for (shard, names) in (0..).zip(names) {
        let of_shard = state
            .table(&ACTIVITY_COVERAGE)
            .iter()
            .filter(|((_, of), footer)| *of == shard && has_named(footer));
        let places: Vec<Place> = of_shard.map(|(place, _)| *place).collect();
        let unknown = |place: Place| -> Result<Vec<String>, EngineError> {
            let Some(day) = place.0 else { return Ok(Vec::new()) };
            let rows: Vec<ActivityCoverage> = store.rows(place)?;
            let of_day = rows.iter().flat_map(ActivityCoverage::named);
            let unknown = of_day.filter(|id| names.on(day).known(id).is_none());
            Ok(unknown.map(str::to_owned).collect())
        };
        let unknown: Vec<Vec<String>> = places.into_par_iter().map(unknown).collect::<Result<_, _>>()?;
        count += unknown.into_iter().flatten().collect::<BTreeSet<String>>().len() as u64;
    }
    Ok(count)
}

/// The customers all of whose users of the last window are known by name only, and how many users
/// these are.
pub fn wholly_unknown(store: &Store, state: &State, last: Day) -> Result<BTreeMap<Guid, u64>, EngineError> {
    let mut users: BTreeMap<Guid, BTreeMap<String, bool>> = BTreeMap::new();
    let of_day = state.table(&ACTIVITY_28D).range((Some(last), 0)..=(Some(last), u32::MAX));
    for (place, _) in of_day {
        let frame = store.read(&ACTIVITY_28D, *place, &["tenant_id", "user_id"])?;
        let column = |name| column_of(&frame, &ACTIVITY_28D, name).map(|column| column.as_string::<i32>());
        let (tenants, ids) = (column("tenant_id")?, column("user_id")?);
        for (tenant, id) in tenants.iter().zip(ids).filter_map(|(tenant, id)| tenant.zip(id)) {
            if let Some(tenant) = Guid::parse(tenant.as_bytes()) {
                let of_tenant = users.entry(tenant).or_default();
                if !of_tenant.contains_key(id) {
                    of_tenant.insert(id.to_owned(), is_by_name(id));
                }
            }
        }
    }
    users.retain(|_, users| users.values().all(|by_name| *by_name));
    Ok(users.into_iter().map(|(tenant, users)| (tenant, users.len() as u64)).collect())
}

/// Whether a day's coverage has users of whom only the name is known: its footer counts them.
pub fn has_named(footer: &Footer) -> bool {
    footer.days.get(1).is_some_and(|named| named.rows > 0)
}

/// Who is meant on a day by those of whom only the name is known: a digest, that of nothing where
/// nobody is.
pub fn joins_of_day(store: &Store, state: &State, names: &Names, place: Place) -> Result<Digest, EngineError> {
    let has_any = state.footer(&ACTIVITY_COVERAGE, place).is_some_and(has_named);
    let Some(day) = place.0.filter(|_| has_any && !names.is_empty()) else {
        return Ok(Digest::default());
    };
    let rows: Vec<ActivityCoverage> = store.rows(place)?;
    Ok(names.on(day).digest_of(rows.iter().flat_map(ActivityCoverage::named)))
}
