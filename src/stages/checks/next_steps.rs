//! Checks `next_steps` against the tables behind it. Numbers in the evidence agree with `adoption`
//! and `workload_adoption`. Tiers of seats add up. A step exists exactly if the numbers call for
//! it. The texts are those that the numbers call for.
//!
//! Of steps about support requests only the seats are checked, because no table has requests by
//! day.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::{State, Term};
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::inputs::CheckInputs;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::idle_seats::IdleSeats;
use crate::stages::measures::usage::ratio;
use crate::stages::measures::workload_adoption::WorkloadAdoption;
use crate::stages::next_steps::evidence::Evidence;
use crate::stages::next_steps::{NEXT_STEPS, NextStep, advice};

fn subject(row: &NextStep) -> Subject<'_> {
    Subject {
        table: NEXT_STEPS.name,
        customer: Some(row.tenant_id),
        product: row.sku_id,
        workload: row.workload.as_deref(),
        row: None,
    }
}

/// Checks what holds for any day.
pub(super) fn check_day(tables: &DayTables, violations: &mut Violations) {
    let adoption: BTreeMap<(Guid, Guid), &Adoption> = tables.adoption.iter().map(|row| ((row.tenant_id, row.sku_id), row)).collect();
    for row in &tables.next_steps {
        let subject = subject(row);
        let Some(evidence) = Evidence::parse(&row.evidence) else {
            violations.report(subject, format_args!("`evidence` of `{}` is no JSON object", row.code));
            continue;
        };
        if row.seats_concerned != evidence.seats_concerned() {
            let seats = evidence.seats_concerned();
            violations.report(
                subject,
                format_args!(
                    "`seats_concerned` of `{}` is {}, and {seats} in its evidence",
                    row.code, row.seats_concerned
                ),
            );
        }
        let numbers = match (row.sku_id, &row.workload) {
            (Some(sku), _) => {
                let product = adoption.get(&(row.tenant_id, sku)).filter(|product| product.in_scope);
                product.map(|product| of_product(product))
            }
            (None, Some(workload)) => {
                let mut rows = tables.workload_adoption.iter();
                rows.find(|of| of.tenant_id == row.tenant_id && of.workload == *workload)
                    .map(of_workload)
            }
            (None, None) => {
                let in_scope = tables.adoption.iter().filter(|of| of.tenant_id == row.tenant_id && of.in_scope);
                Some(vec![("seats_sold", in_scope.filter_map(|of| of.seats_sold).sum::<i64>().into())])
            }
        };
        match numbers {
            Some(numbers) => check_numbers(subject, row, &evidence, &numbers, violations),
            None => violations.report(subject, format_args!("`{}` is about nothing that is in scope", row.code)),
        }
        if row.code == StepCode::UnusedSeats {
            check_tiers(subject, &evidence, violations);
        }
    }
}

