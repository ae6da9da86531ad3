//! What there is to do about one `received=` partition: which files are new, changed, the same or gone, and which tables that touches.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::kinds::Feed;
use crate::engine::raw::RawFile;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::sources::Format;
use crate::sources::path::PathFacts;
use crate::stages::activity_events::ACTIVITY_EVENTS;
use crate::stages::raw_files::RAW_FILES;
use crate::stages::rejects::REJECTS;
use crate::stages::{customers, license_changes, license_holdings, raw_files, snapshots, subscriptions, support_requests};
use crate::warehouse::contract::Contract;

/// Where a file belongs whose path names no day and that has no row with one.
pub const NO_DAY: Day = Day(0);

/// The tables of each feed.
pub const FEED_TABLES: &[(Feed, &[&Contract])] = &[
    (Feed::Activity, &[&ACTIVITY_EVENTS]),
    (Feed::LicenseChanges, &[&license_changes::LICENSE_CHANGES]),
    (Feed::LicenseHoldings, &[&license_holdings::LICENSE_HOLDINGS, &snapshots::SNAPSHOTS]),
    (
        Feed::Subscriptions,
        &[&subscriptions::SUBSCRIPTION_SNAPSHOTS, &snapshots::SNAPSHOTS],
    ),
    (Feed::Customers, &[&customers::CUSTOMERS]),
    (Feed::SupportRequests, &[&support_requests::SUPPORT_REQUESTS]),
];

/// A raw file as one source reads it.
#[derive(Clone)]
pub struct Reading<'a> {
    pub file: &'a RawFile,
    pub source: usize,
    pub facts: PathFacts,
    pub format: Format,
    pub how: String,
    pub fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    New,
    Changed,
    Same,
}

/// What there is to do about one `received=` partition.
pub struct Task<'a> {
    pub received: Day,
    pub present: Vec<Reading<'a>>,
    /// What the partition says of the files it was made from.
    pub known: Vec<raw_files::RawFile>,
    /// Files that were here and belong elsewhere now.
    pub moved: BTreeSet<(String, String)>,
    /// The feeds whose tables are made again.
    pub feeds: BTreeSet<Feed>,
    /// Of those, the feeds of which every present file is read.
    pub reread: BTreeSet<Feed>,
    pub new_files: u64,
    pub changed_files: u64,
    /// Why, where no file is new or changed.
    pub settings_changed: bool,
}

