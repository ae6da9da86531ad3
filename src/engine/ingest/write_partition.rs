//! Reads what a partition's task says, joins it with the rows that stay, and writes the partition's
//! files. They take their places together, so that a run that is killed leaves the partition as it
//! was or as it is to be.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Mutex;

use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::Fingerprint;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::domain::user_ids::{UserIds, is_pseudonym};
use crate::engine::cache::entry::Entry;
use crate::engine::cache::source_totals::PartitionTotals;
use crate::engine::error::EngineError;
use crate::engine::ingest::carry_over::CarriedOver;
use crate::engine::ingest::collector::ids_in_excerpts;
use crate::engine::ingest::gathered::{EventFiles, Gathered, files_by_day};
use crate::engine::ingest::notices::file_notices::FileNotices;
use crate::engine::ingest::partition_files::{belongs, fingerprint};
use crate::engine::ingest::read_partition::{gather, lock};
use crate::engine::ingest::reading::Reading;
use crate::engine::ingest::recent_events::RecentEvents;
use crate::engine::ingest::task_context::TaskContext;
use crate::engine::plan::received_task::ReceivedTask;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::people::user_names;
use crate::stages::people::user_names::UserNameRow;
use crate::stages::received::activity_events::{ACTIVITY_EVENTS, shard_of};
use crate::stages::received::distinct_events::{Events, ShardEvents};
use crate::stages::received::license_changes::LicenseChange;
use crate::stages::received::license_holdings::LicenseHolding;
use crate::stages::received::reject_excerpt::excerpt;
use crate::stages::received::rejects::{REJECTS, RejectCount, Rejects};
use crate::stages::received::snapshots::SnapshotFile;
use crate::stages::received::{customers, license_changes, license_holdings, raw_files, subscription_snapshots, support_requests};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{DayPart, Footer};
use crate::warehouse::store::listing::Place;
use crate::warehouse::store::{Commit, Store};
use crate::warehouse::table::Row;

/// What a task has written.
pub struct Written {
    pub received: Day,
    pub footers: Vec<(&'static Contract, Place, Footer)>,
    pub files: Vec<raw_files::RawFile>,
    pub rejects: Vec<RejectCount>,
    /// How many of the raw files that were read had events of a day, and the first of them.
    pub events: EventFiles,
    /// What there is to tell of the files that were read.
    pub notices: FileNotices,
    /// Users who stay under pseudonyms though ids are plain: raw files that would say who they are
    /// are gone.
    pub masked: BTreeSet<String>,
    /// What the partition's `raw_files` come to.
    pub totals: Entry<PartitionTotals>,
}

/// What a task begins with.
pub struct Inputs<'a> {
    /// The raw files that are read.
    pub readings: Vec<Reading<'a>>,
    /// What the partition says of the files that it was made from.
    pub known: &'a [raw_files::RawFile],
}

/// Reads what is to be read, joins it with what stays, and writes the partition's files. `None`:
/// nothing was written, since a raw file is not the one that the task is about.
pub fn write(task: &ReceivedTask, inputs: Inputs<'_>, context: &TaskContext<'_>) -> Result<Option<Written>, EngineError> {
    let Inputs { mut readings, known } = inputs;
    let was_read = |path: &str| known.iter().any(|row| row.source_file == path && !row.content.is_empty());
    // A file that is not read to its end has left rows behind: they are gathered again without it.
    let mut gathered = loop {
        let read = gather(&readings, context)?;
        if read.has_changed {
            return Ok(None);
        }
        if read.is_whole {
            break read.gathered;
        }
        if !context.goes_on_without_unread {
            return Err(EngineError::Unseen(context.unread.text()));
        }
        readings.retain(|reading| !(context.unread.has(&reading.file.path) && was_read(&reading.file.path)));
    };
    let (files, rejects) = (gathered.files.clone(), gathered.rejects.counts());
    let events = files_by_day(std::mem::take(&mut gathered.file_events));
    let notices = std::mem::take(&mut gathered.notices);
    let readings: Vec<&Reading<'_>> = readings.iter().collect();
    let carried = CarriedOver::of(task, known, context, &readings);
    gathered.files.extend(carried.files());
    gathered
        .files
        .sort_by(|a, b| (&a.source, &a.source_file).cmp(&(&b.source, &b.source_file)));
    let masked = Mutex::default();
    let writer = Writer {
        task,
        settings: context.settings,
        store: context.store,
        state: context.state,
        recent_events: context.recent_events,
        carried,
        gathered,
        commit: Mutex::default(),
        masked: &masked,
    };
    let (footers, totals) = writer.write()?;
    let masked = std::mem::take(&mut *lock(&masked));
    Ok(Some(Written {
        received: task.received,
        footers,
        totals,
        files,
        rejects,
        events,
        notices,
        masked,
    }))
}

