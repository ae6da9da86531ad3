//! The active days of each user, from `activity_daily`. A product is counted several times, on
//! several days and for each of its workloads, so the rows are grouped once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::day::Day;
use crate::domain::kinds::Evidence;
use crate::domain::rules::Rules;
use crate::stages::activity::activity_daily::ActivityDaily;
use crate::stages::activity::window_facts::{Marks, mark};

/// The active days of all users of a customer.
#[derive(Debug, Default)]
pub struct ActiveDays {
    workloads: Vec<String>,
    users: HashMap<String, Vec<ActiveDay>>,
}

/// An active day in a workload.
#[derive(Debug)]
struct ActiveDay {
    day: Day,
    /// Index into `workloads`.
    workload: usize,
    evidence: Marks,
}

impl ActiveDays {
    /// Reads the rows that are active by the evidence that the rules choose.
    pub fn of(activity: &BTreeMap<Day, Vec<ActivityDaily>>, rules: &Rules) -> ActiveDays {
        let mut active_days = ActiveDays::default();
        for (day, rows) in activity {
            for row in rows {
                let evidence = evidence_of(row, rules);
                if evidence != 0 {
                    let workload = active_days.place(&row.workload);
                    active_days.users.entry(row.user_id.clone()).or_default().push(ActiveDay {
                        day: *day,
                        workload,
                        evidence,
                    });
                }
            }
        }
        active_days
    }

    fn place(&mut self, workload: &str) -> usize {
        let known = self.workloads.iter().position(|known| known == workload);
        known.unwrap_or_else(|| {
            self.workloads.push(workload.to_owned());
            self.workloads.len() - 1
        })
    }

    /// Returns the days from `first` to `last` on which a user used any of some workloads, each
    /// with the evidence.
    pub fn days(&self, user: &str, workloads: &BTreeSet<&str>, (first, last): (Day, Day)) -> BTreeMap<Day, Marks> {
        let wanted: Vec<bool> = self.workloads.iter().map(|name| workloads.contains(name.as_str())).collect();
        let mut days: BTreeMap<Day, Marks> = BTreeMap::new();
        for used in self.users.get(user).into_iter().flatten() {
            if wanted[used.workload] && first <= used.day && used.day <= last {
                *days.entry(used.day).or_default() |= used.evidence;
            }
        }
        days
    }
}

/// Returns the evidence in a row that makes its day active, or 0 if there is none.
pub fn evidence_of(row: &ActivityDaily, rules: &Rules) -> Marks {
    let counts = [
        (Evidence::Interactive, row.interactive_sign_ins),
        (Evidence::NonInteractive, row.non_interactive_sign_ins),
        (Evidence::Action, row.actions),
        (Evidence::Report, row.reports),
    ];
    let shown = counts
        .into_iter()
        .filter(|(kind, count)| *count > 0 && rules.evidence.contains(kind));
    shown.fold(0, |marks, (kind, _)| marks | mark(kind))
}
