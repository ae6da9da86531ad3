//! The tables of the reference computation, as plain rows. Every map goes from the key columns (the
//! day first, if the table is partitioned by day) to the other columns. Fields are named exactly
//! like the columns of `spec: tables`.

use std::collections::BTreeMap;

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::{ActivitySource, Evidence, Opened};
use crate::domain::money::{Currency, Money};
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::{Seller, State, Term};

/// All tables of a range of days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// Every distinct event of all received partitions, also outside of the range.
    pub activity_events: BTreeMap<ActivityEventsKey, ActivityEvents>,
    pub activity_daily: BTreeMap<ActivityDailyKey, ActivityDaily>,
    pub activity_28d: BTreeMap<ActivityDailyKey, Activity28d>,
    /// All assignments, also outside of the range.
    pub assignments: BTreeMap<AssignmentsKey, Assignments>,
    pub subscriptions: BTreeMap<SubscriptionsKey, Subscriptions>,
    pub usage: BTreeMap<UsageKey, Usage>,
    pub adoption: BTreeMap<AdoptionKey, Adoption>,
    pub workload_adoption: BTreeMap<WorkloadAdoptionKey, WorkloadAdoption>,
    pub customer_adoption: BTreeMap<CustomerAdoptionKey, CustomerAdoption>,
    pub portfolio: BTreeMap<PortfolioKey, Portfolio>,
    pub spend: BTreeMap<AdoptionKey, Spend>,
    pub next_steps: BTreeMap<NextStepsKey, NextSteps>,
    /// Of the last day of each month, and of the latest day.
    pub seat_outcomes: BTreeMap<AdoptionKey, SeatOutcomes>,
    /// How many license events contradicted the state at the time, and so changed nothing.
    pub contradictions: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActivityEventsKey {
    pub tenant_id: Guid,
    pub day: Day,
    pub event_id: String,
    pub user_id: String,
    pub app_id: String,
    pub resource_id: String,
    pub interactive: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ActivityEvents {
    pub event_time: Instant,
    pub workload: Option<String>,
    pub succeeded: bool,
    pub guest: bool,
    pub foreign_resource: bool,
    pub agent: bool,
    pub named_workload: Option<String>,
    pub evidence: Evidence,
    pub source_file: String,
    pub source_line: u64,
    /// The partition of the row that was kept.
    pub received: Day,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActivityDailyKey {
    pub day: Day,
    pub tenant_id: Guid,
    pub user_id: String,
    pub workload: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ActivityDaily {
    pub interactive_sign_ins: u32,
    pub non_interactive_sign_ins: u32,
    pub actions: u32,
    pub reports: u32,
    pub guest: bool,
    pub first_at: Instant,
    pub last_at: Instant,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity28d {
    pub active_bits: u32,
    pub interactive_bits: u32,
    pub non_interactive_bits: u32,
    pub action_bits: u32,
    pub report_bits: u32,
    pub active_days: i64,
    pub last_active_day: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssignmentsKey {
    pub tenant_id: Guid,
    pub user_id: String,
    pub sku_id: Guid,
    pub assigned_day: Option<Day>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Assignments {
    pub removed_day: Option<Day>,
    pub source: Opened,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubscriptionsKey {
    pub day: Day,
    pub tenant_id: Guid,
    pub subscription_id: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subscriptions {
    pub sku_id: Guid,
    pub seats: i64,
    pub state: State,
    pub is_trial: bool,
    pub seller: Seller,
    pub ends_on: Option<Day>,
    pub renews_on: Option<Day>,
    pub term: Option<Term>,
    pub auto_renew: Option<bool>,
    pub snapshot_day: Day,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageKey {
    pub day: Day,
    pub tenant_id: Guid,
    pub sku_id: Guid,
    pub workload: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    pub entitlements_total: Option<i64>,
    pub entitlements_active: i64,
    pub active_current: i64,
    pub active_moved: i64,
    pub active_switched: i64,
    pub active_lapsed: i64,
    pub active_trial: i64,
    pub active_over_assigned: i64,
    pub usage_ratio: Option<f64>,
    pub usage_ratio_adjusted: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AdoptionKey {
    pub day: Day,
    pub tenant_id: Guid,
    pub sku_id: Guid,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Adoption {
    pub seats_sold: Option<i64>,
    pub seats_sold_own: Option<i64>,
    pub seats_trial: Option<i64>,
    pub seats_lapsed: Option<i64>,
    pub seats_assigned: i64,
    pub seats_assigned_disabled: i64,
    pub seats_unassigned: Option<i64>,
    pub users_waiting: i64,
    pub deployment_ratio: Option<f64>,
    pub seats_assigned_own_prorated: Option<f64>,
    pub entitlements_total: Option<i64>,
    pub entitlements_active: i64,
    pub active_current: i64,
    pub active_moved: i64,
    pub active_switched: i64,
    pub active_lapsed: i64,
    pub active_trial: i64,
    pub active_over_assigned: i64,
    pub usage_ratio: Option<f64>,
    pub usage_ratio_adjusted: Option<f64>,
    pub in_scope: bool,
    pub scope_reason: Option<String>,
    pub window_days_covered: i64,
    pub activity_source: Option<ActivitySource>,
    pub window_complete: bool,
    pub seats_snapshot_day: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkloadAdoptionKey {
    pub day: Day,
    pub tenant_id: Guid,
    pub workload: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadAdoption {
    pub entitlements_total: Option<i64>,
    /// Including the unlicensed.
    pub entitlements_active: i64,
    pub active_unlicensed: i64,
    pub usage_ratio: Option<f64>,
    pub usage_ratio_licensed: Option<f64>,
    pub users_entitled: i64,
    pub users_active: i64,
    pub users_ratio: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerAdoptionKey {
    pub day: Day,
    pub tenant_id: Guid,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CustomerAdoption {
    pub users_entitled: i64,
    pub users_active: i64,
    pub users_ratio: Option<f64>,
    pub seats_sold: Option<i64>,
    pub seats_assigned: i64,
    pub products: i64,
    pub subscriptions_age_days: Option<i64>,
    pub holdings_age_days: Option<i64>,
}

/// (SKU, null), (null, workload) or (null, null).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortfolioKey {
    pub day: Day,
    pub sku_id: Option<Guid>,
    pub workload: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portfolio {
    pub customers: i64,
    pub customers_without_seats: i64,
    pub seats_sold: Option<i64>,
    pub seats_sold_own: Option<i64>,
    pub seats_trial: Option<i64>,
    pub seats_lapsed: Option<i64>,
    pub seats_assigned: Option<i64>,
    pub seats_assigned_disabled: Option<i64>,
    pub seats_unassigned: Option<i64>,
    pub users_waiting: Option<i64>,
    pub deployment_ratio: Option<f64>,
    pub seats_assigned_own_prorated: Option<f64>,
    pub entitlements_total: Option<i64>,
    pub entitlements_active: Option<i64>,
    pub active_current: Option<i64>,
    pub active_moved: Option<i64>,
    pub active_switched: Option<i64>,
    pub active_lapsed: Option<i64>,
    pub active_trial: Option<i64>,
    pub active_over_assigned: Option<i64>,
    pub active_unlicensed: Option<i64>,
    pub usage_ratio: Option<f64>,
    pub usage_ratio_adjusted: Option<f64>,
    pub usage_ratio_licensed: Option<f64>,
    pub users_entitled: Option<i64>,
    pub users_active: Option<i64>,
    pub users_ratio: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NextStepsKey {
    pub day: Day,
    pub tenant_id: Guid,
    pub sku_id: Option<Guid>,
    pub workload: Option<String>,
    pub code: StepCode,
}

/// The row is there where a price counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Spend {
    pub currency: Currency,
    pub price_per_month: Money,
    pub seats_sold: Option<i64>,
    pub seats_unassigned: Option<i64>,
    pub seats_idle: Option<i64>,
    pub seats_disabled: i64,
    pub cost_sold: Option<Money>,
    pub cost_unassigned: Option<Money>,
    pub cost_idle: Option<Money>,
    pub cost_disabled: Option<Money>,
    pub in_scope: bool,
}

/// Only the numbers. Cause and strategies are texts.
#[derive(Clone, Debug, PartialEq)]
pub struct NextSteps {
    pub money_per_month: Option<Money>,
    pub currency: Option<Currency>,
    pub evidence: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SeatOutcomes {
    pub earlier_day: Day,
    pub seats_assigned: i64,
    pub seats_active: Option<i64>,
    pub seats_active_every_week: Option<i64>,
    pub seats_assigned_earlier: Option<i64>,
    pub seats_active_earlier: Option<i64>,
    pub seats_retained: Option<i64>,
    pub seats_reactivated: Option<i64>,
    pub seats_stopped: Option<i64>,
    pub seats_unused: Option<i64>,
    pub seats_new: Option<i64>,
    pub seats_new_active: Option<i64>,
    pub seats_reclaimed: Option<i64>,
    pub seats_reclaimed_unused: Option<i64>,
    pub in_scope: bool,
    pub window_days_covered: Option<i64>,
    pub window_complete: Option<bool>,
    pub earlier_window_days_covered: Option<i64>,
    pub earlier_window_complete: Option<bool>,
}

/// A share of a known total. Null if the total is 0 or unknown. Never clamped.
pub(super) fn ratio(part: i64, total: Option<i64>) -> Option<f64> {
    total.filter(|&total| total != 0).map(|total| part as f64 / total as f64)
}
