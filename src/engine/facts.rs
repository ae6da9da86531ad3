//! `activity_coverage` and `activity_daily` out of the `received=` partitions: the days that an event came in for, and no other.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher, SetDigest};
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::engine::days::Range;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::licenses::remove_beyond;
use crate::engine::report::Step;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::activity_daily::{self, ACTIVITY_BEFORE, ACTIVITY_DAILY, ActivityBefore, ActivityDaily};
use crate::stages::activity_events::ACTIVITY_EVENTS;
use crate::stages::holders::Coverage;
use crate::warehouse::contract::Contract;
use crate::warehouse::files::{DayPart, Footer};
use crate::warehouse::index::Place;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// How many days one worker reduces before it lets go of the partitions that it holds.
const DAYS_AT_ONCE: usize = 6;

/// Makes the days again whose events are not those that their files were made from.
pub fn run(
    settings: &Settings,
    store: &Store,
    state: &mut State,
    range: Range,
    forced: &BTreeSet<Day>,
    watch: &Watch<'_>,
) -> Result<Vec<Step>, EngineError> {
    let mut made: BTreeMap<&'static str, BTreeSet<Day>> = BTreeMap::new();
    for shard in 0..u32::from(settings.shards) {
        let sources = sources_of_days(state, shard, range.last);
        let mut wanted: BTreeSet<Day> = sources.keys().copied().collect();
        wanted.extend(range.first.to(range.last));
        let none = Vec::new();
        let stale: Vec<(Day, &Vec<Source>, Digest)> = wanted
            .into_iter()
            .filter(|day| *day >= range.from || *day < range.first)
            .map(|day| (day, sources.get(&day).unwrap_or(&none)))
            .map(|(day, sources)| (day, sources, fingerprint(&ACTIVITY_COVERAGE, settings, sources)))
            .filter(|(day, _, fingerprint)| {
                let place = (Some(*day), shard);
                forced.contains(day)
                    || state.fingerprint(&ACTIVITY_COVERAGE, place) != Some(*fingerprint)
                    || facts_table(range, *day).is_some_and(|table| {
                        state.fingerprint(table, place) != Some(facts_fingerprint(table, settings, state.digest(&ACTIVITY_COVERAGE, place)))
                    })
            })
            .collect();
        watch.tell(Event::Begin {
            what: ACTIVITY_DAILY.name,
            unit: "days",
            total: stale.len() as u64,
        });
        let written: Vec<Vec<(&'static Contract, Place, Footer)>> = stale
            .par_chunks(DAYS_AT_ONCE)
            .map(|days| reduce(settings, store, state, range, shard, days, watch))
            .collect::<Result<_, _>>()?;
        watch.tell(Event::End);
        for (contract, place, footer) in written.into_iter().flatten() {
            made.entry(contract.name).or_default().extend(place.0);
            state.put(contract, place, footer);
        }
    }
    for contract in [&ACTIVITY_COVERAGE, &ACTIVITY_DAILY, &ACTIVITY_BEFORE] {
        remove_beyond(store, state, contract, u32::from(settings.shards))?;
    }
    let because = "events came in or changed";
    Ok([&ACTIVITY_COVERAGE, &ACTIVITY_DAILY]
        .into_iter()
        .filter_map(|contract| {
            Some(Step::of_days(
                contract,
                made.get(contract.name)?,
                u32::from(settings.shards),
                because,
            ))
        })
        .collect())
}

/// A `received=` partition that has events of a day, and the digest of those.
type Source = (Day, Digest);

/// For each event day up to `last` the partitions that have events of it.
fn sources_of_days(state: &State, shard: u32, last: Day) -> BTreeMap<Day, Vec<Source>> {
    let mut days: BTreeMap<Day, Vec<Source>> = BTreeMap::new();
    for ((received, of), footer) in state.table(&ACTIVITY_EVENTS) {
        if let Some(received) = received.filter(|_| *of == shard) {
            for part in footer.days.iter().filter(|part| part.day() <= last) {
                days.entry(part.day()).or_default().push((received, part.digest));
            }
        }
    }
    days
}

/// What the coverage of a day is made from.
fn fingerprint(contract: &Contract, settings: &Settings, sources: &[Source]) -> Digest {
    let mut hasher = Hasher::new();
    hasher
        .text(contract.name)
        .number(i64::from(contract.version))
        .number(i64::from(settings.shards));
    for (received, digest) in sources {
        hasher.number(i64::from(received.0)).digest(*digest);
    }
    hasher.finish()
}

/// What the facts of a day are made from: what its distinct events say, wherever they were logged.
fn facts_fingerprint(contract: &Contract, settings: &Settings, coverage: Digest) -> Digest {
    let mut hasher = Hasher::new();
    hasher
        .text(contract.name)
        .number(i64::from(contract.version))
        .number(i64::from(settings.shards))
        .digest(coverage)
        .finish()
}

/// The table that has the facts of a day; none for days that no window looks at.
fn facts_table(range: Range, day: Day) -> Option<&'static Contract> {
    if day >= range.first {
        Some(&ACTIVITY_DAILY)
    } else {
        (day >= window::first_day(range.first)).then_some(&ACTIVITY_BEFORE)
    }
}

