//! Raw files into `received=` partitions.
//!
//! | a raw file | then |
//! |---|---|
//! | is new | it is read, and its rows join those of its partition |
//! | changed, or is read in another way | every file of its feed and partition is read again |
//! | is asked for by `reprocess` | it is read again |
//! | is gone | its rows stay |
//!
//! The rows of files that are not read again come from the partition itself; which of several copies of an event is kept is
//! the least of an order, so joining in portions gives what reading everything at once gives. `raw_files` is written last: what
//! it names is in the other tables, whenever a run is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::engine::causes::range_text;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::ingest_task::{Fate, NO_DAY, Reading, Task, is_whole};
use crate::engine::made_from::how;
use crate::engine::raw::{Contents, RawFile};
use crate::engine::raw_summary::{self, OfSource, Summaries};
use crate::engine::read_file;
use crate::engine::received::Gathered;
use crate::engine::request::{Again, Request};
use crate::engine::settled::Settled;
use crate::engine::state::State;
use crate::engine::unread::Unread;
use crate::pipeline::settings::Settings;
use crate::sources::Format;
use crate::sources::path::{PathFacts, path_context};
use crate::stages::raw_files;
use crate::stages::raw_files::RAW_FILES;
use crate::warehouse::contract::{Partition, Place};
use crate::warehouse::store::Store;

/// What partitions of `raw_files` say.
pub struct KnownFiles {
    /// By their days.
    rows: BTreeMap<Day, Vec<raw_files::RawFile>>,
    /// The days about which nothing is to be done: their rows are not read, and their raw files are not compared.
    settled: BTreeSet<Day>,
}

/// Compares the raw files with what the warehouse was made from. Fails where raw files are gone that are asked for.
pub fn plan<'a>(
    request: &Request<'_>,
    state: &State,
    files: &'a [RawFile],
    known: KnownFiles,
    contents: &mut Contents,
    noted: &mut Settled<'_>,
    unread: &Unread,
    watch: &Watch<'_>,
) -> Result<Vec<Task<'a>>, EngineError> {
    let settings = request.settings;
    let KnownFiles { rows: known, settled } = known;
    let mut before: FxHashMap<(&str, &str), (Day, &raw_files::RawFile)> = FxHashMap::default();
    for (day, rows) in &known {
        before.extend(
            rows.iter()
                .map(|row| ((row.source.as_str(), row.source_file.as_str()), (*day, row))),
        );
    }
    let before = |file: &RawFile, source: usize| before.get(&(settings.sources[source].id.as_str(), file.path.as_str())).copied();
    let is_open = |facts: &PathFacts| facts.day.is_none_or(|day| !settled.contains(&day));
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
    let hows: Vec<Arc<str>> = (0..settings.sources.len()).map(|source| how(settings, source).into()).collect();
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
            let mut reading = reading_of(request, file, (*source, &hows[*source]), *facts)?;
            reading.fate = match before {
                None => Fate::New,
                // A snapshot in it had not come yet.
                Some((_, row))
                    if row
                        .waits_until
                        .is_some_and(|until| request.today.is_some_and(|today| until <= today)) =>
                {
                    Fate::Changed
                }
                // What could not be read has no digest.
                Some((_, row)) if Digest::parse(&row.content) == *digest && row.reading == *reading.how => match &request.again {
                    Some(again) if !again.from_facts && concerns(again, facts.tenant, row) => Fate::Asked,
                    _ => Fate::Same,
                },
                Some(_) => Fate::Changed,
            };
            let received = match (facts.day, before, reading.fate) {
                (Some(day), ..) => day,
                (None, Some((day, _)), Fate::Same | Fate::Asked) => day,
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
            let moved = before.filter(|(day, _)| *day != received);
            Ok(Some((reading, received, moved)))
        };
        let open = file.sources.iter().filter(|(_, facts)| is_open(facts));
        open.map(of_source).collect::<Result<Vec<_>, EngineError>>()
    };
    let placed: Vec<Vec<_>> = files.par_iter().zip(&digests).map(place).collect::<Result<_, _>>()?;
    let mut tasks: BTreeMap<Day, Task<'a>> = BTreeMap::new();
    for (reading, received, moved) in placed.into_iter().flatten().flatten() {
        if let Some((day, row)) = moved {
            let task = tasks.entry(day).or_insert_with(|| Task::new(day));
            task.moved.insert((row.source.clone(), row.source_file.clone()));
        }
        tasks.entry(received).or_insert_with(|| Task::new(received)).present.push(reading);
    }
    for (day, rows) in known {
        tasks.entry(day).or_insert_with(|| Task::new(day)).known = rows;
    }
    let mut tasks: Vec<Task<'a>> = tasks.into_values().collect();
    tasks.par_iter_mut().with_max_len(1).for_each(|task| task.decide(settings, state));
    for task in tasks.iter().filter(|task| !task.broken.is_empty()) {
        if task.gone(settings).any(|row| task.lacks_files_of(row)) {
            watch.tell(Event::Warning(format!(
                "files of received={} are missing, and some of its raw files are gone",
                task.received
            )));
        }
    }
    if let Some(again) = request.again.as_ref().filter(|again| !again.from_facts) {
        refuse_what_is_gone(again, settings, &tasks)?;
    }
    for task in tasks.iter().filter(|task| !task.known.is_empty()) {
        if task.feeds.is_empty() && task.moved.is_empty() {
            noted.note(state, task.received, &task.known);
        } else {
            noted.forget(task.received);
        }
    }
    Ok(tasks.into_par_iter().filter(|task| !task.feeds.is_empty()).collect())
}

