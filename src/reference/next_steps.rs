//! `next_steps` of one tenant on one day: which steps there are, and the numbers behind each.
//!
//! Source: `spec: Next steps`, and the docs on what the codes mean. Texts are not computed here.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::next_steps::StepCode;
use crate::domain::rules::Rules;
use crate::domain::subscription::State;

use super::activity::window_of;
use super::inputs::{Inputs, SupportRequestRow};
use super::money;
use super::subscriptions::{self, AllSnapshots};
use super::tables::{Adoption, AdoptionKey, NextSteps, NextStepsKey, Subscriptions, Tables, WorkloadAdoptionKey};
use super::usage::TenantDay;

/// tenant -> the days on which its requests were opened, one per request.
pub(super) type AllRequests = BTreeMap<Guid, Vec<Day>>;

/// If a request is listed more than once, the last by (received, file, line, record) counts.
pub(super) fn requests(inputs: &Inputs, rules: &Rules) -> AllRequests {
    let mut rows: Vec<&SupportRequestRow> = inputs.support_requests.iter().collect();
    rows.sort_by_key(|row| {
        let origin = &row.origin;
        (
            origin.received,
            origin.source_file.clone(),
            origin.source_line,
            origin.source_record,
        )
    });
    let last: BTreeMap<(Guid, &str), &SupportRequestRow> = rows
        .into_iter()
        .map(|row| ((row.tenant_id, row.request_id.as_str()), row))
        .collect();
    let mut days = AllRequests::new();
    for ((tenant, _), row) in last {
        days.entry(tenant).or_default().push(rules.zone.day_of(row.opened_at));
    }
    days
}

/// One tenant on one day, and what was before.
pub(super) struct Advisor<'a> {
    pub tenant: Guid,
    pub facts: &'a TenantDay<'a>,
    pub snapshots: &'a AllSnapshots,
    pub requests: &'a AllRequests,
    /// The first day with data about activity.
    pub known_since: Day,
}

