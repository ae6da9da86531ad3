//! Runs the whole check, one part after the other. A part leaves out what it cannot trust and says
//! so. A day whose file is missing is reported once, and not again for each table that looks back
//! on it.

use std::collections::BTreeSet;

use crate::audit::checks::origins::{self, Origins};
use crate::audit::checks::presence::{self, RecordedTables};
use crate::audit::checks::{files, published, rows};
use crate::audit::recompute::customer_choice::{self, Share};
use crate::audit::recompute::oracle::{Oracle, Verdict};
use crate::audit::report::{CheckRequest, Places, Report, trusted};
use crate::engine::build::{assignments, expected, subscription_history, user_names};
use crate::engine::cache::source_totals;
use crate::engine::cache::source_totals::CachedTotals;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::input::discover;
use crate::engine::plan::day_range;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::outside_days;
use crate::engine::query::customers::known_customers;
use crate::engine::query::exceptions;
use crate::engine::request::Request;
use crate::engine::state::{Footers, State};
use crate::pipeline::settings::Settings;
use crate::reports::manifest::RunRecord;
use crate::stages;
use crate::stages::licenses::snapshot_history::SnapshotHistory;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::people::user_names::Names;
use crate::warehouse::store::Store;

/// Reads the warehouse and checks everything.
pub fn check(request: &CheckRequest<'_>) -> Result<Report, EngineError> {
    let (settings, store, watch) = (request.settings, request.store, request.watch);
    let mut state = State::read(store, Footers::new())?;
    refuse_what_is_none(settings, store, &state)?;
    // Without a readable list nobody has left; the list that is damaged is a fault of its own.
    let listed = known_customers(store, &state).unwrap_or_default();
    let settings = &exceptions::applied(settings, &listed);
    let request = &CheckRequest { settings, ..*request };
    let run = RunRecord::read(&*store.beside(&settings.published));
    let last = outside_days::last_day(settings, &state, run.as_ref());
    state.set_aside(settings.first_day, last);
    let notes = RecordedTables::of(run.as_ref(), last);
    let mut report = Report::default();
    report.warnings.extend(
        state
            .foreign
            .iter()
            .map(|path| format!("`{}` is not a file of uptake", path.display())),
    );
    let taken = subscription_history::read(store, &state);
    if let Ok(taken) = &taken
        && let Ok(Some(range)) = range(request, &state, taken, &notes)
    {
        state.set_aside(Some(range.first), None);
    }
    report.warnings.extend(outside_days::text(&state));
    let unusable = presence::unusable(store, &state);
    let held = files::check(settings, store, &state, watch)?;
    (report.files, report.rows, report.bytes) = (held.files, held.rows, held.bytes);
    let taken = trusted(taken, &held.broken, &mut report)?.unwrap_or_default();
    let timelines = assignments::timelines(settings, &taken);
    let range = trusted(range(request, &state, &taken, &notes), &held.broken, &mut report)?.flatten();
    (report.first_day, report.last_day) = (range.map(|range| range.first), range.map(|range| range.last));
    let (missing, places) = presence::check(settings, store, &state, &notes, range);
    let mut untrusted = held.broken.clone();
    untrusted.extend(places);
    let is_whole = untrusted.is_empty();
    let reported: BTreeSet<Option<String>> = unusable.iter().map(|fault| fault.file.clone()).collect();
    report.faults.extend(unusable);
    report.faults.extend(
        missing
            .into_iter()
            .filter(|fault| fault.file.is_none() || !reported.contains(&fault.file)),
    );
    report.faults.extend(held.faults);
    let Some(range) = range else {
        report.warnings.push("there are no tables by day yet: run the pipeline".to_owned());
        return Ok(report);
    };
    let waiting = request.unfinished || run.as_ref().is_some_and(RunRecord::has_left_work);
    let origins = trusted(
        origins(request, &state, &timelines, range, &untrusted, waiting),
        &untrusted,
        &mut report,
    )?
    .unwrap_or_default();
    report.faults.extend(origins.faults.iter().cloned());
    report.warnings.extend(origins.warnings.iter().cloned());
    untrusted.extend(origins.stale.iter().copied());
    rows::check(request, &state, range, &held.broken, &untrusted, &mut report)?;
    check_published(request, &state, range, run.as_ref(), (is_whole, waiting), &mut report)?;
    let verdict = run_oracle(request, &state, range, &origins, &untrusted, &mut report);
    report.oracle = trusted(verdict, &untrusted, &mut report)?.flatten();
    Ok(report)
}

