//! `next_steps`: advice for each day, with the numbers behind it, the possible cause and what can
//! be done. Reads `adoption`, `workload_adoption` and `subscriptions` of the day, `assignments`,
//! `first_activity` and `support_requests`.
//!
//! | code | about | when |
//! |---|---|---|
//! | `low_usage` | a product | its usage ratio is below a threshold, and it has enough entitlements |
//! | `unused_seats` | a product | assigned seats of disabled accounts or without an active day in the window, or seats that nobody has |
//! | `support_load` | a customer | support requests per 100 sold seats exceed a threshold |
//! | | a product | it is new, and requests came in since it was first seen |
//! | `upsell` | a product | somebody waits for a seat; or deployment and usage exceed their thresholds, where use that `overuse` explains by something other than need is left out |
//! | | a workload | it is used without a license |
//! | `overuse` | a product | its usage ratio is above 1 |
//! | `trial_ending`, `subscription_lapsing` | a product | a trial, or a grace period, ends soon; of a grace period the end may be unknown or past |
//! | `renewal_due` | a product | a subscription that is bound for a year or longer renews soon |
//! | `overlapping_licenses` | a product | people have another product that contains it |
//!
//! Only products in scope get advice. Unknown numbers give none: no ratio, no step. A customer
//! without any event in the window gets no advice about activity, because missing logs are not
//! missing activity.

pub mod advice;
pub mod background;
pub mod evidence;
mod product;
pub mod support;

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, Money};
use crate::domain::next_steps::StepCode;
use crate::domain::rules::Rules;
use crate::domain::window;
use crate::stages::activity::first_activity::FIRST_ACTIVITY;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::stages::licenses::subscriptions::SUBSCRIPTIONS;
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::measures::window_pass::DayOfUse;
use crate::stages::measures::workload_adoption::{WORKLOAD_ADOPTION, WorkloadAdoption};
use crate::stages::next_steps::background::Background;
use crate::stages::next_steps::evidence::Evidence;
use crate::stages::next_steps::product::Product;
use crate::stages::received::support_requests::SUPPORT_REQUESTS;
use crate::warehouse::table::table;

table! {
    /// What to do next about a product of a customer, a workload, or the customer as a whole.
    NEXT_STEPS = "next_steps", version 3, Day, sharded,
        from Day [ADOPTION, WORKLOAD_ADOPTION]
            History [SUBSCRIPTIONS, ASSIGNMENTS, FIRST_ACTIVITY, SUPPORT_REQUESTS],
        settings [Evidence, States, Workloads, Scope, UnlicensedUse, Thresholds, Language, SpareSeats],
        by effect [Zone, Prices, Exceptions];
    NextStep {
        @key tenant_id: Guid = "the customer",
        @key sku_id: Option<Guid> = "the product; null: it is about a workload, or about the customer",
        @key workload: Option<String> = "the workload; null: any",
        @key code: StepCode = "low_usage, unused_seats, support_load, upsell, overuse, trial_ending, subscription_lapsing, renewal_due or overlapping_licenses",
        seats_concerned: i64 = "how many seats, users or requests it is about: what the evidence calls `seats_concerned`",
        money_per_month: Option<Money> = "what the seats concerned cost a month, in the unit of the currency; null without a price",
        currency: Option<Currency> = "the currency of the price; null without one",
        evidence: String = "the numbers that led to it: a JSON object with sorted keys; `seats_concerned` is in all of them",
        cause: String = "the possible cause, in the pipeline's language",
        strategies: String = "what can be done, in the pipeline's language",
    }
}

