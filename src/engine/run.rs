//! A run from beginning to end.
//!
//! | step | room |
//! |---|---|
//! | find the raw files, and end early where nothing changed | `input`, `cache/up_to_date` |
//! | bring them into `received=` partitions | `ingest` |
//! | facts of the days whose events changed | `build/activity_daily` |
//! | license history, first activity | `build/assignments`, `build/first_activity` |
//! | tables that look back on windows: one list of files, then the files | `build/window_plan`, `build/window_tables` |
//! | checks, publication | `publish` |
//!
//! A plan goes the same way with a store that writes to a temporary folder. It prints the list of files
//! where a run makes them.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::day_ranges::range_text;
use crate::engine::build::{activity_daily, assignments, first_activity, subscription_history, user_names, window_plan, window_tables};
use crate::engine::cache::Cache;
use crate::engine::cache::entry::Entry;
use crate::engine::cache::source_totals;
use crate::engine::cache::up_to_date;
use crate::engine::context::{Job, RunContext, RunState};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::health::{foreign_files, freshness, list_warnings, source_gaps};
use crate::engine::ingest::compare;
use crate::engine::ingest::compare::RawInput;
use crate::engine::ingest::receive;
use crate::engine::ingest::receive::Received;
use crate::engine::ingest::recent_events::RecentEvents;
use crate::engine::ingest::reject_budget::RejectBudget;
use crate::engine::ingest::required_sources;
use crate::engine::input::discover;
use crate::engine::input::discover::Walked;
use crate::engine::input::raw_file::RawFile;
use crate::engine::input::unread::Unread;
use crate::engine::plan::causes::Changes;
use crate::engine::plan::day_range;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::dependencies::with_upstream;
use crate::engine::plan::outside_days;
use crate::engine::publish::cross_checks::CheckedTables;
use crate::engine::publish::{cross_checks, kept_back, publication, run_notes};
use crate::engine::query::customers::known_customers;
use crate::engine::query::exceptions;
use crate::engine::report::{RunReport, Size};
use crate::engine::request::Request;
use crate::engine::size_estimates;
use crate::engine::state::State;
use crate::reports::error::ReportError;
use crate::reports::manifest::Manifest;
use crate::reports::releases::current::Current;
use crate::reports::releases::folder;
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::licenses::snapshot_history::SnapshotHistory;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::people::user_names::Names;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::store::Store;

/// Brings the warehouse up to date, and the published files where all tables were asked for.
pub fn run(request: &Request<'_>, store: &Store, watch: &Watch<'_>) -> Result<RunReport, EngineError> {
    let published = store.beside(&request.settings.published);
    if !store.is_rehearsal() {
        // The caller has the warehouse's lock, so nobody publishes meanwhile.
        published.recover(&|_| Ok(true)).map_err(ReportError::from)?;
    }
    let run = RunContext {
        settings: request.settings,
        request,
        store,
        published: &*published,
        watch,
    };
    bring_up_to_date(&run).map_err(|error| error.with_shards(request.settings.shards))
}

