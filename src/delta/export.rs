//! A release into the Delta tables: the file of each table that changed gets a name there, and a
//! commit says so.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::delta::commit::{Commit, DataFile, Notes, Parts};
use crate::delta::error::DeltaError;
use crate::delta::log::last_commit;
use crate::delta::{names, schema, stats};
use crate::domain::guid::Guid;
use crate::reports::columns::published_tables;
use crate::reports::published_table::PublishedTable;
use crate::reports::releases::release::{Release, ReleaseFile, content_name};
use crate::storage;
use crate::storage::interface::Storage;

/// How long readers of earlier versions find their files: seven days, as Delta has it.
const KEPT_MILLISECONDS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The folder of Delta tables of a pipeline.
#[derive(Clone, Copy)]
pub struct DeltaFolder<'a> {
    pub storage: &'a dyn Storage,
    pub pipeline: &'a str,
}

/// A table that has a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewVersion {
    pub table: &'static str,
    pub version: u64,
}

/// A commit that waits for its turn.
struct Due<'a> {
    table: PublishedTable,
    released: &'a ReleaseFile,
    before: Option<(u64, Commit)>,
    stats: String,
}

impl DeltaFolder<'_> {
    /// Fails where one of the tables is somebody else's. Nothing is changed.
    pub fn check(&self) -> Result<(), DeltaError> {
        published_tables()
            .par_iter()
            .try_for_each(|table| last_commit(self.storage, table.name, self.pipeline).map(drop))
    }

    /// Brings every table to what a release has. `now` is in milliseconds since 1970. Returns the
    /// tables that have a new version.
    pub fn export(&self, published: &dyn Storage, release: &Release, now: i64) -> Result<Vec<NewVersion>, DeltaError> {
        // Nothing is touched before all tables are known to be ours.
        let due = published_tables().into_par_iter().map(|table| self.due(published, release, table));
        let due: Vec<Due<'_>> = due.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        self.storage.recover(&|_| Ok(true))?;
        due.par_iter().try_for_each(|due| self.bring(published, due))?;
        // One after the other: of several who put a commit at once, one succeeds.
        let versions = due
            .iter()
            .map(|due| self.commit(due, release, now))
            .collect::<Result<Vec<_>, _>>()?;
        due.par_iter()
            .zip(&versions)
            .try_for_each(|(due, (_, commit))| self.vacuum(due.table.name, commit))?;
        let new = |(due, (version, _)): (&Due<'_>, &(u64, Commit))| NewVersion {
            table: due.table.name,
            version: *version,
        };
        Ok(due.iter().zip(&versions).map(new).collect())
    }

    /// What is to be done for a table; `None` where it has the file of the release already, or the
    /// release has none.
    fn due<'r>(&self, published: &dyn Storage, release: &'r Release, table: PublishedTable) -> Result<Option<Due<'r>>, DeltaError> {
        let before = last_commit(self.storage, table.name, self.pipeline)?;
        let Some(released) = release.file(&table.file_name()) else {
            return Ok(None);
        };
        if let Some((_, commit)) = &before
            && commit.file.name == file_of(released)
            && commit.notes.schema == schema::digest_of(&table)
            && self.has(table.name, released)?
        {
            return Ok(None);
        }
        let stats = stats::of(&published.open(&released.path)?, &table)?;
        Ok(Some(Due {
            table,
            released,
            before,
            stats,
        }))
    }

    /// Whether the file of a release is there, whole: it is put in one step, under a name that says
    /// its content.
    fn has(&self, table: &str, released: &ReleaseFile) -> Result<bool, DeltaError> {
        let found = self.storage.look(&format!("{table}/{}", file_of(released)))?;
        Ok(found.is_some_and(|found| found.version.size() == released.bytes))
    }

    /// Gives the file of a release its name in the table.
    fn bring(&self, published: &dyn Storage, due: &Due<'_>) -> Result<(), DeltaError> {
        let table = due.table.name;
        if !self.has(table, due.released)? {
            let name = format!("{table}/{}", file_of(due.released));
            storage::copy_between(published, &due.released.path, self.storage, &name)?;
            self.storage.sync(table)?;
        }
        Ok(())
    }

    /// Puts the commit of a table. Where it has just this one already, and only the file was
    /// missing, none is put.
    fn commit(&self, due: &Due<'_>, release: &Release, now: i64) -> Result<(u64, Commit), DeltaError> {
        let (table, schema) = (due.table.name, schema::digest_of(&due.table));
        let file = DataFile {
            name: file_of(due.released),
            bytes: due.released.bytes,
        };
        if let Some((version, before)) = &due.before
            && before.file == file
            && before.notes.schema == schema
        {
            return Ok((*version, before.clone()));
        }
        let version = due.before.as_ref().map_or(0, |(version, _)| version + 1);
        let before = due.before.as_ref().map(|(_, before)| before);
        // Clocks go back, and versions do not.
        let timestamp = before.map_or(now, |before| now.max(before.timestamp + 1));
        let commit = Commit {
            timestamp,
            release: release.release.to_string(),
            notes: Notes {
                pipeline: self.pipeline.to_owned(),
                schema,
                removed: removed(before, &file, timestamp),
            },
            file,
        };
        let is_new = before.is_none_or(|before| before.notes.schema != schema);
        let text = commit.text(&Parts {
            before: before.map(|before| &before.file),
            stats: &due.stats,
            rows: due.released.rows,
            metadata: is_new.then(|| self.metadata(&due.table, timestamp)),
            is_first: before.is_none(),
        });
        let name = names::commit(table, version);
        if !self.storage.put_if(&name, text.as_bytes(), None)? {
            return Err(DeltaError::Raced {
                path: self.storage.shown(table),
            });
        }
        self.storage.sync(&names::log_folder(table))?;
        Ok((version, commit))
    }

    fn metadata(&self, table: &PublishedTable, timestamp: i64) -> Value {
        json!({
            "id": Guid::of_names(&["delta", self.pipeline, table.name]).to_string(),
            "name": table.name,
            "description": table.about.trim(),
            "format": {"provider": "parquet", "options": {}},
            "schemaString": schema::schema_string(table),
            "partitionColumns": [],
            "configuration": {},
            "createdTime": timestamp,
        })
    }

    /// Removes the data files that no version of the last days has: those that were given up, and
    /// those of runs that died before their commit.
    fn vacuum(&self, table: &str, last: &Commit) -> Result<(), DeltaError> {
        for entry in self.storage.list(table, None)?.unwrap_or_default().entries {
            let is_kept = entry.name == last.file.name || last.notes.removed.contains_key(&entry.name);
            if names::is_data_file(table, &entry.name) && !is_kept {
                self.storage.delete(&format!("{table}/{}", entry.name))?;
            }
        }
        Ok(())
    }
}

/// The name of a released file in its table.
fn file_of(released: &ReleaseFile) -> String {
    content_name(&released.name, released.digest)
}

/// The files that are kept for readers of earlier versions, once a file has taken the place of the
/// one before.
fn removed(before: Option<&Commit>, file: &DataFile, timestamp: i64) -> BTreeMap<String, i64> {
    let Some(before) = before else { return BTreeMap::new() };
    let mut removed = before.notes.removed.clone();
    removed.insert(before.file.name.clone(), timestamp);
    removed.retain(|name, since| *name != file.name && timestamp - *since < KEPT_MILLISECONDS);
    removed
}