/// Returns the steps of one day, sorted by key.
pub fn build(day: Day, used: &DayOfUse, background: &Background<'_>) -> Vec<NextStep> {
    let mut steps = Steps {
        day,
        rules: background.rules,
        rows: Vec::new(),
    };
    for ((row, idle), overlap) in used
        .adoption
        .iter()
        .zip(&used.idle)
        .zip(&used.overlaps)
        .filter(|((row, _), _)| row.in_scope)
    {
        let product = Product {
            day,
            row,
            idle,
            overlap,
            background,
        };
        for (code, evidence) in product.steps() {
            steps.add(row.tenant_id, Some(row.sku_id), None, code, evidence);
        }
    }
    for row in &used.workload_adoption {
        steps.add(row.tenant_id, None, Some(&row.workload), StepCode::Upsell, unlicensed_use(row));
    }
    for rows in used.adoption.chunk_by(|a, b| a.tenant_id == b.tenant_id) {
        steps.add_support(day, rows, background);
    }
    let key = |row: &NextStep| (row.tenant_id, row.sku_id, row.workload.clone(), row.code.name());
    steps.rows.sort_by_cached_key(key);
    steps.rows
}

/// The steps so far.
struct Steps<'a> {
    day: Day,
    rules: &'a Rules,
    rows: Vec<NextStep>,
}

impl Steps<'_> {
    fn add(&mut self, tenant_id: Guid, sku_id: Option<Guid>, workload: Option<&str>, code: StepCode, evidence: Option<Evidence>) {
        let Some(evidence) = evidence else { return };
        let language = self.rules.language;
        let sku = sku_id.filter(|_| code.is_about_seats());
        let price = sku.and_then(|sku| self.rules.catalogue.prices.of(tenant_id, sku, self.day));
        self.rows.push(NextStep {
            tenant_id,
            sku_id,
            workload: workload.map(str::to_owned),
            code,
            seats_concerned: evidence.seats_concerned(),
            money_per_month: price.and_then(|price| price.of_seats(evidence.seats_concerned())),
            currency: price.map(|price| price.currency),
            cause: crate::stages::next_steps::advice::cause(language, code, &evidence),
            strategies: crate::stages::next_steps::advice::strategies(language, code, &evidence),
            evidence: evidence.text(),
        });
    }

    /// Adds the steps about support requests of one customer. `rows` are those of the customer's
    /// products.
    fn add_support(&mut self, day: Day, rows: &[Adoption], background: &Background<'_>) {
        let thresholds = &self.rules.thresholds;
        let tenant = rows[0].tenant_id;
        let Some(in_window) = background.support.on(tenant, day, background.timeline, thresholds.new_product_days) else {
            return;
        };
        let in_scope = || rows.iter().filter(|row| row.in_scope);
        let sold: i64 = in_scope().filter_map(|row| row.seats_sold).sum();
        let rate = in_window.requests as f64 * 100.0 / sold as f64;
        let is_much = sold > 0 && rate > thresholds.support_per_100_seats;
        let much = is_much.then(|| {
            Evidence::of(
                in_window.requests,
                [
                    ("limit_requests_per_100_seats", thresholds.support_per_100_seats.into()),
                    ("requests", in_window.requests.into()),
                    ("requests_per_100_seats", rate.into()),
                    ("requests_since", window::first_day(day).to_string().into()),
                    ("seats_sold", sold.into()),
                ],
            )
        });
        self.add(tenant, None, None, StepCode::SupportLoad, much);
        for product in &in_window.new_products {
            let Some(row) = in_scope().find(|row| row.sku_id == product.sku) else {
                continue;
            };
            let evidence = Evidence::of(
                product.requests,
                [
                    ("first_seen_day", product.first_seen.to_string().into()),
                    ("first_snapshot_day", in_window.first_snapshot.map(|day| day.to_string()).into()),
                    ("limit_new_product_days", thresholds.new_product_days.into()),
                    ("requests", product.requests.into()),
                    ("requests_since", window::first_day(day).max(product.first_seen).to_string().into()),
                    ("seats_sold", row.seats_sold.into()),
                ],
            );
            self.add(tenant, Some(product.sku), None, StepCode::SupportLoad, Some(evidence));
        }
    }
}

/// Use without a license, if it is known what the customer bought.
fn unlicensed_use(row: &WorkloadAdoption) -> Option<Evidence> {
    let total = row.entitlements_total?;
    (row.active_unlicensed > 0).then(|| {
        Evidence::of(
            row.active_unlicensed,
            [
                ("active_unlicensed", row.active_unlicensed.into()),
                ("entitlements_active", row.entitlements_active.into()),
                ("entitlements_total", Value::from(total)),
            ],
        )
    })
}
