//! Counts users a second time: who has a SKU at the end of the day, and who was active while
//! holding it. It uses only `activity_28d`, `assignments` and `account_states` of one day, not the pass over the days
//! that made `usage` and `adoption`.

use arrow::array::AsArray;
use arrow::datatypes::UInt32Type;
use arrow::record_batch::RecordBatch;
use rustc_hash::FxHashMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window::{self, WINDOW_MASK};
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::first_activity::UserCursor;
use crate::stages::checks::activity::UserRows;
use crate::stages::checks::inputs::CheckInputs;
use crate::stages::licenses::account_states::{AccountCursor, is_disabled};
use crate::stages::licenses::assignments::Assignment;
use crate::stages::measures::idle_seats::IdleSeats;
use crate::stages::measures::usage::ActiveUsers;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{bad_cell, column_of};

/// The users of a customer's SKU.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ProductUsers {
    pub assigned: i64,
    /// Users of any of its workloads.
    pub any: ActiveUsers,
    /// Users of each of its workloads, in the order of the catalogue.
    pub workloads: Vec<ActiveUsers>,
    /// Users who have it, and whose account is disabled or who were not active while holding it.
    pub idle: IdleSeats,
    /// Users who have another SKU in scope that has all of its workloads.
    pub overlapping: i64,
}

/// The users of a customer's workload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct WorkloadUsers {
    /// Active while holding a SKU in scope that has the workload.
    pub licensed: i64,
    /// Active, and held no SKU with the workload on any of these days. Guests are included.
    pub without_license: i64,
    /// Have a SKU in scope that has the workload, and those of them who are active.
    pub entitled: i64,
    pub active: i64,
}

/// The users of a customer with a SKU in scope, and those of them who are active in a workload of
/// such a SKU.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct CustomerUsers {
    pub entitled: i64,
    pub active: i64,
}

/// The users of a shard's day.
#[derive(Default)]
pub(super) struct Recount<'a> {
    pub products: FxHashMap<(Guid, Guid), ProductUsers>,
    pub workloads: FxHashMap<(Guid, &'a str), WorkloadUsers>,
    pub customers: FxHashMap<Guid, CustomerUsers>,
    /// The workloads of the SKUs in scope that the current user has.
    entitled: Vec<&'a str>,
}

/// One workload of the current user.
struct Active<'a> {
    workload: &'a str,
    bits: u32,
    /// The days on which the user held a SKU with it: one in scope that is bought for it, and any.
    held_in_scope: u32,
    held: u32,
}

