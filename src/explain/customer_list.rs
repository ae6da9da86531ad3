//! All customers on one day, each with its two ratios: what is told where nobody said which
//! customer is meant.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::{Words, explain as said};
use crate::explain::facts::CustomerName;
use crate::explain::render::text::{Page, WIDTH};
use crate::explain::render::words;
use crate::explain::render::words::{known, percent};
use crate::explain::render::{json, markdown};
use crate::reports::summary::text::padded;
use crate::stages::usage::adoption::Adoption;
use crate::stages::usage::portfolio;

/// Every customer of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerList {
    pub day: Day,
    /// By name, those without one last.
    pub customers: Vec<CustomerLine>,
}

/// A customer, summed over its products in scope.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerLine {
    pub customer: CustomerName,
    /// These are `None` where the customer has no list of subscriptions, or nothing in scope.
    pub seats_sold: Option<i64>,
    pub seats_assigned: Option<i64>,
    pub deployment: Option<f64>,
    pub entitlements: Option<i64>,
    pub active: Option<i64>,
    pub usage: Option<f64>,
}

/// The customers that lists name, and those that have a row of `adoption`. The sums are those of
/// `portfolio` over one customer.
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
    // The first row is the sum over all products; there is none without a product in scope.
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

/// How wide a column of numbers is.
const COLUMN: usize = 12;

/// One line for each customer.
pub fn text(list: &CustomerList, w: Words, colored: bool) -> String {
    let mut page = Page::new(w, colored);
    page.heading(&w.fill(said::CUSTOMERS_ON, &[("day", &list.day)]));
    let name_width = WIDTH - 2 - 3 * COLUMN;
    page.line(&format!(
        "  {}{:>COLUMN$}{:>COLUMN$}{:>COLUMN$}",
        padded("", name_width),
        w.say(said::SEATS_SOLD),
        w.say(said::DEPLOYMENT_COLUMN),
        w.say(said::USAGE_COLUMN)
    ));
    for line in &list.customers {
        page.line(&format!(
            "  {}{:>COLUMN$}{:>COLUMN$}{:>COLUMN$}",
            padded(&words::customer(&line.customer), name_width),
            known(w, line.seats_sold),
            percent(w, line.deployment),
            percent(w, line.usage)
        ));
    }
    page.line("");
    page.line(w.say(said::TAKE_CUSTOMER_APART));
    page.finish()
}

/// The same as a table.
pub fn markdown(list: &CustomerList, w: Words) -> String {
    let rows = list.customers.iter().map(|line| {
        vec![
            markdown::escaped(&words::customer(&line.customer)),
            known(w, line.seats_sold),
            percent(w, line.deployment),
            percent(w, line.usage),
        ]
    });
    let header = [said::CUSTOMER, said::SEATS_SOLD, said::DEPLOYMENT_COLUMN, said::USAGE_COLUMN].map(|column| w.say(column));
    let heading = w.fill(said::CUSTOMERS_ON, &[("day", &list.day)]);
    format!("## {heading}\n\n{}", markdown::table(&header, rows))
}

/// The same for programs.
pub fn json(list: &CustomerList) -> Value {
    let line = |line: &CustomerLine| {
        serde_json::json!({
            "customer": json::customer_name(&line.customer),
            "seats_sold": line.seats_sold,
            "seats_assigned": line.seats_assigned,
            "deployment_ratio": line.deployment,
            "entitlements_total": line.entitlements,
            "entitlements_active": line.active,
            "usage_ratio": line.usage,
        })
    };
    serde_json::json!({
        "day": list.day.to_string(),
        "customers": list.customers.iter().map(line).collect::<Vec<_>>(),
    })
}
