//! Steps about subscriptions of a product that end, lapse or renew soon.
//!
//! Source: `spec: Next steps`, and `spec: amendments, D1 and D2`.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::subscription::{State, Term};

use super::next_steps::{Advisor, Numbers, or_null, text};
use super::tables::{Adoption, Subscriptions};

impl Advisor<'_> {
    /// Subscriptions of the SKU that end soon.
    pub fn ending(&self, sku: Guid, row: &Adoption, kind: &dyn Fn(&Subscriptions) -> bool) -> Option<Numbers> {
        let in_force = self.facts.in_force?;
        let day = self.facts.day;
        let left = |row: &Subscriptions| row.ends_on.map(|ends_on| ends_on.0 - day.0);
        let limit = self.facts.rules.thresholds.ending_days;
        let is_ending = |row: &&Subscriptions| row.sku_id == sku && kind(row) && left(row).is_some_and(|left| (0..=limit).contains(&left));
        let ending: Vec<&Subscriptions> = in_force.listed.values().filter(is_ending).collect();
        let days_left = ending.iter().filter_map(|row| left(row)).min()?;
        let seats: i64 = ending.iter().map(|row| row.seats).sum();
        Some(vec![
            ("days_left", days_left.to_string()),
            ("ends_on", text(Some(day.plus(days_left)))),
            ("entitlements_active", row.entitlements_active.to_string()),
            ("seats_assigned", row.seats_assigned.to_string()),
            ("seats_concerned", seats.to_string()),
            ("seats_ending", seats.to_string()),
            ("snapshot_day", text(Some(in_force.snapshot_day))),
            ("subscriptions_ending", ending.len().to_string()),
        ])
    }

    /// Paid subscriptions of the SKU in grace that are not known to last beyond the limit.
    pub fn lapsing(&self, sku: Guid, row: &Adoption) -> Option<Numbers> {
        let in_force = self.facts.in_force?;
        let (today, limit) = (self.facts.day, self.facts.day.plus(self.facts.rules.thresholds.ending_days));
        let in_grace = in_force
            .listed
            .values()
            .filter(|row| row.sku_id == sku && !row.is_trial && row.state == State::Grace);
        let mut lapsing = 0;
        let (mut seats, mut seats_end_unknown) = (0i64, 0i64);
        let (mut next, mut past): (Option<Day>, Option<Day>) = (None, None);
        for subscription in in_grace {
            match subscription.ends_on {
                Some(end) if end > limit => continue,
                Some(end) if end >= today => next = Some(next.map_or(end, |known| known.min(end))),
                Some(end) => past = Some(past.map_or(end, |known| known.max(end))),
                None => {}
            }
            if subscription.ends_on.is_none_or(|end| end < today) {
                seats_end_unknown += subscription.seats;
            }
            lapsing += 1;
            seats += subscription.seats;
        }
        if lapsing == 0 {
            return None;
        }
        let mut numbers = vec![
            ("days_left", or_null(next.map(|end| i64::from(end.0 - today.0)))),
            ("ends_on", text(next.or(past))),
            ("entitlements_active", row.entitlements_active.to_string()),
            ("seats_assigned", row.seats_assigned.to_string()),
            ("seats_concerned", seats.to_string()),
            ("seats_ending", seats.to_string()),
            ("snapshot_day", text(Some(in_force.snapshot_day))),
            ("subscriptions_ending", lapsing.to_string()),
        ];
        let is_unknown = |row: &&Subscriptions| {
            let of_kind = row.sku_id == sku && !row.is_trial && row.state == State::Grace;
            of_kind && row.ends_on.is_none_or(|end| end < today)
        };
        if in_force.listed.values().any(|row| is_unknown(&row)) {
            numbers.push(("seats_end_unknown", seats_end_unknown.to_string()));
        }
        Some(numbers)
    }

    /// Subscriptions of the SKU that are bound for a year or more and renew soon. `unused` are the
    /// seats of the SKU that nobody uses.
    pub fn renewing(&self, sku: Guid, row: &Adoption, unused: i64) -> Option<Numbers> {
        let in_force = self.facts.in_force?;
        let today = self.facts.day;
        let until = today.plus(self.facts.rules.thresholds.ending_days);
        let is_bound = |row: &Subscriptions| matches!(row.term, Some(Term::Year | Term::ThreeYears));
        let is_due = |row: &&Subscriptions| {
            let is_paid = !row.is_trial && row.state == State::Active;
            row.sku_id == sku && is_paid && is_bound(row) && row.renews_on.is_some_and(|on| (today..=until).contains(&on))
        };
        let due: Vec<&Subscriptions> = in_force.listed.values().filter(is_due).collect();
        let first = due.iter().filter_map(|row| row.renews_on).min()?;
        let seats: i64 = due.iter().map(|row| row.seats).sum();
        let auto_renew = if due.iter().any(|row| row.auto_renew == Some(false)) {
            "false"
        } else if due.iter().all(|row| row.auto_renew == Some(true)) {
            "true"
        } else {
            "null"
        };
        Some(vec![
            ("auto_renew", auto_renew.to_owned()),
            ("days_left", (first.0 - today.0).to_string()),
            ("entitlements_active", row.entitlements_active.to_string()),
            ("renews_on", text(Some(first))),
            ("seats_assigned", row.seats_assigned.to_string()),
            ("seats_concerned", seats.to_string()),
            ("seats_renewing", seats.to_string()),
            ("seats_unused", unused.min(seats).to_string()),
            ("snapshot_day", text(Some(in_force.snapshot_day))),
            ("subscriptions_renewing", due.len().to_string()),
        ])
    }
}
