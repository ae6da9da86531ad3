//! A small day whose tables keep every invariant, for tests that violate one.
//!
//! There is one customer, one product with `exchange` and `teams`, and one subscription with two
//! paid seats. Four users have or had the product and are active in `exchange`: `a`, `b` and `c`
//! have it, `d` had it until three days ago. `a` also uses `teams`.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;

use crate::domain::catalogue::Product;
use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::{ActivitySource, Opened};
use crate::domain::next_steps::{Language, StepCode};
use crate::domain::rules::Rules;
use crate::domain::subscription::{Seller, State};
use crate::stages::activity::activity_28d::Activity28d;
use crate::stages::activity::activity_daily::ActivityDaily;
use crate::stages::checks::check_under_rules;
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::inputs::{CheckInputs, Products};
use crate::stages::checks::violation::Violations;
use crate::stages::checks::window_sums::DailyUsers;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::window_pass::Coverage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;
use crate::stages::next_steps::evidence::Evidence;
use crate::stages::next_steps::{NextStep, advice};
use crate::warehouse::table::Row;

pub const TENANT: Guid = Guid(7);
pub const SKU: Guid = Guid(1);

/// A day of the test's calendar. The first one is day 1.
pub fn day(number: i32) -> Day {
    Day(20_000 + number)
}

pub fn assignment(user: &str, sku: u128, from: Option<i32>, to: Option<i32>) -> Assignment {
    Assignment {
        tenant_id: TENANT,
        user_id: user.to_owned(),
        sku_id: Guid(sku),
        assigned_day: from.map(day),
        removed_day: to.map(day),
        source: Opened::Event,
    }
}

pub fn assignments() -> Vec<Assignment> {
    vec![
        assignment("a", 1, None, None),
        assignment("b", 1, Some(3), None),
        assignment("c", 1, Some(3), None),
        assignment("d", 1, None, Some(25)),
    ]
}

pub fn rules() -> Rules {
    let mut rules = Rules::standard();
    rules.catalogue.products.insert(
        SKU,
        Product {
            part_number: "ONE".to_owned(),
            name: "One".to_owned(),
            workloads: ["exchange".to_owned(), "teams".to_owned()].into(),
            ..Product::default()
        },
    );
    rules
}

/// The customer has events on every day since day 1.
pub fn coverage() -> Coverage {
    Coverage {
        days: (1..=28).map(|number| (day(number), vec![(TENANT, ActivitySource::Logs)])).collect(),
        first: [(TENANT, day(1))].into(),
    }
}

pub fn window(user: &str, workload: &str, bits: u32) -> Activity28d {
    Activity28d {
        tenant_id: TENANT,
        user_id: user.to_owned(),
        workload: workload.to_owned(),
        active_bits: bits,
        interactive_bits: bits,
        non_interactive_bits: 0,
        action_bits: 0,
        report_bits: 0,
        active_days: i64::from(bits.count_ones()),
        last_active_day: (bits != 0).then(|| day(28 - bits.trailing_zeros() as i32)),
    }
}

pub fn windows() -> Vec<Activity28d> {
    vec![
        window("a", "exchange", 0b11),
        window("a", "teams", 0b1),
        window("b", "exchange", 0b100),
        window("c", "exchange", 0b1),
        window("d", "exchange", 0b1000),
    ]
}

pub fn daily(user: &str, workload: &str) -> ActivityDaily {
    ActivityDaily {
        tenant_id: TENANT,
        user_id: user.to_owned(),
        workload: workload.to_owned(),
        interactive_sign_ins: 2,
        non_interactive_sign_ins: 0,
        actions: 0,
        reports: 0,
        guest: false,
        first_at: Instant(0),
        last_at: Instant(0),
    }
}

/// The users of the days that these windows contain.
pub fn daily_users() -> BTreeMap<Day, DailyUsers> {
    let of = |number: i32, rows: &[ActivityDaily]| (day(number), DailyUsers::of(&frame(rows)).unwrap());
    [
        of(25, &[daily("d", "exchange")]),
        of(26, &[daily("b", "exchange")]),
        of(27, &[daily("a", "exchange")]),
        of(28, &[daily("a", "exchange"), daily("a", "teams"), daily("c", "exchange")]),
    ]
    .into()
}

pub fn frame<R: Row>(rows: &[R]) -> RecordBatch {
    R::frame(rows).unwrap()
}

pub fn subscription(id: &str, seats: i64, state: State, is_trial: bool) -> Subscription {
    Subscription {
        tenant_id: TENANT,
        subscription_id: id.to_owned(),
        sku_id: SKU,
        seats,
        state,
        is_trial,
        seller: Seller::Own,
        ends_on: None,
        renews_on: None,
        term: None,
        auto_renew: None,
        snapshot_day: day(20),
    }
}

