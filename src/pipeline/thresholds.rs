//! `[thresholds]`: from when on a number becomes a next step.

use super::section::Section;

/// The limits behind the codes of `next_steps`; each has a default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// `low_usage`: a usage ratio below this (0.5) ...
    pub low_usage: f64,
    /// ... of a product with at least this many entitlements (10).
    pub low_usage_seats: i64,
    /// `support_load`: more support requests per 100 sold seats than this (5) ...
    pub support_per_100_seats: f64,
    /// ... or any for a product first seen less than this many days ago (90).
    pub new_product_days: i32,
    /// `upsell`: a deployment ratio above this (0.9) ...
    pub upsell_deployment: f64,
    /// ... together with a usage ratio above this (0.8).
    pub upsell_usage: f64,
    /// `trial_ending`, `subscription_lapsing`: the trial or grace period ends within this many days (30).
    pub ending_days: i32,
    /// `unused_seats` leaves out seats assigned less than this many days ago (14).
    pub grace_days: i32,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            low_usage: 0.5,
            low_usage_seats: 10,
            support_per_100_seats: 5.0,
            new_product_days: 90,
            upsell_deployment: 0.9,
            upsell_usage: 0.8,
            ending_days: 30,
            grace_days: 14,
        }
    }
}

/// The highest ratio or rate that makes sense as a limit: ratios above 1 are results here, not faults.
const MOST_RATIO: f64 = 1000.0;
/// The highest number of seats.
const MOST_SEATS: i64 = 1_000_000_000;
/// The longest time in days: ten years.
const MOST_DAYS: i64 = 3650;

/// Reads the table; what it does not say keeps its default.
pub(super) fn read(section: &Section<'_>) -> Thresholds {
    let standard = Thresholds::default();
    let ratio = |key, otherwise| section.number(key, MOST_RATIO).unwrap_or(otherwise);
    let days = |key, otherwise: i32| {
        section
            .whole(key, 0, MOST_DAYS)
            .and_then(|days| i32::try_from(days).ok())
            .unwrap_or(otherwise)
    };
    Thresholds {
        low_usage: ratio("low_usage", standard.low_usage),
        low_usage_seats: section.whole("low_usage_seats", 0, MOST_SEATS).unwrap_or(standard.low_usage_seats),
        support_per_100_seats: ratio("support_per_100_seats", standard.support_per_100_seats),
        new_product_days: days("new_product_days", standard.new_product_days),
        upsell_deployment: ratio("upsell_deployment", standard.upsell_deployment),
        upsell_usage: ratio("upsell_usage", standard.upsell_usage),
        ending_days: days("ending_days", standard.ending_days),
        grace_days: days("grace_days", standard.grace_days),
    }
}
