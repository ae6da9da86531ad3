//! What was read since the last publication: by it a source is held against its `fail_above`, over
//! as many runs as it takes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::ingest::partition_plan::PartitionPlan;
use crate::engine::ingest::write_partition::Written;
use crate::engine::input::discover::input_of;
use crate::engine::input::raw_file::RawFile as FoundFile;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::manifest::Manifest;
use crate::reports::releases::release::RawFilesRead;
use crate::sources::record::Reason;
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::stages::received::rejects::{REJECTS, RejectCount, Rejects};
use crate::storage;
use crate::warehouse::store::Store;
use crate::warehouse::store::listing::Place;

/// How many raw files a release names.
const MOST_NAMED: usize = 100;

/// Per source and file the records read, and the rejects that count.
///
/// A file is announced before it is read, and its counts are known when the partition that it
/// belongs to is written. Where a run dies in between, its partition may be there while its counts
/// are not: the next run takes them from the tables. It does so, too, where what was kept is
/// missing or not as it was written.
#[derive(Default, Serialize, Deserialize)]
pub struct RejectBudget(BTreeMap<String, BTreeMap<String, Option<Counts>>>);

/// Records, and the rejects among them that count.
type Counts = (i64, i64);

/// A source and the path of a raw file.
pub type SourceFile = (String, String);

/// What stands on the disk.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of `files`, as it is written here.
    digest: String,
    files: RejectBudget,
}

impl RejectBudget {
    const FILE: &str = "since-publication.json";

    /// What earlier runs left, with the counts of files that a dead run has read; counted again
    /// where it is lost.
    pub fn load(settings: &Settings, store: &Store, state: &State, watch: &Watch<'_>) -> Result<RejectBudget, EngineError> {
        if let Some(mut since) = RejectBudget::kept(store) {
            since.recover(store, state)?;
            return Ok(since);
        }
        let mut since = RejectBudget::default();
        if !state.table(&RAW_FILES).is_empty() {
            let published = store.beside(&settings.published);
            let published = Manifest::of_whole(&*published).map_or(0, |manifest| manifest.last_change(&*published));
            let is_later = |place: &Place| {
                let changed = store.changed_at(&RAW_FILES, *place).ok().flatten();
                changed.is_none_or(|changed| changed >= published)
            };
            since.count_tables(store, state, is_later, |_, _| true)?;
            watch.tell(Event::Warning(
                "the counts of rejects since the last publication are missing or damaged: they were counted again, in everything that \
                 came in since then as far as that is known"
                    .to_owned(),
            ));
        }
        Ok(since)
    }

    /// What is kept, if it is as it was written; versions before this one wrote no digest.
    fn kept(store: &Store) -> Option<RejectBudget> {
        let bytes = store.read_private(RejectBudget::FILE).ok()??;
        match serde_json::from_slice::<Kept>(&bytes) {
            Ok(kept) => (kept.files.digest()? == kept.digest).then_some(kept.files),
            Err(_) => serde_json::from_slice(&bytes).ok(),
        }
    }

    /// The raw files that were read since the last publication, as far as that is known.
    pub fn files_read(store: &Store) -> RawFilesRead {
        let kept = RejectBudget::kept(store).unwrap_or_default();
        let files: BTreeSet<&String> = kept.0.values().flat_map(BTreeMap::keys).collect();
        RawFilesRead {
            count: files.len() as u64,
            first: files.into_iter().take(MOST_NAMED).cloned().collect(),
        }
    }

    fn digest(&self) -> Option<String> {
        Some(Digest::of(&serde_json::to_vec(self).ok()?).to_string())
    }

