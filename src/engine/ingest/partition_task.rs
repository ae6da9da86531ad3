//! What there is to do about one `received=` partition: which files are new, changed, the same or
//! gone, and which tables that touches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::domain::day::Day;
use crate::domain::digest::{Fingerprint, Hasher};
use crate::domain::kinds::Feed;
use crate::engine::input::raw_file::RawFile;
use crate::engine::plan::causes::{Cause, FilesRead};
use crate::engine::plan::fingerprint::settings_digest_of_files;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;
use crate::sources::Format;
use crate::sources::path::PathFacts;
use crate::stages;
use crate::stages::people::user_names::USER_NAMES;
use crate::stages::received::raw_files::RAW_FILES;
use crate::stages::received::rejects::REJECTS;
use crate::stages::received::{customers, raw_files, snapshots, subscription_snapshots, support_requests};
use crate::storage;
use crate::warehouse::contract::{Contract, Partition, Place};
use crate::warehouse::file::footer::Footer;

/// Where a file belongs whose path names no day and that has no row with one.
pub const NO_DAY: Day = Day(0);

/// Tables that are steps in between, which no reader looks for: a partition has none of them where
/// no source could fill it.
const STEPS_BETWEEN: &[&Contract] = &[
    &USER_NAMES,
    &snapshots::SNAPSHOTS,
    &subscription_snapshots::SUBSCRIPTION_SNAPSHOTS,
    &customers::CUSTOMERS,
    &support_requests::SUPPORT_REQUESTS,
];

/// A raw file as one source reads it.
#[derive(Clone)]
pub struct Reading<'a> {
    pub file: &'a RawFile,
    pub source: usize,
    pub facts: PathFacts,
    pub format: Format,
    pub how: Arc<str>,
    /// The day that it is, where somebody asks.
    pub today: Option<Day>,
    pub fate: Fate,
}

/// What became of a raw file since it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    New,
    Changed,
    /// It is what it was, and is read again because somebody asked for it.
    Asked,
    /// It is what it was, and is read in another way now.
    OtherWay,
    Same,
}

/// What there is to do about one `received=` partition.
pub struct Task<'a> {
    pub received: Day,
    pub present: Vec<Reading<'a>>,
    /// What the partition says of the files it was made from.
    pub known: Vec<raw_files::RawFile>,
    /// Sources and files that were here and belong elsewhere now, or to nobody: no source reads the
    /// file any more.
    pub moved: BTreeSet<(String, String)>,
    /// Whether the partition does not say any more which files it was made from.
    pub names_lost: bool,
    /// The feeds whose tables are made again.
    pub feeds: BTreeSet<Feed>,
    /// Of those, the feeds of which every present file is read.
    pub reread: BTreeSet<Feed>,
    /// Of those, the ones of which files of the warehouse are missing or cannot be used.
    pub broken: BTreeSet<Feed>,
}

