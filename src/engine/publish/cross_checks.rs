//! Before the published files change, the tables of the days that are published are checked against
//! each other (`stages::checks`). An absent partition is a failure, not a pass. A day that was
//! checked with the same files is not read again: the cache has the digest of its footers.
//!
//! The days of the run's range are checked under the settings. Days that a run leaves alone
//! (`--from`, `--until`) may have been made with others, and before assignments changed: they are
//! checked for what is true of any day.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::window;
use crate::engine::build::account_states::account_spans;
use crate::engine::build::activity_daily::facts_of;
use crate::engine::build::assignments::assignments;
use crate::engine::cache::Cache;
use crate::engine::cache::customer_first_days::{FirstDays, covered};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::plan::day_range::Range;
use crate::engine::publish::publication;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::activity::first_activity::FirstActivity;
use crate::stages::checks;
use crate::stages::checks::VERSION;
use crate::stages::checks::day_tables::{DAILY_COLUMNS, DayTables};
use crate::stages::checks::inputs::{CheckInputs, Products};
use crate::stages::checks::violation::Violations;
use crate::stages::checks::window_sums::{COUNTED_COLUMNS, DailyUsers};
use crate::stages::licenses::account_states::AccountSpan;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::measures::portfolio::Portfolio;
use crate::stages::measures::window_pass::Coverage;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::store::Store;
use crate::warehouse::store::listing::{Place, file_name};
use crate::warehouse::table::Row;
use crate::warehouse::value_rules::check_values;

/// How many faults a message has word for word.
const MOST_SHOWN: usize = 20;

/// The tables that are checked.
#[derive(Clone, Copy)]
pub struct CheckedTables<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub state: &'a State,
    pub range: Range,
    pub watch: &'a Watch<'a>,
}

/// Checks the days that are to be published; fails with the rows that break an invariant.
pub fn run(tables: &CheckedTables<'_>, cache: &mut Cache) -> Result<(), EngineError> {
    let CheckedTables {
        settings,
        store,
        state,
        range,
        ..
    } = *tables;
    let made: BTreeSet<Day> = range.days().collect();
    let published = publication::days(state, range).map(|(first, last)| first.to(last));
    let days: BTreeSet<Day> = made.iter().copied().chain(published.into_iter().flatten()).collect();
    let shards = u32::from(settings.shards);
    check_presence(store, state, &days, shards)?;
    let now: BTreeMap<Day, Digest> = days.iter().map(|day| (*day, digest_of_tables(state, *day, shards))).collect();
    let unchecked = now.iter().filter(|(day, digest)| !cache.checked_days.is_true_for(day, **digest));
    let waiting: Vec<Day> = unchecked.map(|(day, _)| *day).collect();
    let (count, shown) = check(tables, &mut cache.first_days, &waiting, &made)?;
    if count > 0 {
        return Err(EngineError::Check(message(
            "the tables do not agree with each other, so nothing is published",
            count,
            &shown,
        )));
    }
    // A day that was checked without the settings is checked again when it is made.
    let is_checked = |day: &Day| now.contains_key(day) && (made.contains(day) || !waiting.contains(day));
    cache.checked_days.retain(is_checked);
    for (day, digest) in now.iter().filter(|(day, _)| is_checked(day)) {
        cache.checked_days.put(*day, *digest, ());
    }
    Ok(())
}

/// Checks the tables of some days against each other, those of `made` also under the settings.
/// Every day has its files. Says how many invariants are broken, and the first of them in words.
pub fn check(
    tables: &CheckedTables<'_>,
    first_days: &mut FirstDays,
    days: &[Day],
    made: &BTreeSet<Day>,
) -> Result<(u64, Vec<String>), EngineError> {
    let CheckedTables { settings, watch, .. } = *tables;
    let shards = u32::from(settings.shards);
    watch.tell(Event::Begin {
        what: "checks",
        unit: "days",
        total: days.len() as u64,
    });
    let with_rules: Vec<Day> = days.iter().copied().filter(|day| made.contains(day)).collect();
    let shared: Vec<Shared> = if with_rules.is_empty() {
        Vec::new()
    } else {
        (0..shards)
            .map(|shard| Shared::read(tables, shard, first_days, &with_rules))
            .collect::<Result<_, _>>()?
    };
    let products = Products::of(&settings.rules);
    let check_one = |day: &Day| {
        watch.go_on()?;
        let shared = if made.contains(day) { shared.as_slice() } else { &[] };
        let faults = check_day(tables, *day, shared, &products)?;
        watch.tell(Event::Advance(1));
        Ok(faults)
    };
    let faults: Vec<Violations> = days.par_iter().map(check_one).collect::<Result<_, EngineError>>()?;
    watch.tell(Event::End);
    Ok(faults.iter().fold((0, Vec::new()), |(count, mut shown), faults| {
        shown.extend(faults.shown().iter().cloned());
        (count + faults.count(), shown)
    }))
}

/// The tables that have a file for each of the tables' days.
pub fn day_tables() -> impl Iterator<Item = &'static Contract> {
    let by_day = |contract: &&'static Contract| contract.partition == Partition::Day && contract.name != ACTIVITY_BEFORE.name;
    stages::TABLES.iter().copied().filter(by_day)
}

/// Every table has a file for every day and shard.
fn check_presence(store: &Store, state: &State, days: &BTreeSet<Day>, shards: u32) -> Result<(), EngineError> {
    let mut absent: Vec<String> = Vec::new();
    for day in days {
        for contract in day_tables() {
            for shard in (0..contract.files(shards)).filter(|shard| state.footer(contract, (Some(*day), *shard)).is_none()) {
                absent.push(format!(
                    "`{}` of {day}: there is no usable file `{}` below `{}`",
                    contract.name,
                    file_name(shard),
                    store.root().display()
                ));
            }
        }
    }
    match absent.len() as u64 {
        0 => Ok(()),
        count => Err(EngineError::Check(message(
            "tables lack days, so nothing is published",
            count,
            &absent,
        ))),
    }
}

