//! Decides for each raw file whether it is read, and for its rows whether they stay or go, by
//! comparing what is there with what `raw_files` says of it.
//!
//! | a raw file | then |
//! |---|---|
//! | is new | it is read, and its rows join those of its partition |
//! | changed, or is read in another way | every file of its feed and partition is read again |
//! | is asked for by `reprocess` | it is read again |
//! | is gone | its rows stay |
//! | is there, and no source reads it any more | its rows go |
//! | is gone, and no source would read it any more | its rows stay |
//!
//! The rows of files that are not read again come from the partition itself; which of several
//! copies of an event is kept is the least of an order, so joining in portions gives what reading
//! everything at once gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::day_ranges::range_text;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::engine::cache::Cache;
use crate::engine::cache::content_digests::ContentDigests;
use crate::engine::cache::unchanged_partitions::UnchangedPartitions;
use crate::engine::context::RunContext;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ingest::gathered::Gathered;
use crate::engine::ingest::partition_files::{NO_DAY, is_whole};
use crate::engine::ingest::partition_plan::{Change, PartitionPlan, PresentFile};
use crate::engine::ingest::read_file;
use crate::engine::ingest::reading::{Reading, refusal, ways};
use crate::engine::ingest::reject_budget::SourceFile;
use crate::engine::input::raw_file::RawFile;
use crate::engine::input::unread::Unread;
use crate::engine::request::{Again, Request};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::sources::path::{PathFacts, path_context};
use crate::stages;
use crate::stages::received::raw_files;
use crate::stages::received::raw_files::RAW_FILES;
use crate::warehouse::contract::Partition;
use crate::warehouse::store::Store;

/// What partitions of `raw_files` say.
pub struct KnownFiles {
    /// By their days.
    rows: BTreeMap<Day, Vec<raw_files::RawFile>>,
    /// The days about which nothing is to be done: their rows are not read, and their raw files are
    /// not compared.
    skipped: BTreeSet<Day>,
    /// Files whose rows go: they are as if they had never come.
    worthless: BTreeSet<SourceFile>,
}

/// The raw files that a run looks at.
#[derive(Clone, Copy)]
pub struct RawInput<'a> {
    pub files: &'a [RawFile],
    /// The day from which on they were looked for; `None`: these are all that there are.
    pub since: Option<Day>,
    /// What could not be read of them.
    pub unread: &'a Unread,
}

/// What there is to do about the partitions.
pub struct Planned<'a> {
    pub plans: Vec<PartitionPlan<'a>>,
    /// Whether rows stay of raw files that are gone and that no source would read. Should such a
    /// file come back, its rows go: so it has to be looked for in every run.
    pub has_strays: bool,
}

/// A raw file that is there, and the partition that it belongs to.
struct PlacedFile<'a> {
    file: PresentFile<'a>,
    received: Day,
    /// The other partition that has its rows.
    moved_from: Option<MovedFrom>,
}

/// Where a raw file was.
struct MovedFrom {
    received: Day,
    row: raw_files::RawFile,
}

