//! The explanation of one user: licenses, and the use day by day with the raw lines that prove it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Evidence, spelled};
use crate::domain::window;
use crate::domain::words::counted;
use crate::explain::active_days::evidence_of;
use crate::explain::count::differences::Difference;
use crate::explain::count::numbers::Subject;
use crate::explain::count::people::{License, people};
use crate::explain::facts::{CustomerName, Facts, ProductName};
use crate::explain::view::notes;
use crate::explain::view::notes::Note;
use crate::stages::activity::activity_daily::{ACTIVITY_DAILY, ActivityDaily};

spelled! {
    /// Whether and how a user is in a product's number.
    UserStatus {
        Current = "active_and_has_the_license",
        Moved = "active_and_no_longer_has_it",
        Switched = "active_and_switched_to_another_product",
        Inactive = "has_the_license_and_is_not_active",
        Out = "not_in_the_number",
    }
}

/// An event that counts, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    pub day: Day,
    pub workload: String,
    pub evidence: Evidence,
    pub at: Instant,
    pub event_id: String,
    pub source_file: String,
    pub source_line: i64,
    /// The raw record, if the call asks for it.
    pub raw: Option<RawRecord>,
}

/// What is at the place where an event was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawRecord {
    /// The beginning of the record, masked as the pipeline's privacy settings demand.
    Excerpt(String),
    /// Why there is no record.
    Missing(String),
}

/// One day of a user in a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDay {
    pub day: Day,
    pub workload: String,
    pub interactive_sign_ins: u32,
    pub non_interactive_sign_ins: u32,
    pub actions: u32,
    pub reports: u32,
    /// Whether the day is active by the evidence that the pipeline chooses.
    pub is_active: bool,
    /// The products with the workload that the user held on the day. If the call names a product,
    /// only that one.
    pub held: Vec<Guid>,
    pub lines: Vec<EventLine>,
}

/// The licenses and days of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserExplanation {
    pub customer: CustomerName,
    /// `None`: any product.
    pub product: Option<ProductName>,
    pub workload: Option<String>,
    pub day: Day,
    pub first: Day,
    /// The id under which the user is stored.
    pub user: String,
    pub licenses: Vec<(ProductName, License)>,
    /// Since when the account has been disabled, if it is.
    pub disabled_since: Option<Day>,
    /// The products that the user waits for, each with the list that says so first.
    pub waits_for: Vec<(ProductName, Day)>,
    /// `None` unless the call names a product.
    pub standing: Option<UserStatus>,
    pub days: Vec<UserDay>,
    pub notes: Vec<Note>,
    pub differences: Vec<Difference>,
}

/// Returns all users of a customer who have a license or any activity, or wait for a license.
pub fn known_users<'a>(facts: &'a Facts<'_>) -> BTreeSet<&'a str> {
    let assigned = facts.assignments.iter().map(|assignment| assignment.user_id.as_str());
    let active = facts.activity.values().flatten().map(|row| row.user_id.as_str());
    let listed = facts.accounts.iter().map(|span| span.user_id.as_str());
    assigned.chain(active).chain(listed).collect()
}