/// Numbers of an evidence by name, as JSON.
pub(super) type Numbers = Vec<(&'static str, String)>;

impl Advisor<'_> {
    /// Adds the steps. `adoption` and `workload_adoption` of the day are there.
    pub fn add(&self, tables: &mut Tables) {
        let (day, tenant_id) = (self.facts.day, self.tenant);
        let first = AdoptionKey {
            day,
            tenant_id,
            sku_id: Guid(0),
        };
        let of_tenant = tables.adoption.range(first..);
        let adoption: BTreeMap<Guid, Adoption> = of_tenant
            .take_while(|(key, _)| (key.day, key.tenant_id) == (day, tenant_id))
            .filter(|(_, row)| row.in_scope)
            .map(|(key, row)| (key.sku_id, row.clone()))
            .collect();
        let mut steps: Vec<(Option<Guid>, Option<String>, StepCode, Numbers)> = Vec::new();
        for (&sku, row) in &adoption {
            for (code, numbers) in self.of_product(sku, row) {
                steps.push((Some(sku), None, code, numbers));
            }
        }
        let asked: Vec<Day> = self.asked();
        if let Some(numbers) = self.of_customer(&adoption, &asked) {
            steps.push((None, None, StepCode::SupportLoad, numbers));
        }
        let first = WorkloadAdoptionKey {
            day,
            tenant_id,
            workload: String::new(),
        };
        let of_tenant = tables.workload_adoption.range(first..);
        for (key, row) in of_tenant.take_while(|(key, _)| (key.day, key.tenant_id) == (day, tenant_id)) {
            let Some(total) = row.entitlements_total else { continue };
            if row.active_unlicensed > 0 {
                let numbers = vec![
                    ("active_unlicensed", row.active_unlicensed.to_string()),
                    ("entitlements_active", row.entitlements_active.to_string()),
                    ("entitlements_total", total.to_string()),
                    ("seats_concerned", row.active_unlicensed.to_string()),
                ];
                steps.push((None, Some(key.workload.clone()), StepCode::Upsell, numbers));
            }
        }
        for (sku_id, workload, code, numbers) in steps {
            let key = NextStepsKey {
                day,
                tenant_id,
                sku_id,
                workload,
                code,
            };
            // A support request is no seat.
            let priced = sku_id.filter(|_| code != StepCode::SupportLoad);
            let seats = concerned(&numbers);
            let (money_per_month, currency) = money::of_step(self.facts.rules, tenant_id, priced, day, seats);
            let evidence = json(numbers);
            let row = NextSteps {
                money_per_month,
                currency,
                evidence,
            };
            tables.next_steps.insert(key, row);
        }
    }

    fn of_product(&self, sku: Guid, row: &Adoption) -> Vec<(StepCode, Numbers)> {
        let limits = &self.facts.rules.thresholds;
        let mut steps = Vec::new();
        let window = [
            ("window_complete", row.window_complete.to_string()),
            ("window_days_covered", row.window_days_covered.to_string()),
        ];
        let used = |concerned: i64| -> Numbers {
            let mut numbers = vec![
                ("entitlements_active", row.entitlements_active.to_string()),
                ("entitlements_total", or_null(row.entitlements_total)),
                ("seats_concerned", concerned.to_string()),
                ("usage_ratio", fraction(row.usage_ratio)),
            ];
            numbers.extend(window.clone());
            numbers
        };
        if let (Some(usage), Some(total)) = (row.usage_ratio, row.entitlements_total) {
            if row.window_days_covered > 0 && total >= limits.low_usage_seats && usage < limits.low_usage {
                let mut numbers = used((total - row.entitlements_active).max(0));
                numbers.push(("limit_usage_ratio", fraction(Some(limits.low_usage))));
                steps.push((StepCode::LowUsage, numbers));
            }
            if usage > 1.0 {
                let mut numbers = used(row.entitlements_active - total);
                numbers.extend([
                    ("active_current", row.active_current.to_string()),
                    ("active_moved", row.active_moved.to_string()),
                    ("active_switched", row.active_switched.to_string()),
                    ("active_lapsed", row.active_lapsed.to_string()),
                    ("active_trial", row.active_trial.to_string()),
                    ("active_over_assigned", row.active_over_assigned.to_string()),
                    ("usage_ratio_adjusted", fraction(row.usage_ratio_adjusted)),
                ]);
                steps.push((StepCode::Overuse, numbers));
            }
        }
        if let Some(concerned) = self.seats_wanted(row) {
            let mut numbers = used(concerned);
            numbers.extend([
                ("active_current", row.active_current.to_string()),
                ("active_over_assigned", row.active_over_assigned.to_string()),
                ("deployment_ratio", fraction(row.deployment_ratio)),
                ("limit_deployment_ratio", fraction(Some(limits.upsell_deployment))),
                ("limit_usage_ratio", fraction(Some(limits.upsell_usage))),
                ("seats_assigned", row.seats_assigned.to_string()),
                ("seats_sold", or_null(row.seats_sold)),
                ("users_waiting", row.users_waiting.to_string()),
            ]);
            steps.push((StepCode::Upsell, numbers));
        }
        let (unused, unused_numbers) = self.unused(sku, row, &window);
        if unused > 0 {
            steps.push((StepCode::UnusedSeats, unused_numbers));
        }
        steps.extend(self.renewing(sku, row, unused).map(|numbers| (StepCode::RenewalDue, numbers)));
        steps.extend(self.overlapping(sku, row).map(|numbers| (StepCode::OverlappingLicenses, numbers)));
        steps.extend(self.support_of_new(sku, row).map(|numbers| (StepCode::SupportLoad, numbers)));
        let is_trial = |row: &Subscriptions| row.is_trial && matches!(row.state, State::Active | State::Grace);
        steps.extend(self.ending(sku, row, &is_trial).map(|numbers| (StepCode::TrialEnding, numbers)));
        steps.extend(self.lapsing(sku, row).map(|numbers| (StepCode::SubscriptionLapsing, numbers)));
        steps
    }

    /// How many more seats the product calls for: for people who wait, or because nearly all seats
    /// are assigned and used. The larger number counts.
    fn seats_wanted(&self, row: &Adoption) -> Option<i64> {
        let limits = &self.facts.rules.thresholds;
        let mut wanted = row.users_waiting;
        if let (Some(usage), Some(total), Some(deployment), Some(sold)) =
            (row.usage_ratio, row.entitlements_total, row.deployment_ratio, row.seats_sold)
        {
            // People whose license moved on need none, and who was switched has the other product.
            // Lapsed and trial seats should be renewed or converted; more seats would not help.
            let otherwise = row.active_moved + row.active_switched + row.active_lapsed + row.active_trial;
            let needed = (row.entitlements_active - otherwise) as f64 / total as f64;
            let is_told_by_overuse = usage > 1.0 && otherwise > 0;
            if deployment > limits.upsell_deployment && needed > limits.upsell_usage && !is_told_by_overuse {
                let beyond = (row.seats_assigned as f64 - sold as f64 * limits.upsell_deployment).round() as i64;
                wanted = wanted.max(beyond).max(1);
            }
        }
        (wanted > 0).then_some(wanted)
    }

    /// Seats that are assigned and not used, and seats that are not assigned.
    fn unused(&self, sku: Guid, row: &Adoption, window: &[(&'static str, String)]) -> (i64, Numbers) {
        let facts = self.facts;
        let workloads: Vec<&str> = facts.rules.catalogue.workloads_of(sku).collect();
        let can_be_seen = !workloads.is_empty() && row.window_days_covered > 0;
        let active = facts.active(sku, &workloads);
        let (mut disabled, mut working, mut lately, mut never, mut inactive) = (0i64, 0i64, 0i64, 0i64, 0i64);
        for user in facts.holders(sku) {
            if facts.accounts.is_disabled(user) {
                disabled += 1;
            } else if active.contains(user) {
                working += 1;
            } else if self.assigned_lately(user, sku) {
                lately += 1;
            } else if self.was_ever_active(user, &workloads) {
                inactive += 1;
            } else {
                never += 1;
            }
        }
        let unused = disabled + row.seats_unassigned.unwrap_or(0) + if can_be_seen { never + inactive } else { 0 };
        let spare = facts.rules.exceptions.spare.get(&(self.tenant, sku)).copied();
        let concerned = (unused - spare.unwrap_or(0)).max(0);
        let seen = |count: i64| or_null(can_be_seen.then_some(count));
        let first_event = facts.activity.days_with_events.first().copied();
        let since = first_event.filter(|_| can_be_seen).map(|first| first.max(self.known_since));
        let mut numbers = vec![
            ("activity_known_since", text(since)),
            ("grace_days", facts.rules.thresholds.grace_days.to_string()),
            ("seats_active", seen(working)),
            ("seats_assigned", row.seats_assigned.to_string()),
            ("seats_concerned", concerned.to_string()),
            ("seats_disabled", disabled.to_string()),
            ("seats_new", seen(lately)),
            ("seats_inactive", seen(inactive)),
            ("seats_never_active", seen(never)),
            ("seats_sold", or_null(row.seats_sold)),
            ("seats_unassigned", or_null(row.seats_unassigned)),
        ];
        numbers.extend(spare.map(|spare| ("seats_spare", spare.to_string())));
        numbers.extend(window.iter().cloned());
        (concerned, numbers)
    }

    /// People who have, besides the product, another one in scope with all of its workloads. Of two
    /// products with the same workloads, the one with the greater id is the one too many.
    fn overlapping(&self, sku: Guid, row: &Adoption) -> Option<Numbers> {
        let catalogue = &self.facts.rules.catalogue;
        let workloads = |sku: Guid| catalogue.workloads_of(sku).collect::<BTreeSet<&str>>();
        let mine = workloads(sku);
        if mine.is_empty() {
            return None;
        }
        let mut users: BTreeSet<&str> = BTreeSet::new();
        let mut beside: BTreeSet<Guid> = BTreeSet::new();
        for user in self.facts.holders(sku) {
            let skus = self.facts.assignments.get(user).into_iter().flatten();
            for (&other, intervals) in skus {
                let theirs = workloads(other);
                let contains = theirs.is_superset(&mine) && (theirs != mine || other < sku);
                let counts = other != sku && self.facts.out_of_scope(other).is_none();
                if contains && counts && intervals.iter().any(|one| one.has(self.facts.day)) {
                    users.insert(user);
                    beside.insert(other);
                }
            }
        }
        if users.is_empty() {
            return None;
        }
        let beside: Vec<String> = beside.iter().map(|sku| format!("\"{sku}\"")).collect();
        Some(vec![
            ("contained_in", format!("[{}]", beside.join(","))),
            ("seats_assigned", row.seats_assigned.to_string()),
            ("seats_concerned", users.len().to_string()),
            ("seats_sold", or_null(row.seats_sold)),
            ("users_overlapping", users.len().to_string()),
        ])
    }

    /// Returns whether the user's present assignment began less than `grace_days` ago.
    fn assigned_lately(&self, user: &str, sku: Guid) -> bool {
        let intervals = self.facts.assignments.get(user).and_then(|skus| skus.get(&sku));
        let present = intervals.and_then(|intervals| intervals.iter().find(|interval| interval.has(self.facts.day)));
        let assigned = present.and_then(|interval| interval.assigned_day);
        assigned.is_some_and(|assigned| self.facts.day.0 - assigned.0 < self.facts.rules.thresholds.grace_days)
    }

    fn was_ever_active(&self, user: &str, workloads: &[&str]) -> bool {
        let mut days = self.known_since.to(self.facts.day);
        days.any(|day| {
            workloads
                .iter()
                .any(|workload| self.facts.activity.is_active(user, workload, day, self.facts.rules))
        })
    }

    /// Returns the days in the window on which requests were opened.
    fn asked(&self) -> Vec<Day> {
        let window: BTreeSet<Day> = window_of(self.facts.day).collect();
        let all = self.requests.get(&self.tenant).into_iter().flatten();
        all.copied().filter(|day| window.contains(day)).collect()
    }

    /// All requests in the window, compared with all seats in scope.
    fn of_customer(&self, adoption: &BTreeMap<Guid, Adoption>, asked: &[Day]) -> Option<Numbers> {
        let limit = self.facts.rules.thresholds.support_per_100_seats;
        let sold: i64 = adoption.values().map(|row| row.seats_sold.unwrap_or(0)).sum();
        let requests = asked.len() as i64;
        if sold == 0 || requests == 0 {
            return None;
        }
        let rate = requests as f64 * 100.0 / sold as f64;
        (rate > limit).then(|| {
            vec![
                ("limit_requests_per_100_seats", fraction(Some(limit))),
                ("requests", requests.to_string()),
                ("requests_per_100_seats", fraction(Some(rate))),
                ("requests_since", text(window_of(self.facts.day).next())),
                ("seats_concerned", requests.to_string()),
                ("seats_sold", sold.to_string()),
            ]
        })
    }

    /// Requests in the window since a product was first seen, if that was recently and it is still
    /// listed.
    fn support_of_new(&self, sku: Guid, row: &Adoption) -> Option<Numbers> {
        let (day, rules) = (self.facts.day, self.facts.rules);
        let lists = |day: Day| {
            let in_force = subscriptions::in_force(self.snapshots, self.tenant, day, rules);
            in_force.is_some_and(|in_force| in_force.listed.values().any(|row| row.sku_id == sku))
        };
        let sources = self.snapshots.get(&self.tenant)?;
        let snapshot_days: BTreeSet<Day> = sources.values().flat_map(|days| days.keys().copied()).collect();
        // What is in force changes on days of snapshots, and on days on which one becomes stale.
        let stale = |taken: &Day| taken.plus(rules.snapshot_stale_days + 1);
        let turns: BTreeSet<Day> = snapshot_days.iter().copied().chain(snapshot_days.iter().map(stale)).collect();
        let first_seen = turns.range(..=day).copied().find(|turn| lists(*turn))?;
        let requests = self.asked().into_iter().filter(|opened| *opened >= first_seen).count();
        let is_new = day.0 - first_seen.0 < rules.thresholds.new_product_days;
        (is_new && lists(day) && requests > 0).then(|| {
            vec![
                ("first_seen_day", text(Some(first_seen))),
                ("first_snapshot_day", text(snapshot_days.first().copied())),
                ("limit_new_product_days", rules.thresholds.new_product_days.to_string()),
                ("requests", requests.to_string()),
                ("requests_since", text(window_of(day).next().map(|begin| begin.max(first_seen)))),
                ("seats_concerned", requests.to_string()),
                ("seats_sold", or_null(row.seats_sold)),
            ]
        })
    }
}

/// The seats that a step concerns.
fn concerned(numbers: &Numbers) -> i64 {
    let seats = numbers.iter().find(|(name, _)| *name == "seats_concerned");
    seats.and_then(|(_, seats)| seats.parse().ok()).unwrap_or(0)
}

pub(super) fn or_null(count: Option<i64>) -> String {
    count.map_or_else(|| "null".to_owned(), |count| count.to_string())
}

/// A fraction in the shortest digits that restore it.
fn fraction(value: Option<f64>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| format!("{value:?}"))
}

pub(super) fn text(day: Option<Day>) -> String {
    day.map_or_else(|| "null".to_owned(), |day| format!("\"{day}\""))
}

/// One JSON object with sorted keys.
fn json(mut numbers: Numbers) -> String {
    numbers.sort();
    let fields: Vec<String> = numbers.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}
