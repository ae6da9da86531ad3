//! Raw files into `received=` partitions.
//!
//! | a raw file | then |
//! |---|---|
//! | is new | it is read, and its rows join those of its partition |
//! | changed, or is read in another way | every file of its feed and partition is read again |
//! | is gone | its rows stay |
//!
//! The rows of files that are not read again come from the partition itself; which of several copies of an event is kept is
//! the least of an order, so joining in portions gives what reading everything at once gives. `raw_files` is written last: what
//! it names is in the other tables, whenever a run is killed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::kinds::Feed;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::raw::{self, RawFile};
use crate::engine::received::Gathered;
use crate::engine::state::{Cache, State};
use crate::pipeline::settings::Settings;
use crate::sources::Format;
use crate::sources::path::PathFacts;
use crate::stages::activity_events::{ACTIVITY_EVENTS, shard_of};
use crate::stages::license_changes::LicenseChange;
use crate::stages::license_holdings::LicenseHolding;
use crate::stages::raw_files::RAW_FILES;
use crate::stages::rejects::REJECTS;
use crate::stages::{activity_events, customers, license_changes, license_holdings, raw_files, rejects, snapshots, subscriptions};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::Footer;
use crate::warehouse::index::Place;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// Where a file belongs whose path names no day and that has no row with one.
const NO_DAY: Day = Day(0);

/// The tables of each feed.
const FEED_TABLES: &[(Feed, &[&Contract])] = &[
    (Feed::Activity, &[&ACTIVITY_EVENTS]),
    (Feed::LicenseChanges, &[&license_changes::LICENSE_CHANGES]),
    (Feed::LicenseHoldings, &[&license_holdings::LICENSE_HOLDINGS, &snapshots::SNAPSHOTS]),
    (
        Feed::Subscriptions,
        &[&subscriptions::SUBSCRIPTION_SNAPSHOTS, &snapshots::SNAPSHOTS],
    ),
    (Feed::Customers, &[&customers::CUSTOMERS]),
];

/// A raw file as one source reads it.
#[derive(Clone)]
struct Reading<'a> {
    file: &'a RawFile,
    source: usize,
    facts: PathFacts,
    format: Format,
    how: String,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    New,
    Changed,
    Same,
}

/// What there is to do about one `received=` partition.
pub struct Task<'a> {
    pub received: Day,
    present: Vec<Reading<'a>>,
    /// What the partition says of the files it was made from.
    known: Vec<raw_files::RawFile>,
    /// Files that were here and belong elsewhere now.
    moved: BTreeSet<(String, String)>,
    /// The feeds whose tables are made again.
    feeds: BTreeSet<Feed>,
    /// Of those, the feeds of which every present file is read.
    reread: BTreeSet<Feed>,
    pub new_files: u64,
    pub changed_files: u64,
    /// Why, where no file is new or changed.
    pub settings_changed: bool,
}

/// What was read: what the summary and `run.json` tell of a source.
#[derive(Clone, Debug, Default)]
pub struct Ingested {
    pub partitions: Vec<Day>,
    /// Every file that was read, by source.
    pub files: Vec<raw_files::RawFile>,
    pub rejects: Vec<rejects::Reject>,
}

