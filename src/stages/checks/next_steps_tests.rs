//! For each invariant of next steps, rows that keep it and rows that violate it.

use super::*;
use crate::domain::next_steps::Language;
use crate::stages::activity::first_activity::FirstActivity;
use crate::stages::checks::inputs::Products;
use crate::stages::checks::testing;
use crate::stages::checks::testing::{SKU, TENANT, assignment, broken, day, next_step, says, subscription};
use crate::stages::checks::{check_rows as check_of_any_day, check_under_rules as check_all_under_rules};

fn check_any_day(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
    broken(change, |tables, violations| check_of_any_day(tables, violations).unwrap())
}

/// The violations under the settings, with more holders and their first activity.
fn check_with(change: impl FnOnce(&mut DayTables), more: &[(&str, i32)], first_activity: &[FirstActivity]) -> Vec<String> {
    let rules = testing::rules();
    let mut assignments = testing::assignments();
    assignments.extend(more.iter().map(|(user, from)| assignment(user, 1, Some(*from), None)));
    broken(change, |tables, violations| {
        let known = CheckInputs {
            rules: &rules,
            products: &Products::of(&rules),
            assignments: &assignments,
            accounts: &[],
            first_activity,
            coverage: &testing::coverage(),
            daily_users: &testing::daily_users(),
        };
        check_all_under_rules(tables, &known, violations).unwrap();
    })
}

fn check(change: impl FnOnce(&mut DayTables)) -> Vec<String> {
    check_with(change, &[], &[])
}

#[test]
fn numbers_are_those_of_adoption_to_the_last_digit() {
    says(
        &check_any_day(|tables| tables.adoption[0].active_moved = 4),
        &["`next_steps`", "`active_moved` of `overuse` is `1`, and by `adoption` it is `4`"],
    );
    says(
        &check_any_day(|tables| {
            tables.next_steps[0].evidence = tables.next_steps[0].evidence.replace("\"usage_ratio\":2.0", "\"usage_ratio\":2.5")
        }),
        &["`usage_ratio` of `overuse` is `2.5`, and by `adoption` it is `2.0`"],
    );
    says(
        &check_any_day(|tables| tables.next_steps[0].evidence = "none".to_owned()),
        &["`evidence` of `overuse` is no JSON object"],
    );
    says(
        &check_any_day(|tables| tables.adoption[0].in_scope = false),
        &["`overuse` is about nothing that is in scope"],
    );
}

#[test]
fn a_step_is_there_where_the_numbers_call_for_it_and_nowhere_else() {
    says(
        &check(|tables| {
            tables.next_steps.pop();
        }),
        &["`overuse` is missing, and the numbers call for it"],
    );
    // `overuse` reports people whose license moved on, and advises to buy nothing. Without them,
    // more seats are needed.
    let upsell = || next_step(StepCode::Upsell, Evidence::of(1, []), Language::English);
    says(
        &check(|tables| tables.next_steps.push(upsell())),
        &["`upsell` is there, and the numbers do not call for it"],
    );
    let nobody_moved = check(|tables| {
        (tables.adoption[0].active_moved, tables.adoption[0].active_over_assigned) = (0, 2);
    });
    says(&nobody_moved, &["`upsell` is missing, and the numbers call for it"]);
    // Who was switched to another product needs no more seats of this one.
    let switched = check(|tables| {
        (tables.adoption[0].active_moved, tables.adoption[0].active_switched) = (0, 1);
        tables.next_steps.push(upsell());
    });
    says(&switched, &["`upsell` is there, and the numbers do not call for it"]);
    let low = || next_step(StepCode::LowUsage, Evidence::of(1, []), Language::English);
    says(
        &check(|tables| tables.next_steps.push(low())),
        &["`low_usage` is there, and the numbers do not call for it"],
    );
    let trial = |ends_on: i32| {
        let mut trial = subscription("two", 5, State::Active, true);
        trial.ends_on = Some(day(ends_on));
        check(|tables| tables.subscriptions.push(trial))
    };
    let of = |state: State, (renews, ends): (Option<i32>, Option<i32>), term: Option<Term>| {
        let mut paid = subscription("two", 0, state, false);
        (paid.renews_on, paid.ends_on, paid.term) = (renews.map(day), ends.map(day), term);
        check(|tables| tables.subscriptions.push(paid))
    };
    for ends in [None, Some(3), Some(58)] {
        says(&of(State::Grace, (None, ends), None), &["`subscription_lapsing` is missing"]);
    }
    assert!(of(State::Grace, (None, Some(59)), None).is_empty());
    let due = |renews, term| of(State::Active, (Some(renews), None), term);
    for term in [Term::Year, Term::ThreeYears] {
        says(&due(58, Some(term)), &["`renewal_due` is missing"]);
    }
    assert!(
        [
            due(27, Some(Term::Year)),
            due(59, Some(Term::Year)),
            due(58, Some(Term::Month)),
            due(58, None)
        ]
        .iter()
        .all(Vec::is_empty)
    );
    says(&trial(58), &["`trial_ending` is missing"]);
    for far in [27, 59] {
        assert!(!trial(far).iter().any(|fault| fault.contains("trial_ending")), "day {far}");
    }
}

#[test]
fn seats_of_users_who_were_not_active_are_counted_again() {
    let holders = [("e", 2), ("f", 2), ("g", 20)];
    let first = FirstActivity {
        tenant_id: TENANT,
        user_id: "f".to_owned(),
        workload: "teams".to_owned(),
        first_day: day(-40),
    };
    let step = |never: i64, inactive: i64| {
        let evidence = Evidence::of(
            never + inactive,
            [
                ("seats_active", 3.into()),
                ("seats_assigned", 6.into()),
                ("seats_new", 1.into()),
                ("seats_inactive", inactive.into()),
                ("seats_never_active", never.into()),
            ],
        );
        next_step(StepCode::UnusedSeats, evidence, Language::English)
    };
    let about_unused = |step: NextStep| -> Vec<String> {
        let violations = check_with(|tables| tables.next_steps.push(step), &holders, std::slice::from_ref(&first));
        violations
            .into_iter()
            .filter(|fault| fault.contains("seats_") && fault.contains("`next_steps`"))
            .collect()
    };
    assert_eq!(about_unused(step(1, 1)), [""; 0]);
    says(
        &about_unused(step(2, 0)),
        &[
            "`seats_never_active` is `2`",
            "it is `1`",
            "`seats_inactive` is `0`",
            "`first_activity`",
        ],
    );
    says(
        &check_any_day(|tables| {
            tables.adoption[0].seats_assigned = 6;
            tables.next_steps.push(step(2, 1));
        }),
        &["`seats_assigned` is `6`, and by the sum of its tiers it is `7`"],
    );
    assert_eq!(SKU, step(1, 1).sku_id.unwrap());
}

#[test]
fn words_are_those_of_the_numbers_and_the_language() {
    says(
        &check(|tables| tables.next_steps[0].cause = "Nobody knows.".to_owned()),
        &["the words of `overuse` are not those of its numbers"],
    );
    says(
        &check(|tables| {
            let evidence = Evidence::parse(&tables.next_steps[0].evidence).unwrap();
            tables.next_steps[0] = next_step(StepCode::Overuse, evidence, Language::German);
        }),
        &["the words of `overuse`"],
    );
}