/// Compares the raw files with what the warehouse was made from. Fails where raw files are gone
/// that are asked for.
pub fn plan<'a>(
    run: &RunContext<'_>,
    state: &State,
    input: &RawInput<'a>,
    mut known: KnownFiles,
    contents: &mut ContentDigests,
    unchanged: &mut UnchangedPartitions<'_>,
) -> Result<Planned<'a>, EngineError> {
    let RunContext { settings, request, .. } = *run;
    let placed = loop {
        let placed = place(request, input, &known, contents)?;
        // A file whose path names no day can belong to a partition that nobody would have looked
        // at.
        let unexpected: BTreeSet<Day> = placed
            .iter()
            .map(|placed| placed.received)
            .filter(|day| known.skipped.contains(day))
            .collect();
        if unexpected.is_empty() {
            break placed;
        }
        known.open(run.store, &unexpected)?;
    };
    let mut plans: BTreeMap<Day, PartitionPlan<'a>> = BTreeMap::new();
    for PlacedFile {
        file,
        received,
        moved_from,
    } in placed
    {
        if let Some(MovedFrom { received, row }) = moved_from {
            plan_of(&mut plans, received).moved.insert((row.source, row.source_file));
        }
        plan_of(&mut plans, received).present.push(file);
    }
    for (day, rows) in known.rows {
        let plan = plan_of(&mut plans, day);
        if !known.worthless.is_empty() {
            let keys = rows.iter().map(|row| (row.source.clone(), row.source_file.clone()));
            plan.moved.extend(keys.filter(|key| known.worthless.contains(key)));
        }
        plan.known = rows;
    }
    let mut plans: Vec<PartitionPlan<'a>> = plans.into_values().collect();
    let has_strays = plans
        .par_iter_mut()
        .with_max_len(1)
        .map(|plan| {
            let has_strays = plan.give_up_what_nobody_reads(settings);
            plan.decide(settings, state);
            has_strays
        })
        .reduce(|| false, |one, other| one || other);
    for plan in plans.iter().filter(|plan| !plan.broken.is_empty()) {
        if plan.gone(settings).any(|row| plan.lacks_files_of(row)) {
            run.watch.tell(Event::Warning(format!(
                "files of received={} are missing, and some of its raw files are gone",
                plan.received
            )));
        }
    }
    if let Some(again) = request.again.as_ref().filter(|again| !again.from_facts) {
        refuse_what_is_gone(again, settings, &plans)?;
    }
    for plan in plans.iter().filter(|plan| !plan.known.is_empty()) {
        if plan.feeds.is_empty() && plan.moved.is_empty() {
            unchanged.note(state, plan.received, &plan.known);
        } else {
            unchanged.forget(plan.received);
        }
    }
    Ok(Planned {
        plans: plans.into_par_iter().filter(|plan| !plan.feeds.is_empty()).collect(),
        has_strays,
    })
}

/// What there is to do about the partition of a day.
fn plan_of<'m, 'a>(plans: &'m mut BTreeMap<Day, PartitionPlan<'a>>, day: Day) -> &'m mut PartitionPlan<'a> {
    plans.entry(day).or_insert_with(|| PartitionPlan::new(day))
}

impl KnownFiles {
    /// The same, where some files are as if they had never come.
    pub fn without(self, worthless: BTreeSet<SourceFile>) -> KnownFiles {
        KnownFiles { worthless, ..self }
    }

    /// Looks at partitions after all about which nothing seemed to be done.
    fn open(&mut self, store: &Store, days: &BTreeSet<Day>) -> Result<(), EngineError> {
        for day in days {
            self.skipped.remove(day);
            self.rows.insert(*day, store.rows((Some(*day), 0))?);
        }
        Ok(())
    }
}

