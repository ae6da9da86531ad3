//! The warehouse: where the files of tables are, how they are replaced, and who may do that.
//!
//! The file of a table, day and shard is `<table>/day=YYYY-MM-DD/part-NN.parquet`. Caches, the lock
//! and unfinished files are in `.uptake`.

pub mod cache_file;
pub mod listing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::digest::Fingerprint;
use crate::domain::guid::Guid;
use crate::storage;
use crate::storage::disk::Disk;
use crate::storage::error::{LeaseFault, StorageError, if_there};
use crate::storage::interface::{Changes, Holder, Lease, Put, Storage};
use crate::storage::local::reads::Reads;
use crate::storage::object::OpenObject;
use crate::storage::temporary_file::TemporaryFile;
use crate::storage::version_tag::VersionTag;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{DayPart, Footer, describe};
use crate::warehouse::file::read;
use crate::warehouse::file::select;
use crate::warehouse::file::verify::{self, Flaw};
use crate::warehouse::file::write;
use crate::warehouse::store::listing::{Known, Listing, Place, file_name, folder_of};
use crate::warehouse::table::Row;
use crate::warehouse::value_rules::check_values;

/// What is not a table.
const PRIVATE: &str = ".uptake";
/// The lease of whoever changes the warehouse.
const LOCK: &str = ".uptake/lock";

/// A warehouse.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    storage: Arc<dyn Storage>,
    /// Where a rehearsal writes instead: what is there hides what is in the warehouse.
    overlay: Option<TemporaryFile>,
    disk: Disk,
}

/// The changes of a partition that are made together.
#[derive(Default, Debug)]
pub struct Commit(Changes);

impl Commit {
    /// Adds a file. Files take their places in the order in which they are added.
    pub fn put(&mut self, put: Put) {
        self.0.puts.push(put);
    }

    /// Adds the removal of a file.
    pub fn remove(&mut self, contract: &Contract, place: Place) {
        self.0.removed.push(name_of(contract, place));
    }
}

/// The name of a table's file.
fn name_of(contract: &Contract, (day, shard): Place) -> String {
    let file = file_name(shard);
    match folder_of(contract.partition, day) {
        folder if folder.is_empty() => format!("{}/{file}", contract.name),
        folder => format!("{}/{folder}/{file}", contract.name),
    }
}

impl Store {
    /// The warehouse at `root`, which need not exist yet.
    pub fn at(root: &Path) -> Store {
        Store {
            root: root.to_path_buf(),
            storage: storage::at(root),
            overlay: None,
            disk: Disk::default(),
        }
    }

    /// The same warehouse, changed by way of `disk`.
    pub fn on(self, disk: Disk) -> Store {
        Store {
            storage: storage::on(&self.root, disk.clone()),
            disk,
            ..self
        }
    }

    /// The same warehouse, whose files are read by way of `reads`.
    pub fn by(root: &Path, reads: Reads) -> Store {
        Store {
            storage: storage::by(root, reads),
            ..Store::at(root)
        }
    }

