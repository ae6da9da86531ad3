//! What the raw files of one `received=` partition hold, gathered from any number of files in any
//! order.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::engine::ingest::notices::file_notices::FileNotices;
use crate::stages::people::user_names::UserNameRow;
use crate::stages::received::customers::Customer;
use crate::stages::received::distinct_events::Events;
use crate::stages::received::license_changes::LicenseChange;
use crate::stages::received::license_holdings::LicenseHolding;
use crate::stages::received::raw_files;
use crate::stages::received::rejects::Rejects;
use crate::stages::received::snapshots::SnapshotFile;
use crate::stages::received::subscription_snapshots::SnapshotSubscription;
use crate::stages::received::support_requests::SupportRequest;

/// Rows of every feed.
#[derive(Default)]
pub struct Gathered {
    pub events: Events,
    pub changes: Vec<LicenseChange>,
    pub holdings: Vec<LicenseHolding>,
    pub snapshots: Vec<SnapshotFile>,
    pub subscriptions: Vec<SnapshotSubscription>,
    pub customers: Vec<Customer>,
    pub support_requests: Vec<SupportRequest>,
    pub rejects: Rejects,
    pub files: Vec<raw_files::RawFile>,
    pub file_events: Vec<FileEvents>,
    pub names: Vec<UserNameRow>,
    pub notices: FileNotices,
}

/// How many events of which day a raw file has.
pub struct FileEvents {
    pub path: String,
    pub days: BTreeMap<Day, u64>,
}

/// For days of events how many raw files had some, and the path of the first of these files.
pub type EventFiles = BTreeMap<Day, (u64, String)>;

/// The same files by day.
pub fn files_by_day(files: Vec<FileEvents>) -> EventFiles {
    let mut by_day = EventFiles::new();
    for FileEvents { path, days } in files {
        for day in days.into_keys() {
            let known = by_day.entry(day).or_insert_with(|| (0, path.clone()));
            known.0 += 1;
            if path < known.1 {
                known.1.clone_from(&path);
            }
        }
    }
    by_day
}

impl Gathered {
    /// Takes everything of another one.
    pub fn append(mut self, mut other: Gathered) -> Gathered {
        self.events.append(other.events);
        self.changes.append(&mut other.changes);
        self.holdings.append(&mut other.holdings);
        self.snapshots.append(&mut other.snapshots);
        self.subscriptions.append(&mut other.subscriptions);
        self.customers.append(&mut other.customers);
        self.support_requests.append(&mut other.support_requests);
        self.rejects.append(other.rejects);
        self.files.append(&mut other.files);
        self.file_events.append(&mut other.file_events);
        self.names.append(&mut other.names);
        self.notices.append(other.notices);
        self
    }
}

/// How much was gathered at a moment.
#[derive(Clone, Copy)]
pub struct Mark {
    events: usize,
    changes: usize,
    holdings: usize,
    subscriptions: usize,
    customers: usize,
    support_requests: usize,
    rejects: usize,
    names: usize,
}

impl Gathered {
    /// How much there is before a file is read.
    pub fn mark(&self) -> Mark {
        Mark {
            events: self.events.len(),
            changes: self.changes.len(),
            holdings: self.holdings.len(),
            subscriptions: self.subscriptions.len(),
            customers: self.customers.len(),
            support_requests: self.support_requests.len(),
            rejects: self.rejects.rows(),
            names: self.names.len(),
        }
    }

    /// Forgets what the readers of a file gave since: the file is read in another way.
    pub fn back_to(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.changes.truncate(mark.changes);
        self.holdings.truncate(mark.holdings);
        self.subscriptions.truncate(mark.subscriptions);
        self.customers.truncate(mark.customers);
        self.support_requests.truncate(mark.support_requests);
        self.rejects.truncate(mark.rejects);
        self.names.truncate(mark.names);
    }
}