/// Reduces some days. Partitions are read once as long as the days in a row need them.
fn reduce(
    settings: &Settings,
    store: &Store,
    state: &State,
    range: Range,
    shard: u32,
    days: &[(Day, &Vec<Source>, Digest)],
    watch: &Watch<'_>,
) -> Result<Vec<(&'static Contract, Place, Footer)>, EngineError> {
    let mut frames: BTreeMap<Day, RecordBatch> = BTreeMap::new();
    let mut written = Vec::new();
    for (day, sources, fingerprint) in days {
        watch.go_on()?;
        frames.retain(|received, _| sources.iter().any(|(needed, _)| needed == received));
        for (received, _) in sources.iter() {
            if !frames.contains_key(received) {
                frames.insert(*received, store.read(&ACTIVITY_EVENTS, (Some(*received), shard), &[])?);
            }
        }
        let place = (Some(*day), shard);
        let result = activity_daily::build(*day, &frames.values().collect::<Vec<_>>())?;
        let footer = write_coverage(store, place, &result.coverage, *fingerprint)?;
        let facts = facts_table(range, *day).map(|table| (table, facts_fingerprint(table, settings, footer.digest)));
        written.push((&ACTIVITY_COVERAGE, place, footer));
        if let Some((table, fingerprint)) = facts.filter(|(table, fingerprint)| state.fingerprint(table, place) != Some(*fingerprint)) {
            let footer = if table.name == ACTIVITY_DAILY.name {
                store.replace_rows(place, &result.daily, fingerprint)?
            } else {
                let rows: Vec<ActivityBefore> = result.daily.into_iter().map(before).collect();
                store.replace_rows(place, &rows, fingerprint)?
            };
            written.push((table, place, footer));
        }
        watch.tell(Event::Advance(1));
    }
    Ok(written)
}

/// Writes the coverage of a day; its footer has the digest of the set of tenants, which is all that most readers need.
fn write_coverage(store: &Store, place: Place, rows: &[ActivityCoverage], fingerprint: Digest) -> Result<Footer, EngineError> {
    let mut tenants = SetDigest::default();
    rows.iter().for_each(|row| tenants.add(Digest::of(&row.tenant_id.bytes())));
    let part = DayPart {
        day: place.0.map_or(0, |day| day.0),
        rows: rows.len() as u64,
        digest: tenants.digest(),
    };
    Ok(store.replace(&ACTIVITY_COVERAGE, place, &[ActivityCoverage::frame(rows)?], fingerprint, &[part])?)
}

fn before(row: ActivityDaily) -> ActivityBefore {
    ActivityBefore {
        tenant_id: row.tenant_id,
        user_id: row.user_id,
        workload: row.workload,
        interactive_sign_ins: row.interactive_sign_ins,
        non_interactive_sign_ins: row.non_interactive_sign_ins,
        actions: row.actions,
        guest: row.guest,
        first_at: row.first_at,
        last_at: row.last_at,
    }
}

/// The table and place of a day's facts.
pub fn facts_of(range: Range, day: Day, shard: u32) -> (&'static Contract, Place) {
    (
        if day >= range.first { &ACTIVITY_DAILY } else { &ACTIVITY_BEFORE },
        (Some(day), shard),
    )
}

/// On which days the tenants of a shard have any event.
pub fn coverage(store: &Store, state: &State, range: Range, shard: u32) -> Result<Coverage, EngineError> {
    let places: Vec<Place> = state
        .table(&ACTIVITY_COVERAGE)
        .keys()
        .filter(|(day, of)| *of == shard && *day <= Some(range.last))
        .copied()
        .collect();
    let read = |place: Place| -> Result<(Option<Day>, Vec<Guid>), EngineError> {
        let rows: Vec<ActivityCoverage> = store.rows(place)?;
        Ok((place.0, rows.into_iter().map(|row| row.tenant_id).collect()))
    };
    let days: Vec<(Option<Day>, Vec<Guid>)> = places.into_par_iter().map(read).collect::<Result<_, _>>()?;
    let mut coverage = Coverage::default();
    for (day, tenants) in days {
        let Some(day) = day else { continue };
        for tenant in &tenants {
            coverage
                .first
                .entry(*tenant)
                .and_modify(|first| *first = day.min(*first))
                .or_insert(day);
        }
        coverage.days.insert(day, tenants);
    }
    Ok(coverage)
}