    /// The warehouse at `root` for a rehearsal: everything is read as it is, and written to
    /// `overlay`.
    pub fn rehearsal(root: &Path, overlay: TemporaryFile) -> Store {
        Store {
            overlay: Some(overlay),
            ..Store::at(root)
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Another folder of the same pipeline, such as that of the published files: it is changed by
    /// way of the same disk.
    pub fn beside(&self, root: &Path) -> Arc<dyn Storage> {
        storage::on(root, self.disk.clone())
    }

    /// Takes the lock, completes what a dead run has begun to commit, and removes what dead runs
    /// left unfinished.
    pub fn lock(&self, holder: &str) -> Result<Lease, WarehouseError> {
        let lock = self.storage.lease(LOCK, holder).map_err(|fault| self.locked(fault))?;
        self.recover()?;
        Ok(lock)
    }

    /// Keeps runs from changing the warehouse while it is read. `None` where there was never a run.
    pub fn share(&self, holder: &str) -> Result<Option<Lease>, WarehouseError> {
        self.storage.share(LOCK, holder).map_err(|fault| self.locked(fault))
    }

    /// Works for the one who has the lock and describes himself so: nothing is changed any more
    /// once he has it no more.
    pub fn follow(&self, holder: &str) -> Result<Lease, WarehouseError> {
        self.storage.follow(LOCK, holder).map_err(|fault| self.locked(fault))
    }

    /// Completes what somebody who works for the holder of the lock has begun to commit and did not
    /// live to complete. The caller has the lock.
    pub fn recover(&self) -> Result<(), WarehouseError> {
        self.storage.recover(&|object| match describe(object) {
            Ok(described) => Ok(described.is_some()),
            Err(WarehouseError::Store { doing, path, error }) => Err(StorageError { doing, path, error }),
            Err(_) => Ok(false),
        })?;
        Ok(())
    }

    /// Who has the lock, or had it last.
    pub fn lock_holder(&self) -> Result<Holder, WarehouseError> {
        Ok(self.storage.leaseholder(LOCK)?)
    }

    fn locked(&self, fault: LeaseFault) -> WarehouseError {
        match fault {
            LeaseFault::Storage(error) => error.into(),
            LeaseFault::Held(holder) => WarehouseError::Locked {
                path: self.root.clone(),
                holder: if holder.is_empty() { holder } else { format!(": {holder}") },
            },
        }
    }

    /// Whether this is the warehouse of a rehearsal, as a plan has it.
    pub fn is_rehearsal(&self) -> bool {
        self.overlay.is_some()
    }

    /// Where a table's file of a day and shard is, for messages.
    pub fn path(&self, contract: &Contract, place: Place) -> PathBuf {
        self.storage.shown(&name_of(contract, place))
    }

    /// Whether a table has something in the place of a file.
    pub fn has(&self, contract: &Contract, place: Place) -> Result<bool, WarehouseError> {
        let name = name_of(contract, place);
        let is_in_overlay = self.overlay.as_ref().is_some_and(|overlay| overlay.has(&name));
        Ok(is_in_overlay || self.storage.look(&name)?.is_some())
    }

    /// Every file of a table, with its footer; the ones that are `known` are not read as long as
    /// the files are the same.
    pub fn list(&self, contract: &Contract, known: Known) -> Result<Listing, WarehouseError> {
        listing::list(&*self.storage, contract, known)
    }

    /// The tag of a file that was written; `None` where somebody else has written there since.
    pub fn version(&self, contract: &Contract, place: Place, footer: &Footer) -> Result<Option<VersionTag>, WarehouseError> {
        listing::version(&*self.storage, &name_of(contract, place), footer)
    }

    /// When a file was changed, nanoseconds since 1970; `None` where that is not known.
    pub fn changed_at(&self, contract: &Contract, place: Place) -> Result<Option<u64>, WarehouseError> {
        let found = self.storage.look(&name_of(contract, place))?;
        Ok(found.and_then(|found| found.changed))
    }

    /// The places of a table that have a file by its name, in order; no file is opened.
    pub fn places(&self, contract: &Contract) -> Result<Vec<Place>, WarehouseError> {
        listing::places(&*self.storage, contract)
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
        let (put, footer) = self.stage(contract, place, frame, fingerprint, days)?;
        match &self.overlay {
            None => self.storage.put(&put.staged, &put.name)?,
            Some(overlay) => overlay.put(&put.staged, &put.name),
        }
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
    ) -> Result<(Put, Footer), WarehouseError> {
        check_values(contract, place, frame)?;
        let unfinished = match &self.overlay {
            None => self.storage.begin()?,
            Some(overlay) => overlay.begin(),
        };
        let (staged, footer) = write::write(unfinished, contract, frame, fingerprint, days)?;
        let name = name_of(contract, place);
        Ok((Put { staged, name }, footer))
    }

    /// Puts all files of a commit into their places. `received` names the partition.
    pub fn commit(&self, received: Day, commit: &Commit) -> Result<(), WarehouseError> {
        match &self.overlay {
            None => self.storage.put_together(&format!("received={received}"), &commit.0)?,
            // A rehearsal writes for nobody but itself, and hides nothing that was removed.
            Some(overlay) => commit.0.puts.iter().for_each(|put| overlay.put(&put.staged, &put.name)),
        }
        Ok(())
    }

    /// Writes the rows of a table's file.
    pub fn replace_rows<R: Row>(&self, place: Place, rows: &[R], fingerprint: Fingerprint) -> Result<Footer, WarehouseError> {
        self.replace(R::CONTRACT, place, &R::frame(rows)?, fingerprint, &[])
    }

    /// Writes something that is not a table, in the place of what was there.
    pub fn replace_private(&self, name: &str, bytes: &[u8]) -> Result<(), WarehouseError> {
        Ok(self.storage.put_bytes(&format!("{PRIVATE}/{name}"), bytes)?)
    }

    /// Reads something that is not a table; `None` where it is not there.
    pub fn read_private(&self, name: &str) -> Result<Option<Vec<u8>>, WarehouseError> {
        Ok(self.storage.read(&format!("{PRIVATE}/{name}"))?)
    }

    /// Puts something that is not a table where what is there is `before`, and says whether it was.
    pub fn put_private_if(&self, name: &str, bytes: &[u8], before: Option<&[u8]>) -> Result<bool, WarehouseError> {
        Ok(self.storage.put_if(&format!("{PRIVATE}/{name}"), bytes, before)?)
    }

    /// What is directly below a name that is not a table, each with its version.
    pub fn list_private(&self, name: &str) -> Result<Vec<(String, VersionTag)>, WarehouseError> {
        let found = self.storage.list(&format!("{PRIVATE}/{name}"), None)?.unwrap_or_default();
        Ok(found
            .entries
            .into_iter()
            .map(|entry| (entry.name, entry.metadata.version))
            .collect())
    }

    /// Deletes what is below a name that is not a table.
    pub fn delete_private_below(&self, name: &str) -> Result<(), WarehouseError> {
        Ok(self.storage.delete_below(&format!("{PRIVATE}/{name}"))?)
    }

    fn open(&self, contract: &Contract, place: Place) -> Result<OpenObject, StorageError> {
        let name = name_of(contract, place);
        if let Some(overlay) = &self.overlay
            && let Some(object) = overlay.open(&name, &self.storage.shown(&name))?
        {
            return Ok(object);
        }
        self.storage.open(&name)
    }

    /// Reads the footer of a file; `None` where it is not there, or no whole file of ours.
    pub fn footer(&self, contract: &Contract, place: Place) -> Result<Option<Footer>, WarehouseError> {
        let Some(object) = if_there(self.open(contract, place))? else {
            return Ok(None);
        };
        Ok(describe(&object)?.map(|described| described.footer))
    }

    /// Reads a file and holds it against its footer and its contract; see [`verify::verify`].
    pub fn verify(&self, contract: &Contract, place: Place, footer: &Footer) -> Result<(Option<RecordBatch>, Vec<Flaw>), WarehouseError> {
        verify::verify(&self.open(contract, place)?, contract, place, footer)
    }

    /// Reads columns of a file; all of them where `columns` is empty.
    pub fn read(&self, contract: &Contract, place: Place, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
        read::read(&self.open(contract, place)?, contract, columns)
    }

    /// Reads columns of a file with texts as numbers of a dictionary, one frame per row group.
    pub fn read_coded(&self, contract: &Contract, place: Place, columns: &[&str]) -> Result<Vec<RecordBatch>, WarehouseError> {
        read::read_coded(&self.open(contract, place)?, contract, columns)
    }

    /// Reads these columns and no other one, of a file whose footer nobody has looked at; where
    /// there are none, a frame that has just its number of rows.
    pub fn read_exactly(&self, contract: &Contract, place: Place, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
        read::read_exactly(&self.open(contract, place)?, contract, columns)
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
        let object = if_there(self.open(contract, place))?;
        object.map(|object| select::read_tenant(&object, contract, &[], tenant)).transpose()
    }

    /// The partitions that a table has a folder for, in order, without a look into any.
    pub fn partitions(&self, contract: &Contract) -> Result<Vec<Day>, WarehouseError> {
        listing::partitions(&*self.storage, contract)
    }

    /// Removes the folder of a partition, where nothing is in it any more.
    pub fn remove_empty_folder(&self, contract: &Contract, day: Option<Day>) -> Result<(), WarehouseError> {
        let folder = format!("{}/{}", contract.name, folder_of(contract.partition, day));
        match self.overlay {
            None => Ok(self.storage.delete_empty(&folder)?),
            Some(_) => Ok(()),
        }
    }

    /// Removes the file of a shard that is no more (the number of shards fell).
    pub fn remove(&self, contract: &Contract, place: Place) -> Result<(), WarehouseError> {
        match self.overlay {
            None => Ok(self.storage.delete(&name_of(contract, place))?),
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "commit_tests.rs"]
mod commit_tests;
