//! Next steps: their codes, their thresholds, and the language in which they are written.

use super::kinds::spelled;

spelled! {
    /// The kind of a next step.
    StepCode {
        LowUsage = "low_usage",
        UnusedSeats = "unused_seats",
        SupportLoad = "support_load",
        Upsell = "upsell",
        Overuse = "overuse",
        TrialEnding = "trial_ending",
        SubscriptionLapsing = "subscription_lapsing",
        RenewalDue = "renewal_due",
        OverlappingLicenses = "overlapping_licenses",
    }
}

impl StepCode {
    /// Returns whether `seats_concerned` are seats of a product, which have a price. Of
    /// `support_load` they are requests.
    pub fn is_about_seats(self) -> bool {
        self != StepCode::SupportLoad
    }
}

spelled! {
    /// The language of next steps, summaries, status and explanations.
    Language {
        English = "en",
        German = "de",
    }
}

/// The thresholds of next steps, with their defaults.
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
    /// `trial_ending`, `subscription_lapsing`, `renewal_due`: the trial or grace period ends, or the
    /// subscription renews, within this many days (30).
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
