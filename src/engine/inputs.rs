//! What there is of raw files, source by source, and what is missing.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::raw::RawFile;
use crate::engine::report::{RunReport, SourceReport};
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::raw_files::{self, RAW_FILES};
use crate::warehouse::store::Store;

/// How many files there are for each source.
pub fn found(settings: &Settings, files: &[RawFile]) -> Vec<SourceReport> {
    let mut reports: Vec<SourceReport> = settings
        .sources
        .iter()
        .map(|source| SourceReport {
            source: source.id.clone(),
            ..SourceReport::default()
        })
        .collect();
    let mut latest: Vec<Option<Day>> = vec![None; reports.len()];
    for (source, facts) in files.iter().flat_map(|file| &file.sources) {
        reports[*source].files_found += 1;
        latest[*source] = latest[*source].max(facts.day);
    }
    for (report, latest) in reports.iter_mut().zip(latest) {
        report.latest_day = latest.map(|day| day.to_string());
    }
    reports
}

/// Fails where a source has no file that the pipeline cannot do without.
pub fn check_required(settings: &Settings, sources: &[SourceReport]) -> Result<(), EngineError> {
    let missing = settings
        .sources
        .iter()
        .zip(sources)
        .find(|(source, report)| source.required && report.files_found == 0);
    match missing {
        Some((source, _)) => Err(EngineError::Unusable(format!(
            "the required source `{}` has no file below `{}`: look at its `path`, and at whatever should have delivered it",
            source.id,
            settings.input_root.display()
        ))),
        None => Ok(()),
    }
}

/// Warns of sources without any file, and of activity that stops before the last day.
pub fn warn_of_silence(
    settings: &Settings,
    report: &mut RunReport,
    state: &State,
    store: &Store,
    last: Day,
    watch: &Watch<'_>,
) -> Result<(), EngineError> {
    let mut latest: BTreeMap<String, Day> = BTreeMap::new();
    for place in state.table(&RAW_FILES).keys().rev().take(60) {
        for row in store.rows::<raw_files::RawFile>(*place)? {
            if let Some(day) = row.path_day {
                let known = latest.entry(row.source).or_insert(day);
                *known = day.max(*known);
            }
        }
    }
    for (source, found) in settings.sources.iter().zip(&report.sources) {
        let warning = match (found.files_found, latest.get(&source.id)) {
            (0, None) => Some(format!(
                "source `{}` has no file below `{}`",
                source.id,
                settings.input_root.display()
            )),
            (_, Some(day)) if source.feed == Feed::Activity && *day < last => Some(format!(
                "source `{}` has no files after {day}: activity of the days up to {last} is missing or late",
                source.id
            )),
            _ => None,
        };
        if let Some(warning) = warning {
            watch.tell(Event::Warning(warning));
        }
    }
    Ok(())
}
