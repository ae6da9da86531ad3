//! `[thresholds]`: the thresholds of next steps.

use crate::domain::next_steps::Thresholds;
use crate::pipeline::syntax::section::Section;

/// Maximum number of requests per 100 seats.
const MOST_REQUESTS: f64 = 1000.0;
/// Maximum number of seats.
const MOST_SEATS: i64 = 1_000_000_000;
/// Maximum number of days: ten years.
const MOST_DAYS: i64 = 3650;

/// Reads the table. Missing keys keep their defaults.
pub(super) fn read(section: &Section<'_>) -> Thresholds {
    let standard = Thresholds::default();
    let ratio = |key, otherwise| section.ratio(key).unwrap_or(otherwise);
    let days = |key, otherwise: i32| {
        section
            .whole(key, 0, MOST_DAYS)
            .and_then(|days| i32::try_from(days).ok())
            .unwrap_or(otherwise)
    };
    Thresholds {
        low_usage: ratio("low_usage", standard.low_usage),
        low_usage_seats: section.whole("low_usage_seats", 0, MOST_SEATS).unwrap_or(standard.low_usage_seats),
        support_per_100_seats: section
            .number("support_per_100_seats", MOST_REQUESTS)
            .unwrap_or(standard.support_per_100_seats),
        new_product_days: days("new_product_days", standard.new_product_days),
        upsell_deployment: ratio("upsell_deployment", standard.upsell_deployment),
        upsell_usage: ratio("upsell_usage", standard.upsell_usage),
        ending_days: days("ending_days", standard.ending_days),
        grace_days: days("grace_days", standard.grace_days),
    }
}
