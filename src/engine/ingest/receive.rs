//! Brings what is new or changed among the raw files into the `received=` partitions, and says
//! which event days changed with it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::engine::cache::content_digests::ContentDigests;
use crate::engine::cache::unchanged_partitions::UnchangedPartitions;
use crate::engine::context::{RunContext, RunState};
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ingest::compare;
use crate::engine::ingest::compare::{Planned, RawInput};
use crate::engine::ingest::execute_task;
use crate::engine::ingest::notices::file_notices;
use crate::engine::ingest::partition_files::NO_DAY;
use crate::engine::ingest::partition_plan::PartitionPlan;
use crate::engine::ingest::read_back::read_back;
use crate::engine::ingest::recent_events::RecentEvents;
use crate::engine::ingest::reject_budget::RejectBudget;
use crate::engine::ingest::task_context::TaskContext;
use crate::engine::ingest::write_partition::Written;
use crate::engine::input::raw_file::RawFile;
use crate::engine::input::unread::Unread;
use crate::engine::plan::causes::{Cause, Changes};
use crate::engine::plan::rebuild::Making;
use crate::engine::plan::received_task::ReceivedTask;
use crate::engine::plan::task::{Outcome, Task, changed_meanwhile};
use crate::engine::plan::workers::HandedOut;
use crate::engine::report::{RunReport, Size};
use crate::engine::request::Request;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages;
use crate::stages::activity::activity_daily::ACTIVITY_DAILY;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::warehouse::contract::{Contract, Partition};

/// What came in.
pub struct Received {
    pub written: Vec<Written>,
    /// What came in since the last publication, this included.
    pub reject_budget: RejectBudget,
    pub recent_events: RecentEvents,
    /// The days on which raw files came in that wait for another run, because this one is to be
    /// short.
    pub waiting: Vec<Day>,
    /// See [`Planned::has_strays`].
    pub has_strays: bool,
}

/// Reads what is new or changed, or asked for, and writes the partitions that it belongs to.
pub fn receive(run: &RunContext<'_>, input: &RawInput<'_>, so_far: &mut RunState) -> Result<Received, EngineError> {
    let RunContext {
        settings,
        request,
        store,
        watch,
        ..
    } = *run;
    let RawInput { files, since, unread } = *input;
    let RunState {
        state,
        cache,
        changes,
        report,
    } = so_far;
    let mut reject_budget = RejectBudget::load(settings, store, state, watch)?;
    let worthless = reject_budget.forget_gone(settings, files, watch);
    let load_contents = || {
        let mut contents = ContentDigests::load(store);
        if since.is_none() {
            contents.forget_all_but(files);
        }
        contents
    };
    let shared: &State = state;
    let (mut contents, known) = rayon::join(load_contents, || {
        let unchanged = UnchangedPartitions::new(settings, files, &mut cache.unchanged_partitions, unread);
        let known = compare::known_files(run, shared, &unchanged, &worthless)?;
        Ok::<_, EngineError>((known, unchanged))
    });
    let (known, mut unchanged) = known?;
    let known = known.without(worthless);
    let Planned { mut plans, has_strays } = compare::plan(run, shared, input, known, &mut contents, &mut unchanged)?;
    let waiting = wait(request, &mut plans);
    if !store.is_rehearsal() {
        reject_budget.announce(store, settings, &plans)?;
    }
    let total = plans.iter().map(|plan| plan.files_to_read(settings)).sum();
    watch.tell(Event::Begin {
        what: "raw files",
        unit: "files",
        total,
    });
    let recent_events = RecentEvents::default();
    let context = TaskContext::of_run(settings, store, shared, files, unread, (watch, &recent_events));
    let is_told = request.workers.is_some() || request.on_task.is_some();
    // Where nobody wants them, the names of all raw files need not be in memory once more.
    let told = if is_told { plans.as_slice() } else { &[] };
    let tasks: Vec<ReceivedTask> = told.par_iter().map(|plan| plan.task(&context, request.today)).collect();
    let handed_out = request.hand_out(tasks.iter().cloned().map(Task::Received), shared)?;
    let written: Vec<Option<Written>> = plans
        .par_iter()
        .enumerate()
        // One by one: a thread that is given several in a row has some left when the others are
        // through.
        .with_max_len(1)
        .map(|(at, plan)| match tasks.get(at) {
            Some(task) => carry_out((plan, task), &context, &handed_out, at),
            None => carry_out((plan, &plan.task(&context, request.today)), &context, &handed_out, at),
        })
        .collect::<Result<_, _>>()?;
    handed_out.check()?;
    let written: Vec<Written> = written.into_iter().flatten().collect();
    watch.tell(Event::End);
    for warning in file_notices::warnings(written.iter().map(|part| &part.notices)) {
        watch.tell(Event::Warning(warning));
    }
    let masked: BTreeSet<&String> = written.iter().flat_map(|part| &part.masked).collect();
    if !masked.is_empty() {
        watch.tell(Event::Warning(masked_text(masked.len())));
    }
    let keep_contents = || {
        remember(files, &written, &mut contents);
        contents.save(store)
    };
    let take_note = || {
        note_events(state, &written, changes);
        for plan in &plans {
            for (feed, read) in plan.files_read(settings) {
                changes.note_files(feed, plan.received, read);
            }
        }
        report.steps.extend(steps(request, state, &plans, &written, changes));
        for (contract, place, footer) in written.iter().flat_map(|part| &part.footers) {
            state.put(contract, *place, footer.clone());
        }
        for part in &written {
            cache.source_totals.insert(Some(part.received), part.totals.clone());
        }
        count(&written, unread, report);
    };
    rayon::join(keep_contents, take_note).0?;
    let received = |contract: &&&Contract| contract.partition == Partition::Received;
    for contract in stages::TABLES.iter().filter(received) {
        forget_beyond(state, contract, settings);
    }
    let is_as_found = |part: &Written| part.notices.replaced.is_empty();
    for (plan, part) in plans.iter().zip(&written).filter(|(_, part)| is_as_found(part)) {
        unchanged.note(state, plan.received, plan.known.iter().chain(&part.files));
    }
    if since.is_none() && waiting.is_empty() && unread.is_empty() {
        cache.note_look_at_all(settings);
    }
    written.iter().for_each(|part| reject_budget.add(part));
    Ok(Received {
        written,
        reject_budget,
        recent_events,
        waiting,
        has_strays,
    })
}

