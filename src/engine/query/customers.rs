//! Who the customers are: the ones that lists name, and every tenant that has any event.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::domain::guid::Guid;
use crate::engine::cache::Cache;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::error::EngineError;
use crate::engine::query::name_lookup::Named;
use crate::engine::state::State;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::received::customers;
use crate::stages::received::customers::{CUSTOMERS, Customer};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::store::listing::Known;

/// The customer whose tenant id, name or domain somebody wrote, in any case, or how one of these
/// begins.
pub fn find(store: &Store, written: &str) -> Result<Guid, EngineError> {
    let mut cache = Cache::load(store);
    let state = State::read(store, cache.take_footers())?;
    let mut named = names_of(&known_customers(store, &state)?);
    for tenant in seen_tenants(store, &state, &cache.first_days)? {
        named.add(&tenant.to_string(), tenant);
    }
    pick(&named, written)
}

/// Customers by tenant id, name and domain.
pub fn names_of(customers: &[Customer]) -> Named<Guid> {
    let mut named = Named::new();
    for customer in customers {
        let id = customer.tenant_id.to_string();
        for name in [&customer.name, &customer.domain, &id] {
            named.add(name, customer.tenant_id);
        }
    }
    named
}

/// The customer that is meant by a tenant id, a name, a domain, or a beginning of these that only
/// one has; an error that says which names are near where none is, or which ones it may be where it
/// is not clear.
pub fn pick(named: &Named<Guid>, written: &str) -> Result<Guid, EngineError> {
    let message = match (named.find(written).as_slice(), named.beginning(written).as_slice()) {
        ([one], _) | ([], [one]) => return Ok(*one),
        ([], []) if named.is_empty() => format!("there is no customer `{written}`: the warehouse has none yet"),
        ([], []) => {
            let hint = named.hint(written, "name one by tenant id, name or domain, or by how these begin");
            format!("there is no customer `{written}`: {hint}")
        }
        ([], several) => format!("{} customers begin with `{written}`: {}", several.len(), named.listed(several)),
        (several, _) => {
            let ids: Vec<String> = several.iter().map(Guid::to_string).collect();
            format!(
                "`{written}` is the name of {} customers: say which by tenant id ({})",
                several.len(),
                ids.join(", ")
            )
        }
    };
    Err(EngineError::Usage(message))
}

/// The customers that the customer lists name, each once.
pub fn known_customers(store: &Store, state: &State) -> Result<Vec<Customer>, WarehouseError> {
    let mut rows = Vec::new();
    for (place, _) in state.table(&CUSTOMERS).iter().filter(|(_, footer)| footer.rows > 0) {
        rows.extend(store.rows::<Customer>(*place)?);
    }
    Ok(customers::latest(rows).into_values().collect())
}

/// The same where nothing else of the warehouse is looked at.
pub fn listed(store: &Store) -> Result<Vec<Customer>, EngineError> {
    let listing = store.list(&CUSTOMERS, Known::default())?;
    let filled = listing.files.into_iter().filter(|(_, footer)| footer.rows > 0);
    let places: Vec<_> = filled.map(|(place, _)| place).collect();
    let rows: Vec<Vec<Customer>> = places.into_par_iter().map(|place| store.rows(place)).collect::<Result<_, _>>()?;
    Ok(customers::latest(rows.into_iter().flatten().collect()).into_values().collect())
}

/// Every tenant that has any event: it is a customer, whether or not a list names it. What is
/// `known` of first days is not read again.
pub fn seen_tenants(store: &Store, state: &State, known: &FirstDays) -> Result<BTreeSet<Guid>, EngineError> {
    let shards: BTreeSet<u32> = state.table(&ACTIVITY_COVERAGE).keys().map(|(_, shard)| *shard).collect();
    let mut known = known.clone();
    let mut tenants = BTreeSet::new();
    for shard in shards {
        tenants.extend(known.bring_up_to_date(store, state, shard, None)?.keys());
    }
    Ok(tenants)
}