/// What the partitions say of the raw files that they were made from. Left out are those that are settled: nobody asks what is in them.
pub fn known_files(request: &Request<'_>, store: &Store, state: &State, noted: &Settled<'_>) -> Result<KnownFiles, EngineError> {
    let is_settled = |day: &Day| request.again.is_none() && !request.rescan && noted.is(state, *day);
    let days = state.table(&RAW_FILES).keys().map(|(day, _)| day.unwrap_or(NO_DAY));
    let (settled, open): (BTreeSet<Day>, BTreeSet<Day>) = days.partition(is_settled);
    let open: Vec<Day> = open.into_iter().collect();
    let rows = open
        .into_par_iter()
        .with_max_len(1)
        .map(|day| Ok((day, store.rows((Some(day), 0))?)))
        .collect::<Result<_, EngineError>>()?;
    Ok(KnownFiles { rows, settled })
}

/// Whether a raw file that was read has anything to say of what is asked for. Its path may have named a customer.
fn concerns(again: &Again, tenant: Option<Guid>, row: &raw_files::RawFile) -> bool {
    again.concerns(tenant, row.path_day, row.first_day.zip(row.last_day))
}

/// The most lines of a list in a message.
const MOST_LINES: usize = 40;

/// Days cannot be made again from raw files that are no more: says which.
fn refuse_what_is_gone(again: &Again, settings: &Settings, tasks: &[Task<'_>]) -> Result<(), EngineError> {
    let mut days: BTreeMap<Day, (u64, &str)> = BTreeMap::new();
    for task in tasks {
        for row in task.gone(settings).filter(|row| row.first_day.is_some()) {
            let tenant = settings
                .sources
                .iter()
                .find(|source| source.id == row.source)
                .and_then(|source| path_context(&row.source_file, source.path_tenant.as_ref(), source.path_day.as_ref()).tenant);
            if concerns(again, tenant, row) {
                days.entry(task.received).or_insert((0, row.source_file.as_str())).0 += 1;
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
fn reading_of<'a>(
    request: &Request<'_>,
    file: &'a RawFile,
    (source, how): (usize, &Arc<str>),
    facts: PathFacts,
) -> Result<Reading<'a>, EngineError> {
    let of = &request.settings.sources[source];
    let format = Format::of(of.feed, of.format.name()).ok_or_else(|| {
        EngineError::Usage(format!(
            "format `{}` of feed `{}` is not supported (source `{}`)",
            of.format, of.feed, of.id
        ))
    })?;
    Ok(Reading {
        file,
        source,
        facts,
        format,
        how: how.clone(),
        today: request.today,
        fate: Fate::New,
    })
}

/// Whether a run may look at the raw files of the last days only.
pub fn is_limited(request: &Request<'_>) -> bool {
    request.settings.rescan_days > 0 && !request.rescan
}

/// The day from which on raw files are looked at, by `rescan_days`: counted back from the last day, or from the latest day that came
/// in, where nights were left out. `None`: all of them, also where files of the warehouse are missing that were made from older
/// ones, or where those are to be read in another way.
pub fn looked_at_since(request: &Request<'_>, store: &Store, state: &State, known: &mut Summaries) -> Result<Option<Day>, EngineError> {
    let settings = request.settings;
    let latest = state.days(&RAW_FILES).into_iter().rfind(|day| *day != NO_DAY);
    let limited = is_limited(request) && !state.has_lost_files && state.broken.is_empty();
    let Some(latest) = latest.filter(|_| limited) else {
        return Ok(None);
    };
    let since = latest.min(request.last).plus(-(settings.rescan_days as i32));
    let hows: Vec<(&str, String)> = settings
        .sources
        .iter()
        .enumerate()
        .map(|(at, source)| (source.id.as_str(), how(settings, at)))
        .collect();
    let old: Vec<Day> = state
        .days(&RAW_FILES)
        .into_iter()
        .filter(|day| *day < since && *day != NO_DAY)
        .collect();
    let places: Vec<Place> = old.iter().map(|day| (Some(*day), 0)).collect();
    raw_summary::refresh(store, state, known, &places)?;
    for day in old {
        let received = crate::stages::TABLES
            .iter()
            .filter(|contract| contract.partition == Partition::Received);
        let whole = received.into_iter().all(|contract| is_whole(settings, state, contract, day));
        let read_so = |source: &str, found: &OfSource| {
            let how = hows.iter().find(|(id, _)| *id == source);
            how.is_none_or(|(_, how)| found.readings.iter().all(|reading| reading == how))
        };
        let all_so = known
            .get(&day.0)
            .is_some_and(|summary| summary.sources.iter().all(|(source, found)| read_so(source, found)));
        if !whole || !all_so {
            return Ok(None);
        }
    }
    Ok(Some(since))
}

/// The latest day that the rows of a file are about: where a file belongs whose path names no day. The error says why it could not be read.
fn latest_day(settings: &Settings, reading: &Reading<'_>) -> Result<Day, String> {
    let mut gathered = Gathered::default();
    match read_file::read(&mut gathered, reading, settings) {
        None => Ok(gathered.files.first().and_then(|file| file.last_day).unwrap_or(NO_DAY)),
        Some(why) => Err(why),
    }
}
