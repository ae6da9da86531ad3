//! The steps about one product of a customer, with the numbers behind each.

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::next_steps::{StepCode, Thresholds};
use crate::domain::subscription::State;
use crate::stages::licenses::subscriptions::SubscriptionInForce;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::idle_seats::IdleSeats;
use crate::stages::measures::usage::ratio;
use crate::stages::next_steps::background::Background;
use crate::stages::next_steps::evidence::Evidence;

/// A product in scope, on one day.
pub(super) struct Product<'a> {
    pub day: Day,
    pub row: &'a Adoption,
    pub idle: &'a IdleSeats,
    pub background: &'a Background<'a>,
}

impl Product<'_> {
    /// Returns each code with its evidence, or with `None` if there is nothing to do.
    pub fn steps(&self) -> [(StepCode, Option<Evidence>); 6] {
        let is_trial = |subscription: &SubscriptionInForce| subscription.is_trial && subscription.state.is_running();
        let is_lapsing = |subscription: &SubscriptionInForce| !subscription.is_trial && subscription.state == State::Grace;
        [
            (StepCode::LowUsage, self.low_usage()),
            (StepCode::UnusedSeats, self.unused_seats()),
            (StepCode::Upsell, self.upsell()),
            (StepCode::Overuse, self.overuse()),
            (StepCode::TrialEnding, self.ending(is_trial)),
            (StepCode::SubscriptionLapsing, self.ending(is_lapsing)),
        ]
    }

    fn thresholds(&self) -> &Thresholds {
        &self.background.rules.thresholds
    }

    /// Seats that could be used and are not.
    fn low_usage(&self) -> Option<Evidence> {
        let (row, limit) = (self.row, self.thresholds().low_usage);
        let (ratio, total) = (row.usage_ratio?, row.entitlements_total?);
        let is_low = ratio < limit && total >= self.thresholds().low_usage_seats && row.window_days_covered > 0;
        is_low.then(|| {
            let unused = (total - row.entitlements_active).max(0);
            self.used(unused).with([("limit_usage_ratio", limit.into())])
        })
    }

    /// Seats that can be reclaimed. Assigned seats count only if activity could be seen.
    fn unused_seats(&self) -> Option<Evidence> {
        let (row, idle) = (self.row, self.idle);
        let mut workloads = self.background.rules.catalogue.workloads_of(row.sku_id);
        let visible = workloads.next().is_some() && row.window_days_covered > 0;
        let seen = |count: i64| if visible { Value::from(count) } else { Value::Null };
        let idle_seats = if visible { idle.never_active + idle.inactive } else { 0 };
        let concerned = idle_seats + row.seats_unassigned.unwrap_or(0);
        let since = self.background.known_since(row.tenant_id).filter(|_| visible);
        (concerned > 0).then(|| {
            let evidence = Evidence::of(
                concerned,
                [
                    ("activity_known_since", since.map(|day| day.to_string()).into()),
                    ("grace_days", self.thresholds().grace_days.into()),
                    (
                        "seats_active",
                        seen(row.entitlements_active - row.active_moved - row.active_switched),
                    ),
                    ("seats_assigned", row.seats_assigned.into()),
                    ("seats_new", seen(idle.new)),
                    ("seats_inactive", seen(idle.inactive)),
                    ("seats_never_active", seen(idle.never_active)),
                    ("seats_sold", row.seats_sold.into()),
                    ("seats_unassigned", row.seats_unassigned.into()),
                ],
            );
            self.with_window(evidence)
        })
    }

    /// Nearly all seats of a product are assigned and used. The step concerns the seats that are
    /// assigned beyond the threshold, at least one.
    ///
    /// Use that needs no more seats is left out: use by people whose license moved on or who were
    /// switched to another product, and use of lapsed seats or of a trial. `overuse` reports these
    /// and advises to buy nothing, to renew, or to convert the trial. In that case there is no
    /// `upsell`.
    fn upsell(&self) -> Option<Evidence> {
        let (row, limits) = (self.row, self.thresholds());
        let (deployment, sold) = (row.deployment_ratio?, row.seats_sold?);
        let in_need = ratio(row.active_current + row.active_over_assigned, row.entitlements_total)?;
        let is_full = deployment > limits.upsell_deployment && in_need > limits.upsell_usage;
        let distorted = row.active_moved + row.active_switched + row.active_lapsed + row.active_trial;
        let is_explained = row.usage_ratio? > 1.0 && distorted > 0;
        (is_full && !is_explained).then(|| {
            let beyond = row.seats_assigned as f64 - sold as f64 * limits.upsell_deployment;
            self.used((beyond.round() as i64).max(1)).with([
                ("active_current", row.active_current.into()),
                ("active_over_assigned", row.active_over_assigned.into()),
                ("deployment_ratio", deployment.into()),
                ("limit_deployment_ratio", limits.upsell_deployment.into()),
                ("limit_usage_ratio", limits.upsell_usage.into()),
                ("seats_assigned", row.seats_assigned.into()),
                ("seats_sold", sold.into()),
            ])
        })
    }

    /// There are more active users than entitlements. The evidence has the parts that explain it.
    fn overuse(&self) -> Option<Evidence> {
        let row = self.row;
        let total = row.entitlements_total?;
        (row.usage_ratio? > 1.0).then(|| {
            self.used(row.entitlements_active - total).with([
                ("active_current", row.active_current.into()),
                ("active_lapsed", row.active_lapsed.into()),
                ("active_moved", row.active_moved.into()),
                ("active_over_assigned", row.active_over_assigned.into()),
                ("active_switched", row.active_switched.into()),
                ("active_trial", row.active_trial.into()),
                ("usage_ratio_adjusted", row.usage_ratio_adjusted.into()),
            ])
        })
    }

    /// Subscriptions of a kind that end within the threshold, the day itself included. Those that
    /// have already ended do not count.
    fn ending(&self, kind: impl Fn(&SubscriptionInForce) -> bool) -> Option<Evidence> {
        let (day, row) = (self.day, self.row);
        let limit = day.plus(self.thresholds().ending_days);
        let in_force = self.background.timeline.on(row.tenant_id, day)?;
        let of_product = in_force
            .subscriptions
            .iter()
            .filter(|subscription| subscription.sku_id == row.sku_id);
        let ending: Vec<(Day, i64)> = of_product
            .filter(|subscription| kind(subscription))
            .filter_map(|subscription| Some((subscription.ends_on?, subscription.seats)))
            .filter(|(ends_on, _)| day <= *ends_on && *ends_on <= limit)
            .collect();
        let first = ending.iter().map(|(ends_on, _)| *ends_on).min()?;
        let seats: i64 = ending.iter().map(|(_, seats)| seats).sum();
        Some(Evidence::of(
            seats,
            [
                ("days_left", (first.0 - day.0).into()),
                ("ends_on", first.to_string().into()),
                ("entitlements_active", row.entitlements_active.into()),
                ("seats_assigned", row.seats_assigned.into()),
                ("seats_ending", seats.into()),
                ("snapshot_day", in_force.snapshot_day.to_string().into()),
                ("subscriptions_ending", ending.len().into()),
            ],
        ))
    }

    /// How much the product is used, and how complete the data is.
    fn used(&self, seats_concerned: i64) -> Evidence {
        self.with_window(Evidence::of(
            seats_concerned,
            [
                ("entitlements_active", self.row.entitlements_active.into()),
                ("entitlements_total", self.row.entitlements_total.into()),
                ("usage_ratio", self.row.usage_ratio.into()),
            ],
        ))
    }

    fn with_window(&self, evidence: Evidence) -> Evidence {
        evidence.with([
            ("window_complete", self.row.window_complete.into()),
            ("window_days_covered", self.row.window_days_covered.into()),
        ])
    }
}