/// Values by the names that evidence has for them.
type Numbers = Vec<(&'static str, Value)>;

fn of_product(row: &Adoption) -> Numbers {
    vec![
        ("seats_sold", row.seats_sold.into()),
        ("seats_assigned", row.seats_assigned.into()),
        ("seats_disabled", row.seats_assigned_disabled.into()),
        ("seats_unassigned", row.seats_unassigned.into()),
        ("users_waiting", row.users_waiting.into()),
        ("deployment_ratio", row.deployment_ratio.into()),
        ("entitlements_total", row.entitlements_total.into()),
        ("entitlements_active", row.entitlements_active.into()),
        ("active_current", row.active_current.into()),
        ("active_moved", row.active_moved.into()),
        ("active_switched", row.active_switched.into()),
        ("active_lapsed", row.active_lapsed.into()),
        ("active_trial", row.active_trial.into()),
        ("active_over_assigned", row.active_over_assigned.into()),
        ("usage_ratio", row.usage_ratio.into()),
        ("usage_ratio_adjusted", row.usage_ratio_adjusted.into()),
        ("window_complete", row.window_complete.into()),
        ("window_days_covered", row.window_days_covered.into()),
    ]
}

fn of_workload(row: &WorkloadAdoption) -> Numbers {
    vec![
        ("entitlements_total", row.entitlements_total.into()),
        ("entitlements_active", row.entitlements_active.into()),
        ("active_unlicensed", row.active_unlicensed.into()),
    ]
}

/// Compares the numbers as they are written, because parsing a fraction may round it.
fn check_numbers(subject: Subject<'_>, row: &NextStep, evidence: &Evidence, numbers: &Numbers, violations: &mut Violations) {
    for (name, expected) in numbers.iter().filter(|(name, _)| evidence.has(name)) {
        let written = |end: char| row.evidence.contains(&format!("\"{name}\":{expected}{end}"));
        if !written(',') && !written('}') {
            let found = evidence.get(name).unwrap_or(&Value::Null);
            let source = if row.workload.is_some() { "workload_adoption" } else { "adoption" };
            violations.report(
                subject,
                format_args!("`{name}` of `{}` is `{found}`, and by `{source}` it is `{expected}`", row.code),
            );
        }
    }
}

/// Checks that every assigned seat is in one tier and that the seats to reclaim are those of the
/// tiers.
fn check_tiers(subject: Subject<'_>, evidence: &Evidence, violations: &mut Violations) {
    let count = |name| evidence.count(name);
    let idle = count("seats_disabled") + count("seats_never_active") + count("seats_inactive");
    let concerned = (idle + count("seats_unassigned") - count("seats_spare")).max(0);
    violations.check_equal(subject, "seats_concerned", evidence.seats_concerned(), concerned, "its tiers");
    if evidence.get("seats_active").is_some_and(|active| !active.is_null()) {
        let sum = idle + count("seats_active") + count("seats_new");
        violations.check_equal(subject, "seats_assigned", count("seats_assigned"), sum, "the sum of its tiers");
    }
}

/// Checks what holds under the settings: which steps there are, their tiers, and their texts.
pub(super) fn check_under_rules(tables: &DayTables, known: &CheckInputs<'_>, recount: &Recount<'_>, violations: &mut Violations) {
    let language = known.rules.language;
    let mut found: BTreeSet<Step<'_>> = BTreeSet::new();
    for row in &tables.next_steps {
        let Some(evidence) = Evidence::parse(&row.evidence) else { continue };
        let is_expected = advice::cause(language, row.code, &evidence) == row.cause
            && advice::strategies(language, row.code, &evidence) == row.strategies;
        if !is_expected {
            violations.report(
                subject(row),
                format_args!("the words of `{}` are not those of its numbers", row.code),
            );
        }
        check_money(tables.day, row, &evidence, known, violations);
        if row.code != StepCode::SupportLoad {
            found.insert((row.tenant_id, row.sku_id, row.workload.as_deref(), row.code));
        }
        match (row.code, row.sku_id) {
            (StepCode::UnusedSeats, Some(sku)) => check_idle(row, &evidence, idle_of(recount, (row.tenant_id, sku)), violations),
            (StepCode::OverlappingLicenses, Some(sku)) => {
                let expected = overlapping(recount, (row.tenant_id, sku));
                let found = evidence.count("users_overlapping");
                violations.check_equal(subject(row), "users_overlapping", found, expected, "`assignments`");
            }
            _ => {}
        }
        if let (StepCode::RenewalDue, Some(sku)) = (row.code, row.sku_id) {
            let mut products = tables.adoption.iter();
            let product = products.find(|product| (product.tenant_id, product.sku_id) == (row.tenant_id, sku));
            let unused = product.map_or(0, |product| unused_seats(product, known, recount));
            let (found, renewing) = (evidence.count("seats_unused"), evidence.count("seats_renewing"));
            let by = "`adoption` and the tiers of idle seats";
            violations.check_equal(subject(row), "seats_unused", found, unused.min(renewing), by);
        }
    }
    let expected = expected(tables, known, recount);
    for (step, what) in expected
        .difference(&found)
        .map(|step| (step, "is missing, and the numbers call for it"))
        .chain(
            found
                .difference(&expected)
                .map(|step| (step, "is there, and the numbers do not call for it")),
        )
    {
        let (customer, product, workload, code) = *step;
        let subject = Subject {
            table: NEXT_STEPS.name,
            customer: Some(customer),
            product,
            workload,
            row: None,
        };
        violations.report(subject, format_args!("`{code}` {what}"));
    }
}

/// Checks that the money is seats times the price that counts.
fn check_money(day: Day, row: &NextStep, evidence: &Evidence, known: &CheckInputs<'_>, violations: &mut Violations) {
    let sku = row.sku_id.filter(|_| row.code.is_about_seats());
    let price = sku.and_then(|sku| known.rules.catalogue.prices.of(row.tenant_id, sku, day));
    let money = price.and_then(|price| price.of_seats(evidence.seats_concerned()));
    if (row.money_per_month, row.currency) != (money, price.map(|price| price.currency)) {
        violations.report(
            subject(row),
            format_args!("`money_per_month` of `{}` is not its seats times the price", row.code),
        );
    }
}

/// How many seats of a product nobody uses or can use, beyond those that are meant to be unused.
fn unused_seats(row: &Adoption, known: &CheckInputs<'_>, recount: &Recount<'_>) -> i64 {
    let idle = idle_of(recount, (row.tenant_id, row.sku_id));
    let visible = row.window_days_covered > 0 && !known.products.workloads(row.sku_id).is_empty();
    let idle_seats = if visible { idle.never_active + idle.inactive } else { 0 };
    let spare = known.rules.exceptions.spare_seats(row.tenant_id, row.sku_id);
    (idle.disabled + idle_seats + row.seats_unassigned.unwrap_or(0) - spare).max(0)
}

type Step<'a> = (Guid, Option<Guid>, Option<&'a str>, StepCode);

