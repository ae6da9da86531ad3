//! The steps about one product of a customer, with the numbers behind each.

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::next_steps::{StepCode, Thresholds};
use crate::domain::subscription::{State, Term};
use crate::stages::licenses::subscriptions::SubscriptionInForce;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::idle_seats::IdleSeats;
use crate::stages::measures::usage::ratio;
use crate::stages::measures::window_pass::Overlap;
use crate::stages::next_steps::background::Background;
use crate::stages::next_steps::evidence::Evidence;

/// A product in scope, on one day.
pub(super) struct Product<'a> {
    pub day: Day,
    pub row: &'a Adoption,
    pub idle: &'a IdleSeats,
    pub overlap: &'a Overlap,
    pub background: &'a Background<'a>,
}

impl Product<'_> {
    /// Returns each code with its evidence, or with `None` if there is nothing to do.
    pub fn steps(&self) -> [(StepCode, Option<Evidence>); 8] {
        [
            (StepCode::LowUsage, self.low_usage()),
            (StepCode::UnusedSeats, self.unused_seats()),
            (StepCode::Upsell, self.upsell()),
            (StepCode::Overuse, self.overuse()),
            (StepCode::TrialEnding, self.trial_ending()),
            (StepCode::SubscriptionLapsing, self.lapsing()),
            (StepCode::RenewalDue, self.renewal()),
            (StepCode::OverlappingLicenses, self.overlapping()),
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

    /// Whether the logs could show that somebody uses the product.
    fn is_activity_visible(&self) -> bool {
        let mut workloads = self.background.rules.catalogue.workloads_of(self.row.sku_id);
        workloads.next().is_some() && self.row.window_days_covered > 0
    }

    /// How many seats nobody uses or can use: those of disabled accounts, idle ones, as far as activity
    /// can be seen, and unassigned ones, beyond those that are meant to be unused.
    fn seats_unused(&self) -> i64 {
        let visible = self.is_activity_visible();
        let idle = if visible { self.idle.never_active + self.idle.inactive } else { 0 };
        (self.idle.disabled + idle + self.row.seats_unassigned.unwrap_or(0) - self.seats_spare()).max(0)
    }

    fn seats_spare(&self) -> i64 {
        self.background.rules.exceptions.spare_seats(self.row.tenant_id, self.row.sku_id)
    }

    /// Seats that can be reclaimed. Those of disabled accounts are certain; of the other assigned
    /// seats only if activity could be seen.
    fn unused_seats(&self) -> Option<Evidence> {
        let (row, idle) = (self.row, self.idle);
        let visible = self.is_activity_visible();
        let seen = |count: i64| if visible { Value::from(count) } else { Value::Null };
        let concerned = self.seats_unused();
        let since = self.background.known_since(row.tenant_id).filter(|_| visible);
        (concerned > 0).then(|| {
            let evidence = Evidence::of(
                concerned,
                [
                    ("activity_known_since", since.map(|day| day.to_string()).into()),
                    ("grace_days", self.thresholds().grace_days.into()),
                    ("seats_active", seen(row.seats_assigned - idle.all())),
                    ("seats_assigned", row.seats_assigned.into()),
                    ("seats_disabled", idle.disabled.into()),
                    ("seats_new", seen(idle.new)),
                    ("seats_inactive", seen(idle.inactive)),
                    ("seats_never_active", seen(idle.never_active)),
                    ("seats_sold", row.seats_sold.into()),
                    ("seats_unassigned", row.seats_unassigned.into()),
                ],
            );
            self.with_window(match self.seats_spare() {
                0 => evidence,
                spare => evidence.with([("seats_spare", spare.into())]),
            })
        })
    }

    /// People wait for a seat, or nearly all seats of a product are assigned and used. The step
    /// concerns the people who wait or the seats that are assigned beyond the threshold, at least one:
    /// whichever is more.
    fn upsell(&self) -> Option<Evidence> {
        let (row, limits) = (self.row, self.thresholds());
        let concerned = self.seats_beyond_limit().into_iter().chain([row.users_waiting]).max();
        concerned.filter(|seats| *seats > 0).map(|seats| {
            self.used(seats).with([
                ("active_current", row.active_current.into()),
                ("active_over_assigned", row.active_over_assigned.into()),
                ("deployment_ratio", row.deployment_ratio.into()),
                ("limit_deployment_ratio", limits.upsell_deployment.into()),
                ("limit_usage_ratio", limits.upsell_usage.into()),
                ("seats_assigned", row.seats_assigned.into()),
                ("seats_sold", row.seats_sold.into()),
                ("users_waiting", row.users_waiting.into()),
            ])
        })
    }

    /// How many seats are assigned beyond the threshold, at least one, where nearly all seats are
    /// assigned and used.
    ///
    /// Use that needs no more seats is left out: use by people whose license moved on or who were
    /// switched to another product, and use of lapsed seats or of a trial. `overuse` reports these
    /// and advises to buy nothing, to renew, or to convert the trial. In that case the use is no
    /// reason to offer more.
    fn seats_beyond_limit(&self) -> Option<i64> {
        let (row, limits) = (self.row, self.thresholds());
        let (deployment, sold) = (row.deployment_ratio?, row.seats_sold?);
        let in_need = ratio(row.active_current + row.active_over_assigned, row.entitlements_total)?;
        let is_full = deployment > limits.upsell_deployment && in_need > limits.upsell_usage;
        let distorted = row.active_moved + row.active_switched + row.active_lapsed + row.active_trial;
        let is_explained = row.usage_ratio? > 1.0 && distorted > 0;
        let beyond = row.seats_assigned as f64 - sold as f64 * limits.upsell_deployment;
        (is_full && !is_explained).then_some((beyond.round() as i64).max(1))
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

    /// Running trials that end within the threshold, the day itself included. Those that have
    /// already ended do not count.
    fn trial_ending(&self) -> Option<Evidence> {
        let is_ending = |subscription: &&SubscriptionInForce| {
            subscription.is_trial && subscription.state.is_running() && subscription.ends_on.is_some_and(|day| self.is_soon(day))
        };
        let ending: Vec<&SubscriptionInForce> = self.subscriptions().filter(is_ending).collect();
        let first = ending.iter().filter_map(|subscription| subscription.ends_on).min()?;
        Some(self.ending(&ending, Some(first)))
    }

    /// Paid subscriptions in grace, unless they are known to end after the threshold. Where the end
    /// is unknown or has passed, every day may be the last one.
    fn lapsing(&self) -> Option<Evidence> {
        let limit = self.day.plus(self.thresholds().ending_days);
        let is_lapsing = |subscription: &&SubscriptionInForce| {
            !subscription.is_trial && subscription.state == State::Grace && subscription.ends_on.is_none_or(|day| day <= limit)
        };
        let lapsing: Vec<&SubscriptionInForce> = self.subscriptions().filter(is_lapsing).collect();
        let (soon, unknown): (Vec<&SubscriptionInForce>, Vec<&SubscriptionInForce>) = lapsing
            .iter()
            .partition(|subscription| subscription.ends_on.is_some_and(|day| self.is_soon(day)));
        let first = soon.iter().filter_map(|subscription| subscription.ends_on).min();
        let past = unknown.iter().filter_map(|subscription| subscription.ends_on).max();
        let evidence = || self.ending(&lapsing, first.or(past));
        match unknown.as_slice() {
            [] => (!lapsing.is_empty()).then(evidence),
            unknown => Some(evidence().with([("seats_end_unknown", seats_of(unknown).into())])),
        }
    }

    /// Subscriptions that end, the first of them on a day that may have passed.
    fn ending(&self, ending: &[&SubscriptionInForce], ends_on: Option<Day>) -> Evidence {
        let seats = seats_of(ending);
        let days_left = ends_on.map(|day| day.0 - self.day.0).filter(|days| *days >= 0);
        Evidence::of(
            seats,
            [
                ("days_left", days_left.into()),
                ("ends_on", ends_on.map(|day| day.to_string()).into()),
                ("entitlements_active", self.row.entitlements_active.into()),
                ("seats_assigned", self.row.seats_assigned.into()),
                ("seats_ending", seats.into()),
                ("snapshot_day", self.snapshot_day()),
                ("subscriptions_ending", ending.len().into()),
            ],
        )
    }

    /// Subscriptions that are bound for a year or longer and renew within the threshold, the day
    /// itself included, with those of their seats that nobody uses. Of these there are no more than
    /// the product has.
    fn renewal(&self) -> Option<Evidence> {
        let is_due = |subscription: &&SubscriptionInForce| {
            let is_bound = subscription.term.is_some_and(Term::is_long) && !subscription.is_trial;
            is_bound && subscription.state == State::Active && subscription.renews_on.is_some_and(|day| self.is_soon(day))
        };
        let due: Vec<&SubscriptionInForce> = self.subscriptions().filter(is_due).collect();
        let renews_on = due.iter().filter_map(|subscription| subscription.renews_on).min()?;
        let seats = seats_of(&due);
        let by_itself: Option<Vec<bool>> = due.iter().map(|subscription| subscription.auto_renew).collect();
        let is_by_hand = due.iter().any(|subscription| subscription.auto_renew == Some(false));
        let auto_renew = if is_by_hand { Some(false) } else { by_itself.map(|_| true) };
        Some(Evidence::of(
            seats,
            [
                ("auto_renew", auto_renew.into()),
                ("days_left", (renews_on.0 - self.day.0).into()),
                ("entitlements_active", self.row.entitlements_active.into()),
                ("renews_on", renews_on.to_string().into()),
                ("seats_assigned", self.row.seats_assigned.into()),
                ("seats_renewing", seats.into()),
                ("seats_unused", self.seats_unused().min(seats).into()),
                ("snapshot_day", self.snapshot_day()),
                ("subscriptions_renewing", due.len().into()),
            ],
        ))
    }

    /// People have another product with all workloads of this one.
    fn overlapping(&self) -> Option<Evidence> {
        let (row, overlap) = (self.row, self.overlap);
        let beside = || overlap.beside.iter().map(|sku| Value::from(sku.to_string())).collect::<Vec<_>>();
        (overlap.users > 0).then(|| {
            Evidence::of(
                overlap.users,
                [
                    ("contained_in", beside().into()),
                    ("seats_assigned", row.seats_assigned.into()),
                    ("seats_sold", row.seats_sold.into()),
                    ("users_overlapping", overlap.users.into()),
                ],
            )
        })
    }

    /// The subscriptions of the product that are in force.
    fn subscriptions(&self) -> impl Iterator<Item = &SubscriptionInForce> {
        let in_force = self.background.timeline.on(self.row.tenant_id, self.day);
        let all = in_force.into_iter().flat_map(|in_force| in_force.subscriptions.iter());
        all.filter(|subscription| subscription.sku_id == self.row.sku_id)
    }

    fn snapshot_day(&self) -> Value {
        self.row.seats_snapshot_day.map(|day| day.to_string()).into()
    }

    /// Whether a day lies within the threshold, this day included.
    fn is_soon(&self, day: Day) -> bool {
        self.day <= day && day <= self.day.plus(self.thresholds().ending_days)
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

fn seats_of(subscriptions: &[&SubscriptionInForce]) -> i64 {
    subscriptions.iter().map(|subscription| subscription.seats).sum()
}
