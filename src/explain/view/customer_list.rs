//! All customers on one day with their two ratios. `uptake explain` shows them if the call names no
//! customer.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::explain::facts::CustomerName;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::portfolio;

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
    // The first row is the sum over all products. Without a product in scope there is none.
    let sum = portfolio::build(rows, &[]).into_iter().next();
    let sum = sum.as_ref();
    CustomerLine {
        customer,
        seats_sold: sum.and_then(|sum| sum.seats_sold),
        seats_assigned: sum.and_then(|sum| sum.seats_assigned),
        deployment: sum.and_then(|sum| sum.deployment_ratio),
        entitlements: sum.and_then(|sum| sum.entitlements_total),
        active: sum.and_then(|sum| sum.entitlements_active),
        usage: sum.and_then(|sum| sum.usage_ratio),
    }
}
