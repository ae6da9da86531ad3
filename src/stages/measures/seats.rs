//! The seats of each SKU in the snapshot in force, and the rows of `usage` and `adoption` that
//! follow from seats and users.

use std::collections::BTreeMap;

use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::domain::subscription::Seller;
use crate::stages::licenses::subscriptions::InForce;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::usage::{ActiveUsers, Parts, Usage, ratio};

/// The seats of one SKU in the snapshot in force.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seats {
    pub sold: i64,
    pub sold_own: i64,
    pub trial: i64,
    pub lapsed: i64,
    pub entitled: i64,
}

/// Sums the subscriptions of each SKU.
pub fn seats_by_sku(in_force: &InForce, rules: &Rules) -> BTreeMap<Guid, Seats> {
    let mut skus: BTreeMap<Guid, Seats> = BTreeMap::new();
    for subscription in in_force.subscriptions.iter() {
        let sum = skus.entry(subscription.sku_id).or_default();
        let count = |yes: bool| if yes { subscription.seats } else { 0 };
        if subscription.is_trial {
            sum.trial += count(subscription.state.is_running());
            continue;
        }
        let sold = count(rules.sold_states.contains(&subscription.state));
        sum.sold += sold;
        if subscription.seller == Seller::Own {
            sum.sold_own += sold;
        }
        sum.lapsed += count(subscription.state.is_lapsed());
        sum.entitled += count(rules.entitled_states.contains(&subscription.state));
    }
    skus
}

/// Returns the row of one workload of a SKU.
pub fn usage_row(tenant_id: Guid, sku_id: Guid, workload: &str, users: ActiveUsers, total: Option<i64>, seats: Seats) -> Usage {
    let parts = Parts::of(users, total, seats.lapsed, seats.trial);
    Usage {
        tenant_id,
        sku_id,
        workload: workload.to_owned(),
        entitlements_total: total,
        entitlements_active: users.active,
        active_current: parts.current,
        active_moved: parts.moved,
        active_switched: parts.switched,
        active_lapsed: parts.lapsed,
        active_trial: parts.trial,
        active_over_assigned: parts.over_assigned,
        usage_ratio: ratio(users.active, total),
        usage_ratio_adjusted: ratio(parts.current, total),
    }
}

/// Returns the row of a SKU. The caller sets scope and completeness, and what is known of accounts.
pub fn adoption_row(
    tenant_id: Guid,
    sku_id: Guid,
    assigned: i64,
    users: ActiveUsers,
    total: Option<i64>,
    seats: Option<Seats>,
) -> Adoption {
    let known = seats.unwrap_or_default();
    let parts = Parts::of(users, total, known.lapsed, known.trial);
    Adoption {
        tenant_id,
        sku_id,
        seats_sold: seats.map(|seats| seats.sold),
        seats_sold_own: seats.map(|seats| seats.sold_own),
        seats_trial: seats.map(|seats| seats.trial),
        seats_lapsed: seats.map(|seats| seats.lapsed),
        seats_assigned: assigned,
        seats_assigned_disabled: 0,
        seats_unassigned: seats.map(|seats| (seats.sold - assigned).max(0)),
        users_waiting: 0,
        deployment_ratio: ratio(assigned, seats.map(|seats| seats.sold)),
        seats_assigned_own_prorated: seats
            .filter(|seats| seats.sold != 0)
            .map(|seats| (assigned as f64 * seats.sold_own as f64) / seats.sold as f64),
        entitlements_total: total,
        entitlements_active: users.active,
        active_current: parts.current,
        active_moved: parts.moved,
        active_switched: parts.switched,
        active_lapsed: parts.lapsed,
        active_trial: parts.trial,
        active_over_assigned: parts.over_assigned,
        usage_ratio: ratio(users.active, total),
        usage_ratio_adjusted: ratio(parts.current, total),
        in_scope: true,
        scope_reason: None,
        window_days_covered: 0,
        activity_source: None,
        window_complete: false,
        seats_snapshot_day: None,
    }
}
