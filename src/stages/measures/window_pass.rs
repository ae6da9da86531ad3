//! The pass over the days that computes `usage`, `adoption`, `workload_adoption` and
//! `customer_adoption`.
//!
//! Every (tenant, SKU, user) has a pattern of the days of the window on which the user held the
//! SKU. Every (tenant, user, workload) has a pattern of the active days. A user is in A if the two
//! have a bit in common. Both patterns are carried forward from day to day, so a range of N days
//! takes one pass over N + 27 days.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::domain::rules::Rules;
use crate::domain::window;
use crate::stages::activity::activity_coverage::CoveredDays;
use crate::stages::activity::first_activity::{FirstActivity, UserCursor};
use crate::stages::activity::window_facts::{DailyFacts, Entity, Marks, Windows, marks};
use crate::stages::licenses::account_states::{AccountSpan, is_disabled, places_of_user, waiting_by_sku};
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::Timeline;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::current_holdings::{CurrentHoldings, EntitledUsers};
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::idle_seats::IdleSeats;
use crate::stages::measures::seats::{adoption_row, seats_by_sku, usage_row};
use crate::stages::measures::usage::{ActiveUsers, Usage};
use crate::stages::measures::workload_adoption::WorkloadAdoption;

/// The days on which each tenant has any event, and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// The tenants of each day of the range and of the 27 days before it.
    pub days: BTreeMap<Day, Vec<(Guid, ActivitySource)>>,
    /// The first day of each tenant.
    pub first: BTreeMap<Guid, Day>,
}

/// The rows of one day.
#[derive(Debug, Default, PartialEq)]
pub struct DayOfUse {
    pub usage: Vec<Usage>,
    pub adoption: Vec<Adoption>,
    /// For each row of `adoption`, the assigned seats that can be taken back.
    pub idle: Vec<IdleSeats>,
    /// For each row of `adoption`, the people who have another product that contains this one.
    pub overlaps: Vec<Overlap>,
    pub workload_adoption: Vec<WorkloadAdoption>,
    pub customer_adoption: Vec<CustomerAdoption>,
}

/// The people who have a product and another one that contains it: that has all of its workloads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    pub users: i64,
    /// The other products.
    pub beside: BTreeSet<Guid>,
}

/// A user who held a SKU at some time.
struct Holder {
    /// The user's assignments of the SKU that have not ended yet, earliest first.
    intervals: std::ops::Range<usize>,
    /// For each workload that the SKU is bought for, the user's entity, if there is any activity.
    entities: Vec<Option<u32>>,
    /// The user's entities in the workloads that the SKU brings along.
    along: Vec<u32>,
    /// The user's first active day in any of them.
    first_active: Option<Day>,
    /// The number of the user and the SKU in the current holdings.
    holding: u32,
    /// Where the spans of the user's account are.
    account: std::ops::Range<usize>,
    held: u32,
    has: bool,
    /// Whether the user has the SKU, and it is in scope on the day.
    counts: bool,
}

/// A SKU that somebody in the tenant held at some time.
struct Group {
    sku: Guid,
    /// The number of the customer's SKU.
    number: u32,
    /// The number of the SKU in the current holdings.
    product: u32,
    holders: Vec<Holder>,
}

/// The holders and the activity of a tenant in the range.
#[derive(Default)]
pub(super) struct TenantPass {
    groups: Vec<Group>,
    /// The range of the tenant's entities in the facts.
    pub(super) entities: std::ops::Range<usize>,
    pub(super) entitled: EntitledUsers,
    covered: CoveredDays,
}

/// The pass over the days of a range, for all tenants of a shard.
pub struct Pass<'a> {
    pub(super) facts: &'a DailyFacts,
    assignments: &'a [Assignment],
    pub(super) timeline: &'a Timeline,
    accounts: &'a [AccountSpan],
    coverage: &'a Coverage,
    pub(super) rules: &'a Rules,
    /// The marks that make a day active.
    pub(super) chosen: Marks,
    customers: BTreeMap<Guid, TenantPass>,
    pub(super) holdings: CurrentHoldings<'a>,
    pub(super) windows: Windows,
    /// For each entity, the days on which the user held a product with the workload:
    /// `held_in_scope` for products in scope that are bought for it, `held` for all, also those that
    /// bring it along.
    pub(super) held_in_scope: Vec<u32>,
    pub(super) held: Vec<u32>,
}

