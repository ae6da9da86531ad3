//! The warehouse as a folder: where files are, how they are replaced, what belongs to nobody and is
//! cleaned up.
//!
//! `<root>/<table>/day=YYYY-MM-DD/part-NN.parquet`; unfinished files and caches live in
//! `<root>/.uptake`, on the same file system and outside every table, so that no recursive reader
//! ever sees half a file. A file is replaced by one rename. The files are not synced one by one:
//! after a loss of power the next run finds what is broken by its footer and makes it again.

pub mod cache_file;
pub mod commit;
pub mod listing;
pub mod lock;
pub mod temporary_folder;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::digest::Fingerprint;
use crate::domain::guid::Guid;
use crate::storage::disk::Disk;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{DayPart, Footer};
use crate::warehouse::file::read;
use crate::warehouse::file::select;
use crate::warehouse::file::write;
use crate::warehouse::store::commit::Staged;
use crate::warehouse::store::listing::{Known, Listing, Place, file_name, folder_of};
use crate::warehouse::store::lock::{Lock, Shared};
use crate::warehouse::table::Row;
use crate::warehouse::value_rules::check_values;

/// A warehouse folder.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    /// Where a rehearsal writes instead: what is there hides what is in the warehouse.
    overlay: Option<PathBuf>,
    staged: AtomicU64,
    disk: Disk,
}

impl Store {
    /// The warehouse at `root`, which need not exist yet.
    pub fn at(root: &Path) -> Store {
        Store {
            root: root.to_path_buf(),
            overlay: None,
            staged: AtomicU64::new(0),
            disk: Disk::default(),
        }
    }

    /// The same warehouse, changed by way of `disk`.
    pub fn on(self, disk: Disk) -> Store {
        Store { disk, ..self }
    }

