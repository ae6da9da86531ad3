//! `activity_coverage`: for each customer and day, how many distinct events there are and a digest
//! of their content.
//!
//! The table stands between the raw partitions and the daily tables. A second copy of an event
//! changes a `received=` partition, but no digest here, so nothing downstream is made again.

use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::domain::window;
use crate::stages::people::user_names::USER_NAMES;
use crate::stages::received::activity_events::ACTIVITY_EVENTS;
use crate::stages::received::license_changes::LICENSE_CHANGES;
use crate::warehouse::table::table;

table! {
    /// A customer has rows in `activity_events` on the day: succeeded or not, with or without user
    /// or workload.
    ACTIVITY_COVERAGE = "activity_coverage", version 3 reads 2, Day, sharded,
        from Day [ACTIVITY_EVENTS]
            History [USER_NAMES, LICENSE_CHANGES];
    ActivityCoverage {
        @key tenant_id: Guid = "the customer",
        events: i64 = "distinct events of the day, users who are known by name joined",
        [since 3] reports: i64 = "those of them that come from usage reports",
        digest: String = "digest of what they say",
        named_users: String = "ids of users of whom only the name is known, with a blank between them; mostly none",
    }
}

impl ActivityCoverage {
    /// Returns where the events come from.
    pub fn source(&self) -> ActivitySource {
        ActivitySource::of(self.events > self.reports, self.reports > 0).unwrap_or(ActivitySource::Logs)
    }

    /// Returns the ids of users who are known by name only.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.named_users.split_ascii_whitespace()
    }
}

/// The days of a window on which a customer has events, as patterns: those with events of logs, and
/// those with usage reports.
#[derive(Default)]
pub struct CoveredDays {
    logs: u32,
    reports: u32,
}

impl CoveredDays {
    /// Moves on to the next day. `source` is where its events come from, if it has any.
    pub fn advance(&mut self, source: Option<ActivitySource>) {
        self.logs = window::next(self.logs, source.is_some_and(ActivitySource::has_logs));
        self.reports = window::next(self.reports, source.is_some_and(ActivitySource::has_reports));
    }

    /// Returns how many days have any event.
    pub fn count(&self) -> i64 {
        i64::from((self.logs | self.reports).count_ones())
    }

    /// Returns where the events come from.
    pub fn source(&self) -> Option<ActivitySource> {
        ActivitySource::of(self.logs != 0, self.reports != 0)
    }
}
