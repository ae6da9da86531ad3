//! What there is of raw files, source by source, and what a run does not go on without: folders
//! that can be read, any file at all, and the files of sources that cannot be missing.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::input::shown;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::input::raw_file::RawFile;
use crate::engine::report::SourceReport;
use crate::engine::request::Request;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::measures::adoption::ADOPTION;

/// How many files there are for each source. A path that names a day after `today` says nothing of
/// how far a source has come.
pub fn found(settings: &Settings, files: &[RawFile], today: Option<Day>) -> Vec<SourceReport> {
    let mut reports: Vec<SourceReport> = settings
        .sources
        .iter()
        .map(|source| SourceReport {
            source: source.name.clone(),
            id: source.id.clone(),
            ..SourceReport::default()
        })
        .collect();
    let mut latest: Vec<Option<Day>> = vec![None; reports.len()];
    for (source, facts) in files.iter().flat_map(|file| &file.sources) {
        reports[*source].files_found += 1;
        let day = facts.day.filter(|day| today.is_none_or(|today| *day <= today));
        latest[*source] = latest[*source].max(day);
    }
    for (report, latest) in reports.iter_mut().zip(latest) {
        report.latest_day = latest.map(|day| day.to_string());
    }
    reports
}

/// The most lines of a list in a message.
const MOST_LINES: usize = 10;

/// Fails where some of the input folder cannot be read: its customers would look as if they had
/// been quiet. Where the run may go on without it, that is a warning; what came from there before
/// is kept, like the rows of files that are gone.
pub fn check_seen(request: &Request<'_>, unseen: &BTreeMap<String, String>, watch: &Watch<'_>) -> Result<(), EngineError> {
    let root = shown(&request.settings.inputs);
    if unseen.is_empty() {
        return Ok(());
    }
    let mut text = match unseen.len() {
        1 => format!("a part of the input folder {root} cannot be read"),
        parts => format!("{parts} parts of the input folder {root} cannot be read"),
    };
    for (path, why) in unseen.iter().take(MOST_LINES) {
        text.push_str(&format!("\n  `{path}`: {why}"));
    }
    if unseen.len() > MOST_LINES {
        text.push_str(&format!("\n  and {} more", unseen.len() - MOST_LINES));
    }
    if !request.allow_unreadable {
        return Err(EngineError::Unseen(text));
    }
    watch.tell(Event::Warning(text));
    Ok(())
}

/// Fails where there is no raw file at all and tables would get days: nobody knows whether these
/// were quiet. Where the tables have all days, raw files may be gone: they changed nothing if they
/// were there.
pub fn check_any(request: &Request<'_>, state: &State, files: &[RawFile]) -> Result<(), EngineError> {
    let made = state.days(&ADOPTION).last().copied();
    if !files.is_empty() || request.allow_empty || made >= Some(request.last) {
        return Ok(());
    }
    let lately = if request.settings.rescan_days > 0 && !request.rescan {
        " of the last days"
    } else {
        ""
    };
    let days = match made {
        Some(made) if made.plus(1) == request.last => format!("{} would look quiet", request.last),
        Some(made) => format!("the days from {} to {} would look quiet", made.plus(1), request.last),
        None => "nothing can be made".to_owned(),
    };
    Err(EngineError::Unusable(format!(
        "no source has a file{lately} below {}: {days}; look at whatever should have delivered it, at `root` and at each `path`; \
         `--allow-empty` goes on all the same",
        shown(&request.settings.inputs)
    )))
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
            "the required source `{}` has no file below {}: look at its `path`, and at whatever should have delivered it",
            source.name,
            shown(&settings.inputs)
        ))),
        None => Ok(()),
    }
}
