//! What next steps depend on besides the rows of the day.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::next_steps::support::Support;

/// Settings, snapshots and requests, and since when activity is known.
pub struct Background<'a> {
    pub rules: &'a Rules,
    pub timeline: &'a Timeline,
    pub support: &'a Support,
    /// The day of each customer's first event.
    pub first_events: &'a BTreeMap<Guid, Day>,
    /// The first day for which there is `activity_daily`.
    pub facts_since: Day,
}

impl Background<'_> {
    /// Returns the first day from which a customer's activity is known, or `None` without any event.
    pub fn known_since(&self, tenant: Guid) -> Option<Day> {
        self.first_events.get(&tenant).map(|first| self.facts_since.max(*first))
    }
}
