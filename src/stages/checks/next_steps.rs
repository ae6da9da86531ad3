//! `next_steps` against what it advises about: every number in an evidence that `adoption` or
//! `workload_adoption` has is that one, tiers of seats add up, a step is there where the numbers
//! call for it and nowhere else, and the words are those of the numbers.
//!
//! Steps about support requests are held to the seats that they name: requests have no table of
//! days to hold them against.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::State;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::evidence::Known;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::{Faults, Subject};
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::next_steps::evidence::Evidence;
use crate::stages::next_steps::{NEXT_STEPS, NextStep, words};
use crate::stages::usage::adoption::Adoption;
use crate::stages::usage::idle_seats::IdleSeats;
use crate::stages::usage::usage::ratio;
use crate::stages::usage::workload_adoption::WorkloadAdoption;

fn subject(row: &NextStep) -> Subject<'_> {
    Subject {
        table: NEXT_STEPS.name,
        customer: Some(row.tenant_id),
        product: row.sku_id,
        workload: row.workload.as_deref(),
        row: None,
    }
}

/// What is true of any day.
pub(super) fn hold(tables: &DayTables, faults: &mut Faults) {
    let adoption: BTreeMap<(Guid, Guid), &Adoption> = tables.adoption.iter().map(|row| ((row.tenant_id, row.sku_id), row)).collect();
    for row in &tables.next_steps {
        let subject = subject(row);
        let Some(evidence) = Evidence::parse(&row.evidence) else {
            faults.tell(subject, format_args!("`evidence` of `{}` is no JSON object", row.code));
            continue;
        };
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
            Some(numbers) => hold_numbers(subject, row, &evidence, &numbers, faults),
            None => faults.tell(subject, format_args!("`{}` is about nothing that is in scope", row.code)),
        }
        if row.code == StepCode::UnusedSeats {
            hold_tiers(subject, &evidence, faults);
        }
    }
}

