//! Raw files into `received=` partitions.
//!
//! | a raw file | then |
//! |---|---|
//! | is new | it is read, and its rows join those of its partition |
//! | changed, or is read in another way | every file of its feed and partition is read again |
//! | is gone | its rows stay |
//!
//! The rows of files that are not read again come from the partition itself; which of several copies of an event is kept is
//! the least of an order, so joining in portions gives what reading everything at once gives. `raw_files` is written last: what
//! it names is in the other tables, whenever a run is killed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::kinds::Feed;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::ingest_task::{Fate, NO_DAY, Reading, Task};
use crate::engine::raw::{self, RawFile};
use crate::engine::received::Gathered;
use crate::engine::state::{Cache, State};
use crate::pipeline::settings::Settings;
use crate::sources::Format;
use crate::sources::path::PathFacts;
use crate::stages::raw_files;
use crate::stages::raw_files::RAW_FILES;
use crate::warehouse::store::Store;

/// Compares the raw files with what the warehouse was made from.
pub fn plan<'a>(
    settings: &Settings,
    store: &Store,
    state: &State,
    files: &'a [RawFile],
    cache: &mut Cache,
    watch: &Watch<'_>,
) -> Result<Vec<Task<'a>>, EngineError> {
    let mut known: BTreeMap<Day, Vec<raw_files::RawFile>> = BTreeMap::new();
    for (day, _) in state.table(&RAW_FILES).keys() {
        known.insert(day.unwrap_or(NO_DAY), store.rows((*day, 0))?);
    }
    let mut places: HashMap<(&str, &str), (Day, &raw_files::RawFile)> = HashMap::new();
    for (day, rows) in &known {
        places.extend(
            rows.iter()
                .map(|row| ((row.source.as_str(), row.source_file.as_str()), (*day, row))),
        );
    }
    let paths: BTreeSet<&str> = places.keys().map(|(_, path)| *path).collect();
    let to_compare: Vec<&RawFile> = files.iter().filter(|file| paths.contains(file.path.as_str())).collect();
    let contents = raw::contents(&to_compare, &mut cache.contents);
    let mut tasks: BTreeMap<Day, Task<'a>> = BTreeMap::new();
    for file in files {
        for (source, facts) in &file.sources {
            let mut reading = reading_of(settings, file, *source, *facts)?;
            let before = places.get(&(settings.sources[*source].id.as_str(), file.path.as_str()));
            let content = contents.get(&file.path).map(Digest::to_string).unwrap_or_default();
            reading.fate = match before {
                None => Fate::New,
                Some((_, row)) if row.content == content && row.reading == reading.how => Fate::Same,
                Some(_) => Fate::Changed,
            };
            let received = match (facts.day, before, reading.fate) {
                (Some(day), ..) => day,
                (None, Some((day, _)), Fate::Same) => *day,
                _ => latest_day(settings, &reading),
            };
            if let Some((day, row)) = before.filter(|(day, _)| *day != received) {
                let task = tasks.entry(*day).or_insert_with(|| Task::new(*day));
                task.moved.insert((row.source.clone(), row.source_file.clone()));
            }
            tasks.entry(received).or_insert_with(|| Task::new(received)).present.push(reading);
        }
    }
    for (day, rows) in known {
        tasks.entry(day).or_insert_with(|| Task::new(day)).known = rows;
    }
    let mut tasks: Vec<Task<'a>> = tasks.into_values().collect();
    for task in &mut tasks {
        task.decide(settings, state);
        if !task.reread.is_empty() && task.gone(settings).next().is_some() && task.is_broken(settings, state) {
            watch.tell(Event::Warning(format!(
                "files of received={} are missing, and some of its raw files are gone",
                task.received
            )));
        }
    }
    tasks.retain(|task| !task.feeds.is_empty());
    Ok(tasks)
}

/// How a source reads a file.
fn reading_of<'a>(settings: &Settings, file: &'a RawFile, source: usize, facts: PathFacts) -> Result<Reading<'a>, EngineError> {
    let of = &settings.sources[source];
    let format = Format::of(of.feed, of.format.name()).ok_or_else(|| {
        EngineError::Usage(format!(
            "format `{}` of feed `{}` is not supported (source `{}`)",
            of.format, of.feed, of.id
        ))
    })?;
    let mut hasher = Hasher::new();
    hasher.text(&of.reading_text()).number(i64::from(crate::sources::VERSION));
    if of.feed == Feed::Subscriptions {
        hasher.text(&settings.zone_text()).text(&settings.offers_text());
    }
    Ok(Reading {
        file,
        source,
        facts,
        format,
        how: hasher.finish().to_string(),
        fate: Fate::New,
    })
}

/// The latest day that the rows of a file are about: where a file belongs whose path names no day.
fn latest_day(settings: &Settings, reading: &Reading<'_>) -> Day {
    let mut gathered = Gathered::default();
    let source = &settings.sources[reading.source];
    gathered.read(reading.file, source, &reading.facts, reading.format, &settings.rules, &reading.how);
    gathered.files.first().and_then(|file| file.last_day).unwrap_or(NO_DAY)
}
