//! A run from beginning to end: raw files, events, facts, assignments, windows, portfolio,
//! publication. A plan is the same way, as far as raw files can change it, with another place to
//! write; both read one plan of what comes after.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::day_ranges::range_text;
use crate::engine::build::{activity_daily, assignments, first_activity, subscription_history, user_names, window_plan, window_tables};
use crate::engine::cache::Cache;
use crate::engine::cache::entry::Entry;
use crate::engine::cache::source_totals;
use crate::engine::cache::source_totals::CachedTotals;
use crate::engine::cache::up_to_date;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::health::{freshness, list_warnings, source_gaps};
use crate::engine::ingest::compare;
use crate::engine::ingest::receive;
use crate::engine::ingest::receive::Received;
use crate::engine::ingest::recent_events::FreshEvents;
use crate::engine::ingest::reject_budget::SincePublication;
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
use crate::engine::publish::{cross_checks, publication};
use crate::engine::report::RunReport;
use crate::engine::request::Request;
use crate::engine::size_estimates;
use crate::engine::state::State;
use crate::reports::manifest::Manifest;
use crate::stages;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::licenses::snapshot_history::TakenSnapshots;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::people::user_names::Names;
use crate::stages::usage::adoption::ADOPTION;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::store::Store;

/// Brings the warehouse up to date, and the published files where all tables were asked for.
pub fn run(request: &Request<'_>, store: &Store, watch: &Watch<'_>) -> Result<RunReport, EngineError> {
    bring_up(request, store, watch).map_err(|error| error.with_shards(request.settings.shards))
}

fn bring_up(request: &Request<'_>, store: &Store, watch: &Watch<'_>) -> Result<RunReport, EngineError> {
    let settings = request.settings;
    let mut report = RunReport::default();
    let wanted = match &request.tables {
        Some(tables) => with_upstream(tables),
        None => stages::TABLES.iter().map(|contract| contract.name).collect(),
    };
    let is_looked_at = |contract: &Contract| {
        let is_input = contract.partition == Partition::Received || contract.name == ACTIVITY_COVERAGE.name;
        is_input || wanted.contains(contract.name)
    };
    let look = || {
        let mut cache = Cache::load(store);
        let state = State::read_some(store, cache.take_footers(), is_looked_at)?;
        Ok::<_, EngineError>((state, cache))
    };
    // What is in the warehouse says which raw files are looked at, if not all of them are.
    let looks_at_all = !compare::is_limited(request);
    let (looked, all) = rayon::join(look, || {
        looks_at_all.then(|| discover::discover(settings, None, &request.reads, watch))
    });
    let (mut state, mut cache) = looked?;
    tell_of_strangers(&state, watch);
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
    let Walked { files, unseen } = walked;
    required_sources::check_seen(request, &unseen, watch)?;
    report.sources = required_sources::found(settings, &files, request.today);
    required_sources::check_required(settings, &report.sources)?;
    required_sources::check_any(request, &state, &files)?;
    let whole = request.tables.is_none() && request.again.is_none() && request.verify.is_none() && !request.rescan;
    let has_nothing_to_do = || {
        let looked_at = up_to_date::looked_at(request, &state, &files);
        cache
            .up_to_date
            .as_ref()
            .zip(looked_at)
            .is_some_and(|(entry, now)| entry.is_true_for(&now))
    };
    let unread = Unread::default();
    let has_to_prune = request.prune && state.outside().next().is_some();
    if whole && !has_to_prune && has_nothing_to_do() && Manifest::of_whole(&settings.published).is_some() {
        outside_days::tell(&state, watch);
        unread.tell(&unseen, store, &mut report, watch)?;
        fill_range(&mut report, &state);
        fill_freshness(request, store, &mut report, &state, &mut cache.source_totals)?;
        return Ok(report);
    }
    let mut changes = Changes::default();
    let received = receive::receive(
        request,
        store,
        &mut state,
        &mut cache,
        (&files, since),
        &unread,
        &mut changes,
        &mut report,
        watch,
    )?;
    unread.tell(&unseen, store, &mut report, watch)?;
    let latest = source_totals::latest(store, &state, &mut cache.source_totals, source_gaps::PARTITIONS)?;
    source_gaps::warn_of_gaps(settings, &report, &latest, request.last, watch);
    if !store.is_rehearsal() {
        received.since.save(store)?;
        received.since.check(settings, store, &state)?;
    }
    report.days_left = received.waiting.len() as u64;
    let makes_windows = window_plan::is_wanted(&wanted);
    let taken = if makes_windows || settings.first_day.is_none() {
        subscription_history::bring_up_to_date(store, &state)?
    } else {
        TakenSnapshots::default()
    };
    let Some(mut range) = range(request, store, (&state, &mut cache), &taken, &received, watch)? else {
        if report.days_left == 0 {
            report.has_no_days = true;
            watch.tell(Event::Warning(
                "there is no sign-in and no subscription snapshot up to the last day: nothing to make tables of".to_owned(),
            ));
        }
        cache.save(store, state)?;
        return Ok(report);
    };
    if let Some(again) = request.again.as_ref().filter(|again| again.last < range.first) {
        return Err(EngineError::Usage(format!(
            "the tables begin on {}: there is nothing of {} to make again",
            range.first,
            range_text((again.first, again.last))
        )));
    }
    if request.tables.is_none() {
        state.set_aside(Some(range.first), None);
    }
    if !request.prune {
        outside_days::tell(&state, watch);
    }
    let timelines = if makes_windows {
        assignments::timelines(settings, &taken)
    } else {
        Vec::new()
    };
    let names: Vec<Names> = (0..u32::from(settings.shards))
        .map(|shard| user_names::names(store, &state, shard))
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
    waiting.extend(make_tables(
        &mut job,
        (&mut state, received.fresh_events),
        &mut cache,
        &timelines,
        &mut changes,
        &mut report,
    )?);
    range = job.range;
    report.days_left = waiting.len() as u64;
    fill_range(&mut report, &state);
    fill_freshness(request, store, &mut report, &state, &mut cache.source_totals)?;
    list_warnings::of_collapsed_lists(request, store, &state, &came_in, &mut report, watch)?;
    report.users_known_by_name = user_names::unjoined(store, &state, &names)?;
    if report.users_known_by_name > 0 {
        list_warnings::of_unknown_users(store, &state, watch)?;
    }
    let is_mixed = waiting.first().is_some_and(|first| state.days(&ADOPTION).last() >= Some(first));
    if request.tables.is_none() && is_mixed {
        watch.tell(Event::Warning(
            "nothing was published: days of the published files are left for the next run".to_owned(),
        ));
    } else if request.tables.is_none() {
        finish(request, store, &state, &mut cache, &files, range, &mut report, watch)?;
        if received.has_strays {
            cache.up_to_date = None;
        }
    }
    if request.prune && report.days_left == 0 {
        outside_days::prune(store, &mut state, &mut report)?;
    }
    // A year of raw files has hundreds of thousands of names to give back.
    rayon::join(|| cache.save(store, state), || drop(files)).0?;
    Ok(report)
}

