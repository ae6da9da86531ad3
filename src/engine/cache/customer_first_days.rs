//! Since when each customer has events. The first day of a customer stays the first one when later
//! days come in, so it is carried on from what the cache has, as long as the days that this was
//! read from have the customers that they had.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::state::State;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::warehouse::contract::Place;
use crate::warehouse::store::Store;

/// By shard.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct FirstDays(BTreeMap<u32, OfShard>);

#[derive(Clone, Default, Serialize, Deserialize)]
struct OfShard {
    /// Days with the digests of their sets of customers.
    made_from: BTreeMap<i32, Digest>,
    /// Customer -> first day.
    first: BTreeMap<String, i32>,
}

impl FirstDays {
    /// The first day of each customer of a shard that has any event up to `last`.
    pub fn bring_up(&mut self, store: &Store, state: &State, shard: u32, last: Day) -> Result<BTreeMap<Guid, Day>, EngineError> {
        let now: BTreeMap<i32, Digest> = state
            .table(&ACTIVITY_COVERAGE)
            .iter()
            .filter(|((_, of), footer)| *of == shard && footer.rows > 0)
            .filter_map(|((day, _), footer)| {
                let day = day.filter(|day| *day <= last)?;
                Some((day.0, footer.days.first().map(|part| part.digest).unwrap_or_default()))
            })
            .collect();
        let known = self.0.entry(shard).or_default();
        if known.made_from.iter().any(|(day, digest)| now.get(day) != Some(digest)) {
            *known = OfShard::default();
        }
        let places: Vec<Place> = now
            .keys()
            .filter(|day| !known.made_from.contains_key(day))
            .map(|day| (Some(Day(*day)), shard))
            .collect();
        for (day, tenants) in tenants_of(store, places)? {
            for tenant in tenants {
                let first = known.first.entry(tenant.to_string()).or_insert(day.0);
                *first = day.0.min(*first);
            }
        }
        known.made_from = now;
        let parsed = known
            .first
            .iter()
            .filter_map(|(tenant, first)| Some((Guid::parse(tenant.as_bytes())?, Day(*first))));
        Ok(parsed.collect())
    }
}

/// The customers of some days of a shard that have any event, in order.
pub fn covered(store: &Store, state: &State, shard: u32, days: impl Iterator<Item = Day>) -> Result<BTreeMap<Day, Vec<Guid>>, EngineError> {
    let place = |day| (Some(day), shard);
    let places = days.map(place).filter(|place| state.footer(&ACTIVITY_COVERAGE, *place).is_some());
    Ok(tenants_of(store, places.collect())?.into_iter().collect())
}

fn tenants_of(store: &Store, places: Vec<Place>) -> Result<Vec<(Day, Vec<Guid>)>, EngineError> {
    let read = |(day, shard): Place| {
        let rows: Vec<ActivityCoverage> = store.rows((day, shard))?;
        let tenants = rows.into_iter().map(|row| row.tenant_id).collect();
        Ok::<_, EngineError>(day.map(|day| (day, tenants)))
    };
    places.into_par_iter().filter_map(|place| read(place).transpose()).collect()
}