    /// Takes note of the files that are about to be read.
    pub fn announce(&mut self, store: &Store, settings: &Settings, plans: &[PartitionPlan<'_>]) -> Result<(), EngineError> {
        for reading in plans.iter().flat_map(|plan| plan.to_read(settings)) {
            let files = self.0.entry(settings.sources[reading.source].id.clone()).or_default();
            files.insert(reading.file.path.clone(), None);
        }
        self.save(store)
    }

    /// Stops counting files that are gone: nobody can mend them, and nothing that was published is
    /// of them. Returns those that are more rejects than anything else, and too many of them:
    /// whoever removed such a file wants nothing of it.
    pub fn forget_gone(&mut self, settings: &Settings, files: &[FoundFile], watch: &Watch<'_>) -> BTreeSet<SourceFile> {
        let input = input_of(settings);
        let is_there = |path: &str| {
            let is_found = files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
            is_found || !matches!(storage::has_raw_file(&*input, path), Ok(false))
        };
        let mut worthless = BTreeSet::new();
        for (source, files) in &mut self.0 {
            let limit = settings.sources.iter().find(|of| of.id == *source).map_or(1.0, |of| of.fail_above);
            files.retain(|path, counts| {
                if is_there(path) {
                    return true;
                }
                if let Some((records, rejects)) = *counts
                    && share(records, rejects) > limit.max(0.5)
                {
                    watch.tell(Event::Warning(format!(
                        "`{path}` is gone; {rejects} of its {records} records were rejects and none was published: it is as if it had never come"
                    )));
                    worthless.insert((source.clone(), path.clone()));
                }
                false
            });
        }
        worthless
    }

    /// Adds what was read. A file that is read again takes the place of what it was.
    pub fn add(&mut self, written: &Written) {
        self.count(&written.files, &written.rejects);
    }

    fn count(&mut self, files: &[RawFile], rejects: &[RejectCount]) {
        for file in files {
            let of_source = self.0.entry(file.source.clone()).or_default();
            of_source.insert(file.source_file.clone(), Some((file.records, 0)));
        }
        for reject in rejects {
            let counts = Reason::parse(&reject.reason).is_none_or(Reason::counts_against_limit);
            let file = self.0.get_mut(&reject.source).and_then(|files| files.get_mut(&reject.source_file));
            if let Some((_, rejects)) = file.and_then(Option::as_mut).filter(|_| counts) {
                *rejects += reject.count as i64;
            }
        }
    }

    /// Takes the counts of files that a dead run has read from the tables; a file that is not there
    /// was not read.
    fn recover(&mut self, store: &Store, state: &State) -> Result<(), EngineError> {
        let open: BTreeSet<SourceFile> = self
            .0
            .iter()
            .flat_map(|(source, files)| files.iter().map(move |(file, counts)| (source, file, counts)))
            .filter(|(_, _, counts)| counts.is_none())
            .map(|(source, file, _)| (source.clone(), file.clone()))
            .collect();
        if !open.is_empty() {
            self.count_tables(
                store,
                state,
                |_| true,
                |source, file| open.contains(&(source.to_owned(), file.to_owned())),
            )?;
            self.0.values_mut().for_each(|files| files.retain(|_, counts| counts.is_some()));
        }
        Ok(())
    }

    /// Takes the counts of some files from the tables.
    fn count_tables(
        &mut self,
        store: &Store,
        state: &State,
        is_looked_at: impl Fn(&Place) -> bool,
        is_counted: impl Fn(&str, &str) -> bool,
    ) -> Result<(), EngineError> {
        for place in state.table(&RAW_FILES).keys().filter(|place| is_looked_at(place)) {
            let mut files = store.rows::<RawFile>(*place)?;
            files.retain(|row| is_counted(&row.source, &row.source_file));
            let rejects = match files.is_empty() {
                true => Vec::new(),
                false => rejects_of(store, state, *place, &is_counted)?,
            };
            self.count(&files, &rejects);
        }
        Ok(())
    }

    /// Fails where a source has more rejects than it may have: says why they are rejects, and where
    /// the first ones are.
    pub fn check(&self, settings: &Settings, store: &Store, state: &State) -> Result<(), EngineError> {
        let mut faults = Vec::new();
        for source in &settings.sources {
            let Some(files) = self.0.get(&source.id) else { continue };
            let (records, rejects) = files.values().flatten().fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
            if rejects == 0 || share(records, rejects) <= source.fail_above {
                continue;
            }
            faults.push(format!(
                "source `{}`: {rejects} of {records} {} ({:.2} %, `fail_above` allows {:.2} %)",
                source.name,
                if records == 1 {
                    "record is a reject"
                } else {
                    "records are rejects"
                },
                share(records, rejects) * 100.0,
                source.fail_above * 100.0
            ));
            let counts = |file: &str| files.get(file).is_some_and(|counts| counts.is_some_and(|(_, rejects)| rejects > 0));
            faults.extend(reasons(store, state, |of, file| of == source.id && counts(file))?);
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(EngineError::Rejects(faults.join("\n")))
        }
    }

    /// Keeps the counts for the next run.
    pub fn save(&self, store: &Store) -> Result<(), EngineError> {
        let kept = serde_json::json!({"digest": self.digest(), "files": self});
        if self.is_kept(store) {
            return Ok(());
        }
        Ok(store.replace_private(RejectBudget::FILE, kept.to_string().as_bytes())?)
    }

    /// Whether just this is kept already.
    fn is_kept(&self, store: &Store) -> bool {
        RejectBudget::kept(store).is_some_and(|kept| kept.0 == self.0)
    }
}

/// The part of the records that are rejects.
fn share(records: i64, rejects: i64) -> f64 {
    rejects as f64 / (records as f64).max(1.0)
}

/// The rejects of some files of a partition.
fn rejects_of(
    store: &Store,
    state: &State,
    place: Place,
    is_counted: impl Fn(&str, &str) -> bool,
) -> Result<Vec<RejectCount>, EngineError> {
    match state.footer(&REJECTS, place) {
        Some(_) => rejects_in(store, place, is_counted),
        None => Ok(Vec::new()),
    }
}

/// The rejects of some files of a partition that has a file of rejects.
pub fn rejects_in(store: &Store, place: Place, is_counted: impl Fn(&str, &str) -> bool) -> Result<Vec<RejectCount>, EngineError> {
    let mut rejects = Rejects::default();
    for frame in store.read_coded(&REJECTS, place, &[])? {
        rejects.absorb(&frame, |source, file| !is_counted(source, file), |_| String::new())?;
    }
    Ok(rejects.counts())
}

/// A line for each reason of some rejects, the most frequent first.
fn reasons(store: &Store, state: &State, is_counted: impl Fn(&str, &str) -> bool) -> Result<Vec<String>, EngineError> {
    /// How many there are, the file and line of the first one, and what there is to say about it.
    type Of = (u64, (String, i64, String));
    let mut found: BTreeMap<String, Of> = BTreeMap::new();
    for place in state.table(&REJECTS).keys() {
        for reject in rejects_of(store, state, *place, &is_counted)? {
            let first = (reject.source_file, reject.first_line, reject.detail);
            let of = found.entry(reject.reason).or_insert_with(|| (0, first.clone()));
            of.0 += reject.count;
            of.1 = of.1.clone().min(first);
        }
    }
    let mut found: Vec<(String, Of)> = found.into_iter().collect();
    found.sort_by(|(a, (more, _)), (b, (less, _))| less.cmp(more).then_with(|| a.cmp(b)));
    let line = |(reason, (count, (file, line, detail))): (String, Of)| {
        let begin = if count == 1 { "in" } else { "the first in" };
        let line = if line > 0 { format!(", line {line}") } else { String::new() };
        let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
        format!("  {count} {reason}, {begin} `{file}`{line}{detail}")
    };
    Ok(found.into_iter().map(line).collect())
}
