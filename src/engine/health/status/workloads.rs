//! Which workloads of the catalogue anybody uses. A workload that had users and has none is the
//! mark of a mapping that broke: Microsoft gave an application a new id, or a catalogue was
//! replaced by one that lacks it.

use crate::domain::catalogue::Catalogue;
use crate::engine::health::status::facts::Facts;
use crate::engine::health::status::value::{Use, WorkloadStatus};
use crate::engine::health::status::workload_window::{Window, of_catalogue};

/// Every workload of the catalogue.
pub fn workloads(facts: &Facts, catalogue: &Catalogue) -> Vec<WorkloadStatus> {
    let Some((_, last)) = facts.days else { return Vec::new() };
    let of = |workload: String| {
        let window = facts.windows.get(&workload);
        let now = window.filter(|window| window.end == last);
        WorkloadStatus {
            state: match (window, now) {
                (_, Some(_)) => Use::Active,
                (Some(_), None) => Use::Stopped,
                (None, _) => Use::Never,
            },
            active_users: now.map_or(0, |window| window.users),
            latest_day: window.and_then(Window::last_day).map(|day| day.to_string()),
            entitlements_total: facts.entitlements.get(&workload).copied().flatten(),
            workload,
        }
    };
    of_catalogue(catalogue).into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::day::Day;

    #[test]
    fn a_workload_is_active_or_stopped_or_was_never_used() {
        let apps = ["exchange", "teams", "yammer"];
        let catalogue = Catalogue {
            apps: apps.iter().map(|app| (format!("app of {app}"), (*app).to_owned())).collect(),
            ..Catalogue::default()
        };
        let window = |end, bits: &[u32]| {
            let mut window = Window::of(Day(end));
            bits.iter().for_each(|bits| window.add(*bits));
            window
        };
        let facts = Facts {
            days: Some((Day(0), Day(99))),
            windows: [
                ("exchange".to_owned(), window(99, &[0b1000, 0b100])),
                ("teams".to_owned(), window(43, &[0b10])),
            ]
            .into(),
            entitlements: [("teams".to_owned(), Some(7)), ("yammer".to_owned(), None)].into(),
            ..Facts::default()
        };
        let found: Vec<_> = workloads(&facts, &catalogue)
            .into_iter()
            .map(|of| (of.workload, of.state, of.active_users, of.latest_day, of.entitlements_total))
            .collect();
        let day = |day| Some(Day(day).to_string());
        assert_eq!(
            found,
            [
                ("exchange".to_owned(), Use::Active, 2, day(97), None),
                ("teams".to_owned(), Use::Stopped, 0, day(42), Some(7)),
                ("yammer".to_owned(), Use::Never, 0, None, None),
            ]
        );
    }
}