/// Finds for each raw file of an open partition what became of it, and where it belongs.
fn place<'a>(
    request: &Request<'_>,
    input: &RawInput<'a>,
    known: &KnownFiles,
    contents: &mut ContentDigests,
) -> Result<Vec<PlacedFile<'a>>, EngineError> {
    let settings = request.settings;
    let RawInput { files, unread, .. } = *input;
    let mut before: FxHashMap<(&str, &str), (Day, &raw_files::RawFile)> = FxHashMap::default();
    for (day, rows) in &known.rows {
        before.extend(
            rows.iter()
                .map(|row| ((row.source.as_str(), row.source_file.as_str()), (*day, row))),
        );
    }
    let before = |file: &RawFile, source: usize| before.get(&(settings.sources[source].id.as_str(), file.path.as_str())).copied();
    let is_open = |facts: &PathFacts| facts.day.is_none_or(|day| !known.skipped.contains(&day));
    let is_compared = |file: &RawFile| {
        let mut open = file.sources.iter().filter(|(_, facts)| is_open(facts));
        open.any(|(source, _)| before(file, *source).is_some())
    };
    // Whoever asks for days again, or to look at everything, wants to know what is in the files.
    let is_believed = |file: &RawFile| match &request.again {
        Some(again) => {
            let is_asked =
                |(source, facts): &(usize, PathFacts)| before(file, *source).is_some_and(|(_, row)| concerns(again, facts.tenant, row));
            again.from_facts || !file.sources.iter().any(is_asked)
        }
        None => !request.rescan,
    };
    let digests = contents.of(files, is_compared, is_believed);
    let ways = ways(settings);
    let place = |(file, digest): (&'a RawFile, &Result<Option<Digest>, String>)| {
        let digest = digest.as_ref().unwrap_or_else(|why| {
            unread.add(&file.path, why);
            &None
        });
        let of_source = |(source, facts): &(usize, PathFacts)| {
            let before = before(file, *source);
            if before.is_some_and(|(_, row)| !row.content.is_empty()) && unread.has(&file.path) {
                // What it gave before stays, like that of a file that is gone.
                return Ok(None);
            }
            let reading = reading_of(request, file, *source, &ways[*source], *facts);
            let change = match before {
                None => Change::New,
                // A snapshot in it had not come yet.
                Some((_, row))
                    if row
                        .waits_until
                        .is_some_and(|until| request.today.is_some_and(|today| until <= today)) =>
                {
                    Change::Changed
                }
                // What could not be read has no digest.
                Some((_, row)) if Digest::parse(&row.content) == *digest && row.reading == *reading.way => match &request.again {
                    Some(again) if !again.from_facts && concerns(again, facts.tenant, row) => Change::Asked,
                    _ => Change::Same,
                },
                Some((_, row)) if Digest::parse(&row.content) == *digest => Change::OtherWay,
                Some(_) => Change::Changed,
            };
            let received = match (facts.day, before, change) {
                (Some(day), ..) => day,
                (None, Some((day, _)), Change::Same | Change::Asked) => day,
                _ => match latest_day(settings, &reading) {
                    Ok(day) => day,
                    Err(why) => {
                        unread.add(&file.path, &why);
                        if before.is_some() {
                            return Ok(None);
                        }
                        NO_DAY
                    }
                },
            };
            let elsewhere = before.filter(|(day, _)| *day != received);
            Ok(Some(PlacedFile {
                file: PresentFile { reading, change },
                received,
                moved_from: elsewhere.map(|(received, row)| MovedFrom {
                    received,
                    row: row.clone(),
                }),
            }))
        };
        let open = file.sources.iter().filter(|(_, facts)| is_open(facts));
        open.map(of_source).collect::<Result<Vec<_>, EngineError>>()
    };
    let placed: Vec<Vec<_>> = files.par_iter().zip(&digests).map(place).collect::<Result<_, _>>()?;
    Ok(placed.into_iter().flatten().flatten().collect())
}

/// What the partitions say of the raw files that they were made from. Left out are those about
/// which there is nothing to do: nobody asks what is in them. Where some files are `worthless`, all
/// are read: any of them may have these.
pub fn known_files(
    run: &RunContext<'_>,
    state: &State,
    unchanged: &UnchangedPartitions<'_>,
    worthless: &BTreeSet<SourceFile>,
) -> Result<KnownFiles, EngineError> {
    let looks_at_all = run.request.again.is_some() || run.request.rescan || !worthless.is_empty();
    let is_skipped = |day: &Day| !looks_at_all && unchanged.has(state, *day);
    let days = state.table(&RAW_FILES).keys().map(|(day, _)| day.unwrap_or(NO_DAY));
    let (skipped, open): (BTreeSet<Day>, BTreeSet<Day>) = days.partition(is_skipped);
    let open: Vec<Day> = open.into_iter().collect();
    let rows = open
        .into_par_iter()
        .with_max_len(1)
        .map(|day| Ok((day, run.store.rows((Some(day), 0))?)))
        .collect::<Result<_, EngineError>>()?;
    Ok(KnownFiles {
        rows,
        skipped,
        worthless: BTreeSet::new(),
    })
}

