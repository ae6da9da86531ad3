//! The explanation of one product of a customer on one day.

use crate::domain::day::Day;
use crate::domain::kinds::ActivitySource;
use crate::domain::window;
use crate::explain::count::changes::{Change, changes};
use crate::explain::count::differences::{Difference, differences};
use crate::explain::count::numbers::{Numbers, SeatCounts, Subject, numbers};
use crate::explain::count::people::{People, people};
use crate::explain::facts::{CustomerName, Facts, ProductName};
use crate::explain::view::notes;
use crate::explain::view::notes::Note;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::next_steps::NextStep;

/// How much data a number is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completeness {
    pub first: Day,
    pub last: Day,
    /// Days of the window with any event.
    pub days_covered: i64,
    /// Where these events come from.
    pub source: Option<ActivitySource>,
    /// Whether the customer's first event is on or before the first day of the window.
    pub complete: bool,
    /// The snapshot of subscriptions in force.
    pub snapshot_day: Option<Day>,
}

impl Completeness {
    pub fn of(facts: &Facts<'_>) -> Completeness {
        let first = window::first_day(facts.day);
        Completeness {
            first,
            last: facts.day,
            days_covered: facts.covered.range(first..=facts.day).count() as i64,
            source: facts.activity_source(),
            complete: facts.began_before,
            snapshot_day: facts.tables(facts.day).and_then(|tables| tables.snapshot_day()),
        }
    }
}

/// The explanation of one number.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductExplanation {
    pub customer: CustomerName,
    pub product: ProductName,
    /// `None`: any workload of the product.
    pub workload: Option<String>,
    pub day: Day,
    pub numbers: Numbers,
    /// The numbers of each workload of the product.
    pub workloads: Vec<(String, Numbers)>,
    pub completeness: Completeness,
    /// The subscriptions of the product in the snapshot in force, each with what it counts as.
    pub subscriptions: Vec<(Subscription, SeatCounts)>,
    pub people: People,
    /// The first day with data about use.
    pub known_since: Day,
    pub changes: Vec<Change>,
    pub notes: Vec<Note>,
    pub differences: Vec<Difference>,
    pub next_steps: Option<Vec<NextStep>>,
}

/// Explains a number.
pub fn explain(facts: &Facts<'_>, subject: Subject<'_>) -> ProductExplanation {
    let counted = numbers(facts, facts.day, subject);
    let of_workload = |workload| {
        numbers(
            facts,
            facts.day,
            Subject {
                workload: Some(workload),
                ..subject
            },
        )
    };
    let listed = facts.tables(facts.day).into_iter().flat_map(|tables| &tables.subscriptions);
    let is_about = |step: &&NextStep| {
        let same_workload = subject.workload.is_none() || step.workload.is_none() || step.workload.as_deref() == subject.workload;
        step.sku_id == Some(subject.sku) && same_workload
    };
    ProductExplanation {
        customer: facts.customer.clone(),
        product: ProductName::of(facts, subject.sku),
        workload: subject.workload.map(str::to_owned),
        day: facts.day,
        workloads: facts
            .rules
            .catalogue
            .workloads_of(subject.sku)
            .map(|workload| (workload.to_owned(), of_workload(workload)))
            .collect(),
        completeness: Completeness::of(facts),
        subscriptions: listed
            .filter(|row| row.sku_id == subject.sku)
            .map(|row| (row.clone(), SeatCounts::of(row, facts.rules)))
            .collect(),
        people: people(facts, subject),
        known_since: window::first_day(facts.first_day),
        changes: changes(facts, subject, &counted),
        notes: notes::of_product(facts, subject, &counted),
        differences: differences(facts, subject.sku),
        next_steps: facts
            .next_steps
            .as_ref()
            .map(|steps| steps.iter().filter(is_about).cloned().collect()),
        numbers: counted,
    }
}
