//! What there is of raw files, source by source, and which source cannot be missing.

use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::raw::RawFile;
use crate::engine::report::SourceReport;
use crate::pipeline::settings::Settings;

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