impl<'a> Task<'a> {
    pub fn new(received: Day) -> Task<'a> {
        Task {
            received,
            present: Vec::new(),
            known: Vec::new(),
            moved: BTreeSet::new(),
            feeds: BTreeSet::new(),
            reread: BTreeSet::new(),
            new_files: 0,
            changed_files: 0,
            settings_changed: false,
        }
    }

    /// Reads every present file again, whether or not anything changed.
    pub fn force(&mut self) {
        self.feeds = FEED_TABLES.iter().map(|(feed, _)| *feed).collect();
        self.reread = self.feeds.clone();
    }

    /// What has to be done, out of what the files' footers say.
    pub fn decide(&mut self, settings: &Settings, state: &State) {
        let feed_of = |reading: &Reading<'_>| settings.sources[reading.source].feed;
        for reading in &self.present {
            match reading.fate {
                Fate::New => self.new_files += 1,
                Fate::Changed => self.changed_files += 1,
                Fate::Same => continue,
            }
            self.feeds.insert(feed_of(reading));
            if reading.fate == Fate::Changed {
                self.reread.insert(feed_of(reading));
            }
        }
        for row in &self.known {
            if self.moved.contains(&(row.source.clone(), row.source_file.clone())) {
                let feed = Feed::parse(&row.feed).unwrap_or(Feed::Activity);
                self.feeds.insert(feed);
                self.reread.insert(feed);
            }
        }
        for (feed, tables) in FEED_TABLES {
            for contract in *tables {
                if !is_whole(settings, state, contract, self.received) {
                    self.feeds.insert(*feed);
                    self.reread.insert(*feed);
                } else if !self.feeds.contains(feed) {
                    let expected = fingerprint(settings, contract, &self.known);
                    if state.fingerprint(contract, (Some(self.received), 0)) != Some(expected) {
                        self.feeds.insert(*feed);
                        self.settings_changed = true;
                    }
                }
            }
        }
        for contract in [&REJECTS, &RAW_FILES] {
            if !is_whole(settings, state, contract, self.received) {
                self.force();
            }
        }
    }

    /// Whether some file of the partition is missing or cannot be read.
    pub fn is_broken(&self, settings: &Settings, state: &State) -> bool {
        let tables = FEED_TABLES.iter().flat_map(|(_, tables)| tables.iter());
        !self.known.is_empty()
            && tables
                .into_iter()
                .any(|contract| !is_whole(settings, state, contract, self.received))
    }

    /// Known files that are not there any more.
    pub fn gone(&self, settings: &Settings) -> impl Iterator<Item = &raw_files::RawFile> {
        let present: BTreeSet<(&str, &str)> = self
            .present
            .iter()
            .map(|reading| (settings.sources[reading.source].id.as_str(), reading.file.path.as_str()))
            .collect();
        self.known
            .iter()
            .filter(move |row| !present.contains(&(row.source.as_str(), row.source_file.as_str())))
    }

    /// The readings that are to be done.
    pub fn to_read(&self, settings: &Settings) -> Vec<&Reading<'a>> {
        let feed_of = |reading: &Reading<'_>| settings.sources[reading.source].feed;
        let read_again = |reading: &Reading<'_>| reading.fate != Fate::Same || self.reread.contains(&feed_of(reading));
        // A path that one source of a feed reads is read by all of them: rows do not say which source they came from.
        let paths: BTreeSet<(Feed, &str)> = self
            .present
            .iter()
            .filter(|reading| read_again(reading))
            .map(|reading| (feed_of(reading), reading.file.path.as_str()))
            .collect();
        self.present
            .iter()
            .filter(|reading| self.feeds.contains(&feed_of(reading)) && paths.contains(&(feed_of(reading), reading.file.path.as_str())))
            .collect()
    }

    /// How many readings the task takes.
    pub fn files_to_read(&self, settings: &Settings) -> u64 {
        self.to_read(settings).len() as u64
    }
}

/// Whether a table's partition has the files of every shard and no other.
pub fn is_whole(settings: &Settings, state: &State, contract: &Contract, received: Day) -> bool {
    let shards = contract.files(u32::from(settings.shards));
    let found = state
        .table(contract)
        .range((Some(received), 0)..=(Some(received), u32::MAX))
        .map(|((_, shard), _)| *shard);
    found.eq(0..shards)
}

/// What a partition's file is made from: the settings that the table reads, and the raw files of its feeds.
pub fn fingerprint(settings: &Settings, contract: &Contract, files: &[raw_files::RawFile]) -> Digest {
    let mut hasher = Hasher::new();
    hasher
        .text(contract.name)
        .number(i64::from(contract.version))
        .number(i64::from(contract.files(u32::from(settings.shards))));
    if contract.name == ACTIVITY_EVENTS.name {
        hasher.text(&settings.zone_text()).text(&settings.apps_text());
    } else if contract.name == license_changes::LICENSE_CHANGES.name {
        hasher.text(&settings.zone_text());
    }
    let feeds: Vec<&str> = FEED_TABLES
        .iter()
        .filter(|(_, tables)| tables.iter().any(|table| table.name == contract.name))
        .map(|(feed, _)| feed.name())
        .collect();
    for file in files.iter().filter(|file| feeds.is_empty() || feeds.contains(&file.feed.as_str())) {
        hasher
            .text(&file.source)
            .text(&file.source_file)
            .text(&file.content)
            .text(&file.reading);
    }
    hasher.finish()
}
