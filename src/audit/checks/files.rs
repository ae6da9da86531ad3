//! Checks each file of the warehouse by itself: its bytes and footer, its contract, that its
//! tenants belong to its shard, and that the days that its footer counts are those of its rows.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use crate::audit::findings::{Finding, FindingKind};
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::engine::build::activity_daily::coverage_parts;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::ingest::partition_files::NO_DAY;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::activity::first_activity::FIRST_ACTIVITY;
use crate::stages::received::activity_events::{ACTIVITY_EVENTS, day_parts, digests, shard_of};
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{DayPart, Footer};
use crate::warehouse::file::verify::Flaw;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// The result.
#[derive(Default)]
pub struct FilesReport {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
    pub faults: Vec<Finding>,
    /// Files whose rows cannot be trusted.
    pub broken: BTreeSet<(&'static str, Place)>,
}

/// Checks every file. Each thread has the rows of one file in memory.
pub fn check(settings: &Settings, store: &Store, state: &State, watch: &Watch<'_>) -> Result<FilesReport, EngineError> {
    let files: Vec<(&'static Contract, Place, &Footer)> = stages::TABLES
        .iter()
        .flat_map(|contract| state.table(contract).iter().map(|(place, footer)| (*contract, *place, footer)))
        .collect();
    watch.tell(Event::Begin {
        what: "files",
        unit: "files",
        total: files.len() as u64,
    });
    let faults: Vec<Vec<Finding>> = files
        .par_iter()
        .map(|(contract, place, footer)| {
            watch.go_on()?;
            let faults = of_file(settings, store, contract, *place, footer)?;
            watch.tell(Event::Advance(1));
            Ok(faults)
        })
        .collect::<Result<_, EngineError>>()?;
    watch.tell(Event::End);
    let mut held = FilesReport::default();
    for ((contract, place, footer), faults) in files.into_iter().zip(faults) {
        held.files += 1;
        held.rows += footer.rows;
        held.bytes += footer.bytes;
        if faults
            .iter()
            .any(|fault| matches!(fault.kind, FindingKind::Damaged | FindingKind::Contract))
        {
            held.broken.insert((contract.name, place));
        }
        held.faults.extend(faults);
    }
    Ok(held)
}

/// Returns everything that is wrong with one file.
fn of_file(settings: &Settings, store: &Store, contract: &Contract, place: Place, footer: &Footer) -> Result<Vec<Finding>, EngineError> {
    let fault = |kind, what: String| Finding::of_file(kind, store, contract, place, what);
    let (frame, flaws) = store.verify(contract, place, footer)?;
    let mut faults: Vec<Finding> = flaws
        .into_iter()
        .map(|flaw| match flaw {
            Flaw::Bytes(what) => fault(FindingKind::Damaged, what),
            Flaw::Contract(what) => fault(FindingKind::Contract, what),
        })
        .collect();
    let Some(frame) = frame.filter(|_| faults.is_empty()) else {
        return Ok(faults);
    };
    if contract.sharded {
        faults.extend(misplaced(settings, &frame, place.1).map(|what| fault(FindingKind::Contract, what)));
    }
    match parts(contract, place, &frame) {
        Ok(Some(parts)) if parts != footer.days => {
            let what = "`uptake.days` in its footer does not count its rows".to_owned();
            faults.push(fault(FindingKind::Footer, what));
        }
        Ok(_) => {}
        Err(error) => faults.push(fault(FindingKind::Contract, error.to_string())),
    }
    if contract.name == RAW_FILES.name {
        faults.extend(received_elsewhere(&frame, place)?.map(|what| fault(FindingKind::Contract, what)));
    }
    Ok(faults)
}

/// Returns a message about a customer whose rows belong to another shard.
fn misplaced(settings: &Settings, frame: &RecordBatch, shard: u32) -> Option<String> {
    let tenants = frame.column_by_name("tenant_id")?.as_string_opt::<i32>()?;
    let mut before = "";
    for row in 0..tenants.len() {
        let text = tenants.value(row);
        if text == before {
            continue;
        }
        before = text;
        let Some(tenant) = Guid::parse(text.as_bytes()) else {
            return Some(format!("`{text}` in row {row} is no tenant id"));
        };
        let belongs = shard_of(tenant, u32::from(settings.shards));
        if belongs != shard {
            return Some(format!("customer `{tenant}` in row {row} belongs to shard {belongs}"));
        }
    }
    None
}

/// Returns what the footer of a file has to count. `None` if it lists the days that the file was
/// made from; the fingerprint covers those.
fn parts(contract: &Contract, place: Place, frame: &RecordBatch) -> Result<Option<Vec<DayPart>>, WarehouseError> {
    if contract.name == FIRST_ACTIVITY.name {
        return Ok(None);
    }
    if contract.name == ACTIVITY_EVENTS.name {
        return day_parts(frame, &digests(frame)?).map(Some);
    }
    match place.0.filter(|_| contract.name == ACTIVITY_COVERAGE.name) {
        Some(day) => Ok(Some(coverage_parts(day, &ActivityCoverage::rows(frame)?).to_vec())),
        None => Ok(Some(Vec::new())),
    }
}

/// Returns a message about a raw file whose path names another day than its partition.
fn received_elsewhere(frame: &RecordBatch, place: Place) -> Result<Option<String>, WarehouseError> {
    let received = place.0.unwrap_or(NO_DAY);
    let files = RawFile::rows(frame)?;
    let elsewhere = |file: &&RawFile| file.path_day.is_some_and(|day: Day| day != received);
    Ok(files
        .iter()
        .find(elsewhere)
        .map(|file| format!("`{}` is of another day by its path", file.source_file)))
}
