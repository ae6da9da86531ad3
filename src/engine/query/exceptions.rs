//! The exceptions that count: those of the pipeline file, with the customers whom it names found in
//! the customer lists, and the customers whom these lists give as having left.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::exceptions::{Excepted, Exclusion, LEFT};
use crate::domain::guid::Guid;
use crate::engine::context::{RunContext, RunState};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::plan::day_range::Range;
use crate::engine::plan::exceptions::note_changes;
use crate::engine::query::customers::{names_of, seen_tenants};
use crate::engine::query::name_lookup::Named;
use crate::pipeline::settings::Settings;
use crate::stages::licenses::snapshot_history::SnapshotHistory;
use crate::stages::received::customers::Customer;
use crate::warehouse::store::Store;

/// The settings with the exceptions that count. `listed` are the customers of the customer lists,
/// each once.
pub fn applied(settings: &Settings, listed: &[Customer]) -> Settings {
    let mut settings = settings.clone();
    let exceptions = &mut settings.rules.exceptions;
    let named = names_of(listed);
    settings.customer_exceptions.add_to(exceptions, |written| meant(&named, written));
    for customer in listed {
        if let Some(left_on) = customer.left_on {
            let excepted = Excepted {
                tenant: Some(customer.tenant_id),
                sku: None,
            };
            let exclusion = Exclusion {
                from: Some(left_on),
                reason: LEFT.to_owned(),
            };
            exceptions.exclude(excepted, exclusion);
        }
    }
    settings
}

/// The one customer that has a name, or whose tenant id it is.
fn meant(named: &Named<Guid>, written: &str) -> Option<Guid> {
    match named.find(written).as_slice() {
        [one] => Some(*one),
        _ => Guid::parse(written.as_bytes()),
    }
}

/// Warns of exceptions that cannot be meant, and takes note of the days on which they changed.
/// `taken` are the snapshots of subscriptions.
pub fn tell(
    run: &RunContext<'_>,
    so_far: &mut RunState,
    listed: &[Customer],
    taken: &SnapshotHistory,
    range: Range,
) -> Result<(), EngineError> {
    let RunContext {
        settings, store, watch, ..
    } = *run;
    let subscribed = taken.by_source().map(|(tenant, ..)| tenant).collect();
    warn_of_unknown(settings, (store, so_far), listed, subscribed, watch)?;
    warn_of_early(listed, range.first, watch);
    note_changes(store, &settings.rules.exceptions, range, &mut so_far.changes)
}

/// Warns of exceptions for customers whom nobody knows, or whose names are those of several.
/// `subscribed` are the customers that have any list of subscriptions.
fn warn_of_unknown(
    settings: &Settings,
    (store, so_far): (&Store, &RunState),
    listed: &[Customer],
    subscribed: BTreeSet<Guid>,
    watch: &Watch<'_>,
) -> Result<(), EngineError> {
    let written = settings.customer_exceptions.named();
    if written.is_empty() {
        return Ok(());
    }
    let mut named = names_of(listed);
    let seen = seen_tenants(store, &so_far.state, &so_far.cache.first_days)?;
    for tenant in seen.into_iter().chain(subscribed) {
        named.add(&tenant.to_string(), tenant);
    }
    for (customer, line) in written {
        let said = match named.find(customer).as_slice() {
            [_] => continue,
            [] => format!(
                "no customer is known by this tenant id, domain or name, so the exception has no effect: {}",
                named.hint(customer, "name one as the customer list does")
            ),
            several => {
                let ids: Vec<String> = several.iter().map(Guid::to_string).collect();
                format!(
                    "{} customers have this name, so the exception has no effect: say which by tenant id ({})",
                    several.len(),
                    ids.join(", ")
                )
            }
        };
        watch.tell(Event::Warning(format!(
            "exception for `{customer}` in line {line} of the pipeline file: {said}"
        )));
    }
    Ok(())
}

/// Warns of customers who left before the first day of the tables: they count on no day.
fn warn_of_early(listed: &[Customer], first: Day, watch: &Watch<'_>) {
    for customer in listed {
        if let Some(left_on) = customer.left_on.filter(|left_on| *left_on < first) {
            watch.tell(Event::Warning(format!(
                "customer `{}` left on {left_on}, before the first day of the tables ({first}): it counts on no day (check `left_on` in `{}`)",
                customer.tenant_id, customer.source_file
            )));
        }
    }
}
