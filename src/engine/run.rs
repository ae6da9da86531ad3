//! A run from beginning to end: raw files, events, facts, assignments, windows, portfolio, publication.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::Hasher;
use crate::domain::kinds::Feed;
use crate::engine::days::{self, Range};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::fingerprints::Job;
use crate::engine::ingest;
use crate::engine::ingest_write::{self, Written};
use crate::engine::raw::{self, RawFile};
use crate::engine::report::{RunReport, SourceReport, Step};
use crate::engine::since::SincePublication;
use crate::engine::state::{Cache, State};
use crate::engine::{checks, facts, freshness, licenses, publish, windows};
use crate::pipeline::settings::Settings;
use crate::stages::{self, raw_files::RAW_FILES};
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::store::Store;

/// What is asked of a run.
pub struct Request<'a> {
    pub settings: &'a Settings,
    /// The last day of the tables.
    pub last: Day,
    /// Days before this one are left alone.
    pub from: Option<Day>,
    /// The tables to bring up to date, and what they need; `None`: all, and the published files.
    pub tables: Option<BTreeSet<&'static str>>,
    /// Whether files are made, or only named: raw files are read either way, since only they can say which days change.
    pub rehearse: bool,
}

/// The tables that each table is made from.
const NEEDS: &[(&str, &[&str])] = &[
    ("activity_coverage", &["activity_events"]),
    ("activity_daily", &["activity_events", "activity_coverage"]),
    ("activity_before", &["activity_events", "activity_coverage"]),
    ("activity_28d", &["activity_daily", "activity_before"]),
    ("assignments", &["license_changes", "license_holdings", "snapshots"]),
    ("subscriptions", &["subscription_snapshots", "snapshots"]),
    ("usage", &["activity_daily", "activity_before", "assignments", "subscriptions"]),
    (
        "adoption",
        &[
            "activity_daily",
            "activity_before",
            "activity_coverage",
            "assignments",
            "subscriptions",
        ],
    ),
    (
        "workload_adoption",
        &["activity_daily", "activity_before", "assignments", "subscriptions"],
    ),
    ("portfolio", &["adoption", "workload_adoption"]),
];

/// The named tables and everything that they are made from.
pub fn with_needs(tables: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    let mut waiting: Vec<&'static str> = tables.iter().copied().collect();
    while let Some(table) = waiting.pop() {
        if all.insert(table) {
            waiting.extend(
                NEEDS
                    .iter()
                    .filter(|(name, _)| *name == table)
                    .flat_map(|(_, needs)| needs.iter().copied()),
            );
        }
    }
    all
}

/// Brings the warehouse up to date, and the published files where all tables were asked for.
pub fn run(request: &Request<'_>, store: &Store, watch: &Watch<'_>) -> Result<RunReport, EngineError> {
    let settings = request.settings;
    let mut report = RunReport::default();
    let mut cache = Cache::load(store);
    let mut state = State::read(store, &mut cache)?;
    tell_of_strangers(&state, watch);
    let files = raw::discover(settings, watch)?;
    report.sources = found(settings, &files);
    check_required(settings, &report.sources)?;
    let clean = clean_memo(request, &state, &files);
    if request.tables.is_none() && cache.memos.contains_key(&clean) && publish::is_whole(settings) {
        fill_range(&mut report, &state);
        fill_freshness(request, store, &mut report, &state)?;
        return Ok(report);
    }
    let wanted = match &request.tables {
        Some(tables) => with_needs(tables),
        None => stages::TABLES.iter().map(|contract| contract.name).collect(),
    };
    let written = ingest_all(request, store, &mut state, &mut cache, &files, &mut report, watch)?;
    warn_of_silence(settings, &mut report, &state, store, request.last, watch)?;
    if !request.rehearse {
        let mut since = SincePublication::load(store);
        written.iter().for_each(|written| since.add(written));
        since.save(store)?;
        cache.save(store)?;
        since.check(settings)?;
    }
    let timelines = licenses::timelines(settings, store, &state)?;
    let first_snapshot = timelines.iter().filter_map(|timeline| timeline.first_day()).min();
    let Some(range) = days::range(settings, store, &state, first_snapshot, (request.from, request.last), watch)? else {
        watch.tell(Event::Warning(
            "there is no sign-in and no subscription snapshot up to the last day: nothing to make tables of".to_owned(),
        ));
        return Ok(report);
    };
    let forced = BTreeSet::new();
    if wanted.contains("activity_coverage") {
        report.steps.extend(facts::run(settings, store, &mut state, range, &forced, watch)?);
    }
    if wanted.contains("assignments") {
        let (step, contradictions) = licenses::run_assignments(settings, store, &mut state, &mut cache)?;
        report.steps.extend(step);
        report.contradictions = contradictions;
    }
    let job = Job {
        settings,
        store,
        range,
        forced: &forced,
        tables: &wanted,
        dry: request.rehearse,
        watch,
    };
    report.steps.extend(windows::run(&job, &mut state, &timelines)?);
    fill_range(&mut report, &state);
    fill_freshness(request, store, &mut report, &state)?;
    if request.tables.is_none() {
        finish(request, store, &state, &mut cache, &files, range, &mut report, watch)?;
    }
    if !request.rehearse {
        cache.save(store)?;
    }
    Ok(report)
}