fn bring_up_to_date(run: &RunContext<'_>) -> Result<RunReport, EngineError> {
    let RunContext {
        settings,
        request,
        store,
        watch,
        ..
    } = *run;
    let wanted = match &request.tables {
        Some(tables) => with_upstream(tables),
        None => stages::TABLES.iter().map(|contract| contract.name).collect(),
    };
    let (mut so_far, Walked { files, unseen }, since) = look(run, &wanted)?;
    required_sources::check_seen(request, &unseen, watch)?;
    so_far.report.sources = required_sources::found(settings, &files, request.today);
    required_sources::check_required(settings, &so_far.report.sources)?;
    required_sources::check_any(request, &so_far.state, &files)?;
    let unread = Unread::default();
    if is_up_to_date(run, &so_far, &files) {
        outside_days::tell(&so_far.state, watch);
        unread.tell(&unseen, store, &mut so_far.report, watch)?;
        so_far.fill_range();
        freshness::fill_in(run, &mut so_far)?;
        return Ok(so_far.report);
    }
    let input = RawInput {
        files: &files,
        since,
        unread: &unread,
    };
    let received = receive::receive(run, &input, &mut so_far)?;
    unread.tell(&unseen, store, &mut so_far.report, watch)?;
    let latest = source_totals::latest(store, &so_far.state, &mut so_far.cache.source_totals, source_gaps::PARTITIONS)?;
    source_gaps::warn_of_gaps(settings, &so_far.report, &latest, request.last, watch);
    if !store.is_rehearsal() {
        received.reject_budget.save(store)?;
        received.reject_budget.check(settings, store, &so_far.state)?;
    }
    so_far.report.days_left = received.waiting.len() as u64;
    let listed = known_customers(store, &so_far.state)?;
    let settings = &exceptions::applied(settings, &listed);
    let run = &RunContext { settings, ..*run };
    let makes_windows = window_plan::is_wanted(&wanted);
    let taken = if makes_windows || settings.first_day.is_none() {
        subscription_history::bring_up_to_date(store, &so_far.state)?
    } else {
        SnapshotHistory::default()
    };
    let Some(range) = range(run, &mut so_far, &taken, &received)? else {
        if so_far.report.days_left == 0 {
            so_far.report.has_no_days = true;
            watch.tell(Event::Warning(
                "there is no sign-in and no subscription snapshot up to the last day: nothing to make tables of".to_owned(),
            ));
        }
        so_far.cache.save(store, so_far.state)?;
        return Ok(so_far.report);
    };
    exceptions::tell(run, &mut so_far, &listed, &taken, range)?;
    if request.tables.is_none() {
        so_far.state.set_aside(Some(range.first), None);
    }
    if !request.prune {
        outside_days::tell(&so_far.state, watch);
    }
    let timelines = if makes_windows {
        assignments::timelines(settings, &taken)
    } else {
        Vec::new()
    };
    let names: Vec<Names> = (0..u32::from(settings.shards))
        .map(|shard| user_names::names(store, &so_far.state, shard))
        .collect::<Result<_, _>>()?;
    let mut job = Job {
        settings,
        request,
        store,
        range,
        forced: request.forced(),
        tables: &wanted,
        names: &names,
        watch,
    };
    let came_in: BTreeSet<Day> = received.written.iter().map(|part| part.received).collect();
    let mut waiting: BTreeSet<Day> = received.waiting.into_iter().collect();
    waiting.extend(make_tables(&mut job, &mut so_far, received.recent_events, &timelines)?);
    so_far.report.days_left = waiting.len() as u64;
    so_far.fill_range();
    freshness::fill_in(run, &mut so_far)?;
    list_warnings::of_collapsed_lists(run, &mut so_far, &came_in)?;
    so_far.report.users_known_by_name = user_names::unjoined(store, &so_far.state, &names)?;
    if so_far.report.users_known_by_name > 0 {
        list_warnings::of_unknown_users(store, &so_far.state, watch)?;
    }
    let is_mixed = waiting
        .first()
        .is_some_and(|first| so_far.state.days(&ADOPTION).last() >= Some(first));
    if request.tables.is_none() && is_mixed {
        watch.tell(Event::Warning(
            "nothing was published: days of the published files are left for the next run".to_owned(),
        ));
    } else if request.tables.is_none() {
        finish(run, &mut so_far, &files, job.range)?;
        if received.has_strays {
            so_far.cache.up_to_date = None;
        }
    }
    let RunState {
        mut state,
        mut cache,
        mut report,
        ..
    } = so_far;
    if request.prune && report.days_left == 0 {
        outside_days::prune(store, &mut state, &mut report)?;
    }
    // A year of raw files has hundreds of thousands of names to give back.
    rayon::join(|| cache.save(store, state), || drop(files)).0?;
    Ok(report)
}

/// Looks at the warehouse and at the raw files: at all of these, or at those from the day on that
/// comes with them.
fn look(run: &RunContext<'_>, wanted: &BTreeSet<&'static str>) -> Result<(RunState, Walked, Option<Day>), EngineError> {
    let RunContext {
        settings,
        request,
        store,
        watch,
        ..
    } = *run;
    let is_looked_at = |contract: &Contract| {
        let is_input = contract.partition == Partition::Received || contract.name == ACTIVITY_COVERAGE.name;
        is_input || wanted.contains(contract.name)
    };
    let look_at_tables = || {
        let mut cache = Cache::load(store);
        let state = State::read_some(store, cache.take_footers(), is_looked_at)?;
        Ok::<_, EngineError>((state, cache))
    };
    // What is in the warehouse says which raw files are looked at, if not all of them are.
    let looks_at_all = !compare::is_limited(request);
    let (tables, all) = rayon::join(look_at_tables, || {
        looks_at_all.then(|| discover::discover(settings, None, &request.reads, watch))
    });
    let (mut state, cache) = tables?;
    foreign_files::warn(&state, watch);
    if request.tables.is_none() {
        state.set_aside(settings.first_day, Some(request.last));
    }
    let (since, walked) = match all {
        Some(walked) => (None, walked?),
        None => {
            let since = compare::looked_at_since(request, &state, &cache);
            (since, discover::discover(settings, since, &request.reads, watch)?)
        }
    };
    let so_far = RunState {
        state,
        cache,
        changes: Changes::default(),
        report: RunReport::default(),
    };
    Ok((so_far, walked, since))
}

/// Whether everything is what it was when an earlier run left nothing to do.
fn is_up_to_date(run: &RunContext<'_>, so_far: &RunState, files: &[RawFile]) -> bool {
    let RunContext { request, .. } = *run;
    let RunState { state, cache, .. } = so_far;
    let is_whole = request.tables.is_none() && request.again.is_none() && request.verify.is_none() && !request.rescan;
    let has_to_prune = request.prune && state.outside().next().is_some();
    let is_as_it_was = || {
        let looked_at = up_to_date::looked_at(request, state, files);
        let known = cache.up_to_date.as_ref().zip(looked_at);
        known.is_some_and(|(entry, now)| entry.is_true_for(&now))
    };
    let is_published = || Manifest::of_whole(run.published).is_some() && matches!(folder::is_in_force(run.published), Ok(true));
    // After a rollback the tables have more than the published files, and that is said every time.
    let is_newest = || Current::read(run.published).is_ok_and(|current| current.is_some_and(|current| current.rolled_back.is_none()));
    is_whole && !has_to_prune && is_as_it_was() && is_published() && is_newest()
}