/// A check needs a warehouse with as many shards as the pipeline file says.
fn refuse_what_is_none(settings: &Settings, store: &Store, state: &State) -> Result<(), EngineError> {
    let files = || {
        stages::TABLES
            .iter()
            .filter(|contract| contract.sharded)
            .flat_map(|contract| state.table(contract).keys())
    };
    let has_any = files().next().is_some() || !state.broken.is_empty();
    if !has_any {
        return Err(EngineError::Usage(format!(
            "there is nothing to check: the warehouse `{}` has no tables yet",
            store.root().display()
        )));
    }
    let shards = files().map(|(_, shard)| shard + 1).max().unwrap_or(u32::from(settings.shards));
    if shards != u32::from(settings.shards) {
        return Err(EngineError::Usage(format!(
            "customers are spread over {shards} files, and by the pipeline file over {}: a run has to come first",
            settings.shards
        )));
    }
    Ok(())
}

/// Returns the days of the tables, from the first day that settings and data give to the last day
/// of any table.
fn range(request: &CheckRequest<'_>, state: &State, taken: &SnapshotHistory, notes: &RecordedTables) -> Result<Option<Range>, EngineError> {
    let Some(last) = notes.last_of_all(state) else { return Ok(None) };
    let earliest = || source_totals::earliest_path_day(request.store, state, &mut CachedTotals::default());
    day_range::range(request.settings, state, earliest, taken.first_day(), (None, last), request.watch)
}

fn origins(
    request: &CheckRequest<'_>,
    state: &State,
    timelines: &[Timeline],
    range: Range,
    untrusted: &Places,
    waiting: bool,
) -> Result<Origins, EngineError> {
    let settings = request.settings;
    let run = Request::new(settings, range.last);
    let names: Vec<Names> = (0..u32::from(settings.shards))
        .map(|shard| user_names::names(request.store, state, shard))
        .collect::<Result<_, _>>()?;
    let tables: BTreeSet<&'static str> = stages::TABLES.iter().map(|contract| contract.name).collect();
    let job = Job {
        settings,
        request: &run,
        store: request.store,
        range,
        forced: run.forced(),
        tables: &tables,
        names: &names,
        watch: request.watch,
    };
    let expected = expected::fingerprints(&job, state, timelines)?;
    Ok(origins::check(request.store, state, &expected, untrusted, waiting))
}

/// Checks the published files against `run.json` and, if all tables are complete, against what
/// would be published now.
fn check_published(
    request: &CheckRequest<'_>,
    state: &State,
    range: Range,
    run: Option<&RunRecord>,
    (is_whole, waiting): (bool, bool),
    report: &mut Report,
) -> Result<(), EngineError> {
    let files = run.map_or(0, |run| run.manifest.published.len());
    if waiting && files == 0 {
        report.warnings.push("nothing is published yet".to_owned());
        return Ok(());
    }
    report.published_files = files as u64;
    let published = request.store.beside(&request.settings.published);
    report
        .faults
        .extend(published::check_recorded(&*published, run.map(|run| &run.manifest))?);
    if is_whole && !waiting {
        report.faults.extend(published::check_content(request, &*published, state, range)?);
    } else {
        report
            .warnings
            .push("the published files were not held against the tables".to_owned());
    }
    Ok(())
}

/// Computes some customers a second time, if the tables are up to date.
fn run_oracle(
    request: &CheckRequest<'_>,
    state: &State,
    range: Range,
    origins: &Origins,
    untrusted: &Places,
    report: &mut Report,
) -> Result<Option<Verdict>, EngineError> {
    if request.customers == Share::Only(0) {
        return Ok(None);
    }
    if origins.is_behind() {
        report
            .warnings
            .push("no customer was computed again: the tables are not made from what the warehouse holds now".to_owned());
        return Ok(None);
    }
    let known = customer_choice::known(request.store, state)?;
    let chosen = customer_choice::choose(
        &known,
        request.customers,
        request.seed.unwrap_or(customer_choice::seed_of(range.last)),
    );
    let files = discover::discover_what_is_there(request.settings, request.watch)?;
    let oracle = Oracle {
        settings: request.settings,
        store: request.store,
        state,
        files: &files,
        days: (range.first, range.last),
        left_out: untrusted,
        watch: request.watch,
    };
    let verdict = oracle.run(&chosen)?;
    let raw = verdict.raw_files;
    if raw.new > 0 {
        let text = format!("{} raw files are new since the last run: they are in no table yet", raw.new);
        request.watch.tell(Event::Warning(text));
    }
    if raw.changed > 0 {
        let text = format!(
            "{} raw files are not what they were when they were read: their rows were taken from the warehouse",
            raw.changed
        );
        request.watch.tell(Event::Warning(text));
    }
    Ok(Some(verdict))
}
