//! Publication: the published files are made again when the tables, the names or the scope of
//! products changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window::WINDOW_DAYS;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::plan::day_range::Range;
use crate::engine::query::customers::{known_customers, seen_tenants};
use crate::engine::report::RunReport;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::columns::FACTS;
use crate::reports::day_rows::DayRows;
use crate::reports::publish::{Publication, is_unfinished, publish};
use crate::reports::summary::figures::{Summary, summarize};
use crate::reports::summary::valuable_steps::ValuableSteps;
use crate::stages::next_steps::NextStep;
use crate::stages::received::customers::Customer;
use crate::stages::usage::adoption::ADOPTION;
use crate::warehouse::contract::Contract;
use crate::warehouse::store::Store;

/// Rises when the published files change their form.
const VERSION: i64 = 3;
/// The groups of settings that published files have besides what the tables have.
const NAMED_WITH: [SettingsGroup; 3] = [SettingsGroup::Products, SettingsGroup::Workloads, SettingsGroup::Scope];
/// The file that says what the last run did.
const RUN_JSON: &str = "run.json";

/// Whether the last publication was finished, and every published file is there with the size that
/// `run.json` says.
pub fn is_whole(settings: &Settings) -> bool {
    if is_unfinished(&settings.published) {
        return false;
    }
    let Some(run) = last_run(settings) else { return false };
    let Some(files) = run["published"].as_array() else { return false };
    files.iter().all(|file| {
        let path = settings.published.join(file["name"].as_str().unwrap_or_default());
        fs::metadata(path).is_ok_and(|metadata| Some(metadata.len()) == file["bytes"].as_u64())
    })
}

/// When the published files were changed last, nanoseconds since 1970; 0 where they are not whole,
/// or there are none.
pub fn last_change(settings: &Settings) -> u64 {
    let run = last_run(settings).filter(|_| is_whole(settings));
    let files = run.as_ref().and_then(|run| run["published"].as_array()).into_iter().flatten();
    let changed = |file: &serde_json::Value| {
        let metadata = fs::metadata(settings.published.join(file["name"].as_str()?)).ok()?;
        let age = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(age.as_nanos()).ok()
    };
    files.filter_map(changed).max().unwrap_or(0)
}

/// What `run.json` says; `None` where there is none.
pub fn last_run(settings: &Settings) -> Option<serde_json::Value> {
    serde_json::from_slice(&fs::read(settings.published.join(RUN_JSON)).ok()?).ok()
}

/// The fingerprint of what is to be published; `None` where it has been.
pub fn is_due(settings: &Settings, store: &Store, state: &State, range: Range) -> Result<Option<Digest>, EngineError> {
    let Some(days) = days(state, range) else { return Ok(None) };
    let mut hasher = Hasher::new();
    hasher.number(i64::from(days.0.0)).number(i64::from(days.1.0));
    hasher.digest(state.digest_of_days(&FACTS, days));
    hasher.digest(names_made_from(settings, &known_customers(store, state)?));
    let fingerprint = hasher.finish();
    let published = last_run(settings).and_then(|run| Digest::parse(run["fingerprint"].as_str()?));
    Ok((published != Some(fingerprint) || !is_whole(settings)).then_some(fingerprint))
}

/// What the published files have of names, and of everything else that is the same for all days.
fn names_made_from(settings: &Settings, customers: &[Customer]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.number(VERSION);
    settings.texts(NAMED_WITH).for_each(|text| {
        hasher.text(&text);
    });
    for tenant in customers {
        for text in [&tenant.name, &tenant.domain, &tenant.country, &tenant.segment] {
            hasher.bytes(&tenant.tenant_id.bytes()).text(text);
        }
    }
    hasher.finish()
}

/// The published files and their digests, as `run.json` says.
fn earlier_files(settings: &Settings) -> BTreeMap<String, Digest> {
    let run = last_run(settings);
    let files = run.as_ref().and_then(|run| run["published"].as_array()).into_iter().flatten();
    let named = |file: &serde_json::Value| Some((file["name"].as_str()?.to_owned(), Digest::parse(file["digest"].as_str()?)?));
    files.filter_map(named).collect()
}

