//! How far each source has come and what could not be used of it. A source is late when more days
//! have passed than usually lie between its files: activity comes every day, everything else as it
//! comes.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::engine::health::status::facts::{Facts, Received};
use crate::engine::health::status::value::SourceStatus;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;

/// The sources in the order of the pipeline file.
pub fn sources(settings: &Settings, facts: &Facts, reference: Day) -> Vec<SourceStatus> {
    let nothing = Received::default();
    let of = |source: &Source| {
        let received = facts.received.get(&source.id).unwrap_or(&nothing);
        // A list of customers is as of the day on which it was read.
        let is_dated = source.feed != Feed::Customers;
        let latest = received.path_days.last().copied().or(received.latest_row_day).filter(|_| is_dated);
        let lag = latest.map(|day| i64::from(reference.0 - day.0));
        let usual = usual_days(source.feed, &received.path_days).filter(|_| is_dated);
        SourceStatus {
            source: source.name.clone(),
            feed: source.feed.name(),
            latest_day: latest.map(|day| day.to_string()),
            lag_days: lag,
            usual_days: usual,
            is_late: lag.zip(usual).is_some_and(|(lag, usual)| lag >= usual && lag > 0),
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

/// After how many days the next file usually comes, at the latest; `None` where too few have come
/// to say.
fn usual_days(feed: Feed, days: &BTreeSet<Day>) -> Option<i64> {
    if feed == Feed::Activity {
        return Some(1);
    }
    let gaps = days.iter().zip(days.iter().skip(1)).map(|(day, next)| i64::from(next.0 - day.0));
    (days.len() > 2).then(|| gaps.max()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(feed: Feed, days: &[i32]) -> Option<i64> {
        usual_days(feed, &days.iter().map(|day| Day(*day)).collect())
    }

    #[test]
    fn activity_comes_every_day_and_snapshots_come_at_their_pace() {
        assert_eq!(usual(Feed::Activity, &[0, 5]), Some(1));
        assert_eq!(usual(Feed::Subscriptions, &[0, 7, 14, 22]), Some(8));
        assert_eq!(usual(Feed::Subscriptions, &[0, 7]), None, "one gap is no pace");
    }
}
