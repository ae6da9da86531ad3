//! What is out of scope now and was not in the last run, or the other way round: the days on which
//! the exceptions differ are a cause of everything that reads them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::exceptions::{Excepted, Exceptions, Exclusion};
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::plan::causes::Changes;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::dependencies::EXCEPTIONS;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file::CacheFile;

/// What was out of scope in the last run that came this far. Only what a plan says of causes depends
/// on it.
const FILE: CacheFile<Vec<KnownExclusion>> = CacheFile::new("exceptions", 1);

/// Customer, product, first day, reason.
type KnownExclusion = (Option<Guid>, Option<Guid>, Option<Day>, String);

/// The most changes of a day that are named one by one.
const NAMED: usize = 3;

/// Takes note of the days on which something is out of scope that was not in the last run, or the
/// other way round, and remembers what is.
pub fn note_changes(store: &Store, exceptions: &Exceptions, range: Range, changes: &mut Changes) -> Result<(), EngineError> {
    let now: BTreeMap<Excepted, Exclusion> = exceptions
        .excluded()
        .map(|(excepted, exclusion)| (*excepted, exclusion.clone()))
        .collect();
    let known = FILE.load(store);
    let known_now: Vec<KnownExclusion> = now
        .iter()
        .map(|(excepted, exclusion)| (excepted.tenant, excepted.sku, exclusion.from, exclusion.reason.clone()))
        .collect();
    if known.as_ref() == Some(&known_now) {
        return Ok(());
    }
    if let Some(known) = known {
        let entry = |(tenant, sku, from, reason): KnownExclusion| (Excepted { tenant, sku }, Exclusion { from, reason });
        let before: BTreeMap<Excepted, Exclusion> = known.into_iter().map(entry).collect();
        for (day, how) in changed_days(&before, &now, range) {
            let more = how.len().saturating_sub(NAMED);
            let mut text = how[..how.len() - more].join(", ");
            if more > 0 {
                text.push_str(&format!(", and {more} more"));
            }
            changes.note(EXCEPTIONS, day, text);
        }
    }
    Ok(FILE.save(store, &known_now)?)
}

/// For each day on which the exceptions in force differ, how.
fn changed_days(before: &BTreeMap<Excepted, Exclusion>, now: &BTreeMap<Excepted, Exclusion>, range: Range) -> BTreeMap<Day, Vec<String>> {
    let mut changed: BTreeMap<Day, Vec<String>> = BTreeMap::new();
    let all: BTreeSet<&Excepted> = before.keys().chain(now.keys()).collect();
    for excepted in all {
        let (earlier, later) = (before.get(excepted), now.get(excepted));
        if earlier == later {
            continue;
        }
        for day in range.days() {
            let reason = |of: Option<&Exclusion>| of.filter(|of| of.is_in_force(day)).map(|of| of.reason.clone());
            let (was, is) = (reason(earlier), reason(later));
            if was != is {
                changed.entry(day).or_default().push(words(excepted, is.as_deref()));
            }
        }
    }
    changed
}

/// What is out of scope now and why, or that it is in scope again.
fn words(excepted: &Excepted, reason: Option<&str>) -> String {
    let of = match (excepted.tenant, excepted.sku) {
        (Some(tenant), Some(sku)) => format!("product `{sku}` of customer `{tenant}`"),
        (Some(tenant), None) => format!("customer `{tenant}`"),
        (None, sku) => format!("product `{}`", sku.map_or_else(String::new, |sku| sku.to_string())),
    };
    match reason {
        Some(reason) => format!("{of} is out of scope (`{reason}`)"),
        None => format!("{of} is in scope again"),
    }
}