/// Day 28.
pub fn day_of_one_product() -> DayTables {
    let usage = |workload: &str, active: i64, current: i64, moved: i64, over_assigned: i64| Usage {
        tenant_id: TENANT,
        sku_id: SKU,
        workload: workload.to_owned(),
        entitlements_total: Some(2),
        entitlements_active: active,
        active_current: current,
        active_moved: moved,
        active_switched: 0,
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: over_assigned,
        usage_ratio: Some(active as f64 / 2.0),
        usage_ratio_adjusted: Some(current as f64 / 2.0),
    };
    let workload = |workload: &str, active: i64, users_active: i64| WorkloadAdoption {
        tenant_id: TENANT,
        workload: workload.to_owned(),
        entitlements_total: Some(2),
        entitlements_active: active,
        active_unlicensed: 0,
        usage_ratio: Some(active as f64 / 2.0),
        usage_ratio_licensed: Some(active as f64 / 2.0),
        users_entitled: 3,
        users_active,
        users_ratio: Some(users_active as f64 / 3.0),
    };
    DayTables {
        day: day(28),
        activity_daily: frame(&[daily("a", "exchange"), daily("a", "teams"), daily("c", "exchange")]),
        activity_28d: frame(&windows()),
        subscriptions: vec![subscription("one", 2, State::Active, false)],
        usage: vec![usage("exchange", 4, 2, 1, 1), usage("teams", 1, 1, 0, 0)],
        adoption: vec![Adoption {
            tenant_id: TENANT,
            sku_id: SKU,
            seats_sold: Some(2),
            seats_sold_own: Some(2),
            seats_trial: Some(0),
            seats_lapsed: Some(0),
            seats_assigned: 3,
            seats_assigned_disabled: 0,
            seats_unassigned: Some(0),
            users_waiting: 0,
            deployment_ratio: Some(1.5),
            seats_assigned_own_prorated: Some(3.0),
            entitlements_total: Some(2),
            entitlements_active: 4,
            active_current: 2,
            active_moved: 1,
            active_switched: 0,
            active_lapsed: 0,
            active_trial: 0,
            active_over_assigned: 1,
            usage_ratio: Some(2.0),
            usage_ratio_adjusted: Some(1.0),
            in_scope: true,
            scope_reason: None,
            window_days_covered: 28,
            activity_source: Some(ActivitySource::Logs),
            window_complete: true,
            seats_snapshot_day: Some(day(20)),
        }],
        workload_adoption: vec![workload("exchange", 4, 3), workload("teams", 1, 1)],
        customer_adoption: vec![CustomerAdoption {
            tenant_id: TENANT,
            users_entitled: 3,
            users_active: 3,
            users_ratio: Some(1.0),
            seats_sold: Some(2),
            seats_assigned: 3,
            products: 1,
            subscriptions_age_days: Some(8),
            holdings_age_days: None,
        }],
        spend: Vec::new(),
        next_steps: next_steps(),
    }
}

/// A step about the product.
pub fn next_step(code: StepCode, evidence: Evidence, language: Language) -> NextStep {
    NextStep {
        tenant_id: TENANT,
        sku_id: Some(SKU),
        workload: None,
        code,
        seats_concerned: evidence.seats_concerned(),
        money_per_month: None,
        currency: None,
        cause: advice::cause(language, code, &evidence),
        strategies: advice::strategies(language, code, &evidence),
        evidence: evidence.text(),
    }
}

/// Four users on two entitlements, one of them moved and one over-assigned. All seats are assigned.
fn next_steps() -> Vec<NextStep> {
    let used = |seats_concerned: i64| {
        Evidence::of(
            seats_concerned,
            [
                ("entitlements_active", 4.into()),
                ("entitlements_total", 2.into()),
                ("usage_ratio", 2.0.into()),
            ],
        )
    };
    let overuse = used(2).with([("active_moved", 1.into()), ("active_over_assigned", 1.into())]);
    vec![next_step(StepCode::Overuse, overuse, Language::English)]
}

/// Returns the violations that a check finds after a change of that day.
pub fn broken(change: impl FnOnce(&mut DayTables), check: impl FnOnce(&DayTables, &mut Violations)) -> Vec<String> {
    let mut tables = day_of_one_product();
    change(&mut tables);
    let mut violations = Violations::of(tables.day);
    check(&tables, &mut violations);
    violations.shown().to_vec()
}

/// Returns the violations under the settings after a change of the settings and of that day.
pub fn check_with(change: impl FnOnce(&mut Rules, &mut DayTables)) -> Vec<String> {
    let mut rules = rules();
    let mut tables = day_of_one_product();
    change(&mut rules, &mut tables);
    let known = CheckInputs {
        rules: &rules,
        products: &Products::of(&rules),
        assignments: &assignments(),
        accounts: &[],
        first_activity: &[],
        coverage: &coverage(),
        daily_users: &daily_users(),
    };
    let mut violations = Violations::of(tables.day);
    check_under_rules(&tables, &known, &mut violations).unwrap();
    violations.shown().to_vec()
}

/// Asserts that there are violations and that they contain all of these words.
#[track_caller]
pub fn says(violations: &[String], words: &[&str]) {
    let text = violations.join("\n");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}
