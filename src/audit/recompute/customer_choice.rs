//! Chooses the customers to compute again. A hash of their ids gives them an order that nobody can
//! guess from a list of customers. A seed says where in that order the choice begins, so that each
//! nightly run takes the next customers, and all have their turn.

use std::collections::BTreeSet;

use arrow::array::AsArray;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::error::EngineError;
use crate::engine::query::customers::seen_tenants;
use crate::engine::state::State;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::received::license_changes::LICENSE_CHANGES;
use crate::stages::received::license_holdings::LICENSE_HOLDINGS;
use crate::stages::received::snapshots::SNAPSHOTS;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::store::Store;
use crate::warehouse::table::column_of;

/// How many customers are computed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    Only(u64),
    All,
}

impl Share {
    /// Returns the value as the call gave it.
    pub fn json(self) -> Value {
        match self {
            Share::Only(count) => json!(count),
            Share::All => json!("all"),
        }
    }
}

/// The chosen customers.
#[derive(Clone, Debug)]
pub struct Choice {
    pub tenants: BTreeSet<Guid>,
    /// The number of customers to choose from.
    pub of: u64,
    pub seed: u64,
}

impl Choice {
    /// Returns whether every customer was chosen.
    pub fn is_all(&self) -> bool {
        self.tenants.len() as u64 == self.of
    }
}

/// Returns the seed of a call without one: the number of the last day, so that the next night
/// continues where this one ends.
pub fn seed_of(last: Day) -> u64 {
    u64::try_from(last.0).unwrap_or(0)
}

/// Chooses customers. With seed s the choice begins at position s x n and continues from the start
/// after the end.
pub fn choose(known: &BTreeSet<Guid>, share: Share, seed: u64) -> Choice {
    let of = known.len() as u64;
    let mut order: Vec<Guid> = known.iter().copied().collect();
    order.sort_by_key(|tenant| Digest::of(&tenant.bytes()));
    let tenants = match share {
        Share::Only(most) if most < of => {
            let begin = (u128::from(seed) * u128::from(most) % u128::from(of)) as usize;
            order.into_iter().cycle().skip(begin).take(most as usize).collect()
        }
        _ => order.into_iter().collect(),
    };
    Choice { tenants, of, seed }
}

/// Returns every customer that occurs in the warehouse.
pub fn known(store: &Store, state: &State) -> Result<BTreeSet<Guid>, EngineError> {
    let mut tenants = seen_tenants(store, state, &FirstDays::default())?;
    for contract in [&LICENSE_CHANGES, &LICENSE_HOLDINGS, &SNAPSHOTS, &ASSIGNMENTS, &ADOPTION] {
        tenants.extend(of_table(store, state, contract)?);
    }
    Ok(tenants)
}

fn of_table(store: &Store, state: &State, contract: &'static Contract) -> Result<BTreeSet<Guid>, EngineError> {
    let filled: Vec<Place> = state
        .table(contract)
        .iter()
        .filter(|(_, footer)| footer.rows > 0)
        .map(|(place, _)| *place)
        .collect();
    let of_file = |place: Place| {
        let frame = store.read(contract, place, &["tenant_id"])?;
        let column = column_of(&frame, contract, "tenant_id")?.as_string::<i32>();
        let mut texts: Vec<&str> = column.iter().flatten().collect();
        texts.dedup();
        Ok::<_, EngineError>(
            texts
                .into_iter()
                .filter_map(|text| Guid::parse(text.as_bytes()))
                .collect::<BTreeSet<Guid>>(),
        )
    };
    let parts: Vec<BTreeSet<Guid>> = filled.into_par_iter().map(of_file).collect::<Result<_, _>>()?;
    Ok(parts.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portfolio(count: u128) -> BTreeSet<Guid> {
        (1..=count).map(Guid).collect()
    }

    #[test]
    fn night_after_night_every_customer_has_its_turn_before_any_has_it_twice() {
        let known = portfolio(12);
        let night = |seed| choose(&known, Share::Only(3), seed).tenants;
        let turns: Vec<Guid> = (20_000..20_004).flat_map(night).collect();
        assert_eq!(turns.len(), 12);
        assert_eq!(turns.into_iter().collect::<BTreeSet<_>>(), known);
        assert_eq!(night(20_000), night(20_004));
    }

    #[test]
    fn as_many_as_were_asked_for_also_where_the_order_ends() {
        let known = portfolio(7);
        for seed in 0..50 {
            let chosen = choose(&known, Share::Only(3), seed);
            assert_eq!((chosen.tenants.len(), chosen.of, chosen.is_all()), (3, 7, false));
        }
        assert!(choose(&known, Share::Only(7), 5).is_all());
        assert!(choose(&known, Share::Only(100), u64::MAX).is_all());
        assert_eq!(choose(&known, Share::All, 1).tenants, known);
        assert!(choose(&known, Share::Only(0), 1).tenants.is_empty());
    }

    #[test]
    fn nobody_is_chosen_where_nobody_is_known() {
        assert!(choose(&BTreeSet::new(), Share::Only(3), 1).tenants.is_empty());
    }
}
