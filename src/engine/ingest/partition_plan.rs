//! What there is to do about one `received=` partition: which files are new, changed, the same or
//! gone, and which tables that touches. What comes of it is the partition's task.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::kinds::Feed;
use crate::engine::ingest::carry_over::CarriedOver;
use crate::engine::ingest::partition_files::{
    belongs, digest_of_footers, fingerprint, fingerprint_of_files, is_of, is_step, is_whole, parts_of, shards_of,
};
use crate::engine::ingest::reading::Reading;
use crate::engine::ingest::task_context::TaskContext;
use crate::engine::input::discover::input_of;
use crate::engine::plan::causes::{Cause, FilesRead};
use crate::engine::plan::received_task::{Fate, RawFileTask, ReceivedTask};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;
use crate::sources::record::Reason;
use crate::stages;
use crate::stages::received::raw_files;
use crate::stages::received::raw_files::RAW_FILES;
use crate::stages::received::rejects::REJECTS;
use crate::storage;
use crate::warehouse::contract::Contract;

/// A raw file that is there, as one source reads it.
pub struct PresentFile<'a> {
    pub reading: Reading<'a>,
    pub change: Change,
}

/// What became of a raw file since it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    New,
    Changed,
    /// It is what it was, and is read again because somebody asked for it.
    Asked,
    /// It is what it was, and is read in another way now.
    OtherWay,
    Same,
}

/// What there is to do about one `received=` partition.
pub struct PartitionPlan<'a> {
    pub received: Day,
    pub present: Vec<PresentFile<'a>>,
    /// What the partition says of the files it was made from.
    pub known: Vec<raw_files::RawFile>,
    /// Sources and files that were here and belong elsewhere now, or to nobody: no source reads the
    /// file any more.
    pub moved: BTreeSet<(String, String)>,
    /// The feeds whose tables are made again.
    pub feeds: BTreeSet<Feed>,
    /// Of those, the feeds of which every present file is read.
    pub reread: BTreeSet<Feed>,
    /// Of those, the ones of which files of the warehouse are missing or cannot be used.
    pub broken: BTreeSet<Feed>,
}

impl<'a> PartitionPlan<'a> {
    pub fn new(received: Day) -> PartitionPlan<'a> {
        PartitionPlan {
            received,
            present: Vec::new(),
            known: Vec::new(),
            moved: BTreeSet::new(),
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
        self.present.iter().map(|file| &file.reading).map(key)
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
        // Who reads an archive reads its members.
        let reads_file =
            |source: &Source, path: &str| source.reads(path) || storage::archives_of(path).any(|archive| source.reads(archive));
        let reads = |row: &raw_files::RawFile| {
            let mut sources = settings.sources.iter();
            sources.any(|source| source.id == row.source && reads_file(source, &row.source_file))
        };
        let input = input_of(settings);
        let mut has_strays = false;
        for row in self.known.iter().filter(|row| !reads(row)) {
            if matches!(storage::has_raw_file(&*input, &row.source_file), Ok(true)) {
                self.moved.insert((row.source.clone(), row.source_file.clone()));
            } else {
                has_strays = true;
            }
        }
        has_strays
    }

    /// What has to be done, out of what the files' footers say.
    pub fn decide(&mut self, settings: &Settings, state: &State) {
        for file in self.present.iter().filter(|file| file.change != Change::Same) {
            let feed = settings.sources[file.reading.source].feed;
            self.feeds.insert(feed);
            if matches!(file.change, Change::Changed | Change::OtherWay) {
                self.reread.insert(feed);
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
            .filter(|file| !matches!(file.change, Change::Same | Change::OtherWay))
            .map(|file| settings.sources[file.reading.source].feed)
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
        for file in &self.present {
            let kind: fn(&mut FilesRead) -> &mut usize = match file.change {
                Change::New => |read| &mut read.new,
                Change::Changed => |read| &mut read.changed,
                Change::Asked | Change::OtherWay => |read| &mut read.known,
                Change::Same => continue,
            };
            let feed = settings.sources[file.reading.source].feed;
            read.entry(feed).or_default().add(kind, &file.reading.file.path);
        }
        read
    }

    /// Known files that are not there any more, and whose rows stay.
    pub fn gone<'t>(&'t self, settings: &'t Settings) -> impl Iterator<Item = &'t raw_files::RawFile> {
        let present: FxHashSet<(&str, &str)> = self.present_keys(settings).collect();
        let is_gone = move |row: &&raw_files::RawFile| !present.contains(&(row.source.as_str(), row.source_file.as_str()));
        self.known.iter().filter(|row| !self.is_moved(row)).filter(is_gone)
    }

    /// The readings that are to be done.
    pub fn to_read(&self, settings: &Settings) -> Vec<&Reading<'a>> {
        let feed_of = |reading: &Reading<'_>| settings.sources[reading.source].feed;
        let read_again = |file: &PresentFile<'_>| file.change != Change::Same || self.reread.contains(&feed_of(&file.reading));
        // A path that one source of a feed reads is read by all of them: rows do not say which
        // source they came from.
        let key = |reading: &'_ Reading<'a>| (feed_of(reading), reading.file.path.as_str());
        let again = self.present.iter().filter(|file| read_again(file));
        let paths: FxHashSet<(Feed, &str)> = again.map(|file| key(&file.reading)).collect();
        let readings = self.present.iter().map(|file| &file.reading);
        readings
            .filter(|reading| self.feeds.contains(&feed_of(reading)) && paths.contains(&key(reading)))
            .collect()
    }

    /// The task that does it, for whoever knows nothing of the plan.
    pub fn task(&self, context: &TaskContext<'_>, today: Option<Day>) -> ReceivedTask {
        let settings = context.settings;
        let readings = self.to_read(settings);
        let taken = readings.iter().map(|reading| RawFileTask {
            source: settings.sources[reading.source].id.clone(),
            name: reading.file.path.clone(),
            fate: fate(reading, context),
        });
        let moved = self.known.iter().filter(|row| self.is_moved(row)).map(|row| (row, Fate::Moved));
        let gone = self.gone(settings).map(|row| (row, Fate::Gone));
        let left = moved.chain(gone).map(|(row, fate)| RawFileTask {
            source: row.source.clone(),
            name: row.source_file.clone(),
            fate,
        });
        let mut task = ReceivedTask {
            received: self.received,
            settings: context.digest_of_reading,
            footers: digest_of_footers(context.state, self.received),
            feeds: self.feeds.clone(),
            today,
            files: taken.chain(left).collect(),
            kept: Digest::default(),
        };
        task.kept = CarriedOver::of(&task, &self.known, context, &readings).digest_of_rows();
        task
    }

    /// How many readings the task takes.
    pub fn files_to_read(&self, settings: &Settings) -> u64 {
        self.to_read(settings).len() as u64
    }
}

/// What becomes of a file that is to be read: one that this run could not read is not tried again.
fn fate(reading: &Reading<'_>, context: &TaskContext<'_>) -> Fate {
    let version = reading.file.version;
    let unread = context.unread.has(&reading.file.path).then_some(Reason::UnreadableFile);
    match unread.or(reading.refused) {
        Some(reason) => Fate::Refused { version, reason },
        None => Fate::Read { version },
    }
}