fn idle_of(recount: &Recount<'_>, product: (Guid, Guid)) -> IdleSeats {
    recount.products.get(&product).map(|users| users.idle).unwrap_or_default()
}

/// How many users have another product that contains this one.
fn overlapping(recount: &Recount<'_>, product: (Guid, Guid)) -> i64 {
    recount.products.get(&product).map_or(0, |users| users.overlapping)
}

fn check_idle(row: &NextStep, evidence: &Evidence, idle: IdleSeats, violations: &mut Violations) {
    for (name, expected) in [
        ("seats_disabled", idle.disabled),
        ("seats_new", idle.new),
        ("seats_never_active", idle.never_active),
        ("seats_inactive", idle.inactive),
    ] {
        if let Some(found) = evidence.get(name).and_then(Value::as_i64) {
            let by = "`activity_28d`, `assignments`, `account_states` and `first_activity`";
            violations.check_equal(subject(row), name, found, expected, by);
        }
    }
}

/// Returns the steps that the numbers call for, except those about support requests.
fn expected<'a>(tables: &'a DayTables, known: &CheckInputs<'_>, recount: &Recount<'_>) -> BTreeSet<Step<'a>> {
    let limits = &known.rules.thresholds;
    let mut steps = BTreeSet::new();
    for row in tables.adoption.iter().filter(|row| row.in_scope) {
        let unused = unused_seats(row, known, recount);
        let is_low =
            row.usage_ratio < Some(limits.low_usage) && row.usage_ratio.is_some() && row.entitlements_total >= Some(limits.low_usage_seats);
        let distorted = row.active_moved + row.active_switched + row.active_lapsed + row.active_trial;
        let needed = ratio(row.entitlements_active - distorted, row.entitlements_total);
        let is_explained = distorted > 0 && row.usage_ratio > Some(1.0);
        let is_full = row.deployment_ratio > Some(limits.upsell_deployment) && needed > Some(limits.upsell_usage) && !is_explained;
        for (code, called_for) in [
            (StepCode::LowUsage, is_low && row.window_days_covered > 0),
            (StepCode::UnusedSeats, unused > 0),
            (StepCode::Upsell, is_full || row.users_waiting > 0),
            (StepCode::Overuse, row.usage_ratio > Some(1.0)),
            (StepCode::OverlappingLicenses, overlapping(recount, (row.tenant_id, row.sku_id)) > 0),
        ] {
            if called_for {
                steps.insert((row.tenant_id, Some(row.sku_id), None, code));
            }
        }
    }
    for row in &tables.workload_adoption {
        if row.active_unlicensed > 0 && row.entitlements_total.is_some() {
            steps.insert((row.tenant_id, None, Some(row.workload.as_str()), StepCode::Upsell));
        }
    }
    let last = tables.day.plus(limits.ending_days);
    for row in &tables.subscriptions {
        let in_scope = known.rules.out_of_scope(row.tenant_id, row.sku_id, tables.day).is_none();
        for code in ending(row, tables.day, last).into_iter().filter(|_| in_scope) {
            steps.insert((row.tenant_id, Some(row.sku_id), None, code));
        }
    }
    steps
}

/// Returns the steps for a subscription that ends or renews from `day` to `last`. Of a grace period
/// the end may be unknown or past.
fn ending(row: &Subscription, day: Day, last: Day) -> Option<StepCode> {
    let is_soon = |of: Option<Day>| of.is_some_and(|of| day <= of && of <= last);
    match (row.is_trial, row.state) {
        (true, State::Active | State::Grace) => is_soon(row.ends_on).then_some(StepCode::TrialEnding),
        (false, State::Grace) => row.ends_on.is_none_or(|of| of <= last).then_some(StepCode::SubscriptionLapsing),
        (false, State::Active) if row.term.is_some_and(Term::is_long) => is_soon(row.renews_on).then_some(StepCode::RenewalDue),
        _ => None,
    }
}

#[cfg(test)]
#[path = "next_steps_tests.rs"]
mod tests;