/// Compares the raw files with what the warehouse was made from.
pub fn plan<'a>(
    settings: &Settings,
    store: &Store,
    state: &State,
    files: &'a [RawFile],
    cache: &mut Cache,
    watch: &Watch<'_>,
) -> Result<Vec<Task<'a>>, EngineError> {
    let mut known: BTreeMap<Day, Vec<raw_files::RawFile>> = BTreeMap::new();
    for (day, _) in state.table(&RAW_FILES).keys() {
        known.insert(day.unwrap_or(NO_DAY), store.rows((*day, 0))?);
    }
    let mut places: HashMap<(&str, &str), (Day, &raw_files::RawFile)> = HashMap::new();
    for (day, rows) in &known {
        places.extend(
            rows.iter()
                .map(|row| ((row.source.as_str(), row.source_file.as_str()), (*day, row))),
        );
    }
    let paths: BTreeSet<&str> = places.keys().map(|(_, path)| *path).collect();
    let to_compare: Vec<&RawFile> = files.iter().filter(|file| paths.contains(file.path.as_str())).collect();
    let contents = raw::contents(&to_compare, &mut cache.contents);
    let mut tasks: BTreeMap<Day, Task<'a>> = BTreeMap::new();
    for file in files {
        for (source, facts) in &file.sources {
            let mut reading = reading_of(settings, file, *source, *facts)?;
            let before = places.get(&(settings.sources[*source].id.as_str(), file.path.as_str()));
            let content = contents.get(&file.path).map(Digest::to_string).unwrap_or_default();
            reading.fate = match before {
                None => Fate::New,
                Some((_, row)) if row.content == content && row.reading == reading.how => Fate::Same,
                Some(_) => Fate::Changed,
            };
            let received = match (facts.day, before, reading.fate) {
                (Some(day), ..) => day,
                (None, Some((day, _)), Fate::Same) => *day,
                _ => latest_day(settings, &reading),
            };
            if let Some((day, row)) = before.filter(|(day, _)| *day != received) {
                let task = tasks.entry(*day).or_insert_with(|| Task::new(*day));
                task.moved.insert((row.source.clone(), row.source_file.clone()));
            }
            tasks.entry(received).or_insert_with(|| Task::new(received)).present.push(reading);
        }
    }
    for (day, rows) in known {
        tasks.entry(day).or_insert_with(|| Task::new(day)).known = rows;
    }
    let mut tasks: Vec<Task<'a>> = tasks.into_values().collect();
    for task in &mut tasks {
        task.decide(settings, state);
        if !task.reread.is_empty() && task.gone(settings).next().is_some() && task.is_broken(settings, state) {
            watch.tell(Event::Warning(format!(
                "files of received={} are missing, and some of its raw files are gone",
                task.received
            )));
        }
    }
    tasks.retain(|task| !task.feeds.is_empty());
    Ok(tasks)
}

/// How a source reads a file.
fn reading_of<'a>(settings: &Settings, file: &'a RawFile, source: usize, facts: PathFacts) -> Result<Reading<'a>, EngineError> {
    let of = &settings.sources[source];
    let format = Format::of(of.feed, of.format.name()).ok_or_else(|| {
        EngineError::Usage(format!(
            "format `{}` of feed `{}` is not supported (source `{}`)",
            of.format, of.feed, of.id
        ))
    })?;
    let mut hasher = Hasher::new();
    hasher.text(&of.reading_text()).number(i64::from(crate::sources::VERSION));
    if of.feed == Feed::Subscriptions {
        hasher.text(&settings.zone_text()).text(&settings.offers_text());
    }
    Ok(Reading {
        file,
        source,
        facts,
        format,
        how: hasher.finish().to_string(),
        fate: Fate::New,
    })
}

/// The latest day that the rows of a file are about: where a file belongs whose path names no day.
fn latest_day(settings: &Settings, reading: &Reading<'_>) -> Day {
    let mut gathered = Gathered::default();
    let source = &settings.sources[reading.source];
    gathered.read(reading.file, source, &reading.facts, reading.format, settings.zone(), &reading.how);
    gathered.files.first().and_then(|file| file.last_day).unwrap_or(NO_DAY)
}

