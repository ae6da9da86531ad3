//! Which rows of a partition stay when it is written again: those of raw files that are not read
//! again, because they are what they were, or are gone.

use rustc_hash::FxHashSet;

use crate::domain::digest::{Digest, Hasher};
use crate::domain::kinds::Feed;
use crate::engine::ingest::partition_files::is_whole;
use crate::engine::ingest::reading::Reading;
use crate::engine::ingest::task_context::TaskContext;
use crate::engine::plan::received_task::{Fate, ReceivedTask};
use crate::stages::received::raw_files::{RAW_FILES, RawFile};

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
    /// The rows of `raw_files` that stay.
    rows: Vec<StayingRow<'t>>,
}

/// A row of `raw_files` that stays.
struct StayingRow<'t> {
    row: &'t RawFile,
    /// Whether it does not say any more how the file was read. A file that is gone and was read in
    /// another way than today's is read again when it comes back, whatever that way will be then:
    /// its rows are written now as settings are today, and pseudonyms, for one, are not taken back.
    /// Only the files of feeds whose tables are written now are told so: the others' footers name
    /// the files as they were.
    forgets_reading: bool,
}

impl StayingRow<'_> {
    fn reading(&self) -> &str {
        if self.forgets_reading { "" } else { &self.row.reading }
    }
}

impl<'t> CarriedOver<'t> {
    /// Of a partition that names the files `known`, of which a task reads some again.
    pub fn of(task: &'t ReceivedTask, known: &'t [RawFile], context: &'t TaskContext<'_>, readings: &[&'t Reading<'_>]) -> CarriedOver<'t> {
        let read = |reading: &&'t Reading<'_>| (&context.settings.sources[reading.source], reading.file.path.as_str());
        let path = |row: &'t RawFile| Some((Feed::parse(&row.feed)?, row.source_file.as_str()));
        let with_fate = |fate: Fate| -> FxHashSet<(&str, &str)> {
            let files = task.files.iter().filter(|file| file.fate == fate);
            files.map(|file| (file.source.as_str(), file.name.as_str())).collect()
        };
        let (moved, gone) = (with_fate(Fate::Moved), with_fate(Fate::Gone));
        let moved_paths = known.iter().filter(|row| moved.contains(&key(row))).filter_map(path);
        let replaced_paths = readings
            .iter()
            .map(read)
            .map(|(source, path)| (source.feed, path))
            .chain(moved_paths)
            .collect();
        let replaced: FxHashSet<_> = readings
            .iter()
            .map(read)
            .map(|(source, path)| (source.id.as_str(), path))
            .chain(moved)
            .collect();
        let stays = || known.iter().filter(|row| !replaced.contains(&key(row)));
        let rows = stays().map(|row| StayingRow {
            row,
            forgets_reading: gone.contains(&key(row)) && is_written(task, row) && !is_read_so(context, row),
        });
        CarriedOver {
            names_lost: !is_whole(context.settings, context.state, &RAW_FILES, task.received),
            replaced_paths,
            stay: stays().map(key).collect(),
            paths: stays().filter_map(path).collect(),
            rows: rows.collect(),
            replaced,
        }
    }

    /// The rows of `raw_files` that stay.
    pub fn files(&self) -> Vec<RawFile> {
        let row = |staying: &StayingRow<'_>| RawFile {
            reading: staying.reading().to_owned(),
            ..staying.row.clone()
        };
        self.rows.iter().map(row).collect()
    }

    /// A digest of these rows, as [`digest_of_rows`] gives it of the partition that has them.
    pub fn digest_of_rows(&self) -> Digest {
        digest(self.rows.iter().map(|staying| (staying.row, staying.reading())))
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

fn key(row: &RawFile) -> (&str, &str) {
    (row.source.as_str(), row.source_file.as_str())
}

/// Whether tables are written now that have rows of a file.
fn is_written(task: &ReceivedTask, row: &RawFile) -> bool {
    Feed::parse(&row.feed).is_some_and(|feed| task.feeds.contains(&feed))
}

/// Whether a file was read in today's way.
fn is_read_so(context: &TaskContext<'_>, row: &RawFile) -> bool {
    let source = context.settings.sources.iter().position(|source| source.id == row.source);
    source.is_some_and(|source| row.reading == *context.ways[source])
}

/// A digest of some rows: which files they are of, what these held and how they were read.
pub fn digest_of_rows<'r>(rows: impl Iterator<Item = &'r RawFile>) -> Digest {
    digest(rows.map(|row| (row, row.reading.as_str())))
}

fn digest<'r>(rows: impl Iterator<Item = (&'r RawFile, &'r str)>) -> Digest {
    let mut hasher = Hasher::new();
    for (row, reading) in rows {
        hasher.text(&row.source).text(&row.source_file).text(&row.content).text(reading);
    }
    hasher.finish()
}