/// Publishes what changed and takes note that everything is up to date.
#[expect(clippy::too_many_arguments, reason = "the end of one run, in one place")]
fn finish(
    request: &Request<'_>,
    store: &Store,
    state: &State,
    cache: &mut Cache,
    files: &[RawFile],
    range: Range,
    report: &mut RunReport,
    watch: &Watch<'_>,
) -> Result<(), EngineError> {
    let due = publish::is_due(request.settings, store, state, range)?;
    if request.rehearse {
        report.published = due.is_some() || !report.steps.is_empty();
        return Ok(());
    }
    if let Some(fingerprint) = due {
        watch.go_on()?;
        checks::run(request.settings, store, state, range, cache, watch)?;
        publish::run(request.settings, store, state, range, fingerprint, report, watch)?;
        report.published = true;
        SincePublication::default().save(store)?;
    }
    let mut fresh = crate::warehouse::index::FooterCache::new();
    for contract in stages::TABLES {
        store.list(contract, &cache.footers, &mut fresh)?;
    }
    cache.footers = fresh;
    cache.memos.retain(|key, _| !key.starts_with("clean "));
    cache.memos.insert(clean_memo(request, state, files), String::new());
    Ok(())
}

/// Names everything that a run looks at: the settings, the raw files and the warehouse. Where it is what it was when
/// everything was up to date, everything is.
fn clean_memo(request: &Request<'_>, state: &State, files: &[RawFile]) -> String {
    let settings = request.settings;
    let mut hasher = Hasher::new();
    for text in [
        settings.zone_text(),
        settings.apps_text(),
        settings.workloads_text(),
        settings.products_text(),
        settings.excluded_text(),
        settings.offers_text(),
        settings.evidence_text(),
        settings.unlicensed_use_text(),
        settings.states_text(),
        settings.partner_text(),
        settings.name.clone(),
    ] {
        hasher.text(&text);
    }
    settings.sources.iter().for_each(|source| {
        hasher.text(&source.reading_text()).text(&source.fail_above.to_string());
    });
    hasher
        .number(i64::from(crate::sources::VERSION))
        .number(i64::from(settings.shards))
        .number(i64::from(request.last.0));
    for day in [request.from, settings.first_day] {
        hasher.number(day.map_or(i64::MIN, |day| i64::from(day.0)));
    }
    for file in files {
        hasher.text(&file.path).number(file.size as i64).bytes(&file.changed.to_le_bytes());
    }
    for contract in stages::TABLES {
        hasher.text(contract.name);
        for ((day, shard), footer) in state.table(contract) {
            hasher
                .number(day.map_or(i64::MIN, |day| i64::from(day.0)))
                .number(i64::from(*shard));
            hasher.digest(footer.fingerprint).digest(footer.digest);
        }
    }
    format!("clean {}", hasher.finish())
}

/// Says what in the warehouse is not ours or cannot be used.
fn tell_of_strangers(state: &State, watch: &Watch<'_>) {
    for path in &state.foreign {
        watch.tell(Event::Warning(format!(
            "`{}` is not a file of uptake; it is left alone",
            path.display()
        )));
    }
    for path in &state.broken {
        watch.tell(Event::Warning(format!("`{}` cannot be used and is made again", path.display())));
    }
}

/// How many files there are for each source.
fn found(settings: &Settings, files: &[RawFile]) -> Vec<SourceReport> {
    let mut reports: Vec<SourceReport> = settings
        .sources
        .iter()
        .map(|source| SourceReport {
            source: source.id.clone(),
            ..SourceReport::default()
        })
        .collect();
    let mut latest: Vec<Option<Day>> = vec![None; reports.len()];
    for (source, facts) in files.iter().flat_map(|file| &file.sources) {
        reports[*source].files_found += 1;
        latest[*source] = latest[*source].max(facts.day);
    }
    for (report, latest) in reports.iter_mut().zip(latest) {
        report.latest_day = latest.map(|day| day.to_string());
    }
    reports
}

fn check_required(settings: &Settings, sources: &[SourceReport]) -> Result<(), EngineError> {
    let missing = settings
        .sources
        .iter()
        .zip(sources)
        .find(|(source, report)| source.required && report.files_found == 0);
    match missing {
        Some((source, _)) => Err(EngineError::Unusable(format!(
            "the required source `{}` has no file below `{}`: look at its `path`, and at whatever should have delivered it",
            source.id,
            settings.input_root.display()
        ))),
        None => Ok(()),
    }
}