    /// The warehouse at `root` for a rehearsal: everything is read as it is, and written below
    /// `overlay`, an empty folder.
    pub fn rehearsal(root: &Path, overlay: &Path) -> Result<Store, WarehouseError> {
        let store = Store {
            root: root.to_path_buf(),
            overlay: Some(overlay.to_path_buf()),
            staged: AtomicU64::new(0),
            disk: Disk::default(),
        };
        let staging = store.staging();
        store.create_folder(&staging)?;
        Ok(store)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What changes the warehouse; the published files are changed by the same.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(super) fn create_folder(&self, folder: &Path) -> Result<(), WarehouseError> {
        self.disk.create_folder(folder).map_err(WarehouseError::store("create", folder))
    }

    /// Makes the folders, takes the lock, completes what a dead run has begun to commit, and
    /// removes what it left unfinished.
    pub fn lock(&self, holder: &str) -> Result<Lock, WarehouseError> {
        let private = self.private();
        self.create_folder(&private)?;
        let lock = lock::take(&self.disk, &private.join("lock"), holder)?;
        self.complete_commits()?;
        let staging = self.staging();
        self.disk
            .remove_folder(&staging)
            .map_err(WarehouseError::store("clean up", &staging))?;
        self.create_folder(&staging)?;
        Ok(lock)
    }

    /// Keeps runs from changing the warehouse while it is read. `None` where there was never a run.
    pub fn share(&self, holder: &str) -> Result<Option<Shared>, WarehouseError> {
        lock::share(&self.disk, &self.private().join("lock"), holder)
    }

    /// The folder for what is not a table.
    pub fn private(&self) -> PathBuf {
        self.root.join(".uptake")
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.writes_to().join(".uptake").join("staging")
    }

    /// The folder below which tables are written.
    pub(super) fn writes_to(&self) -> &Path {
        self.overlay.as_ref().unwrap_or(&self.root)
    }

    /// Whether this is the warehouse of a rehearsal, as a plan has it.
    pub fn is_rehearsal(&self) -> bool {
        self.overlay.is_some()
    }

    /// A path in the staging folder that nobody else uses.
    pub(super) fn staging_path(&self) -> PathBuf {
        self.staging()
            .join(format!("{:06}.unfinished", self.staged.fetch_add(1, Ordering::Relaxed)))
    }

    /// Where a table's file of a day and shard is.
    pub fn path(&self, contract: &Contract, place: Place) -> PathBuf {
        let below = Store::below(contract, place);
        match self
            .overlay
            .as_ref()
            .map(|overlay| overlay.join(&below))
            .filter(|path| path.exists())
        {
            Some(path) => path,
            None => self.root.join(below),
        }
    }

    pub(super) fn below(contract: &Contract, (day, shard): Place) -> PathBuf {
        Path::new(contract.name)
            .join(folder_of(contract.partition, day))
            .join(file_name(shard))
    }

    /// Every file of a table, with its footer; the ones that are `known` are not read as long as
    /// the files are the same.
    pub fn list(&self, contract: &Contract, known: Known) -> Result<Listing, WarehouseError> {
        listing::list(&self.root, contract, known)
    }

    /// When a file was changed that was written; see [`index::changed_at`].
    pub fn changed_at(&self, contract: &Contract, place: Place, footer: &Footer) -> Result<Option<u64>, WarehouseError> {
        listing::changed_at(&self.root.join(Store::below(contract, place)), footer)
    }

    /// The places of a table that have a file by its name, in order; no file is opened.
    pub fn places(&self, contract: &Contract) -> Result<Vec<Place>, WarehouseError> {
        listing::places(&self.root, contract)
    }

    /// Writes a file of a table and puts it in the place of the one that was there.
    pub fn replace(
        &self,
        contract: &Contract,
        place: Place,
        frame: &RecordBatch,
        fingerprint: Fingerprint,
        days: &[DayPart],
    ) -> Result<Footer, WarehouseError> {
        let (unfinished, footer) = self.write(contract, place, frame, fingerprint, days)?;
        let path = self.writes_to().join(Store::below(contract, place));
        if let Some(folder) = path.parent() {
            self.create_folder(folder)?;
        }
        self.put_into_place(&unfinished, &path)?;
        Ok(footer)
    }

    /// Writes a file of a table that takes its place together with others, by [`Store::commit`].
    pub fn stage(
        &self,
        contract: &Contract,
        place: Place,
        frame: &RecordBatch,
        fingerprint: Fingerprint,
        days: &[DayPart],
    ) -> Result<(Staged, Footer), WarehouseError> {
        let (unfinished, footer) = self.write(contract, place, frame, fingerprint, days)?;
        Ok((Staged::new(&unfinished, Store::below(contract, place)), footer))
    }

    /// Writes a file of a table into the staging folder.
    fn write(
        &self,
        contract: &Contract,
        place: Place,
        frame: &RecordBatch,
        fingerprint: Fingerprint,
        days: &[DayPart],
    ) -> Result<(PathBuf, Footer), WarehouseError> {
        check_values(contract, place, frame)?;
        let unfinished = self.staging_path();
        let footer = write::write(&self.disk, &unfinished, contract, frame, fingerprint, days)?;
        Ok((unfinished, footer))
    }

    /// Writes the rows of a table's file.
    pub fn replace_rows<R: Row>(&self, place: Place, rows: &[R], fingerprint: Fingerprint) -> Result<Footer, WarehouseError> {
        self.replace(R::CONTRACT, place, &R::frame(rows)?, fingerprint, &[])
    }

    /// Writes a file of the folder for what is not a table, in the place of the one that was there.
    pub fn replace_private(&self, name: &str, bytes: &[u8]) -> Result<(), WarehouseError> {
        let unfinished = self.staging_path();
        let mut file = self
            .disk
            .create_file(&unfinished)
            .map_err(WarehouseError::store("create", &unfinished))?;
        file.write_all(bytes).map_err(WarehouseError::store("write", &unfinished))?;
        self.put_into_place(&unfinished, &self.private().join(name))
    }

    pub(super) fn put_into_place(&self, unfinished: &Path, path: &Path) -> Result<(), WarehouseError> {
        let renamed = match self.disk.rename(unfinished, path) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                self.set_aside(path)?;
                self.disk.rename(unfinished, path)
            }
            renamed => renamed,
        };
        renamed.map_err(WarehouseError::store("put into place", path))
    }

    /// Moves a folder that stands in the place of a file out of the way: nobody knows what is in
    /// it.
    fn set_aside(&self, folder: &Path) -> Result<(), WarehouseError> {
        let aside = self.private().join("set-aside");
        self.create_folder(&aside)?;
        let below = folder.strip_prefix(&self.root).unwrap_or(folder);
        let name = below.to_string_lossy().replace(['/', '\\'], "_");
        let mut target = aside.join(&name);
        let mut number = 1;
        while target.exists() {
            number += 1;
            target = aside.join(format!("{name}-{number}"));
        }
        self.disk
            .rename(folder, &target)
            .map_err(WarehouseError::store("move out of the way", folder))
    }

    /// Reads columns of a file; all of them where `columns` is empty.
    pub fn read(&self, contract: &Contract, place: Place, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
        read::read(&self.path(contract, place), contract, columns)
    }

    /// Reads columns of a file with texts as numbers of a dictionary, one frame per row group.
    pub fn read_coded(&self, contract: &Contract, place: Place, columns: &[&str]) -> Result<Vec<RecordBatch>, WarehouseError> {
        read::read_coded(&self.path(contract, place), contract, columns)
    }

    /// Reads the rows of a file.
    pub fn rows<R: Row>(&self, place: Place) -> Result<Vec<R>, WarehouseError> {
        R::rows(&self.read(R::CONTRACT, place, &[])?)
    }

    /// Reads the rows of one tenant in a file, and as little of the others as its index allows;
    /// `None` where there is no file.
    pub fn rows_of_tenant<R: Row>(&self, place: Place, tenant: Guid) -> Result<Option<Vec<R>>, WarehouseError> {
        self.read_tenant(R::CONTRACT, place, tenant)?
            .map(|frame| R::rows(&frame))
            .transpose()
    }

    /// The same as a frame.
    pub fn read_tenant(&self, contract: &Contract, place: Place, tenant: Guid) -> Result<Option<RecordBatch>, WarehouseError> {
        select::read_tenant(&self.path(contract, place), contract, &[], tenant)
    }

    /// The partitions that a table has a folder for, in order, without a look into any.
    pub fn partitions(&self, contract: &Contract) -> Result<Vec<Day>, WarehouseError> {
        listing::partitions(&self.root, contract)
    }

    /// Removes the folder of a partition, where nothing is in it any more.
    pub fn remove_empty_folder(&self, contract: &Contract, day: Option<Day>) -> Result<(), WarehouseError> {
        let path = self.root.join(contract.name).join(folder_of(contract.partition, day));
        let is_empty = std::fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_none());
        match is_empty && self.overlay.is_none() {
            true => self.disk.remove_folder(&path).map_err(WarehouseError::store("remove", &path)),
            false => Ok(()),
        }
    }

    /// Removes the file of a shard that is no more (the number of shards fell).
    pub fn remove(&self, contract: &Contract, place: Place) -> Result<(), WarehouseError> {
        if self.overlay.is_some() {
            return Ok(());
        }
        let path = self.path(contract, place);
        self.disk.remove_file(&path).map_err(WarehouseError::store("remove", &path))
    }
}
