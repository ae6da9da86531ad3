//! How far each source has come and what could not be used of it.

use crate::domain::day::Day;
use crate::engine::health::lateness::Lateness;
use crate::engine::health::status::facts::{Facts, Received};
use crate::engine::health::status::value::SourceStatus;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;

/// The sources in the order of the pipeline file.
pub fn sources(settings: &Settings, facts: &Facts, reference: Day) -> Vec<SourceStatus> {
    let nothing = Received::default();
    let of = |source: &Source| {
        let received = facts.received.get(&source.id).unwrap_or(&nothing);
        let lateness = Lateness::of(source.feed, &received.path_days, received.latest_row_day, reference);
        SourceStatus {
            source: source.name.clone(),
            feed: source.feed.name(),
            latest_day: lateness.latest.map(|day| day.to_string()),
            lag_days: lateness.lag_days,
            usual_days: lateness.usual_days,
            is_late: lateness.is_late,
            lateness,
            files: received.files,
            records: received.records,
            rejected: received.rejected,
            reasons: facts.rejects.get(&source.id).cloned().unwrap_or_default(),
            details: facts.reject_details.get(&source.id).cloned().unwrap_or_default(),
            fail_above: source.fail_above,
        }
    };
    settings.sources.iter().map(of).collect()
}
