//! `spend`, and the money of next steps.
//!
//! Source: amendment D5. The price that counts on a day is the latest one that begins on it or
//! before: the customer's own where there is one, else everybody's. An amount is seats times the
//! price, in whole numbers.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, Money, Price};
use crate::domain::rules::Rules;

use super::tables::{Adoption, AdoptionKey, Spend, Tables};
use super::usage::TenantDay;

/// The digits behind the point that amounts have in tables.
const DIGITS: u32 = 4;

/// The price of a product for a customer on a day.
pub(super) fn price(rules: &Rules, tenant: Guid, sku: Guid, day: Day) -> Option<Price> {
    let latest = |whose: Option<Guid>| {
        let all = rules.catalogue.prices.iter();
        let counting = all.filter(|((of, tenant), from, _)| *of == sku && *tenant == whose && from.is_none_or(|from| from <= day));
        counting.max_by_key(|(_, from, _)| *from).map(|(_, _, price)| price)
    };
    latest(Some(tenant)).or_else(|| latest(None))
}

/// What seats cost; `None` where it has more than 18 digits.
pub(super) fn amount(price: Price, seats: i64) -> Option<Money> {
    let of_one = i128::from(price.smallest_units) * 10_i128.pow(DIGITS - price.currency.digits());
    let all = of_one * i128::from(seats);
    (all < 10_i128.pow(18)).then_some(Money(all as i64))
}

/// Adds the row of a product.
pub(super) fn add(tables: &mut Tables, tenant_id: Guid, sku_id: Guid, facts: &TenantDay<'_>, adoption: &Adoption) {
    let Some(price) = price(facts.rules, tenant_id, sku_id, facts.day) else {
        return;
    };
    let workloads: Vec<&str> = facts.rules.catalogue.workloads_of(sku_id).collect();
    let can_be_seen = !workloads.is_empty() && adoption.window_days_covered > 0;
    let active = facts.active(sku_id, &workloads);
    let idle = facts.holders(sku_id).into_iter().filter(|user| !active.contains(user)).count() as i64;
    let seats_idle = can_be_seen.then_some(idle);
    let cost = |seats: Option<i64>| seats.and_then(|seats| amount(price, seats));
    let row = Spend {
        currency: price.currency,
        price_per_month: amount(price, 1).unwrap_or_default(),
        seats_sold: adoption.seats_sold,
        seats_unassigned: adoption.seats_unassigned,
        seats_idle,
        seats_disabled: adoption.seats_assigned_disabled,
        cost_sold: cost(adoption.seats_sold),
        cost_unassigned: cost(adoption.seats_unassigned),
        cost_idle: cost(seats_idle),
        cost_disabled: cost(Some(adoption.seats_assigned_disabled)),
        in_scope: adoption.in_scope,
    };
    let day = facts.day;
    tables.spend.insert(AdoptionKey { day, tenant_id, sku_id }, row);
}

/// The money of a step about a product's seats.
pub(super) fn of_step(rules: &Rules, tenant: Guid, sku: Option<Guid>, day: Day, seats: i64) -> (Option<Money>, Option<Currency>) {
    let price = sku.and_then(|sku| price(rules, tenant, sku, day));
    (price.and_then(|price| amount(price, seats)), price.map(|price| price.currency))
}
