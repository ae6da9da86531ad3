//! Days in a row on which a customer has no event at all. A hole in the logs is not inactivity: a window with a hole in it counts too few users.
//!
//! A small customer may have no event at weekends, which is no fault of its logs. So a gap of less than [`LONG_DAYS`] days is usual where all
//! its days are on weekdays that mostly have none. Long gaps say nothing of what is usual.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::window;
use crate::engine::days::runs;
use crate::engine::status::value::{CustomerStatus, Gap, Hole};

/// No gap of so many days is usual.
const LONG_DAYS: i32 = 7;
/// How many dates of a weekday it takes to say what is usual on it.
const FEWEST_DATES: usize = 3;

/// The gaps between the first of some days with events and `last`, in order.
pub fn gaps(with_events: &BTreeSet<Day>, last: Day) -> Vec<Gap> {
    let Some(first) = with_events.first().copied() else {
        return Vec::new();
    };
    let without: Vec<Day> = first.to(last).filter(|day| !with_events.contains(day)).collect();
    let ranges = runs(&without);
    let is_long = |(first, last): (Day, Day)| last.0 - first.0 + 1 >= LONG_DAYS;
    let in_long = |day: Day| ranges.iter().any(|range| is_long(*range) && (range.0..=range.1).contains(&day));
    let mostly_without = |day: Day| {
        let dates = || first.to(last).filter(|other| (other.0 - day.0) % 7 == 0 && !in_long(*other));
        let empty = dates().filter(|date| !with_events.contains(date)).count();
        dates().count() >= FEWEST_DATES && 2 * empty > dates().count()
    };
    let gap = |range: &(Day, Day)| Gap {
        first_day: range.0.to_string(),
        last_day: range.1.to_string(),
        days: i64::from(range.1.0 - range.0.0) + 1,
        is_usual: !is_long(*range) && range.0.to(range.1).all(mostly_without),
        is_open: range.1 == last,
        is_in_window: range.1 >= window::first_day(last),
    };
    ranges.iter().map(gap).collect()
}

/// The gaps that are not usual, with all customers that have the same one; those of the most customers first, then the latest.
pub fn together(customers: &[CustomerStatus]) -> Vec<Hole> {
    let mut holes: BTreeMap<(&str, &str), Hole> = BTreeMap::new();
    for customer in customers {
        for gap in customer.days_without_data.iter().filter(|gap| !gap.is_usual) {
            let hole = holes.entry((&gap.first_day, &gap.last_day)).or_insert_with(|| Hole {
                first_day: gap.first_day.clone(),
                last_day: gap.last_day.clone(),
                days: gap.days,
                is_open: gap.is_open,
                is_in_window: gap.is_in_window,
                customers: Vec::new(),
            });
            hole.customers.push(customer.tenant_id.clone());
        }
    }
    let mut holes: Vec<Hole> = holes.into_values().rev().collect();
    holes.sort_by_key(|hole| std::cmp::Reverse(hole.customers.len()));
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    const MONDAY: Day = Day(20_696);

    fn found(with_events: impl Iterator<Item = i32>, last: i32) -> Vec<(i32, i32, bool, bool)> {
        let day = |text: &str| Day::parse(text).map_or(i32::MIN, |day| day.0 - MONDAY.0);
        gaps(&with_events.map(|day| MONDAY.plus(day)).collect(), MONDAY.plus(last))
            .iter()
            .map(|gap| (day(&gap.first_day), day(&gap.last_day), gap.is_usual, gap.is_open))
            .collect()
    }

    #[test]
    fn a_day_without_events_between_days_with_some_is_a_hole() {
        assert_eq!(found((0..28).filter(|day| *day != 8 && *day != 9), 27), [(8, 9, false, false)]);
        assert_eq!(found(0..28, 27), []);
        assert_eq!(found(std::iter::empty(), 27), []);
    }

    #[test]
    fn a_hole_that_has_not_ended_is_open_and_what_was_before_the_first_event_is_none() {
        assert_eq!(found(10..20, 27), [(20, 27, false, true)]);
        assert_eq!(found(10..25, 27), [(25, 27, false, true)]);
    }

    #[test]
    fn weekends_without_events_are_usual_and_a_workday_with_them_is_not() {
        let workdays = |day: &i32| day % 7 < 5;
        let weekends = |usual| (0..4).map(move |week| (7 * week + 5, 7 * week + 6, usual, week == 3));
        assert_eq!(found((0..28).filter(workdays), 27), weekends(true).collect::<Vec<_>>());
        let without_a_friday = found((0..28).filter(workdays).filter(|day| *day != 11), 27);
        assert_eq!(without_a_friday[1], (11, 13, false, false), "the whole range, with its Friday");
        assert!(without_a_friday.iter().enumerate().all(|(at, gap)| gap.2 == (at != 1)));
    }

    #[test]
    fn two_weekends_do_not_say_what_is_usual() {
        assert_eq!(
            found((0..14).filter(|day| day % 7 < 5), 13),
            [(5, 6, false, false), (12, 13, false, true)]
        );
    }

    #[test]
    fn a_long_silence_is_never_usual_and_makes_nothing_usual() {
        let gaps = found((0..20).filter(|day| day % 7 < 5).filter(|day| *day != 9), 61);
        assert_eq!(gaps.last(), Some(&(19, 61, false, true)));
        assert_eq!(gaps[1], (9, 9, false, false), "Wednesdays have events, but for the silence");
    }

    #[test]
    fn a_hole_that_many_customers_share_is_one_and_comes_first() {
        let customer = |tenant: &str, days: Vec<i32>| CustomerStatus {
            tenant_id: tenant.to_owned(),
            name: None,
            is_listed: true,
            latest_days: BTreeMap::new(),
            lag_days: BTreeMap::new(),
            window_days_covered: None,
            window_complete: None,
            days_without_data: gaps(
                &(0..60).filter(|day| !days.contains(day)).map(|day| MONDAY.plus(day)).collect(),
                MONDAY.plus(59),
            ),
            users_known_by_name: 0,
        };
        let holes = together(&[
            customer("a", vec![8, 30, 31]),
            customer("b", vec![30, 31, 50]),
            customer("c", vec![]),
        ]);
        let shown: Vec<(String, i64, bool, Vec<String>)> = holes
            .into_iter()
            .map(|hole| (hole.first_day, hole.days, hole.is_in_window, hole.customers))
            .collect();
        let day = |day| MONDAY.plus(day).to_string();
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            shown,
            [
                (day(30), 2, false, of(&["a", "b"])),
                (day(50), 1, true, of(&["b"])),
                (day(8), 1, false, of(&["a"])),
            ]
        );
    }
}
