//! `activity_coverage`: for each customer and day, how many distinct events there are and a digest
//! of their content.
//!
//! The table stands between the raw partitions and the daily tables. A second copy of an event
//! changes a `received=` partition, but no digest here, so nothing downstream is made again.

use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
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
