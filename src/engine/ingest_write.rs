//! Reads what a partition's task says, joins it with the rows that stay, and writes the partition's files, `raw_files` last.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::fresh_events::FreshEvents;
use crate::engine::ingest_task::{Task, belongs, fingerprint};
use crate::engine::read_file;
use crate::engine::received::{FileEvents, Gathered, ids_in_excerpts};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::activity_events::{ACTIVITY_EVENTS, shard_of};
use crate::stages::excerpt::excerpt;
use crate::stages::license_changes::LicenseChange;
use crate::stages::license_holdings::LicenseHolding;
use crate::stages::rejects::{REJECTS, RejectCount};
use crate::stages::user_names::{self, UserNameRow};
use crate::stages::{customers, events, license_changes, license_holdings, raw_files, snapshots, subscription_snapshots, support_requests};
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::Footer;
use crate::warehouse::index::Place;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// What a task has written.
pub struct Written {
    pub received: Day,
    pub footers: Vec<(&'static Contract, Place, Footer)>,
    pub files: Vec<raw_files::RawFile>,
    pub rejects: Vec<RejectCount>,
    /// How many events of which day each raw file had that was read.
    pub events: Vec<FileEvents>,
}

/// Reads what is to be read, joins it with what stays, and writes the partition's files.
pub fn write(
    task: &Task<'_>,
    settings: &Settings,
    store: &Store,
    (state, fresh_events): (&State, &FreshEvents),
    watch: &Watch<'_>,
) -> Result<Written, EngineError> {
    let readings = task.to_read(settings);
    let mut gathered = readings
        .par_iter()
        .fold(Gathered::default, |mut gathered, reading| {
            read_file::read(&mut gathered, reading, settings);
            watch.tell(Event::Advance(1));
            gathered
        })
        .reduce(Gathered::default, Gathered::append);
    watch.go_on()?;
    let fresh = (gathered.files.clone(), gathered.rejects.counts());
    let events = std::mem::take(&mut gathered.file_events);
    let drop: BTreeSet<(Feed, &str)> = readings
        .iter()
        .map(|reading| (settings.sources[reading.source].feed, reading.file.path.as_str()))
        .collect();
    let replaced: BTreeSet<(String, String)> = gathered
        .files
        .iter()
        .map(|file| (file.source.clone(), file.source_file.clone()))
        .chain(task.moved.iter().cloned())
        .collect();
    gathered.files.extend(
        task.known
            .iter()
            .filter(|row| !replaced.contains(&(row.source.clone(), row.source_file.clone())))
            .cloned(),
    );
    gathered
        .files
        .sort_by(|a, b| (&a.source, &a.source_file).cmp(&(&b.source, &b.source_file)));
    let writer = Writer {
        task,
        settings,
        store,
        state,
        fresh_events,
        drop,
        replaced,
        gathered,
    };
    Ok(Written {
        received: task.received,
        footers: writer.write()?,
        files: fresh.0,
        rejects: fresh.1,
        events,
    })
}

/// Writes the files of one partition.
struct Writer<'t, 'a> {
    task: &'t Task<'a>,
    settings: &'t Settings,
    store: &'t Store,
    state: &'t State,
    /// Takes what is written of events, for the facts.
    fresh_events: &'t FreshEvents,
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
            for row in &mut rows {
                row.day = self.settings.zone().day_of(row.event_time);
                self.rename(row.tenant_id, &mut row.user_id);
            }
            let rows = license_changes::distinct(rows);
            footers.extend(self.write_sharded(&rows, |row| shard_of(row.tenant_id, shards))?);
        }
        if self.makes(Feed::LicenseHoldings) {
            let mut rows = std::mem::take(&mut self.gathered.holdings);
            rows.extend(self.kept(Feed::LicenseHoldings, |row: &LicenseHolding| &row.source_file)?);
            rows.iter_mut().for_each(|row| self.rename(row.tenant_id, &mut row.user_id));
            let rows = license_holdings::distinct(rows);
            footers.extend(self.write_sharded(&rows, |row| shard_of(row.tenant_id, shards))?);
        }
        if self.makes_of::<subscription_snapshots::SnapshotSubscription>(&[Feed::Subscriptions]) {
            let mut rows = std::mem::take(&mut self.gathered.subscriptions);
            rows.extend(
                self.kept(Feed::Subscriptions, |row: &subscription_snapshots::SnapshotSubscription| {
                    &row.source_file
                })?,
            );
            footers.extend(self.write_sharded(&subscription_snapshots::distinct(rows), |_| 0)?);
        }
        if self.makes_of::<snapshots::SnapshotFile>(&[Feed::Subscriptions, Feed::LicenseHoldings]) {
            let mut rows = std::mem::take(&mut self.gathered.snapshots);
            rows.extend(self.kept_by_source(|row: &snapshots::SnapshotFile| (&row.source, &row.source_file))?);
            rows.sort_by(|a, b| {
                (&a.feed, &a.source, a.tenant_id, a.day, &a.source_file).cmp(&(&b.feed, &b.source, b.tenant_id, b.day, &b.source_file))
            });
            footers.extend(self.write_sharded(&rows, |_| 0)?);
        }
        if self.makes_of::<UserNameRow>(&[Feed::Activity, Feed::LicenseHoldings]) {
            let mut rows = std::mem::take(&mut self.gathered.names);
            let mut kept = self.kept_by_source(|row: &UserNameRow| (&row.source, &row.source_file))?;
            for row in &mut kept {
                self.rename(row.tenant_id, &mut row.name_id);
                self.rename(row.tenant_id, &mut row.user_id);
            }
            rows.extend(kept);
            footers.extend(self.write_sharded(&user_names::distinct(rows), |row| shard_of(row.tenant_id, shards))?);
        }
        if self.makes_of::<customers::Customer>(&[Feed::Customers]) {
            let mut rows = std::mem::take(&mut self.gathered.customers);
            rows.extend(self.kept(Feed::Customers, |row: &customers::Customer| &row.source_file)?);
            footers.extend(self.write_sharded(&customers::distinct(rows), |_| 0)?);
        }
        if self.makes_of::<support_requests::SupportRequest>(&[Feed::SupportRequests]) {
            let mut rows = std::mem::take(&mut self.gathered.support_requests);
            rows.extend(self.kept(Feed::SupportRequests, |row: &support_requests::SupportRequest| &row.source_file)?);
            footers.extend(self.write_sharded(&support_requests::distinct(rows), |_| 0)?);
        }
        footers.push(self.write_rejects()?);
        let files = self.gathered.files.clone();
        footers.extend(self.write_sharded(&files, |_| 0)?);
        Ok(footers)
    }

    fn makes(&self, feed: Feed) -> bool {
        self.task.feeds.contains(&feed)
    }

    /// Whether a table of some feeds is made: one of them is, and files of the table belong to the partition.
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
                    .filter(|row| !self.gives_way(feed, file(row))),
            );
        }
        Ok(kept)
    }

    /// Gives a user the id under which it is stored now, where a row has the one of the logs.
    fn rename(&self, tenant: Guid, user: &mut String) {
        if let Cow::Owned(stored) = self.settings.user_ids.stored_again(tenant, user) {
            *user = stored;
        }
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

    /// New rejects and those that stay, which have no more ids in their excerpts than new ones have.
    fn write_rejects(&mut self) -> Result<(&'static Contract, Place, Footer), EngineError> {
        let mut rejects = std::mem::take(&mut self.gathered.rejects);
        let is_replaced = |source: &str, file: &str| self.replaced.contains(&(source.to_owned(), file.to_owned()));
        let again = |kept: &str| excerpt(kept.as_bytes(), ids_in_excerpts(&self.settings.user_ids));
        for place in self.places(&REJECTS) {
            for frame in self.store.read_coded(&REJECTS, place, &[])? {
                rejects.absorb(&frame, is_replaced, again)?;
            }
        }
        let place = (Some(self.task.received), 0);
        let fingerprint = fingerprint(self.settings, &REJECTS, &self.gathered.files);
        let footer = self.store.replace(&REJECTS, place, &rejects.finish()?, fingerprint, &[])?;
        self.remove_beyond(&REJECTS)?;
        Ok((&REJECTS, place, footer))
    }

    fn write_events(&mut self) -> Result<Vec<(&'static Contract, Place, Footer)>, EngineError> {
        let mut events = std::mem::take(&mut self.gathered.events);
        for place in self.places(&ACTIVITY_EVENTS) {
            let frame = self.store.read(&ACTIVITY_EVENTS, place, &[])?;
            events.absorb(&frame, &self.settings.rules, &self.settings.user_ids, |path| {
                self.gives_way(Feed::Activity, path)
            })?;
        }
        let fingerprint = fingerprint(self.settings, &ACTIVITY_EVENTS, &self.gathered.files);
        let shards = events.finish(u32::from(self.settings.shards), &self.settings.rules)?;
        let mut footers = Vec::new();
        for (shard, events::ShardEvents { events, days }) in shards.into_iter().enumerate() {
            let place = (Some(self.task.received), shard as u32);
            let footer = self.store.replace(&ACTIVITY_EVENTS, place, &events.frame, fingerprint, &days)?;
            footers.push((&ACTIVITY_EVENTS, place, footer));
            self.fresh_events.keep(place, events);
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