/// A digest of what a day was checked with: every file's fingerprint, which has the settings in it,
/// and its content.
fn digest_of_tables(state: &State, day: Day, shards: u32) -> Digest {
    let mut hasher = Hasher::new();
    hasher.number(VERSION);
    for contract in day_tables() {
        hasher.text(contract.name).number(i64::from(contract.version));
        for shard in 0..contract.files(shards) {
            let place = (Some(day), shard);
            let fingerprint = state.fingerprint(contract, place).unwrap_or_default();
            hasher.digest(fingerprint.settings).digest(fingerprint.inputs);
            hasher.digest(state.digest(contract, place));
        }
    }
    hasher.finish()
}

/// What all days of a shard share.
struct Shared {
    assignments: Vec<Assignment>,
    accounts: Vec<AccountSpan>,
    first_activity: Vec<FirstActivity>,
    coverage: Coverage,
    daily_users: BTreeMap<Day, DailyUsers>,
}

impl Shared {
    /// `days` are the ones that are checked under the settings.
    fn read(tables: &CheckedTables<'_>, shard: u32, first_days: &mut FirstDays, days: &[Day]) -> Result<Shared, EngineError> {
        let CheckedTables { store, state, range, .. } = *tables;
        let looked_at: BTreeSet<Day> = days.iter().flat_map(|day| window::first_day(*day).to(*day)).collect();
        let users = |day: &Day| {
            let (table, place) = facts_of(range, *day, shard);
            let frame = frame(store, state, table, place, COUNTED_COLUMNS)?;
            Ok::<_, EngineError>((*day, DailyUsers::of(&frame)?))
        };
        Ok(Shared {
            assignments: assignments(store, state, shard)?,
            accounts: account_spans(store, state, shard)?,
            first_activity: rows(store, state, (None, shard))?,
            coverage: Coverage {
                days: covered(store, state, shard, looked_at.iter().copied())?,
                first: first_days.bring_up_to_date(store, state, shard, Some(range.last))?.clone(),
            },
            daily_users: looked_at.par_iter().map(users).collect::<Result<_, _>>()?,
        })
    }
}

/// Checks one day, under the settings where `shared` is there.
fn check_day(tables: &CheckedTables<'_>, day: Day, shared: &[Shared], products: &Products<'_>) -> Result<Violations, EngineError> {
    let CheckedTables {
        settings, store, state, ..
    } = *tables;
    let mut faults = Violations::of(day);
    let mut shards = Vec::with_capacity(usize::from(settings.shards));
    for shard in 0..u32::from(settings.shards) {
        let tables = read(store, state, day, shard)?;
        checks::check_rows(&tables, &mut faults)?;
        if let Some(shared) = shared.get(shard as usize) {
            let known = CheckInputs {
                rules: &settings.rules,
                products,
                assignments: &shared.assignments,
                accounts: &shared.accounts,
                first_activity: &shared.first_activity,
                coverage: &shared.coverage,
                daily_users: &shared.daily_users,
            };
            checks::check_under_rules(&tables, &known, &mut faults)?;
        }
        // The portfolio has no use for the rows of users, which are most of the memory.
        shards.push(DayTables {
            activity_daily: RecordBatch::new_empty(ACTIVITY_DAILY.schema()),
            activity_28d: RecordBatch::new_empty(ACTIVITY_28D.schema()),
            ..tables
        });
    }
    checks::check_portfolio(&rows::<Portfolio>(store, state, (Some(day), 0))?, &shards, &mut faults);
    Ok(faults)
}

fn read(store: &Store, state: &State, day: Day, shard: u32) -> Result<DayTables, EngineError> {
    let place = (Some(day), shard);
    Ok(DayTables {
        day,
        activity_daily: frame(store, state, &ACTIVITY_DAILY, place, DAILY_COLUMNS)?,
        activity_28d: frame(store, state, &ACTIVITY_28D, place, &[])?,
        subscriptions: rows(store, state, place)?,
        usage: rows(store, state, place)?,
        adoption: rows(store, state, place)?,
        workload_adoption: rows(store, state, place)?,
        customer_adoption: rows(store, state, place)?,
        spend: rows(store, state, place)?,
        next_steps: rows(store, state, place)?,
    })
}

/// The rows of a file; a file without rows need not be opened.
fn frame(store: &Store, state: &State, contract: &'static Contract, place: Place, columns: &[&str]) -> Result<RecordBatch, EngineError> {
    if state.footer(contract, place).is_none_or(|footer| footer.rows == 0) {
        return Ok(RecordBatch::new_empty(contract.schema()));
    }
    let frame = store.read(contract, place, columns)?;
    check_values(contract, place, &frame)?;
    Ok(frame)
}

fn rows<R: Row>(store: &Store, state: &State, place: Place) -> Result<Vec<R>, EngineError> {
    Ok(R::rows(&frame(store, state, R::CONTRACT, place, &[])?)?)
}

/// A failure in words: what is wrong, the first rows, and how many more there are.
pub fn message(what: &str, count: u64, shown: &[String]) -> String {
    let mut text = format!("{what}:");
    for line in shown.iter().take(MOST_SHOWN) {
        text.push_str("\n  ");
        text.push_str(line);
    }
    let more = count - shown.len().min(MOST_SHOWN) as u64;
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}
