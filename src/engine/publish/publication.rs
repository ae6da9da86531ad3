//! Publication: the published files are made again when the tables, the names or the scope of
//! products changed.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window::WINDOW_DAYS;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::context::{RunContext, RunState};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ingest::reject_budget::RejectBudget;
use crate::engine::plan::day_range::Range;
use crate::engine::publish::kept_back::settings_digests;
use crate::engine::publish::pages::ReportPages;
use crate::engine::publish::{restated, run_notes, seat_outcomes};
use crate::engine::query::customers::{known_customers, seen_tenants};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::day_rows::DayRows;
use crate::reports::manifest::{Manifest, RunRecord};
use crate::reports::product_notes::{large_quantities, unknown_products};
use crate::reports::publish::{Publication, publish};
use crate::reports::published_table::FACTS;
use crate::reports::releases::folder;
use crate::reports::releases::release::ReleaseNotes;
use crate::reports::step_history::last_published;
use crate::reports::summary::figures::{Summary, summarize};
use crate::reports::summary::step_news::StepNews;
use crate::reports::summary::valuable_steps::ValuableSteps;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::seat_outcomes::SEAT_OUTCOMES;
use crate::stages::next_steps::NextStep;
use crate::stages::received::customers::Customer;
use crate::storage::interface::Storage;
use crate::warehouse::contract::Contract;
use crate::warehouse::store::Store;

/// Rises when the published files change their form.
const VERSION: i64 = 5;
/// The groups of settings that published files have besides what the tables have.
const NAMED_WITH: [SettingsGroup; 4] = [
    SettingsGroup::Products,
    SettingsGroup::Workloads,
    SettingsGroup::Scope,
    SettingsGroup::Language,
];

/// The fingerprint of what is to be published; `None` where it has been.
pub fn is_due(
    settings: &Settings,
    store: &Store,
    published: &dyn Storage,
    state: &State,
    range: Range,
) -> Result<Option<Digest>, EngineError> {
    let Some(days) = days(state, range) else { return Ok(None) };
    let mut hasher = Hasher::new();
    hasher.number(i64::from(days.0.0)).number(i64::from(days.1.0));
    hasher.digest(state.digest_of_days(&FACTS, days));
    seat_outcomes::made_from(settings, state, days).into_values().for_each(|digest| {
        hasher.digest(digest);
    });
    hasher.digest(names_made_from(settings, &known_customers(store, state)?));
    let pages = settings.report.text(settings.rules.language);
    if !pages.is_empty() {
        hasher.text(&pages);
    }
    let fingerprint = hasher.finish();
    let is_published = Manifest::of_whole(published).and_then(|manifest| manifest.fingerprint) == Some(fingerprint);
    Ok((!is_published || !folder::is_in_force(published)?).then_some(fingerprint))
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
        hasher.day(tenant.left_on);
    }
    hasher.finish()
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

