//! Use of a workload by people without a license for it. They are in the number of the customer but
//! not in that of any product.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::window;
use crate::explain::active_days::evidence_of;
use crate::explain::count::differences::Difference;
use crate::explain::facts::Facts;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;

/// The users of a workload without a license, each with the active days of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlicensed {
    pub workload: String,
    pub users: Vec<(String, BTreeSet<Day>)>,
}

/// Returns the unlicensed users of the window, for each workload whose unlicensed use counts.
/// Workloads without such users are left out, and so are customers out of scope.
pub fn unlicensed(facts: &Facts<'_>) -> Vec<Unlicensed> {
    if facts.rules.exceptions.of_customer(facts.tenant(), facts.day).is_some() {
        return Vec::new();
    }
    let of = |workload: &String| Unlicensed {
        workload: workload.clone(),
        users: users(facts, workload),
    };
    let found = facts.rules.unlicensed_use.iter().map(of);
    found.filter(|found| !found.users.is_empty()).collect()
}

fn users(facts: &Facts<'_>, workload: &str) -> Vec<(String, BTreeSet<Day>)> {
    let mut active: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
    let mut guests: BTreeSet<&str> = BTreeSet::new();
    for (day, rows) in facts.activity.range(window::first_day(facts.day)..=facts.day) {
        for row in rows.iter().filter(|row| row.workload == workload) {
            if row.guest {
                guests.insert(&row.user_id);
            }
            if evidence_of(row, facts.rules) != 0 {
                active.entry(&row.user_id).or_default().insert(*day);
            }
        }
    }
    let has_it = |assignment: &&Assignment| facts.rules.catalogue.entitles(assignment.sku_id, workload);
    let mut licensed: BTreeMap<&str, Vec<&Assignment>> = BTreeMap::new();
    for assignment in facts.assignments.iter().filter(has_it) {
        licensed.entry(&assignment.user_id).or_default().push(assignment);
    }
    let held = |user: &str, day: Day| licensed.get(user).into_iter().flatten().any(|assignment| assignment.held(day));
    active
        .into_iter()
        .filter(|(user, days)| !guests.contains(user) && !days.iter().any(|day| held(user, *day)))
        .map(|(user, days)| (user.to_owned(), days))
        .collect()
}

/// Compares the counts with the table.
pub fn differences(facts: &Facts<'_>, found: &[Unlicensed]) -> Vec<Difference> {
    let rows = facts.tables(facts.day).into_iter().flat_map(|tables| &tables.workload_adoption);
    let mut counts: BTreeMap<&str, (i64, i64)> = rows.map(|row| (row.workload.as_str(), (row.active_unlicensed, 0))).collect();
    for unlicensed in found {
        counts.entry(&unlicensed.workload).or_default().1 = unlicensed.users.len() as i64;
    }
    counts
        .into_iter()
        .filter(|(_, (in_table, counted))| in_table != counted)
        .map(|(workload, (in_table, counted))| Difference {
            table: WORKLOAD_ADOPTION.name,
            day: facts.day,
            workload: Some(workload.to_owned()),
            column: "active_unlicensed",
            in_table: in_table.to_string(),
            counted: counted.to_string(),
        })
        .collect()
}
