//! All customers on one day with their two ratios. `uptake explain` shows them if the call names no
//! customer.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::explain::facts::CustomerName;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::usage::ratio;

/// All customers of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerList {
    pub day: Day,
    /// Sorted by name. Customers without a name come last.
    pub customers: Vec<CustomerLine>,
}

/// A customer, summed over its products in scope.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerLine {
    pub customer: CustomerName,
    /// These are `None` if the customer has no list of subscriptions, or nothing in scope.
    pub seats_sold: Option<i64>,
    pub seats_assigned: Option<i64>,
    pub deployment: Option<f64>,
    pub entitlements: Option<i64>,
    pub active: Option<i64>,
    pub usage: Option<f64>,
}

/// Lists the customers of customer lists and those with a row in `adoption`. The sums are computed
/// like those of `portfolio`.
pub fn list(day: Day, names: Vec<CustomerName>, adoption: Vec<Adoption>) -> CustomerList {
    let mut rows: BTreeMap<Guid, (Option<CustomerName>, Vec<Adoption>)> = BTreeMap::new();
    for name in names {
        let tenant_id = name.tenant_id;
        rows.entry(tenant_id).or_default().0 = Some(name);
    }
    for row in adoption {
        rows.entry(row.tenant_id).or_default().1.push(row);
    }
    let mut customers: Vec<CustomerLine> = rows
        .into_iter()
        .map(|(tenant_id, (name, rows))| {
            let name = name.unwrap_or_else(|| CustomerName::without_a_name(tenant_id));
            line(name, &rows)
        })
        .collect();
    customers.sort_by_cached_key(|line| {
        let name = &line.customer.name;
        (name.is_empty(), name.to_lowercase(), line.customer.tenant_id)
    });
    CustomerList { day, customers }
}

fn line(customer: CustomerName, rows: &[Adoption]) -> CustomerLine {
    let in_scope = rows.iter().filter(|row| row.in_scope && row.seats_snapshot_day.is_some());
    let known: Vec<&Adoption> = in_scope.collect();
    let sum = |of: fn(&Adoption) -> i64| (!known.is_empty()).then(|| known.iter().map(|row| of(row)).sum::<i64>());
    let (seats_sold, seats_assigned) = (sum(|row| row.seats_sold.unwrap_or(0)), sum(|row| row.seats_assigned));
    let (entitlements, active) = (sum(|row| row.entitlements_total.unwrap_or(0)), sum(|row| row.entitlements_active));
    CustomerLine {
        customer,
        seats_sold,
        seats_assigned,
        deployment: seats_assigned.and_then(|assigned| ratio(assigned, seats_sold)),
        entitlements,
        active,
        usage: active.and_then(|active| ratio(active, entitlements)),
    }
}