/// Whether a raw file that was read has anything to say of what is asked for. Its path may have
/// named a customer.
fn concerns(again: &Again, tenant: Option<Guid>, row: &raw_files::RawFile) -> bool {
    again.concerns(tenant, row.path_day, row.first_day.zip(row.last_day))
}

/// The most lines of a list in a message.
const MOST_LINES: usize = 40;

/// Days cannot be made again from raw files that are no more: says which.
fn refuse_what_is_gone(again: &Again, settings: &Settings, plans: &[PartitionPlan<'_>]) -> Result<(), EngineError> {
    let mut days: BTreeMap<Day, (u64, &str)> = BTreeMap::new();
    for plan in plans {
        for row in plan.gone(settings).filter(|row| row.first_day.is_some()) {
            let tenant = settings
                .sources
                .iter()
                .find(|source| source.id == row.source)
                .and_then(|source| path_context(&row.source_file, source.path_tenant.as_ref(), source.path_day.as_ref()).tenant);
            if concerns(again, tenant, row) {
                days.entry(plan.received).or_insert((0, row.source_file.as_str())).0 += 1;
            }
        }
    }
    if days.is_empty() {
        return Ok(());
    }
    let mut text = format!(
        "cannot make {} again from raw files: those of {} received {} are gone",
        range_text((again.first, again.last)),
        days.len(),
        if days.len() == 1 { "day" } else { "days" }
    );
    for (day, (count, first)) in days.iter().take(MOST_LINES) {
        let files = if *count == 1 { "file" } else { "files" };
        text.push_str(&format!("\n  received {day}: {count} {files}, `{first}`"));
    }
    if days.len() > MOST_LINES {
        text.push_str(&format!("\n  and {} more days", days.len() - MOST_LINES));
    }
    Err(EngineError::Gone(text))
}

/// How a source reads a file.
fn reading_of<'a>(request: &Request<'_>, file: &'a RawFile, source: usize, way: &Arc<str>, facts: PathFacts) -> Reading<'a> {
    Reading {
        file,
        source,
        facts,
        format: request.settings.sources[source].format,
        way: way.clone(),
        today: request.today,
        refused: refusal(file),
    }
}

/// Whether a run may look at the raw files of the last days only.
pub fn is_limited(request: &Request<'_>) -> bool {
    request.settings.rescan_days > 0 && !request.rescan
}

/// The day from which on raw files are looked at, by `rescan_days`: counted back from the last day,
/// or from the latest day that came in, where nights were left out. `None`: all of them, also where
/// files of the warehouse are missing that were made from older ones, or where no run has looked at
/// all of them since the sources are what they are.
pub fn looked_at_since(request: &Request<'_>, state: &State, cache: &Cache) -> Option<Day> {
    let settings = request.settings;
    let latest = state.days(&RAW_FILES).into_iter().rfind(|day| *day != NO_DAY);
    let limited = is_limited(request) && !state.has_lost_files && state.broken.is_empty() && cache.has_looked_at_all(settings);
    let latest = latest.filter(|_| limited)?;
    let since = latest.min(request.last).plus(-(settings.rescan_days as i32));
    let received = || stages::TABLES.iter().filter(|contract| contract.partition == Partition::Received);
    let is_whole = |day: &Day| received().all(|contract| is_whole(settings, state, contract, *day));
    let old = state.days(&RAW_FILES).into_iter().filter(|day| *day < since && *day != NO_DAY);
    old.into_iter().all(|day| is_whole(&day)).then_some(since)
}

/// The latest day that the rows of a file are about: where a file belongs whose path names no day.
/// The error says why it could not be read.
fn latest_day(settings: &Settings, reading: &Reading<'_>) -> Result<Day, String> {
    let mut gathered = Gathered::default();
    match read_file::read(&mut gathered, reading, settings) {
        Ok(()) => Ok(gathered.files.first().and_then(|file| file.last_day).unwrap_or(NO_DAY)),
        Err(fault) => Err(fault.to_string()),
    }
}