impl<'a> Pass<'a> {
    /// Prepares the pass for days from `first` on. `assignments`, `accounts` and `first_activity` are
    /// sorted by key.
    pub fn new(
        facts: &'a DailyFacts,
        (assignments, accounts): (&'a [Assignment], &'a [AccountSpan]),
        first_activity: &[FirstActivity],
        timeline: &'a Timeline,
        coverage: &'a Coverage,
        rules: &'a Rules,
        first: Day,
    ) -> Pass<'a> {
        let begin = window::first_day(first);
        let mut customers: BTreeMap<Guid, TenantPass> = BTreeMap::new();
        let mut groups: BTreeMap<(Guid, Guid), Group> = BTreeMap::new();
        let mut holdings = CurrentHoldings::new(rules, facts.entities.len());
        let mut latest: Option<(Guid, &str)> = None;
        let (mut start, mut account) = (0, 0..0);
        let mut users = UserCursor::new(first_activity);
        for same in assignments.chunk_by(|a, b| (a.tenant_id, &a.user_id, a.sku_id) == (b.tenant_id, &b.user_id, b.sku_id)) {
            let range = start..start + same.len();
            start = range.end;
            if same
                .iter()
                .all(|assignment| assignment.removed_day.is_some_and(|removed| removed < begin))
            {
                continue;
            }
            let key = (same[0].tenant_id, same[0].sku_id);
            let product = holdings.product_number(key.1);
            let next = groups.len() as u32;
            let group = groups.entry(key).or_insert_with(|| Group {
                sku: key.1,
                number: next,
                product,
                holders: Vec::new(),
            });
            let user = same[0].user_id.as_str();
            if latest.replace((key.0, user)) != Some((key.0, user)) {
                holdings.begin_user();
                account = places_of_user(accounts, key.0, user);
            }
            let holding = holdings.add(product, group.number);
            let along = rules.catalogue.along_with(key.1);
            let workloads = &holdings.product(product).workloads;
            let of_group = |row: &&FirstActivity| workloads.contains(&row.workload.as_str());
            group.holders.push(Holder {
                intervals: range,
                holding,
                account: account.clone(),
                entities: workloads.iter().map(|workload| find_entity(facts, key.0, user, workload)).collect(),
                along: along.filter_map(|workload| find_entity(facts, key.0, user, workload)).collect(),
                first_active: users.of(key.0, user).iter().filter(of_group).map(|row| row.first_day).min(),
                held: 0,
                has: false,
                counts: false,
            });
        }
        for ((tenant, _), group) in groups {
            customers.entry(tenant).or_default().groups.push(group);
        }
        for tenant in timeline.tenants().chain(timeline.holdings().map(|(tenant, _)| tenant)) {
            customers.entry(tenant).or_default();
        }
        for (index, tenant) in facts.tenants.iter().enumerate() {
            let index = index as u32;
            let start = facts.entities.partition_point(|entity| entity.tenant < index);
            let end = facts.entities.partition_point(|entity| entity.tenant <= index);
            customers.entry(*tenant).or_default().entities = start..end;
        }
        let entities = facts.entities.len();
        let windows = Windows::before(begin, facts);
        Pass {
            facts,
            assignments,
            accounts,
            timeline,
            coverage,
            rules,
            chosen: marks(&rules.evidence),
            customers,
            holdings,
            windows,
            held_in_scope: vec![0; entities],
            held: vec![0; entities],
        }
    }

    /// Moves every pattern on to `day`. Call it for one day after the other.
    pub fn advance(&mut self, day: Day) {
        let rows = self
            .facts
            .days
            .binary_search_by_key(&day, |(day, _)| *day)
            .map_or(&[][..], |at| &self.facts.days[at].1);
        self.windows.advance(day, rows);
        let covered = self.coverage.days.get(&day).map_or(&[][..], Vec::as_slice);
        self.held.fill(0);
        self.held_in_scope.fill(0);
        for (tenant, customer) in &mut self.customers {
            let found = covered.binary_search_by_key(tenant, |(tenant, _)| *tenant);
            customer.covered.advance(found.ok().map(|at| covered[at].1));
            for group in &mut customer.groups {
                let in_scope =
                    self.holdings.product(group.product).in_scope && self.rules.exceptions.of_product(*tenant, group.sku, day).is_none();
                for holder in &mut group.holders {
                    let had = holder.has;
                    holder.advance(day, self.assignments);
                    let counts = holder.has && in_scope;
                    if holder.has != had || counts != holder.counts {
                        holder.counts = counts;
                        self.holdings
                            .change(holder.holding, (holder.has, counts), &holder.entities, &mut customer.entitled);
                    }
                    for entity in holder.entities.iter().flatten() {
                        self.held[*entity as usize] |= holder.held;
                        if in_scope {
                            self.held_in_scope[*entity as usize] |= holder.held;
                        }
                    }
                    for entity in &holder.along {
                        self.held[*entity as usize] |= holder.held;
                    }
                }
            }
        }
    }

    /// Returns the rows of the current day.
    pub fn rows(&self, day: Day) -> DayOfUse {
        let mut result = DayOfUse::default();
        for (tenant, customer) in &self.customers {
            self.customer_rows(*tenant, customer, day, &mut result);
        }
        result
    }

    fn customer_rows(&self, tenant: Guid, customer: &TenantPass, day: Day, result: &mut DayOfUse) {
        let first_row = result.adoption.len();
        let in_force = self.timeline.on(tenant, day);
        let seats = in_force.map(|in_force| seats_by_sku(in_force, self.rules));
        let listed: BTreeSet<Guid> = seats.iter().flat_map(|seats| seats.keys().copied()).collect();
        let mut entitled: BTreeMap<&str, Option<i64>> = BTreeMap::new();
        let skus: BTreeSet<Guid> = customer
            .groups
            .iter()
            .map(|group| group.sku)
            .chain(listed.iter().copied())
            .collect();
        let waiting = waiting_by_sku(self.accounts, tenant, day);
        let mut groups = customer.groups.iter().peekable();
        for sku in skus {
            let group = groups.next_if(|group| group.sku == sku);
            let holders = group.map_or(&[][..], |group| &group.holders);
            let assigned = holders.iter().filter(|holder| holder.has).count() as i64;
            let any = group.map_or_else(ActiveUsers::default, |group| self.count(group, None));
            if !listed.contains(&sku) && assigned == 0 && any.active == 0 {
                continue;
            }
            let seats = seats.as_ref().map(|seats| seats.get(&sku).copied().unwrap_or_default());
            let workloads: Vec<&str> = self.rules.catalogue.workloads_of(sku).collect();
            let reason = self.rules.out_of_scope(tenant, sku, day);
            for (slot, workload) in workloads.iter().enumerate() {
                let total = seats.map(|seats| seats.entitled);
                let users = group.map_or_else(ActiveUsers::default, |group| self.count(group, Some(slot)));
                result
                    .usage
                    .push(usage_row(tenant, sku, workload, users, total, seats.unwrap_or_default()));
                if reason.is_none() {
                    let sum = entitled.entry(workload).or_insert(in_force.map(|_| 0));
                    *sum = sum.zip(total).map(|(sum, total)| sum + total);
                }
            }
            let total = seats.map(|seats| if workloads.is_empty() { 0 } else { seats.entitled });
            let mut row = adoption_row(tenant, sku, assigned, any, total, seats);
            row.in_scope = reason.is_none();
            row.scope_reason = reason.map(str::to_owned);
            row.window_days_covered = customer.covered.count();
            row.activity_source = customer.covered.source();
            row.window_complete = self
                .coverage
                .first
                .get(&tenant)
                .is_some_and(|first| *first <= window::first_day(day));
            row.seats_snapshot_day = in_force.map(|in_force| in_force.snapshot_day);
            let idle = self.idle(holders, day);
            row.seats_assigned_disabled = idle.disabled;
            row.users_waiting = waiting.get(&sku).copied().unwrap_or(0);
            result.adoption.push(row);
            result.idle.push(idle);
            result
                .overlaps
                .push(group.map_or_else(Overlap::default, |group| self.overlap(group)));
        }
        let active = self.active_people(customer);
        if self.rules.exceptions.of_customer(tenant, day).is_none() {
            let workloads = self.workload_rows(tenant, customer, &active, &entitled, in_force.is_some());
            result.workload_adoption.extend(workloads);
        }
        let adoption = &result.adoption[first_row..];
        let row = self.customer_row(tenant, customer, &active, adoption, day);
        result.customer_adoption.extend(row);
    }

    /// Counts A, C and who was switched, of a SKU's holders in one workload (`slot` is its index
    /// among the SKU's) or in any.
    fn count(&self, group: &Group, slot: Option<usize>) -> ActiveUsers {
        let mut users = ActiveUsers::default();
        for holder in &group.holders {
            if self.is_active(holder, slot) {
                users.active += 1;
                users.holders += i64::from(holder.has);
                let is_switched = !holder.has && self.holdings.has_another(holder.holding, slot);
                users.switched += i64::from(is_switched);
            }
        }
        users
    }

    fn is_active(&self, holder: &Holder, slot: Option<usize>) -> bool {
        let slots = slot.map_or(0..holder.entities.len(), |slot| slot..slot + 1);
        let active = holder.entities[slots]
            .iter()
            .flatten()
            .fold(0, |bits, &entity| bits | self.windows.active(entity as usize, self.chosen));
        active & holder.held != 0
    }

    fn overlap(&self, group: &Group) -> Overlap {
        let users = self.holdings.users_overlapping(group.number);
        let holders = if users > 0 { &group.holders[..] } else { &[] };
        let beside = holders.iter().flat_map(|holder| self.holdings.skus_beside(holder.holding));
        Overlap {
            users,
            beside: beside.collect(),
        }
    }

    /// Counts the holders who have the SKU, and whose account is disabled or who were not active
    /// while holding it.
    fn idle(&self, holders: &[Holder], day: Day) -> IdleSeats {
        let mut idle = IdleSeats::default();
        for holder in holders.iter().filter(|holder| holder.has) {
            if is_disabled(&self.accounts[holder.account.clone()], day) {
                idle.add_disabled();
                continue;
            }
            if self.is_active(holder, None) {
                continue;
            }
            let assigned = self.assignments[holder.intervals.start].assigned_day;
            idle.add(day, self.rules.thresholds.grace_days, assigned, holder.first_active);
        }
        idle
    }
}

impl Holder {
    fn advance(&mut self, day: Day, assignments: &[Assignment]) {
        let over = |assignment: &Assignment| assignment.removed_day.is_some_and(|removed| removed < day);
        while !self.intervals.is_empty() && over(&assignments[self.intervals.start]) {
            self.intervals.start += 1;
        }
        let current = assignments[self.intervals.clone()].first();
        self.held = window::next(self.held, current.is_some_and(|assignment| assignment.held(day)));
        self.has = current.is_some_and(|assignment| assignment.has(day));
    }
}

/// Returns the entity of a user in a workload, or `None` if there is no activity.
fn find_entity(facts: &DailyFacts, tenant: Guid, user: &str, workload: &str) -> Option<u32> {
    let tenant = facts.tenants.binary_search(&tenant).ok()? as u32;
    let user = facts.users.binary_search_by(|name| name.as_str().cmp(user)).ok()? as u32;
    let workload = facts.workloads.binary_search_by(|name| name.as_str().cmp(workload)).ok()? as u32;
    facts
        .entities
        .binary_search(&Entity { tenant, user, workload })
        .ok()
        .map(|entity| entity as u32)
}
