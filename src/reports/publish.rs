//! Publishes: turns the tables of the warehouse into the files that a BI tool opens. Nothing
//! changes in the published folder before every file is written.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::reports::dimensions::{self, CALENDAR, CUSTOMER_DIMENSION, PRODUCTS};
use crate::reports::error::ReportError;
use crate::reports::files::parquet_file::ParquetFile;
use crate::reports::names::Names;
use crate::reports::publication::Pages;
pub use crate::reports::publication::Publication;
use crate::reports::published_reader::PublishedReader;
use crate::reports::published_table::{FACTS, PublishedTable};
use crate::reports::releases::current::Current;
use crate::reports::releases::release::Release;
use crate::reports::releases::{diff, folder};
pub use crate::reports::staging::{PublishedFile, digest_of, is_unfinished};
use crate::reports::staging::{StagedFile, Staging};
use crate::reports::{export, facts};
use crate::storage::error::{LeaseFault, StorageError};
use crate::storage::interface::{Lease, Storage};
use crate::warehouse::contract::Contract;
use crate::warehouse::table::Row;

/// How the names of pages end.
const PAGES: [&str; 2] = [".html", ".xlsx"];

/// The right of whoever publishes to a folder.
const PUBLISHING: &str = ".uptake/publishing";

/// What was published.
#[derive(Debug)]
pub struct Published {
    /// In the order of the data dictionary, the export and the pages last.
    pub files: Vec<PublishedFile>,
    /// The release that is in force by that; `None` where none was to be made.
    pub release: Option<Release>,
}

/// Writes all files and puts them into place. Several threads call `progress`, each with the number
/// of units that it has done since its last call.
pub fn publish(publication: &Publication<'_>, progress: &(dyn Fn(u64) + Sync)) -> Result<Published, ReportError> {
    let _lease = match &publication.release {
        Some(notes) => Some(lease(
            publication.published,
            &format!("pipeline {} since {}", notes.pipeline, notes.began),
        )?),
        None => None,
    };
    let staging = Staging::open(publication.published)?;
    let names = Names::of(&publication.customers, &publication.rules.catalogue);
    let facts: Vec<(StagedFile, facts::Seen)> = FACTS
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
    let calendar = dimensions::calendar(publication.first, publication.last, publication.rules.language);
    files.push(whole(&staging, &CUSTOMER_DIMENSION, &Row::frame(&customers)?)?);
    files.push(whole(&staging, &PRODUCTS, &Row::frame(&products)?)?);
    files.push(whole(&staging, &CALENDAR, &Row::frame(&calendar)?)?);
    files.push(export::write(publication, &names, &staging)?);
    let pages = match &publication.pages {
        Some(pages) => written(&**pages, &files, &staging)?,
        None => Vec::new(),
    };
    commit(publication, staging, files, pages)
}

/// Makes a release of the files, puts it into force, and then everything into its place.
fn commit(
    publication: &Publication<'_>,
    staging: Staging<'_>,
    files: Vec<StagedFile>,
    pages: Vec<StagedFile>,
) -> Result<Published, ReportError> {
    let published = publication.published;
    let (mut files, pages) = (staging.compare(files)?, staging.compare(pages)?);
    let notes = publication.release.as_ref();
    let days = (publication.first, publication.last);
    let release = notes.map(|notes| folder::put(published, &staging, &mut files, (notes, days)));
    let release = release.transpose()?;
    staging.mark()?;
    if let Some(release) = &release {
        Current::of(release).replace(published)?;
    }
    files.extend(pages);
    let files = staging.commit(files)?;
    remove_pages(published, publication.earlier.keys(), &files)?;
    if let (Some(notes), Some(release)) = (notes, &release) {
        folder::remove_old(published, notes.keep, release.release)?;
    }
    Ok(Published { files, release })
}

/// Puts a release into force that is there, and makes the pages of it. Fails before anything changes
/// where a file of it is not what it was.
pub fn put_in_force(
    published: &dyn Storage,
    release: &Release,
    current: &Current,
    pages: Option<&dyn Pages>,
) -> Result<Vec<PublishedFile>, ReportError> {
    let open = |name: &str| diff::open(published, release, name);
    for file in &release.files {
        let object = open(&file.name)?;
        if digest_of(&object)? != file.digest {
            return Err(ReportError::Damaged {
                path: object.shown().to_path_buf(),
            });
        }
    }
    let staging = Staging::open(published)?;
    let pages = pages.map(|pages| pages.write(&PublishedReader::new(&open))).transpose()?;
    let pages = staged(pages.unwrap_or_default(), &staging)?;
    let files = release.files.iter().map(|file| staging.compare_released(file));
    let mut files = files.collect::<Result<Vec<_>, _>>()?;
    files.extend(staging.compare(pages)?);
    staging.mark()?;
    current.replace(published)?;
    staging.commit(files)
}

/// The right to publish, until it is dropped. Other pipelines can have the same folder by mistake.
pub fn lease(published: &dyn Storage, holder: &str) -> Result<Lease, ReportError> {
    published.lease(PUBLISHING, holder).map_err(|fault| match fault {
        LeaseFault::Storage(error) => error.into(),
        LeaseFault::Held(holder) => ReportError::Publishing {
            path: published.shown(""),
            holder: if holder.is_empty() { holder } else { format!(": {holder}") },
        },
    })
}

/// Writes the pages of files that are not in their places yet, so that both get there together.
fn written(pages: &dyn Pages, files: &[StagedFile], staging: &Staging<'_>) -> Result<Vec<StagedFile>, ReportError> {
    let open = |name: &str| {
        let file = files.iter().find(|file| file.name == name);
        let absent = || StorageError::of("open", Path::new(name))(io::ErrorKind::NotFound.into());
        staging.open_staged(file.ok_or_else(absent)?)
    };
    staged(pages.write(&PublishedReader::new(&open))?, staging)
}

fn staged(pages: Vec<(String, Vec<u8>)>, staging: &Staging<'_>) -> Result<Vec<StagedFile>, ReportError> {
    let stage = |(name, bytes): (String, Vec<u8>)| {
        let mut file = staging.create(&name)?;
        let path = file.path.clone();
        file.write_all(&bytes).map_err(ReportError::disk("write", &path))?;
        file.finish(0)
    };
    pages.into_iter().map(stage).collect()
}

/// Removes pages that the last publication had and this one has not: of customers who left, or
/// because nobody wants them any more.
pub fn remove_pages<'n>(
    published: &dyn Storage,
    earlier: impl Iterator<Item = &'n String>,
    files: &[PublishedFile],
) -> Result<(), ReportError> {
    let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let is_page = |name: &&String| PAGES.iter().any(|ending| name.ends_with(ending));
    for name in earlier.filter(is_page).filter(|name| !names.contains(name.as_str())) {
        published.delete(name)?;
    }
    Ok(())
}

/// Writes a table whose rows are one frame.
fn whole(staging: &Staging<'_>, contract: &'static Contract, rows: &RecordBatch) -> Result<StagedFile, ReportError> {
    let mut file = ParquetFile::create(staging, &PublishedTable::whole(contract))?;
    file.write(rows)?;
    file.finish()
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