impl<'a> Task<'a> {
    pub fn new(received: Day) -> Task<'a> {
        Task {
            received,
            present: Vec::new(),
            known: Vec::new(),
            moved: BTreeSet::new(),
            names_lost: false,
            feeds: BTreeSet::new(),
            reread: BTreeSet::new(),
            broken: BTreeSet::new(),
        }
    }

    /// Whether a known file belongs elsewhere now.
    pub fn is_moved(&self, row: &raw_files::RawFile) -> bool {
        !self.moved.is_empty() && self.moved.contains(&(row.source.clone(), row.source_file.clone()))
    }

    /// The sources and files that are there.
    pub fn present_keys<'t>(&'t self, settings: &'t Settings) -> impl Iterator<Item = (&'t str, &'t str)> {
        let key = |reading: &'t Reading<'a>| (settings.sources[reading.source].id.as_str(), reading.file.path.as_str());
        self.present.iter().map(key)
    }

    /// Reads every present file again: what the partition says of its files is lost.
    fn read_all(&mut self) {
        self.feeds = Feed::ALL.iter().copied().collect();
        self.reread = self.feeds.clone();
        self.broken = self.feeds.clone();
    }

    /// Gives up the known files that are there and that no source reads any more. Says whether
    /// there are others that no source would read, and that are gone.
    pub fn give_up_what_nobody_reads(&mut self, settings: &Settings) -> bool {
        let reads = |row: &raw_files::RawFile| {
            settings
                .sources
                .iter()
                .any(|source| source.id == row.source && source.reads(&row.source_file))
        };
        let input = storage::at(&settings.input_root);
        let mut has_strays = false;
        for row in self.known.iter().filter(|row| !reads(row)) {
            if matches!(input.look(&row.source_file), Ok(Some(_))) {
                self.moved.insert((row.source.clone(), row.source_file.clone()));
            } else {
                has_strays = true;
            }
        }
        has_strays
    }

    /// What has to be done, out of what the files' footers say.
    pub fn decide(&mut self, settings: &Settings, state: &State) {
        let feed_of = |reading: &Reading<'_>| settings.sources[reading.source].feed;
        for reading in &self.present {
            if reading.fate == Fate::Same {
                continue;
            }
            self.feeds.insert(feed_of(reading));
            if matches!(reading.fate, Fate::Changed | Fate::OtherWay) {
                self.reread.insert(feed_of(reading));
            }
        }
        for row in &self.known {
            if self.is_moved(row) {
                let feed = Feed::parse(&row.feed).unwrap_or(Feed::Activity);
                self.feeds.insert(feed);
                self.reread.insert(feed);
            }
        }
        for feed in Feed::ALL {
            let tables = stages::TABLES.iter().filter(|table| is_of(table, *feed));
            for contract in tables.filter(|table| belongs(settings, state, table, self.received)) {
                if self.is_of_other_shards(settings, state, contract) {
                    self.feeds.insert(*feed);
                } else if !is_whole(settings, state, contract, self.received) {
                    self.feeds.insert(*feed);
                    self.reread.insert(*feed);
                    // A step in between of which there is nothing, and nothing that it could have
                    // been made from, was not wanted before.
                    let is_lost = !is_step(contract)
                        || shards_of(state, contract, self.received).next().is_some()
                        || self.known.iter().any(|row| row.feed == feed.name());
                    if is_lost {
                        self.broken.insert(*feed);
                    }
                } else if !self.feeds.contains(feed) {
                    // Each part: a run may have ended between two of them.
                    let expected = fingerprint(settings, contract, &self.known);
                    if parts_of(state, contract, self.received).any(|(_, footer)| footer.fingerprint != expected) {
                        self.feeds.insert(*feed);
                    }
                }
            }
        }
        for contract in [&REJECTS, &RAW_FILES] {
            if !is_whole(settings, state, contract, self.received) {
                self.read_all();
            }
        }
        self.names_lost = !is_whole(settings, state, &RAW_FILES, self.received);
    }

    /// Whether a table's partition is whole and was written for another number of shards: its rows
    /// are dealt out again.
    fn is_of_other_shards(&self, settings: &Settings, state: &State, contract: &Contract) -> bool {
        let parts: Vec<u32> = shards_of(state, contract, self.received).collect();
        let count = parts.len() as u32;
        if count == contract.files(u32::from(settings.shards)) || !parts.iter().copied().eq(0..count) || count == 0 {
            return false;
        }
        let expected = fingerprint_of_files(settings, contract, &self.known, count);
        parts_of(state, contract, self.received).all(|(_, footer)| footer.fingerprint == expected)
    }

    /// Whether some file of a partition that was there is missing or cannot be read.
    pub fn is_broken(&self) -> bool {
        !self.known.is_empty() && !self.broken.is_empty()
    }

    /// Whether files are missing, or cannot be read, that have the rows of a raw file.
    pub fn lacks_files_of(&self, row: &raw_files::RawFile) -> bool {
        Feed::parse(&row.feed).is_some_and(|feed| self.broken.contains(&feed))
    }

    /// Why a table's file of the partition is made: of all feeds where the table has rows of each,
    /// or where the partition is new.
    pub fn causes(&self, settings: &Settings, state: &State, contract: &Contract) -> BTreeSet<Cause> {
        let feeds = contract.made_from.feeds;
        let is_new = state.footer(contract, (Some(self.received), 0)).is_none() && !self.is_broken();
        let made = |feed: &Feed| is_new || feeds.is_empty() || feeds.contains(feed);
        let mut causes: BTreeSet<Cause> = self
            .present
            .iter()
            .filter(|reading| !matches!(reading.fate, Fate::Same | Fate::OtherWay))
            .map(|reading| settings.sources[reading.source].feed)
            .filter(made)
            .map(|feed| Cause::Files(feed, self.received))
            .collect();
        if causes.is_empty() {
            let broken = self.is_broken() && self.broken.iter().any(made);
            causes.insert(if broken { Cause::Missing } else { Cause::Settings });
        }
        causes
    }

    /// The raw files of each feed that are new or changed, or are asked for.
    pub fn files_read(&self, settings: &Settings) -> BTreeMap<Feed, FilesRead> {
        let mut read: BTreeMap<Feed, FilesRead> = BTreeMap::new();
        for reading in &self.present {
            let kind: fn(&mut FilesRead) -> &mut usize = match reading.fate {
                Fate::New => |read| &mut read.new,
                Fate::Changed => |read| &mut read.changed,
                Fate::Asked | Fate::OtherWay => |read| &mut read.known,
                Fate::Same => continue,
            };
            let feed = settings.sources[reading.source].feed;
            read.entry(feed).or_default().add(kind, &reading.file.path);
        }
        read
    }

    /// Known files that are not there any more, and whose rows stay.
    pub fn gone<'t>(&'t self, settings: &'t Settings) -> impl Iterator<Item = &'t raw_files::RawFile> {
        let present: FxHashSet<(&str, &str)> = self.present_keys(settings).collect();
        let is_gone = move |row: &&raw_files::RawFile| !present.contains(&(row.source.as_str(), row.source_file.as_str()));
        self.known.iter().filter(|row| !self.is_moved(row)).filter(is_gone)
    }

    /// Whether the partition has what a raw file gave when it could be read.
    pub fn was_read(&self, path: &str) -> bool {
        self.known.iter().any(|row| row.source_file == path && !row.content.is_empty())
    }

    /// The readings that are to be done.
    pub fn to_read(&self, settings: &Settings) -> Vec<&Reading<'a>> {
        let feed_of = |reading: &Reading<'_>| settings.sources[reading.source].feed;
        let read_again = |reading: &Reading<'_>| reading.fate != Fate::Same || self.reread.contains(&feed_of(reading));
        // A path that one source of a feed reads is read by all of them: rows do not say which
        // source they came from.
        let paths: FxHashSet<(Feed, &str)> = self
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
    !belongs(settings, state, contract, received) || shards_of(state, contract, received).eq(0..shards)
}

