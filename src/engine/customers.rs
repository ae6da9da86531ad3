//! Who the customers are: the ones that lists name, and every tenant that has any event.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::state::{Cache, State};
use crate::pipeline::nearest::nearest_few;
use crate::stages::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::customers::{self, CUSTOMERS, Customer};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// How many names are suggested for one that is not known.
const SUGGESTIONS: usize = 3;

/// The customer whose tenant id, name or domain somebody wrote, in any case.
pub fn find(store: &Store, written: &str) -> Result<Guid, EngineError> {
    let state = State::read(store, &mut Cache::load(store))?;
    let mut names: BTreeMap<String, BTreeSet<Guid>> = BTreeMap::new();
    for customer in known_customers(store, &state)? {
        let id = customer.tenant_id.to_string();
        for name in [&customer.name, &customer.domain, &id].into_iter().filter(|name| !name.is_empty()) {
            names.entry(name.to_lowercase()).or_default().insert(customer.tenant_id);
        }
    }
    for tenant in seen_tenants(store, &state)? {
        names.entry(tenant.to_string()).or_default().insert(tenant);
    }
    let found: Vec<Guid> = names.get(&written.trim().to_lowercase()).into_iter().flatten().copied().collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] if names.is_empty() => Err(EngineError::Usage(format!(
            "there is no customer `{written}`: the warehouse has none yet"
        ))),
        [] => {
            let near = nearest_few(written, names.keys().map(String::as_str), SUGGESTIONS);
            Err(EngineError::Usage(match near.as_slice() {
                [] => format!("there is no customer `{written}`: name one by tenant id, name or domain"),
                near => format!("there is no customer `{written}`: did you mean `{}`?", near.join("`, `")),
            }))
        }
        several => {
            let ids: Vec<String> = several.iter().map(Guid::to_string).collect();
            Err(EngineError::Usage(format!(
                "`{written}` is the name of {} customers: say which by tenant id ({})",
                several.len(),
                ids.join(", ")
            )))
        }
    }
}

/// The customers that the customer lists name, each once.
pub fn known_customers(store: &Store, state: &State) -> Result<Vec<Customer>, WarehouseError> {
    let mut rows = Vec::new();
    for (place, _) in state.table(&CUSTOMERS).iter().filter(|(_, footer)| footer.rows > 0) {
        rows.extend(store.rows::<Customer>(*place)?);
    }
    Ok(customers::latest(rows).into_values().collect())
}

/// Every tenant that has any event: it is a customer, whether or not a list names it.
pub fn seen_tenants(store: &Store, state: &State) -> Result<BTreeSet<Guid>, WarehouseError> {
    let mut tenants = BTreeSet::new();
    for (place, _) in state.table(&ACTIVITY_COVERAGE).iter().filter(|(_, footer)| footer.rows > 0) {
        tenants.extend(store.rows::<ActivityCoverage>(*place)?.into_iter().map(|row| row.tenant_id));
    }
    Ok(tenants)
}
