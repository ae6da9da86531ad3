//! What a worker has made of a `received=` partition, for the run that goes on with it. What decides
//! anything is read from the tables. What is only told comes from the worker's account.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::cache::entry::Entry;
use crate::engine::cache::source_totals::PartitionTotals;
use crate::engine::error::EngineError;
use crate::engine::ingest::gathered::EventFiles;
use crate::engine::ingest::notices::file_notices::FileNotices;
use crate::engine::ingest::reject_budget::rejects_in;
use crate::engine::ingest::write_partition::Written;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::received_task::ReceivedTask;
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::warehouse::store::Store;

/// What a run tells of a partition besides what its tables say.
#[derive(Default, Serialize, Deserialize)]
pub struct Account {
    events: EventFiles,
    notices: FileNotices,
    masked: BTreeSet<String>,
}

impl Account {
    pub fn of(written: &mut Written) -> Account {
        Account {
            events: std::mem::take(&mut written.events),
            notices: std::mem::take(&mut written.notices),
            masked: std::mem::take(&mut written.masked),
        }
    }
}

/// What was written of a task, as if this process had.
pub fn read_back(task: &ReceivedTask, store: &Store, footers: Vec<Made>, account: Account) -> Result<Written, EngineError> {
    let place = (Some(task.received), 0);
    let rows: Vec<RawFile> = store.rows(place)?;
    let taken: BTreeSet<(&str, &str)> = task
        .files
        .iter()
        .filter(|file| file.fate.taken().is_some())
        .map(|file| (file.source.as_str(), file.name.as_str()))
        .collect();
    let is_taken = |source: &str, file: &str| taken.contains(&(source, file));
    let footer = footers.iter().find(|(contract, ..)| contract.name == RAW_FILES.name);
    let digest = match footer {
        Some((.., footer)) => footer.digest,
        None => store.footer(&RAW_FILES, place)?.map(|footer| footer.digest).unwrap_or_default(),
    };
    Ok(Written {
        received: task.received,
        totals: Entry::new(digest, PartitionTotals::of(&rows)),
        rejects: rejects_in(store, place, is_taken)?,
        files: rows.into_iter().filter(|row| is_taken(&row.source, &row.source_file)).collect(),
        footers,
        events: account.events,
        notices: account.notices,
        masked: account.masked,
    })
}