/// Whether files of a table belong to a partition: not those of a step in between that no source
/// could fill, unless there are some from a time when one could.
pub fn belongs(settings: &Settings, state: &State, contract: &Contract, received: Day) -> bool {
    let feeds = contract.made_from.feeds;
    // Who has which name is asked only where some source knows users by name only.
    let fills = |source: &Source| feeds.contains(&source.feed) && (contract.name != USER_NAMES.name || source.collects_names);
    !is_step(contract) || settings.sources.iter().any(fills) || shards_of(state, contract, received).next().is_some()
}

fn is_step(contract: &Contract) -> bool {
    STEPS_BETWEEN.iter().any(|step| step.name == contract.name)
}

/// The files of a table's partition.
fn parts_of<'s>(state: &'s State, contract: &Contract, received: Day) -> impl Iterator<Item = (&'s Place, &'s Footer)> {
    state.table(contract).range((Some(received), 0)..=(Some(received), u32::MAX))
}

/// The shards of which a table's partition has a file.
fn shards_of(state: &State, contract: &Contract, received: Day) -> impl Iterator<Item = u32> {
    parts_of(state, contract, received).map(|((_, shard), _)| *shard)
}

/// Whether a table has rows of a feed's raw files, and not of all.
fn is_of(contract: &Contract, feed: Feed) -> bool {
    contract.partition == Partition::Received && contract.made_from.feeds.contains(&feed)
}

/// What a partition's file is made from: the settings that the table reads, and the raw files of
/// its feeds.
pub fn fingerprint(settings: &Settings, contract: &Contract, files: &[raw_files::RawFile]) -> Fingerprint {
    fingerprint_of_files(settings, contract, files, contract.files(u32::from(settings.shards)))
}

/// The same where the table's partition has so many files.
fn fingerprint_of_files(settings: &Settings, contract: &Contract, files: &[raw_files::RawFile], count: u32) -> Fingerprint {
    let feeds: Vec<&str> = contract.made_from.feeds.iter().map(|feed| feed.name()).collect();
    let mut inputs = Hasher::new();
    for file in files.iter().filter(|file| feeds.is_empty() || feeds.contains(&file.feed.as_str())) {
        inputs
            .text(&file.source)
            .text(&file.source_file)
            .text(&file.content)
            .text(&file.reading);
    }
    Fingerprint {
        settings: settings_digest_of_files(contract, settings, count),
        inputs: inputs.finish(),
    }
}