/// The days of the tables: none on which raw files came in that wait for another run. Fails where
/// days are to be made again that the tables do not have.
fn range(run: &RunContext<'_>, so_far: &mut RunState, taken: &SnapshotHistory, received: &Received) -> Result<Option<Range>, EngineError> {
    let RunContext {
        settings,
        request,
        store,
        watch,
        ..
    } = *run;
    let RunState { state, cache, .. } = so_far;
    let last = received.waiting.iter().map(|day| day.plus(-1)).fold(request.last, Day::min);
    let earliest = || source_totals::earliest_path_day(store, state, &mut cache.source_totals);
    let range = day_range::range(settings, state, earliest, taken.first_day(), (request.from, last), watch)?;
    let Some(first) = range.as_ref().map(|range| range.first) else {
        return Ok(None);
    };
    match request.again.as_ref().filter(|again| again.last < first) {
        Some(again) => Err(EngineError::Usage(format!(
            "the tables begin on {first}: there is nothing of {} to make again",
            range_text((again.first, again.last))
        ))),
        None => Ok(range),
    }
}

/// Makes the stale files of every table; returns the days that are left to another run. Days whose
/// facts are left are too.
fn make_tables(
    job: &mut Job<'_>,
    so_far: &mut RunState,
    recent_events: RecentEvents,
    timelines: &[Timeline],
) -> Result<Vec<Day>, EngineError> {
    let RunState {
        state,
        cache,
        changes,
        report,
    } = so_far;
    let mut waiting = Vec::new();
    if job.tables.contains("activity_coverage") {
        let facts = activity_daily::run(job, state, recent_events, changes)?;
        report.steps.extend(facts.steps);
        if let Some(first) = facts.waiting.first() {
            job.range.last = first.plus(-1);
        }
        waiting.extend(facts.waiting);
    }
    if job.tables.contains("assignments") {
        let (steps, contradictions) = assignments::run_assignments(job, state, cache, changes)?;
        report.steps.extend(steps);
        report.contradictions = contradictions;
    }
    if job.tables.contains("first_activity") {
        report.steps.extend(first_activity::run(job, state, changes)?);
    }
    let mut plan = window_plan::plan(job, state, timelines, &mut cache.first_days, changes)?;
    if job.store.is_rehearsal() {
        size_estimates::estimate(job, state, &mut plan)?;
        report.steps.extend(plan.steps(job, state, changes));
    } else {
        run_notes::note(job.store, job.request.began, &plan.steps(job, state, changes))?;
        window_tables::make(job, state, &plan)?;
        plan.measure(|contract, place| state.footer(contract, place).map(Size::of).unwrap_or_default());
        report.steps.extend(plan.steps(job, state, changes));
    }
    if let Some(first) = plan.waiting.first() {
        job.range.last = first.plus(-1);
    }
    waiting.extend(&plan.waiting);
    Ok(waiting)
}

/// Publishes what changed and takes note that everything is up to date.
fn finish(run: &RunContext<'_>, so_far: &mut RunState, files: &[RawFile], range: Range) -> Result<(), EngineError> {
    let RunContext {
        settings,
        request,
        store,
        published,
        watch,
    } = *run;
    let due = publication::is_due(settings, store, published, &so_far.state, range)?;
    let kept_back = kept_back::kept_back(settings, published, request.forward)?;
    if store.is_rehearsal() {
        so_far.report.published = kept_back.is_none() && (due.is_some() || !so_far.report.steps.is_empty());
        return Ok(());
    }
    let is_kept_back = due.is_some() && kept_back.is_some();
    let due = due.filter(|_| kept_back.is_none());
    if let Some(why) = kept_back.filter(|_| is_kept_back) {
        watch.tell(Event::Warning(format!("nothing was published: {why}")));
    }
    if let Some(verify) = request.verify {
        so_far.report.verified = Some(verify(store, &so_far.state, range, watch)?);
    }
    if let Some(fingerprint) = due {
        watch.go_on()?;
        let tables = CheckedTables {
            settings,
            store,
            state: &so_far.state,
            range,
            watch,
        };
        cross_checks::run(&tables, &mut so_far.cache)?;
        publication::run(run, so_far, range, fingerprint)?;
        so_far.report.published = true;
        RejectBudget::default().save(store)?;
        run_notes::clear(store)?;
    }
    let is_all = so_far.report.days_left == 0 && so_far.report.unread == 0 && !is_kept_back;
    let looked_at = up_to_date::looked_at(request, &so_far.state, files).filter(|_| is_all);
    so_far.cache.up_to_date = looked_at.map(|looked_at| Entry::new(looked_at, ()));
    Ok(())
}
