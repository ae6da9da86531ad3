//! The people of one customer on one day, for somebody who talks to the customer: whose seats are
//! not used, who is active without a seat, and who made a number change.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::explain::count::changes::{Change, changes};
use crate::explain::count::differences::{Difference, differences};
use crate::explain::count::numbers::{Numbers, Subject, numbers};
use crate::explain::count::people::{Person, people};
use crate::explain::count::tiers::{Tier, idle};
use crate::explain::count::unlicensed;
use crate::explain::count::unlicensed::Unlicensed;
use crate::explain::facts::Facts;

/// The people of a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Everyone {
    /// Products in scope that have a row in the tables, in the order of their ids.
    pub products: Vec<ProductPeople>,
    pub unlicensed: Vec<Unlicensed>,
    /// The first day with data about use.
    pub known_since: Day,
    /// How many days after its assignment a seat may be without use.
    pub grace_days: i32,
    pub differences: Vec<Difference>,
}

/// The people of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductPeople {
    pub sku: Guid,
    pub numbers: Numbers,
    /// Whose seats are not used, the most certain tier first.
    pub idle: Vec<(Tier, Person)>,
    /// Who was active with the product and has it no more: the latest to lose it first, those who
    /// were switched to another product last.
    pub without_seat: Vec<Person>,
    /// Who waits for a seat, each with the list that says so first.
    pub waiting: Vec<(String, Day)>,
    /// What changed since 28 days before; `None` where the tables do not go back so far.
    pub change: Option<Change>,
}

/// Returns the people of the customer of `facts`.
pub fn everyone(facts: &Facts<'_>) -> Everyone {
    let rows = facts.tables(facts.day).into_iter().flat_map(|tables| &tables.adoption);
    let skus: BTreeSet<Guid> = rows.filter(|row| row.in_scope).map(|row| row.sku_id).collect();
    let unlicensed = unlicensed::unlicensed(facts);
    let mut found: Vec<Difference> = skus.iter().flat_map(|sku| differences(facts, *sku)).collect();
    found.extend(unlicensed::differences(facts, &unlicensed));
    Everyone {
        products: skus.into_iter().map(|sku| of_product(facts, sku)).collect(),
        unlicensed,
        known_since: window::first_day(facts.first_day),
        grace_days: facts.rules.thresholds.grace_days,
        differences: found,
    }
}

fn of_product(facts: &Facts<'_>, sku: Guid) -> ProductPeople {
    let subject = Subject { sku, workload: None };
    let numbers = numbers(facts, facts.day, subject);
    let people = people(facts, subject);
    let idle = idle(facts, subject, &people);
    let month_ago = facts.day.plus(-WINDOW_DAYS);
    ProductPeople {
        sku,
        idle: idle.into_iter().map(|(tier, person)| (tier, person.clone())).collect(),
        change: changes(facts, subject, &numbers)
            .into_iter()
            .find(|change| change.since == month_ago),
        numbers,
        without_seat: people.moved.into_iter().chain(people.switched).collect(),
        waiting: people.waiting,
    }
}
