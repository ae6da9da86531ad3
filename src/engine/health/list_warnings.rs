//! What a run warns of where lists of users and subscriptions say less than they should: the numbers
//! follow the lists, whatever these say.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::ENGLISH;
use crate::engine::build::user_names;
use crate::engine::context::{RunContext, RunState};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::health::status;
use crate::engine::query::customers;
use crate::engine::report::collapsed_list::CollapsedList;
use crate::engine::state::State;
use crate::stages::measures::adoption::ADOPTION;
use crate::warehouse::store::Store;

/// How many customers a warning names.
const UNKNOWN_NAMED: usize = 3;

/// Which lists have collapsed. The run warns of those that came in with it, on one of these days
/// of receipt.
pub fn of_collapsed_lists(run: &RunContext<'_>, so_far: &mut RunState, came_in: &BTreeSet<Day>) -> Result<(), EngineError> {
    let RunState { state, report, .. } = so_far;
    let names = called(run.store, state)?;
    report.collapsed_lists = status::collapsed_lists(run.store, &names, run.request.last)?;
    let is_new = |list: &&CollapsedList| list.received.is_some_and(|received| came_in.contains(&received));
    for list in report.collapsed_lists.iter().filter(is_new) {
        run.watch.tell(Event::Warning(list.text(ENGLISH)));
    }
    Ok(())
}

/// Warns of customers whose logs name all users, and nothing says whose names these are: their use
/// would look like none.
pub fn of_unknown_users(store: &Store, state: &State, watch: &Watch<'_>) -> Result<(), EngineError> {
    let Some(last) = state.days(&ADOPTION).last().copied() else {
        return Ok(());
    };
    let unknown = user_names::wholly_unknown(store, state, last)?;
    if unknown.is_empty() {
        return Ok(());
    }
    let called = called(store, state)?;
    let name = |tenant: &Guid| {
        called
            .get(tenant)
            .filter(|name| !name.is_empty())
            .cloned()
            .unwrap_or_else(|| tenant.to_string())
    };
    let mut some: Vec<String> = unknown.keys().take(UNKNOWN_NAMED).map(name).collect();
    let more = unknown.len() - some.len();
    if more > 0 {
        some.push(format!("{more} more"));
    }
    let users: u64 = unknown.values().sum();
    watch.tell(Event::Warning(format!(
        "every user active in the 28 days until {last} is known by name only ({users} in all), and no license of theirs counts as used: {}; \
         user lists with `userPrincipalName`, or sign-ins, would tell who they are",
        some.join(", ")
    )));
    Ok(())
}

/// What customers are called by the lists that name them.
fn called(store: &Store, state: &State) -> Result<BTreeMap<Guid, String>, EngineError> {
    let customers = customers::known_customers(store, state)?.into_iter();
    Ok(customers.map(|customer| (customer.tenant_id, customer.name)).collect())
}