/// The first and the last day that are published: those of the tables' days that have a file
/// without a gap before them.
pub fn days(state: &State, range: Range) -> Option<(Day, Day)> {
    let days = state.days(&ADOPTION);
    let last = *days.last()?;
    let first = days
        .iter()
        .rev()
        .zip(0..)
        .take_while(|(day, back)| day.0 + back == last.0)
        .last()
        .map(|(day, _)| *day)?;
    Some((first.max(range.first), last)).filter(|(first, last)| first <= last)
}

/// What is to be published to a folder; `None` where there are no days yet.
pub fn publication<'a>(
    settings: &'a Settings,
    store: &'a Store,
    state: &State,
    range: Range,
    first_days: &FirstDays,
    published: &'a Path,
) -> Result<Option<Publication<'a>>, EngineError> {
    let Some((first, last)) = days(state, range) else { return Ok(None) };
    let customers = known_customers(store, state)?;
    let made_from = |contract: &&'static Contract| {
        let (name, table) = (contract.name, [*contract]);
        let digest = |day| ((name, day), state.digest_of_days(&table, (day, day)));
        first.to(last).map(digest).collect::<Vec<_>>()
    };
    Ok(Some(Publication {
        made_from: FACTS.iter().flat_map(made_from).collect(),
        names_made_from: names_made_from(settings, &customers),
        earlier: BTreeMap::new(),
        store,
        published,
        rules: &settings.rules,
        shards: u32::from(settings.shards),
        first,
        last,
        customers,
        seen_tenants: seen_tenants(store, state, first_days)?,
    }))
}

/// Writes the published files, `run.json` last.
pub fn run(
    settings: &Settings,
    store: &Store,
    state: &State,
    range: Range,
    (first_days, fingerprint): (&FirstDays, Digest),
    report: &mut RunReport,
    watch: &Watch<'_>,
) -> Result<(), EngineError> {
    let Some(mut publication) = publication(settings, store, state, range, first_days, &settings.published)? else {
        return Ok(());
    };
    publication.earlier = earlier_files(settings);
    watch.tell(Event::Begin {
        what: "published files",
        unit: "days of tables",
        total: publication.units(),
    });
    let files = publish(&publication, &|days| watch.tell(Event::Advance(days)))?;
    watch.tell(Event::End);
    report.summary = Some(summary(&publication)?);
    report.next_steps = Some(valuable_steps(&publication)?);
    report.fingerprint = Some(fingerprint.to_string());
    report.published_files = files;
    Ok(())
}

/// What the closing summary tells: the last day, and how it moved in 28 days.
fn summary(publication: &Publication<'_>) -> Result<Summary, EngineError> {
    let read = |day| DayRows::read(publication.store, publication.shards, day);
    let earlier = publication.last.plus(-WINDOW_DAYS);
    let before = if earlier >= publication.first { Some(read(earlier)?) } else { None };
    let (names, stale_days) = (names_of(publication), publication.rules.snapshot_stale_days);
    Ok(summarize(&read(publication.last)?, before.as_ref(), &names, stale_days))
}

/// The next steps that the summary names.
fn valuable_steps(publication: &Publication<'_>) -> Result<ValuableSteps, EngineError> {
    let mut rows: Vec<NextStep> = Vec::new();
    for shard in 0..publication.shards {
        rows.extend(publication.store.rows::<NextStep>((Some(publication.last), shard))?);
    }
    let rules = publication.rules;
    Ok(ValuableSteps::of(&rows, &names_of(publication), &rules.catalogue, rules.language))
}

fn names_of(publication: &Publication<'_>) -> BTreeMap<Guid, String> {
    let customers = publication.customers.iter();
    customers.map(|customer| (customer.tenant_id, customer.name.clone())).collect()
}
