//! Raw files and folders that are there and that the system did not let a run read: a failed disk
//! or network, missing rights. That is no property of the file, so nothing is concluded from it:
//!
//! * the rows that such a file gave before stay, as if it were gone; one that never was read is one
//!   reject;
//! * every run tries again, so no cache says that there is nothing to do about it;
//! * the run warns of it, and `uptake status` names it until it was read.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::events::{Event, Watch};
use crate::engine::report::RunReport;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file::CacheFile;

/// By path why it could not be read.
pub type Reasons = BTreeMap<String, String>;

const FILE: CacheFile<Reasons> = CacheFile::new("unread", 1);
/// The most files that a warning names.
const MOST_NAMED: usize = 10;

/// What a run could not read, as far as it has come.
#[derive(Default)]
pub struct Unread(Mutex<Reasons>);

impl Unread {
    /// Nobody who holds this lock can panic, so nothing is ever half done.
    fn reasons(&self) -> MutexGuard<'_, Reasons> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a raw file.
    pub fn add(&self, path: &str, why: &str) {
        self.reasons().insert(path.to_owned(), why.to_owned());
    }

    pub fn has(&self, path: &str) -> bool {
        self.reasons().contains_key(path)
    }

    pub fn is_empty(&self) -> bool {
        self.reasons().is_empty()
    }

    /// Why the files could not be read, in words.
    pub fn text(&self) -> String {
        format!("raw files cannot be read: {}", named(&self.reasons()))
    }

    /// Warns of the files, and keeps all that is not read, with the folders that are not seen, for
    /// `uptake status`.
    pub fn tell(&self, unseen: &Reasons, store: &Store, report: &mut RunReport, watch: &Watch<'_>) -> Result<(), WarehouseError> {
        let files = self.reasons();
        if let Some(text) = warning(&files) {
            watch.tell(Event::Warning(text));
        }
        let all: Reasons = files.iter().chain(unseen).map(|(path, why)| (path.clone(), why.clone())).collect();
        report.unread = all.len() as u64;
        save(store, &all)
    }
}

fn warning(files: &Reasons) -> Option<String> {
    let begin = match files.len() {
        0 => return None,
        1 => "a raw file could not be read; it is tried again in the next run, and rows that it gave before stay".to_owned(),
        count => format!("{count} raw files could not be read; they are tried again in the next run, and rows that they gave before stay"),
    };
    Some(format!("{begin}: {}", named(files)))
}

/// The first files, each with why it could not be read.
fn named(files: &Reasons) -> String {
    let named = files.iter().take(MOST_NAMED).map(|(path, why)| format!("`{path}` ({why})"));
    let more = match files.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.collect::<Vec<_>>().join(", "))
}

/// What the last run could not read.
pub fn load(store: &Store) -> Reasons {
    FILE.load(store).unwrap_or_default()
}

/// Saves what this run could not read.
fn save(store: &Store, reasons: &Reasons) -> Result<(), WarehouseError> {
    if load(store) == *reasons {
        return Ok(());
    }
    FILE.save(store, reasons)
}