impl<'a> Task<'a> {
    fn new(received: Day) -> Task<'a> {
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
    fn decide(&mut self, settings: &Settings, state: &State) {
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
    fn is_broken(&self, settings: &Settings, state: &State) -> bool {
        let tables = FEED_TABLES.iter().flat_map(|(_, tables)| tables.iter());
        !self.known.is_empty()
            && tables
                .into_iter()
                .any(|contract| !is_whole(settings, state, contract, self.received))
    }

    /// Known files that are not there any more.
    fn gone(&self, settings: &Settings) -> impl Iterator<Item = &raw_files::RawFile> {
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
    fn to_read(&self, settings: &Settings) -> Vec<&Reading<'a>> {
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

    /// Reads what is to be read, joins it with what stays, and writes the partition's files.
    pub fn execute(&self, settings: &Settings, store: &Store, state: &State, watch: &Watch<'_>) -> Result<Written, EngineError> {
        let readings = self.to_read(settings);
        let mut gathered = readings
            .par_iter()
            .fold(Gathered::default, |mut gathered, reading| {
                let source = &settings.sources[reading.source];
                gathered.read(reading.file, source, &reading.facts, reading.format, settings.zone(), &reading.how);
                watch.tell(Event::Advance(1));
                gathered
            })
            .reduce(Gathered::default, Gathered::append);
        watch.go_on()?;
        let fresh = (gathered.files.clone(), gathered.rejects.clone());
        let drop: BTreeSet<(Feed, &str)> = readings
            .iter()
            .map(|reading| (settings.sources[reading.source].feed, reading.file.path.as_str()))
            .collect();
        let replaced: BTreeSet<(String, String)> = gathered
            .files
            .iter()
            .map(|file| (file.source.clone(), file.source_file.clone()))
            .chain(self.moved.iter().cloned())
            .collect();
        gathered.files.extend(
            self.known
                .iter()
                .filter(|row| !replaced.contains(&(row.source.clone(), row.source_file.clone())))
                .cloned(),
        );
        gathered
            .files
            .sort_by(|a, b| (&a.source, &a.source_file).cmp(&(&b.source, &b.source_file)));
        let writer = Writer {
            task: self,
            settings,
            store,
            state,
            drop,
            replaced,
            gathered,
        };
        Ok(Written {
            received: self.received,
            footers: writer.write()?,
            files: fresh.0,
            rejects: fresh.1,
        })
    }
}

/// What a task has written.
pub struct Written {
    pub received: Day,
    pub footers: Vec<(&'static Contract, Place, Footer)>,
    pub files: Vec<raw_files::RawFile>,
    pub rejects: Vec<rejects::Reject>,
}

/// Whether a table's partition has the files of every shard and no other.
fn is_whole(settings: &Settings, state: &State, contract: &Contract, received: Day) -> bool {
    let shards = contract.files(u32::from(settings.shards));
    let found = state
        .table(contract)
        .range((Some(received), 0)..=(Some(received), u32::MAX))
        .map(|((_, shard), _)| *shard);
    found.eq(0..shards)
}

/// What a partition's file is made from: the settings that the table reads, and the raw files of its feeds.
fn fingerprint(settings: &Settings, contract: &Contract, files: &[raw_files::RawFile]) -> Digest {
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

/// Writes the files of one partition.
struct Writer<'t, 'a> {
    task: &'t Task<'a>,
    settings: &'t Settings,
    store: &'t Store,
    state: &'t State,
    /// Files whose rows in the partition give way to what was read.
    drop: BTreeSet<(Feed, &'t str)>,
    /// Sources and files that were read, or belong elsewhere now.
    replaced: BTreeSet<(String, String)>,
    gathered: Gathered,
}

impl Writer<'_, '_> {
    fn write(mut self) -> Result<Vec<(&'static Contract, Place, Footer)>, EngineError> {
        let mut footers = Vec::new();
        if self.makes(Feed::Activity) {
            footers.extend(self.write_events()?);
        }
        let shards = u32::from(self.settings.shards);
        if self.makes(Feed::LicenseChanges) {
            let mut rows = std::mem::take(&mut self.gathered.changes);
            rows.extend(self.kept(Feed::LicenseChanges, |row: &LicenseChange| &row.source_file)?);
            rows.iter_mut()
                .for_each(|row| row.day = self.settings.zone().day_of(row.event_time));
            let rows = license_changes::distinct(rows);
            footers.extend(self.write_sharded(&rows, |row| shard_of(row.tenant_id, shards))?);
        }
        if self.makes(Feed::LicenseHoldings) {
            let mut rows = std::mem::take(&mut self.gathered.holdings);
            rows.extend(self.kept(Feed::LicenseHoldings, |row: &LicenseHolding| &row.source_file)?);
            let rows = license_holdings::distinct(rows);
            footers.extend(self.write_sharded(&rows, |row| shard_of(row.tenant_id, shards))?);
        }
        if self.makes(Feed::Subscriptions) {
            let mut rows = std::mem::take(&mut self.gathered.subscriptions);
            rows.extend(self.kept(Feed::Subscriptions, |row: &subscriptions::SnapshotSubscription| &row.source_file)?);
            footers.extend(self.write_sharded(&subscriptions::distinct(rows), |_| 0)?);
        }
        if self.makes(Feed::Subscriptions) || self.makes(Feed::LicenseHoldings) {
            let mut rows = std::mem::take(&mut self.gathered.snapshots);
            rows.extend(self.kept_by_source(|row: &snapshots::SnapshotFile| (&row.source, &row.source_file))?);
            rows.sort_by(|a, b| {
                (&a.feed, &a.source, a.tenant_id, a.day, &a.source_file).cmp(&(&b.feed, &b.source, b.tenant_id, b.day, &b.source_file))
            });
            footers.extend(self.write_sharded(&rows, |_| 0)?);
        }
        if self.makes(Feed::Customers) {
            let mut rows = std::mem::take(&mut self.gathered.customers);
            rows.extend(self.kept(Feed::Customers, |row: &customers::Customer| &row.source_file)?);
            footers.extend(self.write_sharded(&customers::distinct(rows), |_| 0)?);
        }
        let mut rejects = std::mem::take(&mut self.gathered.rejects);
        rejects.extend(self.kept_by_source(|row: &rejects::Reject| (&row.source, &row.source_file))?);
        rejects.sort_by(|a, b| {
            let key = |row: &rejects::Reject| (row.source_line, row.source_record);
            (&a.source, &a.source_file)
                .cmp(&(&b.source, &b.source_file))
                .then_with(|| key(a).cmp(&key(b)))
        });
        footers.extend(self.write_sharded(&rejects, |_| 0)?);
        let files = self.gathered.files.clone();
        footers.extend(self.write_sharded(&files, |_| 0)?);
        Ok(footers)
    }

    fn makes(&self, feed: Feed) -> bool {
        self.task.feeds.contains(&feed)
    }

    /// The files of a table's partition as they are.
    fn places(&self, contract: &Contract) -> Vec<Place> {
        let received = Some(self.task.received);
        self.state
            .table(contract)
            .range((received, 0)..=(received, u32::MAX))
            .map(|(place, _)| *place)
            .collect()
    }

    /// Rows of the partition whose raw files are not read again.
    fn kept<R: Row>(&self, feed: Feed, file: fn(&R) -> &String) -> Result<Vec<R>, WarehouseError> {
        let mut kept = Vec::new();
        for place in self.places(R::CONTRACT) {
            kept.extend(
                self.store
                    .rows::<R>(place)?
                    .into_iter()
                    .filter(|row| !self.gives_way(feed, file(row))),
            );
        }
        Ok(kept)
    }

    fn gives_way(&self, feed: Feed, path: &str) -> bool {
        self.drop.contains(&(feed, path))
            || self
                .task
                .moved
                .iter()
                .any(|(source, file)| file == path && source.starts_with(feed.name()))
    }

    /// The same for tables whose rows say which source they came from.
    fn kept_by_source<R: Row>(&self, key: fn(&R) -> (&String, &String)) -> Result<Vec<R>, WarehouseError> {
        let mut kept = Vec::new();
        for place in self.places(R::CONTRACT) {
            kept.extend(self.store.rows::<R>(place)?.into_iter().filter(|row| {
                let (source, file) = key(row);
                !self.replaced.contains(&(source.clone(), file.clone()))
            }));
        }
        Ok(kept)
    }

    fn write_events(&mut self) -> Result<Vec<(&'static Contract, Place, Footer)>, EngineError> {
        let mut events = std::mem::take(&mut self.gathered.events);
        for place in self.places(&ACTIVITY_EVENTS) {
            let frame = self.store.read(&ACTIVITY_EVENTS, place, &[])?;
            events.absorb(&frame, &self.settings.rules, |path| self.gives_way(Feed::Activity, path))?;
        }
        let fingerprint = fingerprint(self.settings, &ACTIVITY_EVENTS, &self.gathered.files);
        let shards = events.finish(u32::from(self.settings.shards), &self.settings.rules)?;
        let mut footers = Vec::new();
        for (shard, activity_events::ShardEvents { frame, days }) in shards.into_iter().enumerate() {
            let place = (Some(self.task.received), shard as u32);
            footers.push((
                &ACTIVITY_EVENTS,
                place,
                self.store.replace(&ACTIVITY_EVENTS, place, &[frame], fingerprint, &days)?,
            ));
        }
        self.remove_beyond(&ACTIVITY_EVENTS)?;
        Ok(footers)
    }

    fn write_sharded<R: Row + Clone>(
        &self,
        rows: &[R],
        shard_of: impl Fn(&R) -> u32,
    ) -> Result<Vec<(&'static Contract, Place, Footer)>, EngineError> {
        let fingerprint = fingerprint(self.settings, R::CONTRACT, &self.gathered.files);
        let mut footers = Vec::new();
        for shard in 0..R::CONTRACT.files(u32::from(self.settings.shards)) {
            let mine: Vec<R> = rows.iter().filter(|row| shard_of(row) == shard).cloned().collect();
            let place = (Some(self.task.received), shard);
            footers.push((R::CONTRACT, place, self.store.replace_rows(place, &mine, fingerprint)?));
        }
        self.remove_beyond(R::CONTRACT)?;
        Ok(footers)
    }

    /// Removes the files of shards that are no more.
    fn remove_beyond(&self, contract: &Contract) -> Result<(), WarehouseError> {
        let shards = contract.files(u32::from(self.settings.shards));
        self.places(contract)
            .into_iter()
            .filter(|(_, shard)| *shard >= shards)
            .try_for_each(|place| self.store.remove(contract, place))
    }
}