/// Writes the files of one partition.
struct Writer<'t> {
    task: &'t ReceivedTask,
    settings: &'t Settings,
    store: &'t Store,
    state: &'t State,
    /// Takes what is written of events, for the facts.
    recent_events: &'t RecentEvents,
    /// Whose rows stay in the partition.
    carried: CarriedOver<'t>,
    gathered: Gathered,
    /// The files that are finished.
    commit: Mutex<Commit>,
    /// Users who stay under pseudonyms.
    masked: &'t Mutex<BTreeSet<String>>,
}

/// The files of a table that were written.
type Footers = Vec<(&'static Contract, Place, Footer)>;

impl Writer<'_> {
    /// Writes what the raw files say side by side, then what became of these files, and puts all of
    /// it into place.
    fn write(mut self) -> Result<(Footers, Entry<PartitionTotals>), EngineError> {
        let events = std::mem::take(&mut self.gathered.events);
        let changes = std::mem::take(&mut self.gathered.changes);
        let holdings = std::mem::take(&mut self.gathered.holdings);
        let subscriptions = std::mem::take(&mut self.gathered.subscriptions);
        let snapshots = std::mem::take(&mut self.gathered.snapshots);
        let names = std::mem::take(&mut self.gathered.names);
        let customers = std::mem::take(&mut self.gathered.customers);
        let support_requests = std::mem::take(&mut self.gathered.support_requests);
        let rejects = std::mem::take(&mut self.gathered.rejects);
        let writer = &self;
        let tables: Vec<Box<dyn FnOnce() -> Result<Footers, EngineError> + Send + '_>> = vec![
            Box::new(|| writer.write_events(events)),
            Box::new(|| writer.write_changes(changes)),
            Box::new(|| writer.write_holdings(holdings)),
            Box::new(|| {
                writer.write_of_feed(
                    Feed::Subscriptions,
                    subscriptions,
                    |row| &row.source_file,
                    subscription_snapshots::distinct,
                )
            }),
            Box::new(|| writer.write_snapshots(snapshots)),
            Box::new(|| writer.write_names(names)),
            Box::new(|| writer.write_of_feed(Feed::Customers, customers, |row| &row.source_file, customers::distinct)),
            Box::new(|| {
                writer.write_of_feed(
                    Feed::SupportRequests,
                    support_requests,
                    |row| &row.source_file,
                    support_requests::distinct,
                )
            }),
            Box::new(|| writer.write_rejects(rejects)),
        ];
        let written: Vec<Footers> = tables.into_par_iter().map(|write| write()).collect::<Result<_, _>>()?;
        let mut footers: Footers = written.into_iter().flatten().collect();
        let raw_files = self.write_sharded(&self.gathered.files, |_| 0)?;
        let digest = raw_files.first().map(|(_, _, footer)| footer.digest).unwrap_or_default();
        footers.extend(raw_files);
        self.store.commit(self.task.received, &lock(&self.commit))?;
        Ok((footers, Entry::new(digest, PartitionTotals::of(&self.gathered.files))))
    }

    fn write_changes(&self, mut rows: Vec<LicenseChange>) -> Result<Footers, EngineError> {
        if !self.makes(Feed::LicenseChanges) {
            return Ok(Vec::new());
        }
        rows.extend(self.kept(Feed::LicenseChanges, |row: &LicenseChange| &row.source_file)?);
        for row in &mut rows {
            row.day = self.settings.zone().day_of(row.event_time);
            self.rename(row.tenant_id, &mut row.user_id);
        }
        self.write_sharded(&license_changes::distinct(rows), |row| self.shard_of(row.tenant_id))
    }

    fn write_holdings(&self, mut rows: Vec<LicenseHolding>) -> Result<Footers, EngineError> {
        if !self.makes(Feed::LicenseHoldings) {
            return Ok(Vec::new());
        }
        rows.extend(self.kept(Feed::LicenseHoldings, |row: &LicenseHolding| &row.source_file)?);
        rows.iter_mut().for_each(|row| self.rename(row.tenant_id, &mut row.user_id));
        self.write_sharded(&license_holdings::distinct(rows), |row| self.shard_of(row.tenant_id))
    }

    /// Writes a table that is not sharded and has rows of one feed.
    fn write_of_feed<R: Row + Clone>(
        &self,
        feed: Feed,
        mut rows: Vec<R>,
        file: fn(&R) -> &String,
        distinct: fn(Vec<R>) -> Vec<R>,
    ) -> Result<Footers, EngineError> {
        if !self.makes_of::<R>(&[feed]) {
            return Ok(Vec::new());
        }
        rows.extend(self.kept(feed, file)?);
        self.write_sharded(&distinct(rows), |_| 0)
    }

    fn write_snapshots(&self, mut rows: Vec<SnapshotFile>) -> Result<Footers, EngineError> {
        if !self.makes_of::<SnapshotFile>(&[Feed::Subscriptions, Feed::LicenseHoldings]) {
            return Ok(Vec::new());
        }
        rows.extend(self.kept_by_source(|row: &SnapshotFile| (&row.source, &row.source_file))?);
        rows.sort_by(|a, b| {
            (&a.feed, &a.source, a.tenant_id, a.day, &a.source_file).cmp(&(&b.feed, &b.source, b.tenant_id, b.day, &b.source_file))
        });
        self.write_sharded(&rows, |_| 0)
    }

    fn write_names(&self, mut rows: Vec<UserNameRow>) -> Result<Footers, EngineError> {
        if !self.makes_of::<UserNameRow>(&[Feed::Activity, Feed::LicenseHoldings]) {
            return Ok(Vec::new());
        }
        let mut kept = self.kept_by_source(|row: &UserNameRow| (&row.source, &row.source_file))?;
        for row in &mut kept {
            self.rename(row.tenant_id, &mut row.name_id);
            self.rename(row.tenant_id, &mut row.user_id);
        }
        rows.extend(kept);
        self.write_sharded(&user_names::distinct(rows), |row| self.shard_of(row.tenant_id))
    }

    fn shard_of(&self, tenant: Guid) -> u32 {
        shard_of(tenant, u32::from(self.settings.shards))
    }

    fn makes(&self, feed: Feed) -> bool {
        self.task.feeds.contains(&feed)
    }

    /// Whether a table of some feeds is made: one of them is, and files of the table belong to the
    /// partition.
    fn makes_of<R: Row>(&self, feeds: &[Feed]) -> bool {
        let is_made = feeds.iter().any(|feed| self.makes(*feed));
        is_made && belongs(self.settings, self.state, R::CONTRACT, self.task.received)
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
                    .filter(|row| self.carried.has_path(feed, file(row))),
            );
        }
        Ok(kept)
    }

    /// Gives a user the id under which it is stored now, where a row has the one of the logs.
    fn rename(&self, tenant: Guid, user: &mut String) {
        match self.settings.user_ids.stored_again(tenant, user) {
            Cow::Owned(stored) => *user = stored,
            Cow::Borrowed(_) => self.note_masked([user.as_str()]),
        }
    }

    /// Takes note of users who stay under pseudonyms where ids are plain.
    fn note_masked<'u>(&self, users: impl IntoIterator<Item = &'u str>) {
        if matches!(self.settings.user_ids, UserIds::Plain) {
            let masked = users.into_iter().filter(|user| is_pseudonym(user)).map(str::to_owned);
            lock(self.masked).extend(masked);
        }
    }

    /// The same for tables whose rows say which source they came from.
    fn kept_by_source<R: Row>(&self, key: fn(&R) -> (&String, &String)) -> Result<Vec<R>, WarehouseError> {
        let mut kept = Vec::new();
        for place in self.places(R::CONTRACT) {
            kept.extend(self.store.rows::<R>(place)?.into_iter().filter(|row| {
                let (source, file) = key(row);
                self.carried.has(source, file)
            }));
        }
        Ok(kept)
    }

    /// New rejects and those that stay, which have no more ids in their excerpts than new ones
    /// have.
    fn write_rejects(&self, mut rejects: Rejects) -> Result<Footers, EngineError> {
        let is_replaced = |source: &str, file: &str| !self.carried.has(source, file);
        let again = |kept: &str| excerpt(kept.as_bytes(), ids_in_excerpts(&self.settings.user_ids));
        for place in self.places(&REJECTS) {
            for frame in self.store.read_coded(&REJECTS, place, &[])? {
                rejects.absorb(&frame, is_replaced, again)?;
            }
        }
        let place = (Some(self.task.received), 0);
        let fingerprint = fingerprint(self.settings, &REJECTS, &self.gathered.files);
        let footer = self.put(&REJECTS, place, &rejects.finish()?, fingerprint, &[])?;
        self.remove_beyond(&REJECTS);
        Ok(vec![(&REJECTS, place, footer)])
    }

    fn write_events(&self, mut events: Events) -> Result<Footers, EngineError> {
        if !self.makes(Feed::Activity) {
            return Ok(Vec::new());
        }
        for place in self.places(&ACTIVITY_EVENTS) {
            let frame = self.store.read(&ACTIVITY_EVENTS, place, &[])?;
            events.absorb(&frame, &self.settings.rules, &self.settings.user_ids, |path| {
                !self.carried.has_path(Feed::Activity, path)
            })?;
        }
        self.note_masked(events.texts());
        let fingerprint = fingerprint(self.settings, &ACTIVITY_EVENTS, &self.gathered.files);
        let shards = events.finish(u32::from(self.settings.shards), &self.settings.rules)?;
        let write = |(shard, ShardEvents { events, days }): (usize, ShardEvents)| -> Result<_, WarehouseError> {
            let place = (Some(self.task.received), shard as u32);
            let footer = self.put(&ACTIVITY_EVENTS, place, &events.frame, fingerprint, &days)?;
            self.recent_events.keep(place, events);
            Ok((&ACTIVITY_EVENTS as &Contract, place, footer))
        };
        let footers = shards.into_par_iter().enumerate().map(write).collect::<Result<_, _>>()?;
        self.remove_beyond(&ACTIVITY_EVENTS);
        Ok(footers)
    }

    fn write_sharded<R: Row + Clone>(&self, rows: &[R], shard_of: impl Fn(&R) -> u32) -> Result<Footers, EngineError> {
        let fingerprint = fingerprint(self.settings, R::CONTRACT, &self.gathered.files);
        let mut footers = Vec::new();
        for shard in 0..R::CONTRACT.files(u32::from(self.settings.shards)) {
            let mine: Vec<R> = rows.iter().filter(|row| shard_of(row) == shard).cloned().collect();
            let place = (Some(self.task.received), shard);
            let footer = self.put(R::CONTRACT, place, &R::frame(&mine)?, fingerprint, &[])?;
            footers.push((R::CONTRACT, place, footer));
        }
        self.remove_beyond(R::CONTRACT);
        Ok(footers)
    }

    /// Finishes a file that takes its place with the others of the partition.
    fn put(
        &self,
        contract: &Contract,
        place: Place,
        frame: &RecordBatch,
        fingerprint: Fingerprint,
        days: &[DayPart],
    ) -> Result<Footer, WarehouseError> {
        let (staged, footer) = self.store.stage(contract, place, frame, fingerprint, days)?;
        lock(&self.commit).put(staged);
        Ok(footer)
    }

    /// The files of shards that are no more go with the others' coming.
    fn remove_beyond(&self, contract: &Contract) {
        let shards = contract.files(u32::from(self.settings.shards));
        let beyond = self.places(contract).into_iter().filter(|(_, shard)| *shard >= shards);
        beyond.for_each(|place| lock(&self.commit).remove(contract, place));
    }
}
