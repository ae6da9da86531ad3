//! Carries out the task of a `received=` partition: looks at what is there, reads the task's raw
//! files, writes the partition.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::engine::error::EngineError;
use crate::engine::ingest::carry_over::digest_of_rows;
use crate::engine::ingest::partition_files::{
    belongs, digest_of_footers, fingerprint, is_made_with, is_whole, parts_of, rows_of_raw_files,
};
use crate::engine::ingest::reading::{Reading, refusal};
use crate::engine::ingest::task_context::TaskContext;
use crate::engine::ingest::write_partition;
use crate::engine::ingest::write_partition::{Inputs, Written};
use crate::engine::input::discover::input_of;
use crate::engine::input::raw_file::{Digesting, RawFile};
use crate::engine::plan::received_task::{Fate, RawFileTask, ReceivedTask};
use crate::engine::plan::task::Outcome;
use crate::pipeline::settings::Settings;
use crate::sources::path::path_context;
use crate::stages;
use crate::stages::received::raw_files;
use crate::storage::interface::Kind;

/// Makes the partition of a task, as far as everything is what it was planned from. `known` is what
/// the partition says of its raw files, where somebody has read that already.
///
/// A partition that is as it was planned from is made, whatever it has: that a raw file is read
/// again because somebody asked for it cannot be seen in it afterwards.
pub fn execute(
    task: &ReceivedTask,
    context: &TaskContext<'_>,
    known: Option<&[raw_files::RawFile]>,
) -> Result<Outcome<Written>, EngineError> {
    if task.settings != context.digest_of_reading {
        return Ok(Outcome::Outdated);
    }
    if task.footers != digest_of_footers(context.state, task.received) {
        return Ok(match is_already_made(task, context, has_its_bytes)? {
            true => Outcome::AlreadyMade,
            false => Outcome::Outdated,
        });
    }
    let Some(readings) = readings(task, context) else {
        return Ok(Outcome::Outdated);
    };
    let known = match known {
        Some(rows) => Cow::Borrowed(rows),
        None => Cow::Owned(rows_of_raw_files(context.store, context.state, task.received)?),
    };
    let inputs = Inputs { readings, known: &known };
    let written = write_partition::write(task, inputs, context)?;
    Ok(written.map_or(Outcome::Outdated, Outcome::Made))
}

/// The raw files that a task reads, in the order of their paths: not found by a walk, so they are
/// read only in the versions that the task names.
pub fn raw_files_of(task: &ReceivedTask, settings: &Settings) -> Vec<RawFile> {
    let input = input_of(settings);
    let mut files: BTreeMap<&str, RawFile> = BTreeMap::new();
    for RawFileTask { source, name, fate } in &task.files {
        let (Some(version), Some(at)) = (fate.taken(), source_of(settings, source)) else {
            continue;
        };
        let source = &settings.sources[at];
        let facts = path_context(name, source.path_tenant.as_ref(), source.path_day.as_ref());
        let file = files.entry(name).or_insert_with(|| RawFile {
            path: name.clone(),
            storage: input.clone(),
            place: None,
            kind: Kind::Object,
            version,
            sources: Vec::new(),
        });
        file.sources.push((at, facts));
    }
    files.into_values().collect()
}

fn source_of(settings: &Settings, id: &str) -> Option<usize> {
    settings.sources.iter().position(|source| source.id == id)
}

/// The files that a task reads; `None` where one is unknown.
fn readings<'a>(task: &ReceivedTask, context: &TaskContext<'a>) -> Option<Vec<Reading<'a>>> {
    let settings = context.settings;
    let sources: FxHashMap<&str, usize> = (0..).zip(&settings.sources).map(|(at, source)| (source.id.as_str(), at)).collect();
    let reading = |file: &RawFileTask| {
        let refused = match file.fate {
            Fate::Refused { reason, .. } => Some(reason),
            Fate::Read { .. } | Fate::Moved | Fate::Gone => None,
        };
        let source = *sources.get(file.source.as_str())?;
        let at = context.files.binary_search_by(|found| found.path.as_str().cmp(&file.name)).ok()?;
        let found = &context.files[at];
        Some(Reading {
            file: found,
            source,
            facts: found.sources.iter().find(|(of, _)| *of == source)?.1,
            format: settings.sources[source].format,
            way: context.ways[source].clone(),
            today: task.today,
            refused: refused.or(refusal(found)),
        })
    };
    task.files.iter().filter(|file| file.fate.taken().is_some()).map(reading).collect()
}

/// Whether a worker of this run has made the partition: it has read just the versions of the raw
/// files that the task names, so their bytes are not read once more.
pub fn is_made_by_worker(task: &ReceivedTask, context: &TaskContext<'_>) -> Result<bool, EngineError> {
    is_already_made(task, context, |row, reading| row.content.is_empty() == reading.refused.is_some())
}

/// Whether the partition, which is not what the task was planned from, is what it would make: its
/// tables are made from the files that it names, and these are the files that stay and, with their
/// bytes, those that the task reads.
fn is_already_made(
    task: &ReceivedTask,
    context: &TaskContext<'_>,
    has_content: fn(&raw_files::RawFile, &Reading<'_>) -> bool,
) -> Result<bool, EngineError> {
    let TaskContext { settings, state, .. } = *context;
    let rows = rows_of_raw_files(context.store, state, task.received)?;
    let tables = stages::TABLES.iter().filter(|table| is_made_with(table, &task.feeds));
    let mut tables = tables.filter(|table| belongs(settings, state, table, task.received));
    let is_made_from_rows = tables.all(|table| {
        let expected = fingerprint(settings, table, &rows);
        let mut parts = parts_of(state, table, task.received);
        is_whole(settings, state, table, task.received) && parts.all(|(_, footer)| footer.fingerprint == expected)
    });
    let Some(readings) = readings(task, context).filter(|_| is_made_from_rows) else {
        return Ok(false);
    };
    let taken: FxHashMap<(&str, &str), &Reading<'_>> = readings
        .iter()
        .map(|reading| ((settings.sources[reading.source].id.as_str(), reading.file.path.as_str()), reading))
        .collect();
    let reading_of = |row: &raw_files::RawFile| taken.get(&(row.source.as_str(), row.source_file.as_str())).copied();
    let (read, kept): (Vec<&raw_files::RawFile>, Vec<_>) = rows.iter().partition(|row| reading_of(row).is_some());
    let is_from_the_same = read.len() == taken.len() && digest_of_rows(kept.into_iter()) == task.kept;
    let is_current = |row: &&raw_files::RawFile| reading_of(row).is_some_and(|reading| is_of(row, reading) && has_content(row, reading));
    Ok(is_from_the_same && read.par_iter().all(is_current))
}

/// Whether a row is what reading a file would give now.
fn is_of(row: &raw_files::RawFile, reading: &Reading<'_>) -> bool {
    let has_come = |day| reading.today.is_some_and(|today| day <= today);
    row.reading == *reading.way && !row.waits_until.is_some_and(has_come)
}

/// Whether a row is of the bytes that a file has now.
fn has_its_bytes(row: &raw_files::RawFile, reading: &Reading<'_>) -> bool {
    match reading.refused {
        Some(_) => row.content.is_empty(),
        None => Digesting::digest_of(reading.file).is_ok_and(|(digest, _)| row.content == digest.to_string()),
    }
}
