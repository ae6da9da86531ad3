//! Computes every table, day by day, with the other files of this room.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::rules::Rules;
use crate::domain::window;

use super::accounts::Accounts;
use super::activity::{self, TenantActivity};
use super::assignments::{self, AllAssignments};
use super::inputs::{CustomerRow, Inputs};
use super::money;
use super::names::KnownNames;
use super::next_steps::{self, Advisor};
use super::portfolio;
use super::seat_outcomes;
use super::snapshots::{self, list_days};
use super::subscriptions::{self, InForce};
use super::tables::{ActivityDailyKey, AdoptionKey, Assignments, AssignmentsKey, CustomerAdoptionKey, SubscriptionsKey, Tables};
use super::tables::{UsageKey, WorkloadAdoptionKey};
use super::usage::TenantDay;

/// Tables begin at most this many days before the earliest day in a path.
const DAYS_BEFORE_PATHS: i32 = 35;

/// Returns the first day of the tables if the pipeline file gives none: the first day with a
/// sign-in (also one that failed) or a subscription snapshot, but at most 35 days before the
/// earliest day in a path, and not before 2010. `None` if there is neither.
pub fn first_day(inputs: &Inputs, earliest_path_day: Option<Day>) -> Option<Day> {
    let sign_ins = inputs
        .activity
        .iter()
        .filter(|row| ![Evidence::Action, Evidence::Report].contains(&row.evidence))
        .map(|row| row.day);
    let pages = inputs.subscription_pages.iter().map(|&(_, _, day)| day);
    let subscriptions = inputs.subscriptions.iter().map(|row| row.day);
    let first = sign_ins.chain(pages).chain(subscriptions).min()?;
    let limit = earliest_path_day.map(|day| day.plus(-DAYS_BEFORE_PATHS));
    let of_2010 = Day::parse("2010-01-01")?;
    Some(limit.map_or(first, |limit| first.max(limit)).max(of_2010))
}

/// Computes every table for each day from `first` to `last`, both included. Evidence of other days
/// counts, before and after.
pub fn compute(inputs: &Inputs, rules: &Rules, first: Day, last: Day) -> Tables {
    let known = KnownNames::of(inputs, rules);
    let inputs = &known.joined(inputs);
    let events = activity::events(inputs, rules);
    let activity = activity::by_tenant(&events, &known);
    let (assigned, contradictions) = assignments::assignments(inputs, rules);
    let snapshots = subscriptions::snapshots(inputs);
    let lists = list_days(inputs);
    let holdings = snapshots::holdings(inputs);
    let requests = next_steps::requests(inputs, rules);
    let left = left_on(inputs);
    let with_licenses = assigned.keys().chain(snapshots.keys()).chain(lists.keys());
    let tenants: BTreeSet<Guid> = activity.keys().chain(with_licenses).copied().collect();

    let mut tables = Tables {
        activity_events: events,
        contradictions,
        ..Tables::default()
    };
    add_assignments(&mut tables, &assigned);
    let (no_activity, no_assignments) = (TenantActivity::default(), BTreeMap::new());
    let no_holdings = BTreeMap::new();
    for day in first.to(last) {
        for &tenant in &tenants {
            let activity = activity.get(&tenant).unwrap_or(&no_activity);
            let assignments = assigned.get(&tenant).unwrap_or(&no_assignments);
            let in_force = subscriptions::in_force(&snapshots, tenant, day, rules);
            add_activity(&mut tables, tenant, day, activity, rules);
            add_subscriptions(&mut tables, tenant, day, in_force.as_ref());
            let accounts = Accounts {
                day,
                snapshots: holdings.get(&tenant).unwrap_or(&no_holdings),
                assignments,
            };
            let facts = TenantDay {
                day,
                tenant,
                left_on: left.get(&tenant).copied(),
                rules,
                activity,
                assignments,
                accounts: &accounts,
                in_force: in_force.as_ref(),
                list_of_users: lists.get(&tenant).and_then(|days| days.range(..=day).next_back().copied()),
            };
            add_usage(&mut tables, tenant, &facts);
            if seat_outcomes::is_published(day, last) {
                seat_outcomes::add(&mut tables, tenant, &facts);
            }
            let advisor = Advisor {
                tenant,
                facts: &facts,
                snapshots: &snapshots,
                requests: &requests,
                known_since: window::first_day(first),
            };
            advisor.add(&mut tables);
        }
        portfolio::add(&mut tables, day);
    }
    tables
}