/// Numbers by the names that evidences have for them.
type Numbers = Vec<(&'static str, Value)>;

fn of_product(row: &Adoption) -> Numbers {
    vec![
        ("seats_sold", row.seats_sold.into()),
        ("seats_assigned", row.seats_assigned.into()),
        ("seats_unassigned", row.seats_unassigned.into()),
        ("deployment_ratio", row.deployment_ratio.into()),
        ("entitlements_total", row.entitlements_total.into()),
        ("entitlements_active", row.entitlements_active.into()),
        ("active_current", row.active_current.into()),
        ("active_moved", row.active_moved.into()),
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

/// Compared are the digits as they stand there: reading a fraction may round it.
fn hold_numbers(subject: Subject<'_>, row: &NextStep, evidence: &Evidence, numbers: &Numbers, faults: &mut Faults) {
    for (name, expected) in numbers.iter().filter(|(name, _)| evidence.has(name)) {
        let written = |end: char| row.evidence.contains(&format!("\"{name}\":{expected}{end}"));
        if !written(',') && !written('}') {
            let found = evidence.get(name).unwrap_or(&Value::Null);
            let source = if row.workload.is_some() { "workload_adoption" } else { "adoption" };
            faults.tell(
                subject,
                format_args!("`{name}` of `{}` is `{found}`, and by `{source}` it is `{expected}`", row.code),
            );
        }
    }
}

/// Every assigned seat is in one tier, and the seats to reclaim are those of the tiers.
fn hold_tiers(subject: Subject<'_>, evidence: &Evidence, faults: &mut Faults) {
    let count = |name| evidence.count(name);
    let idle = count("seats_never_active") + count("seats_inactive");
    let concerned = idle + count("seats_unassigned");
    faults.hold(subject, "seats_concerned", evidence.seats_concerned(), concerned, "its tiers");
    if evidence.get("seats_active").is_some_and(|active| !active.is_null()) {
        let sum = idle + count("seats_active") + count("seats_new");
        faults.hold(subject, "seats_assigned", count("seats_assigned"), sum, "the sum of its tiers");
    }
}

/// What is true under the settings: which steps there are, their tiers, their words.
pub(super) fn hold_under_rules(tables: &DayTables, known: &Known<'_>, recount: &Recount<'_>, faults: &mut Faults) {
    let language = known.rules.language;
    let mut found: BTreeSet<Step<'_>> = BTreeSet::new();
    for row in &tables.next_steps {
        let Some(evidence) = Evidence::parse(&row.evidence) else { continue };
        let said =
            words::cause(language, row.code, &evidence) == row.cause && words::strategies(language, row.code, &evidence) == row.strategies;
        if !said {
            faults.tell(
                subject(row),
                format_args!("the words of `{}` are not those of its numbers", row.code),
            );
        }
        if row.code != StepCode::SupportLoad {
            found.insert((row.tenant_id, row.sku_id, row.workload.as_deref(), row.code));
        }
        if let (StepCode::UnusedSeats, Some(sku)) = (row.code, row.sku_id) {
            hold_idle(row, &evidence, idle_of(recount, (row.tenant_id, sku)), faults);
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
        faults.tell(subject, format_args!("`{code}` {what}"));
    }
}

type Step<'a> = (Guid, Option<Guid>, Option<&'a str>, StepCode);

fn idle_of(recount: &Recount<'_>, product: (Guid, Guid)) -> IdleSeats {
    recount.products.get(&product).map(|users| users.idle).unwrap_or_default()
}

fn hold_idle(row: &NextStep, evidence: &Evidence, idle: IdleSeats, faults: &mut Faults) {
    for (name, expected) in [
        ("seats_new", idle.new),
        ("seats_never_active", idle.never_active),
        ("seats_inactive", idle.inactive),
    ] {
        if let Some(found) = evidence.get(name).and_then(Value::as_i64) {
            let by = "`activity_28d`, `assignments` and `first_activity`";
            faults.hold(subject(row), name, found, expected, by);
        }
    }
}

/// The steps that the numbers call for, but for those about support requests.
fn expected<'a>(tables: &'a DayTables, known: &Known<'_>, recount: &Recount<'_>) -> BTreeSet<Step<'a>> {
    let limits = &known.rules.thresholds;
    let mut steps = BTreeSet::new();
    for row in tables.adoption.iter().filter(|row| row.in_scope) {
        let idle = idle_of(recount, (row.tenant_id, row.sku_id));
        let visible = row.window_days_covered > 0 && !known.products.workloads(row.sku_id).is_empty();
        let unused = if visible { idle.never_active + idle.inactive } else { 0 } + row.seats_unassigned.unwrap_or(0);
        let is_low =
            row.usage_ratio < Some(limits.low_usage) && row.usage_ratio.is_some() && row.entitlements_total >= Some(limits.low_usage_seats);
        let distorted = row.active_moved + row.active_lapsed + row.active_trial;
        let needed = ratio(row.entitlements_active - distorted, row.entitlements_total);
        let is_explained = distorted > 0 && row.usage_ratio > Some(1.0);
        let is_full = row.deployment_ratio > Some(limits.upsell_deployment) && needed > Some(limits.upsell_usage) && !is_explained;
        for (code, called_for) in [
            (StepCode::LowUsage, is_low && row.window_days_covered > 0),
            (StepCode::UnusedSeats, unused > 0),
            (StepCode::Upsell, is_full),
            (StepCode::Overuse, row.usage_ratio > Some(1.0)),
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
        let in_scope = !known.rules.catalogue.excluded.contains_key(&row.sku_id);
        if let Some(code) = ending(row, tables.day, last).filter(|_| in_scope) {
            steps.insert((row.tenant_id, Some(row.sku_id), None, code));
        }
    }
    steps
}

/// What a subscription is about to do, where it ends from `day` to `last`.
fn ending(row: &Subscription, day: Day, last: Day) -> Option<StepCode> {
    row.ends_on.filter(|ends_on| day <= *ends_on && *ends_on <= last)?;
    match (row.is_trial, row.state) {
        (true, State::Active | State::Grace) => Some(StepCode::TrialEnding),
        (false, State::Grace) => Some(StepCode::SubscriptionLapsing),
        _ => None,
    }
}

#[cfg(test)]
#[path = "next_steps_tests.rs"]
mod tests;
