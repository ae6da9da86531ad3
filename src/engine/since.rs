//! What was read since the last publication: by it a source is held against its `fail_above`, over as many runs as it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::{Deserialize, Serialize};

use crate::engine::error::EngineError;
use crate::engine::ingest_task::Task;
use crate::engine::ingest_write::Written;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::sources::record::Reason;
use crate::stages::raw_files::{RAW_FILES, RawFile};
use crate::stages::rejects::{REJECTS, RejectCount, Rejects};
use crate::warehouse::store::Store;

/// Per source and file the records read, and the rejects that count.
///
/// A file is announced before it is read, and its counts are known when the partition that it belongs to is written. Where a run
/// dies in between, its partition may be there while its counts are not: the next run takes them from the tables.
#[derive(Default, Serialize, Deserialize)]
pub struct SincePublication(BTreeMap<String, BTreeMap<String, Option<Counts>>>);

/// Records, and the rejects among them that count.
type Counts = (i64, i64);

impl SincePublication {
    const FILE: &str = "since-publication.json";

    /// What earlier runs left; nothing where they left nothing.
    pub fn load(store: &Store) -> SincePublication {
        fs::read(store.private().join(SincePublication::FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Takes note of the files that are about to be read.
    pub fn announce(store: &Store, settings: &Settings, tasks: &[Task<'_>]) -> Result<(), EngineError> {
        let mut since = SincePublication::load(store);
        let mut news = false;
        for reading in tasks.iter().flat_map(|task| task.to_read(settings)) {
            let files = since.0.entry(settings.sources[reading.source].id.clone()).or_default();
            files.insert(reading.file.path.clone(), None);
            news = true;
        }
        if news { since.save(store) } else { Ok(()) }
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

    /// Takes the counts of files that a dead run has read from the tables; a file that is not there was not read.
    pub fn recover(&mut self, store: &Store, state: &State) -> Result<(), EngineError> {
        let open: BTreeSet<(String, String)> = self
            .0
            .iter()
            .flat_map(|(source, files)| files.iter().map(move |(file, counts)| (source, file, counts)))
            .filter(|(_, _, counts)| counts.is_none())
            .map(|(source, file, _)| (source.clone(), file.clone()))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let is_open = |source: &str, file: &str| open.contains(&(source.to_owned(), file.to_owned()));
        for place in state.table(&RAW_FILES).keys() {
            let mut files = store.rows::<RawFile>(*place)?;
            files.retain(|row| is_open(&row.source, &row.source_file));
            let mut rejects = Rejects::default();
            if !files.is_empty() && state.footer(&REJECTS, *place).is_some() {
                for frame in store.read_coded(&REJECTS, *place, &[])? {
                    rejects.absorb(&frame, |source, file| !is_open(source, file), |_| String::new())?;
                }
            }
            self.count(&files, &rejects.counts());
        }
        self.0.values_mut().for_each(|files| files.retain(|_, counts| counts.is_some()));
        Ok(())
    }

    /// Fails where a source has more rejects than it may have.
    pub fn check(&self, settings: &Settings) -> Result<(), EngineError> {
        let mut faults = Vec::new();
        for source in &settings.sources {
            let Some(files) = self.0.get(&source.id) else { continue };
            let (records, rejects) = files.values().flatten().fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
            let share = rejects as f64 / (records as f64).max(1.0);
            if rejects > 0 && share > source.fail_above {
                let worst = files
                    .iter()
                    .max_by_key(|(_, counts)| counts.map_or(0, |(_, rejects)| rejects))
                    .map(|(file, _)| file.as_str())
                    .unwrap_or_default();
                faults.push(format!(
                    "source `{}`: {rejects} of {records} records are rejects ({:.2} %, `fail_above` allows {:.2} %), most of them in `{worst}`",
                    source.name,
                    share * 100.0,
                    source.fail_above * 100.0
                ));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(EngineError::Rejects(faults.join("\n")))
        }
    }

    /// Keeps the counts for the next run.
    pub fn save(&self, store: &Store) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec(self).map_err(|error| EngineError::Check(error.to_string()))?;
        Ok(store.replace_private(SincePublication::FILE, &bytes)?)
    }
}