/// Computes the portfolio of each day from `first` to `last` from the rows of all customers.
pub fn sum_portfolio(tables: &mut Tables, first: Day, last: Day) {
    first.to(last).for_each(|day| portfolio::add(tables, day));
}

/// When customers left. Of several entries of a customer the last by (received, file, line) counts.
fn left_on(inputs: &Inputs) -> BTreeMap<Guid, Day> {
    let mut rows: Vec<&CustomerRow> = inputs.customers.iter().collect();
    rows.sort_by_key(|row| (row.origin.received, row.origin.source_file.clone(), row.origin.source_line));
    let last: BTreeMap<Guid, Option<Day>> = rows.into_iter().map(|row| (row.tenant_id, row.left_on)).collect();
    last.into_iter().filter_map(|(tenant, left_on)| Some((tenant, left_on?))).collect()
}

fn add_assignments(tables: &mut Tables, assigned: &AllAssignments) {
    for (&tenant_id, users) in assigned {
        for (user_id, skus) in users {
            for (&sku_id, intervals) in skus {
                for interval in intervals {
                    let key = AssignmentsKey {
                        tenant_id,
                        user_id: user_id.clone(),
                        sku_id,
                        assigned_day: interval.assigned_day,
                    };
                    let row = Assignments {
                        removed_day: interval.removed_day,
                        source: interval.source,
                    };
                    tables.assignments.insert(key, row);
                }
            }
        }
    }
}

fn add_activity(tables: &mut Tables, tenant_id: Guid, day: Day, activity: &TenantActivity, rules: &Rules) {
    for (user_id, workloads) in &activity.users {
        for (workload, days) in workloads {
            let key = ActivityDailyKey {
                day,
                tenant_id,
                user_id: user_id.clone(),
                workload: workload.clone(),
            };
            if let Some(row) = days.get(&day) {
                tables.activity_daily.insert(key.clone(), row.clone());
            }
            if let Some(row) = activity::in_window(days, day, rules) {
                tables.activity_28d.insert(key, row);
            }
        }
    }
}

fn add_subscriptions(tables: &mut Tables, tenant_id: Guid, day: Day, in_force: Option<&InForce>) {
    for (subscription_id, row) in in_force.into_iter().flat_map(|snapshot| &snapshot.listed) {
        let key = SubscriptionsKey {
            day,
            tenant_id,
            subscription_id: subscription_id.clone(),
        };
        tables.subscriptions.insert(key, row.clone());
    }
}

fn add_usage(tables: &mut Tables, tenant_id: Guid, facts: &TenantDay<'_>) {
    let day = facts.day;
    let mut workloads: BTreeSet<&str> = facts.rules.unlicensed_use.iter().map(String::as_str).collect();
    let mut skus_in_scope = BTreeSet::new();
    let mut products = Vec::new();
    for sku_id in facts.skus() {
        let Some(adoption) = facts.adoption(sku_id) else { continue };
        for workload in facts.rules.catalogue.workloads_of(sku_id) {
            let key = UsageKey {
                day,
                tenant_id,
                sku_id,
                workload: workload.to_owned(),
            };
            tables.usage.insert(key, facts.usage(sku_id, workload));
            workloads.insert(workload);
        }
        if adoption.in_scope {
            skus_in_scope.insert(sku_id);
        }
        money::add(tables, tenant_id, sku_id, facts, &adoption);
        products.push((sku_id, adoption.clone()));
        tables.adoption.insert(AdoptionKey { day, tenant_id, sku_id }, adoption);
    }
    if let Some(row) = facts.customer_adoption(&products) {
        tables.customer_adoption.insert(CustomerAdoptionKey { day, tenant_id }, row);
    }
    for workload in workloads {
        if let Some(row) = facts.workload_adoption(workload, &skus_in_scope) {
            let key = WorkloadAdoptionKey {
                day,
                tenant_id,
                workload: workload.to_owned(),
            };
            tables.workload_adoption.insert(key, row);
        }
    }
}
