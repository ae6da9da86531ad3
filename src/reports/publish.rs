//! Publishes: from the tables of the warehouse to the files that a BI tool opens. Nothing changes
//! in the published folder before every file is written.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::reports::columns::{FACTS, PublishedTable};
use crate::reports::dimensions::{self, CALENDAR, CUSTOMER_DIMENSION, PRODUCTS};
use crate::reports::error::ReportError;
use crate::reports::names::Names;
use crate::reports::parquet_file::ParquetFile;
pub use crate::reports::publication::Publication;
pub use crate::reports::staging::{PublishedFile, digest_of, is_unfinished};
use crate::reports::staging::{Staged, Staging, close};
use crate::reports::{export, facts};
use crate::storage::disk::Disk;
use crate::warehouse::contract::Contract;
use crate::warehouse::table::Row;

/// Writes all files and puts them into place; returns them in the order of the data dictionary, the
/// export last. `progress` is told how many units are done since it was told last, from several
/// threads.
pub fn publish(publication: &Publication<'_>, progress: &(dyn Fn(u64) + Sync)) -> Result<Vec<PublishedFile>, ReportError> {
    let staging = Staging::open(publication.store.disk(), publication.published)?;
    let names = Names::of(&publication.customers, &publication.rules.catalogue);
    let facts: Vec<(Staged, facts::Seen)> = FACTS
        .par_iter()
        .map(|contract| facts::write(publication, contract, &names, &staging, progress))
        .collect::<Result<_, _>>()?;
    let mut files = Vec::new();
    let (mut tenants, mut skus) = (publication.seen_tenants.clone(), BTreeSet::new());
    for (file, seen) in facts {
        files.push(file);
        tenants.extend(seen.tenants);
        skus.extend(seen.skus);
    }
    let customers = dimensions::customers(&publication.customers, &tenants);
    let products = dimensions::products(&publication.rules.catalogue, &skus);
    let calendar = dimensions::calendar(publication.first, publication.last);
    files.push(whole(&staging, &CUSTOMER_DIMENSION, &Row::frame(&customers)?)?);
    files.push(whole(&staging, &PRODUCTS, &Row::frame(&products)?)?);
    files.push(whole(&staging, &CALENDAR, &Row::frame(&calendar)?)?);
    files.push(export::write(publication, &names, &staging)?);
    staging.commit(files)
}

/// Writes a table that is in one frame.
fn whole(staging: &Staging<'_>, contract: &'static Contract, rows: &RecordBatch) -> Result<Staged, ReportError> {
    let mut file = ParquetFile::create(staging, &PublishedTable::whole(contract))?;
    file.write(rows)?;
    file.finish()
}

/// Writes `run.json`: the last file of a run, after the ones whose digests it names.
pub fn write_run_json(disk: &Disk, published: &Path, value: &serde_json::Value) -> Result<PublishedFile, ReportError> {
    const NAME: &str = "run.json";
    let staging = Staging::open(disk, published)?;
    let mut file = staging.create(NAME)?;
    let path = file.path.clone();
    let text = serde_json::to_string_pretty(value).map_err(|error| ReportError::Json { path: path.clone(), error })?;
    writeln!(file, "{text}").map_err(ReportError::disk("write", &path))?;
    let staged = file.finish(1)?;
    let mut files = staging.commit(vec![staged])?;
    close(disk, published)?;
    files
        .pop()
        .ok_or_else(|| ReportError::disk("put into place", &path)(std::io::ErrorKind::NotFound.into()))
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
