//! All customers on one day: their two ratios, how far the data behind them can be trusted, and
//! their next steps. `uptake customers` shows it.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::explain::view::customer_list::{CustomerLine, CustomerList};
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::next_steps::NextStep;

/// All customers of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerOverview {
    pub day: Day,
    /// In the order of the list.
    pub customers: Vec<CustomerRow>,
}

/// A customer.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerRow {
    pub line: CustomerLine,
    pub people: Option<CustomerAdoption>,
    /// Days of the window with any event; `None` of a customer without a product.
    pub window_days_covered: Option<i64>,
    pub window_complete: Option<bool>,
    /// The most seats concerned first.
    pub steps: Vec<NextStep>,
}

/// Joins what the tables of a day say of each customer of a list.
pub fn overview(list: CustomerList, adoption: &[Adoption], people: Vec<CustomerAdoption>, steps: Vec<NextStep>) -> CustomerOverview {
    // Every product of a customer has the same window.
    let windows: BTreeMap<Guid, &Adoption> = adoption.iter().map(|row| (row.tenant_id, row)).collect();
    let mut people: BTreeMap<Guid, CustomerAdoption> = people.into_iter().map(|row| (row.tenant_id, row)).collect();
    let mut by_customer: BTreeMap<Guid, Vec<NextStep>> = BTreeMap::new();
    for step in steps {
        by_customer.entry(step.tenant_id).or_default().push(step);
    }
    let row = |line: CustomerLine| {
        let tenant = line.customer.tenant_id;
        let window = windows.get(&tenant);
        let mut steps = by_customer.remove(&tenant).unwrap_or_default();
        // Stable: steps of equally many seats stay in the order of the table.
        steps.sort_by_key(|step| std::cmp::Reverse(step.seats_concerned));
        CustomerRow {
            people: people.remove(&tenant),
            window_days_covered: window.map(|row| row.window_days_covered),
            window_complete: window.map(|row| row.window_complete),
            steps,
            line,
        }
    };
    CustomerOverview {
        day: list.day,
        customers: list.customers.into_iter().map(row).collect(),
    }
}
