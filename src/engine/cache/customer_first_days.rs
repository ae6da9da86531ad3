//! Since when each customer has events. The first day of a customer stays the first one when later
//! days come in, so it is carried on from the cache, as long as the days that it was read from have
//! the customers that they had.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::engine::cache::entry::Entry;
use crate::engine::cache::partition_set::Partitions;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::warehouse::contract::Place;
use crate::warehouse::store::Store;

/// The first day of each customer by shard, each shard made from the sets of customers of its days.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct FirstDays(BTreeMap<u32, Entry<BTreeMap<Guid, Day>, Partitions>>);

impl FirstDays {
    /// The first day of each customer of a shard that has any event up to `last`; `None`: up to
    /// whatever day there is.
    pub fn bring_up_to_date(
        &mut self,
        store: &Store,
        state: &State,
        shard: u32,
        last: Option<Day>,
    ) -> Result<&BTreeMap<Guid, Day>, EngineError> {
        let now = Partitions::covered(state, shard, last);
        let known = self.0.remove(&shard).filter(|known| known.made_from().are_part_of(&now));
        let (before, mut first_days) = known.map_or_else(Default::default, Entry::into_parts);
        for (day, tenants) in tenants_of(store, before.new_places(&now, &ACTIVITY_COVERAGE, shard))? {
            for (tenant, _) in tenants {
                let first = first_days.entry(tenant).or_insert(day);
                *first = day.min(*first);
            }
        }
        Ok(self.0.entry(shard).insert_entry(Entry::new(now, first_days)).into_mut().value())
    }
}

/// The customers of some days of a shard that have any event, in order, and where the events come
/// from.
pub fn covered(
    store: &Store,
    state: &State,
    shard: u32,
    days: impl Iterator<Item = Day>,
) -> Result<BTreeMap<Day, Vec<(Guid, ActivitySource)>>, EngineError> {
    let place = |day| (Some(day), shard);
    let places = days.map(place).filter(|place| state.footer(&ACTIVITY_COVERAGE, *place).is_some());
    Ok(tenants_of(store, places.collect())?.into_iter().collect())
}

/// The customers of a day, each with where its events come from.
type DayTenants = (Day, Vec<(Guid, ActivitySource)>);

fn tenants_of(store: &Store, places: Vec<Place>) -> Result<Vec<DayTenants>, EngineError> {
    let read = |(day, shard): Place| {
        let rows: Vec<ActivityCoverage> = store.rows((day, shard))?;
        let tenants = rows.into_iter().map(|row| (row.tenant_id, row.source())).collect();
        Ok::<_, EngineError>(day.map(|day| (day, tenants)))
    };
    places.into_par_iter().filter_map(|place| read(place).transpose()).collect()
}
