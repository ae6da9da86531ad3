//! What the warehouse says of how the pipeline is doing: how far the tables and their sources have
//! come, whose logs have holes, what was rejected, what the lists of customers and products lack,
//! which workloads nobody uses any more. Reads and never writes.
//!
//! | file | what for |
//! |---|---|
//! | `value` | the answer, as values |
//! | `columns` | reads columns of many files, and goes on where one cannot be read |
//! | `facts` | what has to be known of the warehouse, in as few files as will do |
//! | `gaps`, `customers`, `sources`, `workloads` | what follows from the facts; pure |
//!
//! A warehouse of years is not read for it: of what came in the last [`LOOK_BACK_DAYS`] days, of
//! the tables the last day, and one day in 28 of `activity_28d` as far back as it takes to find a
//! workload's last users.

mod columns;
mod customers;
mod facts;
mod gaps;
mod sources;
pub mod value;
mod workload_window;
mod workloads;

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::input::unread;
use crate::pipeline::settings::Settings;
use crate::reports::product_notes::unknown_products;
use crate::stages::received::raw_files::RAW_FILES;
use crate::warehouse::store::Store;

use crate::engine::health::collapsed_lists::collapsed;
use crate::engine::health::status::columns::Columns;
use crate::engine::health::status::facts::{Facts, LOOK_BACK_DAYS};
use crate::engine::health::status::value::Status;
use crate::engine::query::customers::listed;
use crate::engine::query::exceptions;
use crate::engine::report::collapsed_list::CollapsedList;

/// How things stand in a warehouse; `None` where there is none yet. `due` is the day until which
/// the tables should go.
pub fn read(settings: &Settings, store: &Store, due: Day) -> Result<Option<Status>, EngineError> {
    // A list that cannot be read is told by itself, and says of nobody that they left.
    let settings = &exceptions::applied(settings, &listed(store).unwrap_or_default());
    let columns = Columns::of(store);
    let Some(facts) = Facts::read(&columns, &settings.rules.catalogue, settings.first_day, due)? else {
        return Ok(None);
    };
    Ok(Some(Status {
        unread: unread::load(store),
        former_sources: former_sources(settings, &columns)?,
        ..status(settings, &facts, columns.unreadable(), due)
    }))
}

/// The sources that `raw_files` names and the pipeline file does not, with the number of their
/// files.
fn former_sources(settings: &Settings, columns: &Columns<'_>) -> Result<BTreeMap<String, u64>, EngineError> {
    let mut former: BTreeMap<String, u64> = BTreeMap::new();
    let is_known = |id: &str| settings.sources.iter().any(|source| source.id == id);
    for frame in columns.read(&RAW_FILES, columns.places(&RAW_FILES)?, &["source"]) {
        for id in frame.texts("source").flatten().filter(|id| !is_known(id)) {
            *former.entry(id.to_owned()).or_default() += 1;
        }
    }
    Ok(former)
}

/// The lists in force on a day that have collapsed. `names` are the customers' names.
pub fn collapsed_lists(store: &Store, names: &BTreeMap<Guid, String>, last: Day) -> Result<Vec<CollapsedList>, EngineError> {
    let facts = Facts::of_lists(&Columns::of(store), last)?;
    Ok(collapsed(&facts.lists, names, last))
}

/// What follows from the facts.
fn status(settings: &Settings, facts: &Facts, unreadable: Vec<String>, due: Day) -> Status {
    let reference = facts.reference(due);
    // Who is out of scope for good is neither late nor silent.
    let exceptions = &settings.rules.exceptions;
    let is_over = |tenant: &str| Guid::parse(tenant.as_bytes()).is_some_and(|tenant| exceptions.of_customer(tenant, reference).is_some());
    let mut customers = customers::customers(facts, reference);
    customers.retain(|customer| !is_over(&customer.tenant_id));
    let sold = facts.adoption.iter().map(|row| (row.sku, row.seats_sold, row.seats_assigned));
    Status {
        first_day: facts.days.map(|(first, _)| first.to_string()),
        last_day: facts.days.map(|(_, last)| last.to_string()),
        due_day: due.to_string(),
        days_behind: facts.days.map(|(_, last)| i64::from(due.0 - last.0).max(0)),
        look_back_days: i64::from(LOOK_BACK_DAYS),
        snapshot_stale_days: i64::from(settings.rules.snapshot_stale_days),
        sources: sources::sources(settings, facts, reference),
        holes: gaps::together(&customers),
        collapsed_lists: collapsed(&facts.lists, &facts.listed, reference),
        customers,
        unknown_products: unknown_products(sold, &settings.rules.catalogue),
        workloads: workloads::workloads(facts, &settings.rules.catalogue),
        unreadable,
        unread: BTreeMap::new(),
        former_sources: BTreeMap::new(),
    }
}