/// Warns of sources without any file, and of activity that stops before the last day.
fn warn_of_silence(
    settings: &Settings,
    report: &mut RunReport,
    state: &State,
    store: &Store,
    last: Day,
    watch: &Watch<'_>,
) -> Result<(), EngineError> {
    let mut latest: BTreeMap<String, Day> = BTreeMap::new();
    for place in state.table(&RAW_FILES).keys().rev().take(60) {
        for row in store.rows::<stages::raw_files::RawFile>(*place)? {
            if let Some(day) = row.path_day {
                let known = latest.entry(row.source).or_insert(day);
                *known = day.max(*known);
            }
        }
    }
    for (source, found) in settings.sources.iter().zip(&report.sources) {
        let warning = match (found.files_found, latest.get(&source.id)) {
            (0, None) => Some(format!(
                "source `{}` has no file below `{}`",
                source.id,
                settings.input_root.display()
            )),
            (_, Some(day)) if source.feed == Feed::Activity && *day < last => Some(format!(
                "source `{}` has no files after {day}: activity of the days up to {last} is missing or late",
                source.id
            )),
            _ => None,
        };
        if let Some(warning) = warning {
            watch.tell(Event::Warning(warning));
        }
    }
    Ok(())
}

/// Reads what is new or changed and writes the `received=` partitions that it belongs to.
fn ingest_all(
    request: &Request<'_>,
    store: &Store,
    state: &mut State,
    cache: &mut Cache,
    files: &[RawFile],
    report: &mut RunReport,
    watch: &Watch<'_>,
) -> Result<Vec<Written>, EngineError> {
    let settings = request.settings;
    let tasks = ingest::plan(settings, store, state, files, cache, watch)?;
    let total = tasks.iter().map(|task| task.files_to_read(settings)).sum();
    watch.tell(Event::Begin {
        what: "raw files",
        unit: "files",
        total,
    });
    let shared: &State = state;
    let written: Vec<Written> = tasks
        .par_iter()
        .map(|task| ingest_write::write(task, settings, store, shared, watch))
        .collect::<Result<_, _>>()?;
    watch.tell(Event::End);
    let by_path: BTreeMap<&str, &RawFile> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    for part in &written {
        for (contract, place, footer) in &part.footers {
            state.put(contract, *place, footer.clone());
        }
        for file in &part.files {
            if let Some(raw) = by_path.get(file.source_file.as_str()).filter(|_| !file.content.is_empty()) {
                cache
                    .contents
                    .insert(file.source_file.clone(), (raw.size, raw.changed, file.content.clone()));
            }
            if let Some(source) = report.sources.iter_mut().find(|source| source.source == file.source) {
                source.files_read += 1;
                source.bytes_read += file.bytes as u64;
                source.records += file.records as u64;
                source.accepted += file.accepted as u64;
                source.rejected += file.rejected as u64;
                source.not_ours += file.not_ours as u64;
            }
        }
        for reject in &part.rejects {
            if let Some(source) = report.sources.iter_mut().find(|source| source.source == reject.source) {
                *source.reasons.entry(reject.reason.clone()).or_default() += 1;
            }
        }
    }
    let shards = u32::from(settings.shards);
    for contract in stages::TABLES
        .iter()
        .copied()
        .filter(|contract| contract.partition == Partition::Received)
    {
        forget_beyond(state, contract, shards);
    }
    if !written.is_empty() {
        let (new, changed) = tasks
            .iter()
            .fold((0, 0), |sum, task| (sum.0 + task.new_files, sum.1 + task.changed_files));
        let because = match (new, changed) {
            (0, 0) => "a setting changed, or files of the warehouse were missing".to_owned(),
            (new, 0) => format!("{new} new raw files"),
            (new, changed) => format!("{new} new and {changed} changed raw files"),
        };
        let mut made: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
        for (contract, place, _) in written.iter().flat_map(|part| &part.footers) {
            made.entry(contract.name).or_default().extend(place.0);
        }
        let of_received = stages::TABLES
            .iter()
            .filter_map(|contract| Some((contract, made.get(contract.name)?)));
        report
            .steps
            .extend(of_received.map(|(contract, days)| Step::of_days(contract, days, shards, &because)));
    }
    Ok(written)
}

/// Forgets files of shards that are no more: the ingest has removed them.
fn forget_beyond(state: &mut State, contract: &Contract, shards: u32) {
    let beyond: Vec<_> = state
        .table(contract)
        .keys()
        .filter(|(_, shard)| *shard >= contract.files(shards))
        .copied()
        .collect();
    beyond.into_iter().for_each(|place| state.forget(contract, place));
}

/// How far the sources have come, and what the tables hold.
fn fill_freshness(request: &Request<'_>, store: &Store, report: &mut RunReport, state: &State) -> Result<(), EngineError> {
    let in_paths = |id: &str| {
        let source = report.sources.iter().find(|source| source.source == id)?;
        Day::parse(source.latest_day.as_deref()?)
    };
    report.freshness = freshness::freshness(request.settings, store, state, &in_paths, request.last)?;
    report.extents = freshness::extents(state);
    Ok(())
}

/// The days that `adoption` has.
fn fill_range(report: &mut RunReport, state: &State) {
    let days = state.days(&stages::adoption::ADOPTION);
    report.first_day = days.first().map(Day::to_string);
    report.last_day = days.last().map(Day::to_string);
}