impl<'a> Recount<'a> {
    /// Counts one day. Both inputs are sorted by customer and user, so one loop walks over both.
    pub fn of(day: Day, activity: &'a RecordBatch, known: &CheckInputs<'a>) -> Result<Recount<'a>, WarehouseError> {
        let rows = UserRows::of(activity, &ACTIVITY_28D)?;
        let bits = column_of(activity, &ACTIVITY_28D, "active_bits")?.as_primitive::<UInt32Type>();
        let mut recount = Recount::default();
        let mut users = known
            .assignments
            .chunk_by(|a, b| (a.tenant_id, &a.user_id) == (b.tenant_id, &b.user_id))
            .peekable();
        let mut cursors = (UserCursor::new(known.first_activity), AccountCursor::new(known.accounts));
        let mut tenant = (Guid(0), "");
        let mut at = 0;
        let mut active: Vec<Active<'a>> = Vec::new();
        while at < rows.len() {
            if rows.tenants.value(at) != tenant.1 {
                let text = rows.tenants.value(at);
                let id = Guid::parse(text.as_bytes()).ok_or_else(|| bad_cell(&ACTIVITY_28D, "tenant_id", at))?;
                tenant = (id, text);
            }
            let user = rows.users.value(at);
            active.clear();
            while at < rows.len() && rows.users.value(at) == user && rows.tenants.value(at) == tenant.1 {
                active.push(Active {
                    workload: rows.workloads.value(at),
                    bits: bits.value(at),
                    held_in_scope: 0,
                    held: 0,
                });
                at += 1;
            }
            let key = |assignments: &[Assignment]| (assignments[0].tenant_id, assignments[0].user_id.as_str()).cmp(&(tenant.0, user));
            while let Some(assignments) = users.next_if(|assignments| key(assignments).is_lt()) {
                recount.user(day, assignments, &mut [], &mut cursors, known);
            }
            if let Some(assignments) = users.next_if(|assignments| key(assignments).is_eq()) {
                recount.user(day, assignments, &mut active, &mut cursors, known);
            }
            recount.workloads_of(tenant.0, &active);
        }
        users.for_each(|assignments| recount.user(day, assignments, &mut [], &mut cursors, known));
        Ok(recount)
    }

    /// Counts a user who held something at some time.
    fn user(
        &mut self,
        day: Day,
        assignments: &[Assignment],
        active: &mut [Active<'_>],
        (firsts, accounts): &mut (UserCursor<'_>, AccountCursor<'_>),
        known: &CheckInputs<'a>,
    ) {
        self.entitled.clear();
        let mut has_any = false;
        let (tenant, user) = (assignments[0].tenant_id, assignments[0].user_id.as_str());
        let firsts = firsts.of(tenant, user);
        let is_disabled = is_disabled(accounts.of(tenant, user), day);
        for same in assignments.chunk_by(|a, b| a.sku_id == b.sku_id) {
            let held = same.iter().fold(0, |bits, assignment| bits | held_bits(assignment, day));
            if held == 0 {
                continue;
            }
            let open = same.iter().find(|assignment| assignment.has(day));
            let has = i64::from(open.is_some());
            let workloads = known.products.workloads(same[0].sku_id);
            let in_scope = known.rules.out_of_scope(same[0].tenant_id, same[0].sku_id, day).is_none();
            // Whether the user has another SKU with one of these workloads.
            let has_another = |wanted: &[&str]| {
                let others = assignments.iter().filter(|other| other.sku_id != same[0].sku_id && other.has(day));
                let mut offered = others.flat_map(|other| known.products.workloads(other.sku_id));
                offered.any(|workload| wanted.contains(workload))
            };
            // Whether the user has another SKU in scope that has all of its workloads, and more or a
            // smaller id.
            let is_contained = || {
                let others = assignments.iter().filter(|other| other.sku_id != same[0].sku_id && other.has(day));
                let mut others = others.filter(|other| known.rules.out_of_scope(other.tenant_id, other.sku_id, day).is_none());
                others.any(|other| {
                    let larger = known.products.workloads(other.sku_id);
                    let has_all = workloads.iter().all(|workload| larger.contains(workload));
                    has_all && (larger.len() > workloads.len() || other.sku_id < same[0].sku_id)
                })
            };
            let product = self
                .products
                .entry((same[0].tenant_id, same[0].sku_id))
                .or_insert_with(|| ProductUsers {
                    workloads: vec![ActiveUsers::default(); workloads.len()],
                    ..ProductUsers::default()
                });
            product.assigned += has;
            if open.is_some() && in_scope {
                has_any = true;
                product.overlapping += i64::from(!workloads.is_empty() && is_contained());
                for workload in workloads {
                    if !self.entitled.contains(workload) {
                        self.entitled.push(workload);
                    }
                }
            }
            let along = known.products.along(same[0].sku_id);
            active
                .iter_mut()
                .filter(|found| along.contains(&found.workload))
                .for_each(|found| found.held |= held);
            let mut in_any = false;
            for (workload, users) in workloads.iter().zip(&mut product.workloads) {
                let Some(found) = active.iter_mut().find(|found| found.workload == *workload) else {
                    continue;
                };
                found.held |= held;
                found.held_in_scope |= if in_scope { held } else { 0 };
                if found.bits & held != 0 {
                    users.active += 1;
                    users.holders += has;
                    users.switched += i64::from(has == 0 && has_another(&[*workload]));
                    in_any = true;
                }
            }
            if in_any {
                product.any.active += 1;
                product.any.holders += has;
                product.any.switched += i64::from(has == 0 && has_another(workloads));
            }
            if is_disabled {
                product.idle.disabled += has;
            } else if let Some(open) = open.filter(|_| !in_any) {
                let in_product = firsts.iter().filter(|row| workloads.contains(&row.workload.as_str()));
                let first = in_product.map(|row| row.first_day).min();
                product.idle.add(day, known.rules.thresholds.grace_days, open.assigned_day, first);
            }
        }
        if has_any {
            self.entitled_user(assignments[0].tenant_id, active);
        }
    }

    /// Counts a user who has a SKU in scope at the end of the day.
    fn entitled_user(&mut self, tenant: Guid, active: &[Active<'_>]) {
        let is_active = |workload: &str| active.iter().any(|found| found.workload == workload && found.bits != 0);
        let mut in_any = false;
        for workload in &self.entitled {
            let works = is_active(workload);
            in_any |= works;
            let users = self.workloads.entry((tenant, workload)).or_default();
            users.entitled += 1;
            users.active += i64::from(works);
        }
        let users = self.customers.entry(tenant).or_default();
        users.entitled += 1;
        users.active += i64::from(in_any);
    }

    fn workloads_of(&mut self, tenant: Guid, active: &[Active<'a>]) {
        for found in active.iter().filter(|found| found.bits != 0) {
            let users = self.workloads.entry((tenant, found.workload)).or_default();
            users.licensed += i64::from(found.bits & found.held_in_scope != 0);
            users.without_license += i64::from(found.bits & found.held == 0);
        }
    }
}

/// Returns the days of the window of `day` on which an assignment was held, as a pattern.
fn held_bits(assignment: &Assignment, day: Day) -> u32 {
    let begin = window::first_day(day);
    let first = assignment.assigned_day.map_or(begin, |assigned| assigned.max(begin));
    let last = assignment.removed_day.map_or(day, |removed| removed.min(day));
    if first > last {
        return 0;
    }
    // The bits from the age of the last day to the age of the first day.
    (WINDOW_MASK >> (first.0 - begin.0)) & (WINDOW_MASK << (day.0 - last.0)) & WINDOW_MASK
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::checks::testing::{assignment, day};

    #[test]
    fn the_days_of_a_holding_are_bits_of_the_window() {
        let on = |from: Option<i32>, to: Option<i32>| held_bits(&assignment("u", 1, from, to), day(28));
        assert_eq!(on(None, None), WINDOW_MASK);
        assert_eq!(on(Some(28), None), 1);
        assert_eq!(on(Some(29), None), 0);
        assert_eq!(on(None, Some(0)), 0);
        assert_eq!(on(None, Some(1)), 1 << 27);
        assert_eq!(on(Some(26), Some(27)), 0b110);
        assert_eq!(on(Some(28), Some(28)), 1);
    }
}
