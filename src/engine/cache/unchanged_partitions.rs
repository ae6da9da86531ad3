//! The partitions about which there was nothing to do when they were last looked at: as long as
//! everything is what it was then, neither their rows are read nor their raw files compared.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::engine::cache::Cache;
use crate::engine::cache::entry::{Entries, Entry};
use crate::engine::input::raw_file::RawFile;
use crate::engine::input::unread::Unread;
use crate::engine::plan::fingerprint::digest_of_reading;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::sources::path::path_context;
use crate::stages::received::raw_files;

/// What a run knows of partitions about which there is nothing to do.
pub struct UnchangedPartitions<'a> {
    settings: &'a Settings,
    /// The settings by which raw files belong to partitions and are read there.
    rules: Digest,
    /// The raw files that are there by the days of their paths: the digest of their names, sizes
    /// and times; `None` where these do not tell whether one of them changed.
    present: BTreeMap<Day, Option<Digest>>,
    /// What earlier runs took note of, and this one does.
    cached: &'a mut Entries<Day>,
    /// Raw files that this run cannot read: their size and time do not say whether the next one
    /// can.
    unread: &'a Unread,
}

impl<'a> UnchangedPartitions<'a> {
    pub fn new(settings: &'a Settings, files: &[RawFile], cached: &'a mut Entries<Day>, unread: &'a Unread) -> UnchangedPartitions<'a> {
        UnchangedPartitions {
            settings,
            rules: digest_of_reading(settings),
            present: present(files),
            cached,
            unread,
        }
    }

    /// Whether there is nothing to do about a partition.
    pub fn has(&self, state: &State, received: Day) -> bool {
        let looked_at = self.looked_at(state, received);
        looked_at.is_some_and(|looked_at| self.cached.is_true_for(&received, looked_at))
    }

    /// Takes note of a partition about which there is nothing to do any more; `rows` are what is
    /// known of the files that it was made from.
    ///
    /// Only one whose files all belong there by their paths can be skipped, by sources that there
    /// are: then a raw file whose path names another day, or none, is not among them, whatever it
    /// is called, nor one that has to be looked for because no source reads it. As long as there
    /// are raw files, none may be one that could not be read: whether it can be now, its size and
    /// time do not say. Neither may one have a snapshot of a day that had not come yet.
    pub fn note<'r>(&mut self, state: &State, received: Day, rows: impl IntoIterator<Item = &'r raw_files::RawFile>) {
        self.forget(received);
        let is_present = self.present.contains_key(&received);
        let is_unread = |row: &raw_files::RawFile| row.content.is_empty() || self.unread.has(&row.source_file);
        let can_change = |row: &raw_files::RawFile| is_unread(row) || row.waits_until.is_some();
        let can_skip = |row: &raw_files::RawFile| self.belongs_by_path(row, received) && !(is_present && can_change(row));
        if rows.into_iter().all(can_skip)
            && let Some(looked_at) = self.looked_at(state, received)
        {
            self.cached.put(received, looked_at, ());
        }
    }

    pub fn forget(&mut self, received: Day) {
        self.cached.forget(&received);
    }

    /// A digest of everything by which is decided that there is nothing to do about a partition: the
    /// settings, the raw files that are there, and what each file of the partition is made from and
    /// contains.
    fn looked_at(&self, state: &State, received: Day) -> Option<Digest> {
        let present = match self.present.get(&received) {
            Some(digest) => (*digest)?,
            None => Digest::default(),
        };
        let mut hasher = Hasher::new();
        hasher.digest(self.rules).digest(present);
        state.add_partition_to(&mut hasher, received);
        Some(hasher.finish())
    }

    fn belongs_by_path(&self, row: &raw_files::RawFile, received: Day) -> bool {
        let source = self.settings.sources.iter().find(|source| source.id == row.source);
        source.is_some_and(|source| {
            source.reads(&row.source_file)
                && path_context(&row.source_file, source.path_tenant.as_ref(), source.path_day.as_ref()).day == Some(received)
        })
    }
}

impl Cache {
    /// Whether a run has looked at all raw files since the sources, and what they read of the
    /// settings, are what they are.
    pub fn has_looked_at_all(&self, settings: &Settings) -> bool {
        self.looked_at_all
            .as_ref()
            .is_some_and(|entry| entry.is_true_for(&digest_of_reading(settings)))
    }

    /// Takes note that a run has.
    pub fn note_look_at_all(&mut self, settings: &Settings) {
        self.looked_at_all = Some(Entry::new(digest_of_reading(settings), ()));
    }
}

fn present(files: &[RawFile]) -> BTreeMap<Day, Option<Digest>> {
    let mut days: BTreeMap<Day, Option<Hasher>> = BTreeMap::new();
    for file in files {
        for (source, facts) in &file.sources {
            let Some(day) = facts.day else { continue };
            let hasher = days.entry(day).or_insert_with(|| Some(Hasher::new()));
            if !file.version.is_settled() {
                *hasher = None;
            }
            if let Some(hasher) = hasher {
                hasher.number(*source as i64).text(&file.path);
                file.version.add_to(hasher);
                hasher.number(file.kind as i64);
            }
        }
    }
    let digest = |(day, hasher): (Day, Option<Hasher>)| (day, hasher.map(|hasher| hasher.finish()));
    days.into_iter().map(digest).collect()
}
