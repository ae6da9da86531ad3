//! Checks the published files: their bytes against the digests of `run.json`, what they were made
//! from, and their rows against those that would be published now. For the latter, everything is
//! published again into a temporary folder.

use arrow::record_batch::{RecordBatch, RecordBatchReader};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::audit::findings::Finding;
use crate::audit::report::CheckRequest;
use crate::domain::digest::Digest;
use crate::domain::words::counted;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::plan::day_range::Range;
use crate::engine::publish::kept_back::kept_back;
use crate::engine::publish::publication::{is_due, publication};
use crate::engine::state::State;
use crate::reports::manifest::Manifest;
use crate::reports::publish::{self, PublishedFile, is_unfinished};
use crate::storage;
use crate::storage::error::{StorageError, if_there};
use crate::storage::interface::Storage;
use crate::storage::object::OpenObject;
use crate::storage::temporary_folder::Scratch;
use crate::warehouse::error::WarehouseError;

/// How many rows are compared at once.
const ROWS_AT_ONCE: usize = 16 * 1024;

/// Checks the published files against the manifest in `run.json`.
pub fn check_recorded(published: &dyn Storage, manifest: Option<&Manifest>) -> Result<Vec<Finding>, EngineError> {
    let mut faults = Vec::new();
    if is_unfinished(published) {
        let what = "a publication broke off: its files may not belong together; the next run publishes again";
        faults.push(Finding::of_published("run.json", what));
        return Ok(faults);
    }
    let Some(manifest) = manifest else {
        faults.push(Finding::of_published(
            "run.json",
            "it is not there, or cannot be read: the next run publishes again",
        ));
        return Ok(faults);
    };
    for file in &manifest.published {
        let (name, said) = (&file.name, file.digest);
        match opened(published, name)?.map(|(_, digest)| digest) {
            None => faults.push(Finding::of_published(name, "it is not there")),
            Some(found) if found != said => {
                let what = format!("it is not what was published: its bytes have the digest {found}, and `run.json` says {said}");
                faults.push(Finding::of_published(name, what));
            }
            Some(_) => {}
        }
    }
    Ok(faults)
}

/// Checks the published files against what would be published now. All tables are complete.
pub fn check_content(
    request: &CheckRequest<'_>,
    published: &dyn Storage,
    state: &State,
    range: Range,
) -> Result<Vec<Finding>, EngineError> {
    let CheckRequest {
        settings, store, watch, ..
    } = *request;
    let mut faults = Vec::new();
    if is_due(settings, store, published, state, range)?.is_some() {
        if kept_back(settings, published, false)?.is_some() {
            // What is published is an earlier release, and is meant to be.
            return Ok(faults);
        }
        let what = "the published files are not made from what the tables and the pipeline file say now: a run publishes again";
        faults.push(Finding::of_published("run.json", what));
    }
    let place = Scratch::make().map_err(WarehouseError::store("make a temporary folder in", &std::env::temp_dir()))?;
    let again = storage::at(place.path());
    let Some(publication) = publication(settings, store, state, range, &FirstDays::default(), &*again)? else {
        return Ok(faults);
    };
    watch.tell(Event::Begin {
        what: "published files",
        unit: "days of tables",
        total: publication.units(),
    });
    let again_published = publish::publish(&publication, &|days| watch.tell(Event::Advance(days)))?;
    watch.tell(Event::End);
    for file in again_published.files {
        watch.go_on()?;
        faults.extend(of_file(published, &*again, &file)?);
    }
    Ok(faults)
}

/// Returns how a published file differs from what would be published now. Missing files are
/// reported elsewhere.
fn of_file(published: &dyn Storage, again: &dyn Storage, file: &PublishedFile) -> Result<Option<Finding>, EngineError> {
    let difference = match opened(published, &file.name)? {
        None => None,
        Some((_, digest)) if digest == file.digest => None,
        Some((stands, _)) if file.name.ends_with(".parquet") => {
            let would_be = again.open(&file.name).map_err(WarehouseError::from)?;
            first_difference(stands, would_be)
        }
        Some(_) => Some("it has other lines than would be published now".to_owned()),
    };
    Ok(difference.map(|what| Finding::of_published(&file.name, what)))
}

/// Returns where the rows of two files first differ. Files with equal rows may have different bytes
/// if another version of the program wrote one.
fn first_difference(stands: OpenObject, would_be: OpenObject) -> Option<String> {
    let (left, right) = match (rows_of(stands), rows_of(would_be)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => return Some(format!("it cannot be read: {error}")),
    };
    if left.schema() != right.schema() {
        return Some("it has other columns than would be published now".to_owned());
    }
    let mut row = 0;
    let (mut left, mut right) = (left.fuse(), right.fuse());
    loop {
        let (stands, would_be) = match (left.next(), right.next()) {
            (None, None) => return None,
            (Some(Err(error)), _) | (_, Some(Err(error))) => return Some(format!("it cannot be read: {error}")),
            (Some(Ok(stands)), Some(Ok(would_be))) => (stands, would_be),
            (None, _) => return Some(of_other_length(true, row)),
            (_, None) => return Some(of_other_length(false, row)),
        };
        if let Some(what) = differs(&stands, &would_be, row) {
            return Some(what);
        }
        row += stands.num_rows();
    }
}

/// Returns the first cell that differs between two frames that begin at row `begin` of their files.
fn differs(stands: &RecordBatch, would_be: &RecordBatch, begin: usize) -> Option<String> {
    if stands == would_be {
        return None;
    }
    let rows = stands.num_rows().min(would_be.num_rows());
    let differing = (0..rows).find(|row| stands.slice(*row, 1) != would_be.slice(*row, 1));
    let Some(row) = differing else {
        return Some(of_other_length(stands.num_rows() < would_be.num_rows(), begin + rows));
    };
    let column = (0..stands.num_columns()).find(|at| stands.column(*at).slice(row, 1) != would_be.column(*at).slice(row, 1))?;
    let shown = |frame: &RecordBatch| arrow::util::display::array_value_to_string(frame.column(column), row).unwrap_or_default();
    Some(format!(
        "in row {}, from 0, `{}` is `{}`, and `{}` would be published now",
        begin + row,
        stands.schema().field(column).name(),
        shown(stands),
        shown(would_be)
    ))
}

fn of_other_length(is_short: bool, rows: usize) -> String {
    match is_short {
        true => format!("it ends after {}, and more would be published now", counted(rows, "row")),
        false => format!("it has more than the {} that would be published now", counted(rows, "row")),
    }
}

fn rows_of(file: OpenObject) -> Result<ParquetRecordBatchReader, parquet::errors::ParquetError> {
    ParquetRecordBatchReaderBuilder::try_new(file)?
        .with_batch_size(ROWS_AT_ONCE)
        .build()
}

/// Opens a published file; returns it with the digest of its bytes, or `None` if there is none.
fn opened(published: &dyn Storage, name: &str) -> Result<Option<(OpenObject, Digest)>, WarehouseError> {
    let digested = |object: OpenObject| {
        let digest = publish::digest_of(&object)?;
        Ok::<_, StorageError>((object, digest))
    };
    Ok(if_there(published.open(name))?.map(digested).transpose()?)
}