/// What is to be published there; `None` where there are no days yet.
pub fn publication<'a>(
    settings: &'a Settings,
    store: &'a Store,
    state: &State,
    range: Range,
    first_days: &FirstDays,
    published: &'a dyn Storage,
) -> Result<Option<Publication<'a>>, EngineError> {
    let Some((first, last)) = days(state, range) else { return Ok(None) };
    let customers = known_customers(store, state)?;
    let made_from = |contract: &&'static Contract| {
        let (name, table) = (contract.name, [*contract]);
        let digest = |day| ((name, day), state.digest_of_days(&table, (day, day)));
        first.to(last).map(digest).collect::<Vec<_>>()
    };
    let of_tables = FACTS.iter().filter(|contract| contract.name != SEAT_OUTCOMES.name);
    let outcomes = seat_outcomes::made_from(settings, state, (first, last));
    let outcomes = outcomes.into_iter().map(|(day, digest)| ((SEAT_OUTCOMES.name, day), digest));
    Ok(Some(Publication {
        made_from: of_tables.flat_map(made_from).chain(outcomes).collect(),
        names_made_from: names_made_from(settings, &customers),
        earlier: BTreeMap::new(),
        release: None,
        pages: ReportPages::wanted(settings, (first, last)),
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
pub fn run(run: &RunContext<'_>, so_far: &mut RunState, range: Range, fingerprint: Digest) -> Result<(), EngineError> {
    let RunContext {
        settings,
        store,
        published,
        watch,
        ..
    } = *run;
    let RunState { state, cache, report, .. } = so_far;
    let Some(mut publication) = publication(settings, store, state, range, &cache.first_days, published)? else {
        return Ok(());
    };
    let earlier = RunRecord::read(published).unwrap_or_default();
    let files = earlier.manifest.published.into_iter();
    publication.earlier = files.map(|file| (file.name, file.digest)).collect();
    publication.release = Some(ReleaseNotes {
        pipeline: settings.name.clone(),
        began: run.request.began,
        fingerprint,
        settings: settings_digests(settings),
        runs: run_notes::load(store),
        raw_files: RejectBudget::files_read(store),
        keep: settings.keep_releases,
    });
    let mut steps_before = last_published(&publication);
    if let (Some(before), Some(alert)) = (&mut steps_before, &earlier.alert) {
        // Whoever was not told of a step learns of it now.
        before.steps.retain(|step, _| !alert.undelivered.contains(&step.to_string()));
    }
    watch.tell(Event::Begin {
        what: "published files",
        unit: "days of tables",
        total: publication.units(),
    });
    let published = publish(&publication, &|days| watch.tell(Event::Advance(days)))?;
    watch.tell(Event::End);
    let (steps, names, rules) = (last_steps(&publication)?, names_of(&publication), publication.rules);
    let now = DayRows::read(publication.store, publication.shards, publication.last)?;
    if let Some(warning) = large_quantities(&now.adoption, &names, &rules.catalogue) {
        watch.tell(Event::Warning(warning));
    }
    let sold = now.adoption.iter().map(|row| (row.sku_id, row.seats_sold, row.seats_assigned));
    report.unknown_products = unknown_products(sold, &rules.catalogue);
    report.summary = Some(Summary {
        unknown_products: report.unknown_products.clone(),
        ..summary(&publication, &now)?
    });
    report.next_steps = Some(ValuableSteps::of(&steps, &names, &rules.catalogue, rules.language));
    let today = (publication.last, &steps[..]);
    report.step_news = Some(StepNews::between(
        steps_before.as_ref(),
        today,
        &names,
        &rules.catalogue,
        rules.language,
    ));
    report.fingerprint = Some(fingerprint);
    report.published_files = published.files;
    report.release = published.release.as_ref().map(|release| release.release);
    if let (Some(release), Some(most)) = (published.release, settings.alert.restated_above) {
        restated::warn(run.published, release, most, watch)?;
    }
    Ok(())
}

/// What the closing summary shows: the last day, and how it moved in 28 days.
fn summary(publication: &Publication<'_>, now: &DayRows) -> Result<Summary, EngineError> {
    let read = |day| DayRows::read(publication.store, publication.shards, day);
    let earlier = publication.last.plus(-WINDOW_DAYS);
    let before = if earlier >= publication.first { Some(read(earlier)?) } else { None };
    let (names, stale_days) = (names_of(publication), publication.rules.snapshot_stale_days);
    Ok(summarize(now, before.as_ref(), &names, stale_days))
}

/// The next steps of the last day.
fn last_steps(publication: &Publication<'_>) -> Result<Vec<NextStep>, EngineError> {
    let mut rows: Vec<NextStep> = Vec::new();
    for shard in 0..publication.shards {
        rows.extend(publication.store.rows::<NextStep>((Some(publication.last), shard))?);
    }
    Ok(rows)
}

fn names_of(publication: &Publication<'_>) -> BTreeMap<Guid, String> {
    let customers = publication.customers.iter();
    customers.map(|customer| (customer.tenant_id, customer.name.clone())).collect()
}
