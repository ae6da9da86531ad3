//! A list that collapsed, as `run.json` and `status` have it, and in a sentence.

use serde::Serialize;

use crate::domain::day::Day;
use crate::domain::words::{Words, attention as said, nouns};

/// A list in force that has hardly anything of what the one before it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CollapsedList {
    pub feed: &'static str,
    pub source: String,
    pub tenant_id: String,
    /// Null where no customer list has it.
    pub name: Option<String>,
    /// Since when.
    pub day: String,
    /// When the list of that day came in.
    #[serde(skip)]
    pub received: Option<Day>,
    /// Users with a license, or subscriptions, of the latest list.
    pub listed: i64,
    /// Of subscriptions; null of a list of users.
    pub seats: Option<i64>,
    /// The last list that was whole.
    pub day_before: String,
    pub listed_before: i64,
    pub seats_before: Option<i64>,
}

impl CollapsedList {
    /// What somebody should know, in a sentence.
    pub fn text(&self, w: Words) -> String {
        let listed = |count: i64, seats: Option<i64>| match seats {
            Some(seats) => {
                let (subscriptions, seats) = (w.count(count, nouns::SUBSCRIPTION), w.count(seats, nouns::SEAT));
                w.fill(said::WITH_SEATS, &[("subscriptions", &subscriptions), ("seats", &seats)])
            }
            None => w.count(count, nouns::USER),
        };
        w.fill(
            said::COLLAPSED,
            &[
                ("source", &self.source),
                ("listed", &listed(self.listed, self.seats)),
                ("customer", &self.name.as_deref().unwrap_or(&self.tenant_id)),
                ("day", &self.day),
                ("before", &listed(self.listed_before, self.seats_before)),
                ("day_before", &self.day_before),
            ],
        )
    }
}