/// Explains a user. `lines` are the user's events of the window that count.
pub fn explain(facts: &Facts<'_>, user: &str, product: Option<Subject<'_>>, lines: Vec<EventLine>) -> UserExplanation {
    let first = window::first_day(facts.day);
    let wanted = product.map(|subject| subject.workloads(facts.rules));
    let is_wanted = |workload: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(workload));
    let mut of_day: BTreeMap<(Day, String), Vec<EventLine>> = BTreeMap::new();
    for line in lines.into_iter().filter(|line| is_wanted(&line.workload)) {
        of_day.entry((line.day, line.workload.clone())).or_default().push(line);
    }
    let mut differences = Vec::new();
    let mut days = Vec::new();
    for (day, rows) in facts.activity.range(first..=facts.day) {
        for row in rows.iter().filter(|row| row.user_id == user && is_wanted(&row.workload)) {
            let lines = of_day.remove(&(*day, row.workload.clone())).unwrap_or_default();
            compare_counts(*day, row, &lines, &mut differences);
            days.push(UserDay {
                day: *day,
                workload: row.workload.clone(),
                interactive_sign_ins: row.interactive_sign_ins,
                non_interactive_sign_ins: row.non_interactive_sign_ins,
                actions: row.actions,
                reports: row.reports,
                is_active: evidence_of(row, facts.rules) != 0,
                held: held(facts, user, product, *day, &row.workload),
                lines,
            });
        }
    }
    for ((day, workload), lines) in of_day {
        differences.push(difference(
            day,
            &workload,
            "(row)",
            "no row".to_owned(),
            counted(lines.len(), "event"),
        ));
    }
    days.reverse();
    let mine = facts.assignments.iter().filter(|assignment| assignment.user_id == user);
    UserExplanation {
        customer: facts.customer.clone(),
        product: product.map(|subject| ProductName::of(facts, subject.sku)),
        workload: product.and_then(|subject| subject.workload).map(str::to_owned),
        day: facts.day,
        first,
        user: user.to_owned(),
        licenses: mine
            .filter(|assignment| product.is_none_or(|subject| subject.sku == assignment.sku_id))
            .map(|assignment| (ProductName::of(facts, assignment.sku_id), License::of(assignment)))
            .collect(),
        disabled_since: facts.disabled_since(user, facts.day),
        waits_for: facts
            .waiting(facts.day)
            .filter(|waiting| waiting.user == user && product.is_none_or(|subject| subject.sku == waiting.sku))
            .map(|waiting| (ProductName::of(facts, waiting.sku), waiting.since))
            .collect(),
        standing: product.map(|subject| standing(facts, user, subject)),
        days,
        notes: notes::of_customer(facts),
        differences,
    }
}

/// Returns the products that the user held on a day and that entitle to a workload.
fn held(facts: &Facts<'_>, user: &str, product: Option<Subject<'_>>, day: Day, workload: &str) -> Vec<Guid> {
    let mine = facts
        .assignments
        .iter()
        .filter(|assignment| assignment.user_id == user && assignment.held(day));
    let catalogue = &facts.rules.catalogue;
    // Use counts for a product only where it was bought for it; a license is a license.
    let skus = mine.map(|assignment| assignment.sku_id).filter(|sku| match product {
        Some(subject) => subject.sku == *sku && catalogue.workloads_of(*sku).any(|known| known == workload),
        None => catalogue.entitles(*sku, workload),
    });
    skus.collect::<BTreeSet<Guid>>().into_iter().collect()
}

fn standing(facts: &Facts<'_>, user: &str, subject: Subject<'_>) -> UserStatus {
    let people = people(facts, subject);
    let groups = [
        (&people.current, UserStatus::Current),
        (&people.moved, UserStatus::Moved),
        (&people.switched, UserStatus::Switched),
        (&people.inactive, UserStatus::Inactive),
    ];
    let found = groups.into_iter().find(|(group, _)| group.iter().any(|person| person.user == user));
    found.map_or(UserStatus::Out, |(_, standing)| standing)
}

/// Compares the events with the counts in the table.
fn compare_counts(day: Day, row: &ActivityDaily, lines: &[EventLine], differences: &mut Vec<Difference>) {
    let counts = [
        ("interactive_sign_ins", row.interactive_sign_ins, Evidence::Interactive),
        ("non_interactive_sign_ins", row.non_interactive_sign_ins, Evidence::NonInteractive),
        ("actions", row.actions, Evidence::Action),
        ("reports", row.reports, Evidence::Report),
    ];
    for (column, in_table, kind) in counts {
        let counted = lines.iter().filter(|line| line.evidence == kind).count();
        if counted != in_table as usize {
            differences.push(difference(day, &row.workload, column, in_table.to_string(), counted.to_string()));
        }
    }
}

fn difference(day: Day, workload: &str, column: &'static str, in_table: String, counted: String) -> Difference {
    Difference {
        table: ACTIVITY_DAILY.name,
        day,
        workload: Some(workload.to_owned()),
        column,
        in_table,
        counted,
    }
}