/// Carries out the task of a partition, unless a worker did. `None` where it was given up.
fn carry_out(
    (plan, task): (&PartitionPlan<'_>, &ReceivedTask),
    context: &TaskContext<'_>,
    handed_out: &HandedOut<'_>,
    at: usize,
) -> Result<Option<Written>, EngineError> {
    let made = handed_out.made_by_workers(at);
    let outcome = handed_out.carry_out(at, |state| {
        let context = &TaskContext { state, ..context.clone() };
        match made.is_empty() {
            true => execute_task::execute(task, context, Some(&plan.known)),
            false if execute_task::is_made_by_worker(task, context)? => Ok(Outcome::AlreadyMade),
            false => execute_task::execute(task, context, None),
        }
    })?;
    match outcome {
        None => Ok(None),
        Some(Outcome::Made(written)) => Ok(Some(written)),
        Some(Outcome::AlreadyMade) if !made.is_empty() => {
            let account = handed_out
                .account(at)
                .and_then(|account| serde_json::from_value(account.clone()).ok());
            Ok(Some(read_back(task, context.store, made, account.unwrap_or_default())?))
        }
        Some(Outcome::AlreadyMade | Outcome::Outdated) => Err(changed_meanwhile()),
    }
}

/// What is said of users who stay under pseudonyms though the pipeline keeps ids as they are.
fn masked_text(users: usize) -> String {
    let who = if users == 1 {
        "1 user stays under a pseudonym"
    } else {
        &format!("{users} users stay under pseudonyms")
    };
    format!(
        "{who}, since the raw files that would say who they are are gone: where the same people are in other raw files, they count twice \
         (bring the files back, or keep pseudonyms)"
    )
}

/// Leaves all but the oldest days to another run, where a run is to be short.
fn wait(request: &Request<'_>, plans: &mut Vec<PartitionPlan<'_>>) -> Vec<Day> {
    let Some(most) = request.max_days else { return Vec::new() };
    let undated = plans.iter().filter(|plan| plan.received == NO_DAY).count();
    let keep = (most as usize + undated).min(plans.len());
    plans.drain(keep..).map(|plan| plan.received).collect()
}

/// The steps of the `received=` tables.
fn steps<'w>(
    request: &Request<'_>,
    state: &State,
    plans: &[PartitionPlan<'_>],
    written: &'w [Written],
    changes: &Changes,
) -> Vec<crate::engine::report::Step> {
    let mut makings: BTreeMap<&'w str, Making> = BTreeMap::new();
    for (plan, part) in plans.iter().zip(written) {
        let mut causes: BTreeMap<&str, BTreeSet<Cause>> = BTreeMap::new();
        for (contract, place, footer) in &part.footers {
            let causes = causes
                .entry(contract.name)
                .or_insert_with(|| plan.causes(request.settings, state, contract));
            let making = makings.entry(contract.name).or_insert_with(|| Making::new(contract));
            making.add(*place, Size::of(footer), causes.clone());
        }
    }
    let reason = request.again.as_ref().and_then(|again| again.reason.as_deref());
    stages::TABLES
        .iter()
        .filter_map(|contract| makings.get(contract.name)?.step(state, changes, reason))
        .collect()
}

/// Takes note of the event days whose events are not what they were, and of the raw files that
/// brought them.
fn note_events(state: &State, written: &[Written], changes: &mut Changes) {
    let mut rows: BTreeMap<Day, i64> = BTreeMap::new();
    for (contract, place, footer) in written.iter().flat_map(|part| &part.footers) {
        if contract.name != ACTIVITY_EVENTS.name {
            continue;
        }
        let before = state
            .footer(contract, *place)
            .map(|footer| footer.days.as_slice())
            .unwrap_or_default();
        let digest_before = |day| before.iter().find(|part| part.day == day).map(|part| part.digest);
        let digest_now = |day| footer.days.iter().find(|part| part.day == day).map(|part| part.digest);
        for part in footer.days.iter().filter(|part| digest_before(part.day) != Some(part.digest)) {
            *rows.entry(part.day()).or_default() += part.rows as i64;
        }
        for part in before.iter().filter(|part| digest_now(part.day) != Some(part.digest)) {
            *rows.entry(part.day()).or_default() -= part.rows as i64;
        }
    }
    let mut files: BTreeMap<Day, (u64, &str)> = BTreeMap::new();
    for (day, (count, first)) in written.iter().flat_map(|part| &part.events) {
        let known = files.entry(*day).or_insert((0, first.as_str()));
        *known = (known.0 + count, known.1.min(first.as_str()));
    }
    let made: BTreeSet<Day> = state.days(&ACTIVITY_DAILY).into_iter().collect();
    for (day, more) in rows {
        let late = if made.contains(&day) { "late " } else { "" };
        let events = if more.abs() == 1 { "event" } else { "events" };
        let what = match more {
            0 => "other events".to_owned(),
            1.. => format!("{more} {late}{events}"),
            _ => format!("{} {events} fewer", -more),
        };
        let which = match files.get(&day) {
            Some((1, path)) => format!(" in `{path}`"),
            Some((count, path)) => format!(" in {count} raw files, the first of them `{path}`"),
            None => String::new(),
        };
        changes.note(ACTIVITY_EVENTS.name, day, format!("{what}{which}"));
    }
}

/// Remembers the digests of the files that were read.
fn remember(files: &[RawFile], written: &[Written], contents: &mut ContentDigests) {
    let by_path: FxHashMap<&str, &RawFile> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    for file in written.iter().flat_map(|part| &part.files) {
        // What could not be read has no digest.
        if let (Some(raw), Some(digest)) = (by_path.get(file.source_file.as_str()), Digest::parse(&file.content)) {
            contents.remember(raw, digest);
        }
    }
    // Another look at a file that was replaced since it was found tells what is there then.
    let replaced = written.iter().flat_map(|part| &part.notices.replaced);
    replaced.for_each(|path| contents.forget(path));
}

/// Counts what was read, per source.
fn count(written: &[Written], unread: &Unread, report: &mut RunReport) {
    for part in written {
        for file in &part.files {
            if let Some(source) = report.sources.iter_mut().find(|source| source.id == file.source) {
                if unread.has(&file.source_file) {
                    source.files_unread += 1;
                } else {
                    source.files_read += 1;
                    source.bytes_read += file.bytes as u64;
                }
                source.records += file.records as u64;
                source.accepted += file.accepted as u64;
                source.rejected += file.rejected as u64;
                source.not_ours += file.not_ours as u64;
            }
        }
        for reject in &part.rejects {
            if let Some(source) = report.sources.iter_mut().find(|source| source.id == reject.source) {
                *source.reasons.entry(reject.reason.clone()).or_default() += reject.count;
            }
        }
    }
}

/// Forgets files of shards that are no more: writing the partition has removed them.
fn forget_beyond(state: &mut State, contract: &'static Contract, settings: &Settings) {
    let shards = contract.files(u32::from(settings.shards));
    let beyond: Vec<_> = state
        .table(contract)
        .keys()
        .filter(|(_, shard)| *shard >= shards)
        .copied()
        .collect();
    beyond.into_iter().for_each(|place| state.forget(contract, place));
}