/// The days of the tables: none on which raw files came in that wait for another run.
fn range(
    request: &Request<'_>,
    store: &Store,
    (state, cache): (&State, &mut Cache),
    taken: &TakenSnapshots,
    received: &Received,
    watch: &Watch<'_>,
) -> Result<Option<Range>, EngineError> {
    let last = received.waiting.iter().map(|day| day.plus(-1)).fold(request.last, Day::min);
    let earliest = || source_totals::earliest_path_day(store, state, &mut cache.source_totals);
    day_range::range(request.settings, state, earliest, taken.first_day(), (request.from, last), watch)
}

/// Makes the stale files of every table; returns the days that are left to another run. Days whose
/// facts are left are too.
fn make_tables(
    job: &mut Job<'_>,
    (state, fresh_events): (&mut State, FreshEvents),
    cache: &mut Cache,
    timelines: &[Timeline],
    changes: &mut Changes,
    report: &mut RunReport,
) -> Result<Vec<Day>, EngineError> {
    let mut waiting = Vec::new();
    if job.tables.contains("activity_coverage") {
        let facts = activity_daily::run(job, state, fresh_events, changes)?;
        report.steps.extend(facts.steps);
        if let Some(first) = facts.waiting.first() {
            job.range.last = first.plus(-1);
        }
        waiting.extend(facts.waiting);
    }
    if job.tables.contains("assignments") {
        let (step, contradictions) = assignments::run_assignments(job, state, cache, changes)?;
        report.steps.extend(step);
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
        let made = window_tables::make(job, state, &plan)?;
        plan.measure(&made);
        report.steps.extend(plan.steps(job, state, changes));
    }
    if let Some(first) = plan.waiting.first() {
        job.range.last = first.plus(-1);
    }
    waiting.extend(&plan.waiting);
    Ok(waiting)
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
    let due = publication::is_due(request.settings, store, state, range)?;
    if store.is_rehearsal() {
        report.published = due.is_some() || !report.steps.is_empty();
        return Ok(());
    }
    if let Some(verify) = request.verify {
        report.verified = Some(verify(store, state, range, watch)?);
    }
    if let Some(fingerprint) = due {
        watch.go_on()?;
        cross_checks::run(request.settings, store, state, range, cache, watch)?;
        publication::run(
            request.settings,
            store,
            state,
            range,
            (&cache.first_days, fingerprint),
            report,
            watch,
        )?;
        report.published = true;
        SincePublication::default().save(store)?;
    }
    let is_all = report.days_left == 0 && report.unread == 0;
    let looked_at = up_to_date::looked_at(request, state, files).filter(|_| is_all);
    cache.up_to_date = looked_at.map(|looked_at| Entry::new(looked_at, ()));
    Ok(())
}

/// Says what in the warehouse is not ours or cannot be used.
fn tell_of_strangers(state: &State, watch: &Watch<'_>) {
    for path in &state.foreign {
        watch.tell(Event::Warning(format!(
            "`{}` is not a file of uptake; it is left alone",
            path.display()
        )));
    }
    for broken in &state.broken {
        watch.tell(Event::Warning(broken.to_string()));
    }
}

/// How fresh the sources are, and what the tables hold.
fn fill_freshness(
    request: &Request<'_>,
    store: &Store,
    report: &mut RunReport,
    state: &State,
    known: &mut CachedTotals,
) -> Result<(), EngineError> {
    let in_paths = |id: &str| {
        let source = report.sources.iter().find(|source| source.id == id)?;
        Day::parse(source.latest_day.as_deref()?)
    };
    report.freshness = freshness::freshness(request.settings, (store, state, known), &in_paths, request.last)?;
    report.extents = freshness::extents(state);
    Ok(())
}

/// The days that `adoption` has.
fn fill_range(report: &mut RunReport, state: &State) {
    let days = state.days(&ADOPTION);
    report.first_day = days.first().map(Day::to_string);
    report.last_day = days.last().map(Day::to_string);
}
