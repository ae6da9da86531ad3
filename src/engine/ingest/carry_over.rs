//! Which rows of a partition stay when it is written again: those of raw files that are not read
//! again, because they are what they were, or are gone.

use std::cell::LazyCell;

use rustc_hash::FxHashSet;

use crate::domain::kinds::Feed;
use crate::engine::ingest::partition_task::{Reading, Task};
use crate::engine::plan::fingerprint::how;
use crate::pipeline::settings::Settings;
use crate::stages::received::raw_files;

/// The raw files whose rows stay in the partition: those that it names and that neither were read
/// now nor belong elsewhere.
///
/// Where `raw_files` itself is lost nobody knows these names: then all rows stay that nobody
/// replaces.
pub struct CarriedOver<'t> {
    names_lost: bool,
    /// Sources and files that were read, or belong elsewhere now.
    replaced: FxHashSet<(&'t str, &'t str)>,
    /// The same as feeds and files: rows of most tables do not say which source they came from.
    replaced_paths: FxHashSet<(Feed, &'t str)>,
    stay: FxHashSet<(&'t str, &'t str)>,
    paths: FxHashSet<(Feed, &'t str)>,
}

impl<'t> CarriedOver<'t> {
    pub fn of(task: &'t Task<'_>, settings: &'t Settings, readings: &[&'t Reading<'_>]) -> CarriedOver<'t> {
        let read = |reading: &&'t Reading<'_>| (&settings.sources[reading.source], reading.file.path.as_str());
        let key = |row: &'t raw_files::RawFile| (row.source.as_str(), row.source_file.as_str());
        let path = |row: &'t raw_files::RawFile| Some((Feed::parse(&row.feed)?, row.source_file.as_str()));
        let moved = || task.known.iter().filter(|row| task.is_moved(row));
        let replaced: FxHashSet<_> = readings
            .iter()
            .map(read)
            .map(|(source, path)| (source.id.as_str(), path))
            .chain(moved().map(key))
            .collect();
        let stay = || task.known.iter().filter(|row| !replaced.contains(&key(row)));
        CarriedOver {
            names_lost: task.names_lost,
            replaced_paths: readings
                .iter()
                .map(read)
                .map(|(source, path)| (source.feed, path))
                .chain(moved().filter_map(path))
                .collect(),
            stay: stay().map(key).collect(),
            paths: stay().filter_map(path).collect(),
            replaced,
        }
    }

    /// The rows of `raw_files` that stay. A file that is gone and was read in another way than
    /// today's is read again when it comes back, whatever that way will be then: its rows are
    /// written now as settings are today, and pseudonyms, for one, are not taken back. Only the
    /// files of feeds whose tables are written now are told so: the others' footers name the files
    /// as they were.
    pub fn files(&self, task: &Task<'_>, settings: &Settings) -> Vec<raw_files::RawFile> {
        let present: FxHashSet<(&str, &str)> = task.present_keys(settings).collect();
        let is_gone = |row: &raw_files::RawFile| !present.contains(&(row.source.as_str(), row.source_file.as_str()));
        let is_written = |row: &raw_files::RawFile| Feed::parse(&row.feed).is_some_and(|feed| task.feeds.contains(&feed));
        let hows = LazyCell::new(|| (0..settings.sources.len()).map(|source| how(settings, source)).collect::<Vec<_>>());
        let is_read_so = |row: &raw_files::RawFile| {
            let source = settings.sources.iter().position(|source| source.id == row.source);
            source.is_some_and(|source| row.reading == hows[source])
        };
        let stays = task.known.iter().filter(|row| self.has(&row.source, &row.source_file));
        stays
            .map(|row| match is_written(row) && is_gone(row) && !is_read_so(row) {
                true => raw_files::RawFile {
                    reading: String::new(),
                    ..row.clone()
                },
                false => row.clone(),
            })
            .collect()
    }

    /// Whether rows of a source and file stay.
    pub fn has(&self, source: &str, file: &str) -> bool {
        let key = &(source, file);
        if self.names_lost {
            !self.replaced.contains(key)
        } else {
            self.stay.contains(key)
        }
    }

    /// Whether rows of a file stay in the tables of a feed.
    pub fn has_path(&self, feed: Feed, path: &str) -> bool {
        let key = &(feed, path);
        !self.replaced_paths.contains(key) && (self.names_lost || self.paths.contains(key))
    }
}
