//! What was read since the last publication: by it a source is held against its `fail_above`, over as many runs as it takes.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::engine::error::EngineError;
use crate::engine::ingest_write::Written;
use crate::pipeline::settings::Settings;
use crate::sources::record::Reason;
use crate::warehouse::store::Store;

/// Per source and file the records read, and the rejects that count.
#[derive(Default, Serialize, Deserialize)]
pub struct SincePublication(BTreeMap<String, BTreeMap<String, (i64, i64)>>);

impl SincePublication {
    const FILE: &str = "since-publication.json";

    /// What earlier runs left; nothing where they left nothing.
    pub fn load(store: &Store) -> SincePublication {
        fs::read(store.private().join(SincePublication::FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Adds what was read. A file that is read again takes the place of what it was.
    pub fn add(&mut self, written: &Written) {
        for file in &written.files {
            self.0
                .entry(file.source.clone())
                .or_default()
                .insert(file.source_file.clone(), (file.records, 0));
        }
        for reject in &written.rejects {
            let counts = Reason::parse(&reject.reason).is_none_or(Reason::counts_against_limit);
            let file = self.0.get_mut(&reject.source).and_then(|files| files.get_mut(&reject.source_file));
            if let Some((_, rejects)) = file.filter(|_| counts) {
                *rejects += 1;
            }
        }
    }

    /// Fails where a source has more rejects than it may have.
    pub fn check(&self, settings: &Settings) -> Result<(), EngineError> {
        let mut faults = Vec::new();
        for source in &settings.sources {
            let Some(files) = self.0.get(&source.id) else { continue };
            let (records, rejects) = files.values().fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
            let share = rejects as f64 / (records as f64).max(1.0);
            if rejects > 0 && share > source.fail_above {
                let worst = files
                    .iter()
                    .max_by_key(|(_, (_, rejects))| *rejects)
                    .map(|(file, _)| file.as_str())
                    .unwrap_or_default();
                faults.push(format!(
                    "source `{}`: {rejects} of {records} records are rejects ({:.2} %, `fail_above` allows {:.2} %), most of them in `{worst}`",
                    source.id,
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
