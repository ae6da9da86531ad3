//! One customer on one day: all its products on one screen.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::explain::count::differences::{Difference, differences};
use crate::explain::count::numbers::{Numbers, Subject, numbers};
use crate::explain::count::unlicensed;
use crate::explain::count::unlicensed::Unlicensed;
use crate::explain::facts::{CustomerName, Facts, ProductName};
use crate::explain::view::notes;
use crate::explain::view::notes::Note;
use crate::explain::view::product::Completeness;
use crate::stages::next_steps::NextStep;

/// A product of the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductLine {
    pub product: ProductName,
    pub numbers: Numbers,
    /// Whether any of its workloads is known. If not, its use cannot be seen.
    pub has_workload: bool,
    /// Why it counts in no sum. `None` if it counts.
    pub out_of_scope: Option<String>,
    pub next_steps: Vec<NextStep>,
}

/// The products of a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerView {
    pub customer: CustomerName,
    pub day: Day,
    pub completeness: Completeness,
    /// Those with the most seats come first.
    pub products: Vec<ProductLine>,
    pub unlicensed: Vec<Unlicensed>,
    pub notes: Vec<Note>,
    pub differences: Vec<Difference>,
    /// Next steps that are about no single product. `None` if the warehouse has no such table.
    pub next_steps: Option<Vec<NextStep>>,
}

/// Returns the products that a customer has, had or uses, as far as `facts` go back.
pub fn known_products(facts: &Facts<'_>) -> BTreeSet<Guid> {
    let rows = facts.days.values();
    let in_tables = rows.flat_map(|tables| {
        let adoption = tables.adoption.iter().map(|row| row.sku_id);
        adoption.chain(tables.subscriptions.iter().map(|row| row.sku_id))
    });
    let assigned = facts.assignments.iter().map(|assignment| assignment.sku_id);
    in_tables.chain(assigned).collect()
}

/// Returns the products of the customer on the day of `facts`.
pub fn view(facts: &Facts<'_>) -> CustomerView {
    let mut found = Vec::new();
    let mut products: Vec<ProductLine> = known_products(facts)
        .into_iter()
        .filter_map(|sku| {
            found.extend(differences(facts, sku));
            line(facts, sku)
        })
        .collect();
    products.sort_by_key(|line| {
        let seats = line.numbers.seats.map_or(0, |seats| seats.sold).max(line.numbers.assigned);
        (
            line.out_of_scope.is_some(),
            std::cmp::Reverse(seats),
            line.product.name.clone(),
            line.product.sku_id,
        )
    });
    let unlicensed = unlicensed::unlicensed(facts);
    found.extend(unlicensed::differences(facts, &unlicensed));
    let of_customer = |step: &&NextStep| step.sku_id.is_none();
    CustomerView {
        customer: facts.customer.clone(),
        day: facts.day,
        completeness: Completeness::of(facts),
        products,
        unlicensed,
        notes: notes::of_customer(facts),
        differences: found,
        next_steps: facts
            .next_steps
            .as_ref()
            .map(|steps| steps.iter().filter(of_customer).cloned().collect()),
    }
}

/// Returns the line of a product, if the tables have a row for it.
fn line(facts: &Facts<'_>, sku: Guid) -> Option<ProductLine> {
    let subject = Subject { sku, workload: None };
    let numbers = numbers(facts, facts.day, subject);
    let steps = facts.next_steps.iter().flatten();
    numbers.has_row().then(|| ProductLine {
        product: ProductName::of(facts, sku),
        numbers,
        has_workload: !subject.workloads(facts.rules).is_empty(),
        out_of_scope: facts.rules.out_of_scope(facts.tenant(), sku, facts.day).map(str::to_owned),
        next_steps: steps.filter(|step| step.sku_id == Some(sku)).cloned().collect(),
    })
}
