//! Days in a row on which a customer has no event at all. A hole in the logs is not inactivity: a
//! window with a hole in it counts too few users.
//!
//! A small customer may have no event on a Sunday, which is no fault of its logs. So a gap is usual
//! where few events were to be expected of its days: less than [`FEWEST_EXPECTED`] by the averages
//! of their weekdays. (Were sign-ins independent of each other, none at all where six are expected
//! would happen once in 400 times.) Long gaps say nothing of what is usual.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::day_ranges::runs;
use crate::domain::window;
use crate::engine::health::status::value::{CustomerStatus, Gap, Hole};

/// With so many events to be expected, none is a surprise.
const FEWEST_EXPECTED: f64 = 6.0;
/// A gap of so many days is left out of the averages.
const LONG_DAYS: i32 = 7;
/// How many dates of a weekday it takes for an average; else all days are taken together.
const FEWEST_DATES: usize = 3;

/// The gaps between the first of some days with their numbers of events and `last`, in order.
pub fn gaps(events: &BTreeMap<Day, i64>, last: Day) -> Vec<Gap> {
    let Some(first) = events.keys().next().copied() else {
        return Vec::new();
    };
    let without: Vec<Day> = first.to(last).filter(|day| !events.contains_key(day)).collect();
    let ranges = runs(&without);
    let in_long = |day: &Day| {
        ranges
            .iter()
            .any(|(first, last)| last.0 - first.0 + 1 >= LONG_DAYS && (first..=last).contains(&day))
    };
    let counted: BTreeMap<Day, i64> = first
        .to(last)
        .filter(|day| !in_long(day))
        .map(|day| (day, events.get(&day).copied().unwrap_or(0)))
        .collect();
    let gap = |&(first, last_of_gap): &(Day, Day)| Gap {
        first_day: first.to_string(),
        last_day: last_of_gap.to_string(),
        days: i64::from(last_of_gap.0 - first.0) + 1,
        is_usual: first.to(last_of_gap).map(|day| expected(&counted, day)).sum::<f64>() < FEWEST_EXPECTED,
        is_open: last_of_gap == last,
        is_in_window: last_of_gap >= window::first_day(last),
    };
    ranges.iter().map(gap).collect()
}

/// How many events are to be expected of a day: the average of its weekday, else of all days.
fn expected(counted: &BTreeMap<Day, i64>, day: Day) -> f64 {
    let average = |numbers: Vec<i64>| numbers.iter().sum::<i64>() as f64 / numbers.len().max(1) as f64;
    let of_weekday: Vec<i64> = counted
        .iter()
        .filter(|(other, _)| (other.0 - day.0) % 7 == 0)
        .map(|(_, number)| *number)
        .collect();
    if of_weekday.len() >= FEWEST_DATES {
        average(of_weekday)
    } else {
        average(counted.values().copied().collect())
    }
}

/// The gaps that are not usual, with all customers that have the same one; those of the most
/// customers first, then the latest.
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

    /// First day, last day, usual, open; of days with so many events each.
    fn found(events: impl Iterator<Item = (i32, i64)>, last: i32) -> Vec<(i32, i32, bool, bool)> {
        let day = |text: &str| Day::parse(text).map_or(i32::MIN, |day| day.0 - MONDAY.0);
        gaps(&events.map(|(day, number)| (MONDAY.plus(day), number)).collect(), MONDAY.plus(last))
            .iter()
            .map(|gap| (day(&gap.first_day), day(&gap.last_day), gap.is_usual, gap.is_open))
            .collect()
    }

    /// So many events on each of some days.
    fn each(number: i64, days: impl Iterator<Item = i32>) -> impl Iterator<Item = (i32, i64)> {
        days.map(move |day| (day, number))
    }

    #[test]
    fn a_day_without_events_between_days_with_some_is_a_hole() {
        assert_eq!(
            found(each(10, (0..28).filter(|day| *day != 8 && *day != 9)), 27),
            [(8, 9, false, false)]
        );
        assert_eq!(found(each(10, 0..28), 27), []);
        assert_eq!(found(std::iter::empty(), 27), []);
    }

    #[test]
    fn a_hole_that_has_not_ended_is_open_and_what_was_before_the_first_event_is_none() {
        assert_eq!(found(each(10, 10..20), 27), [(20, 27, false, true)]);
        assert_eq!(found(each(10, 10..27), 27), [(27, 27, false, true)]);
    }

    #[test]
    fn weekends_without_events_are_usual_and_a_workday_without_them_is_not() {
        let workdays = |day: &i32| day % 7 < 5;
        let weekends = (0..4).map(|week| (7 * week + 5, 7 * week + 6, true, week == 3));
        assert_eq!(found(each(50, (0..28).filter(workdays)), 27), weekends.collect::<Vec<_>>());
        let without_a_friday = found(each(50, (0..28).filter(workdays).filter(|day| *day != 11)), 27);
        assert_eq!(without_a_friday[1], (11, 13, false, false), "the whole range, with its Friday");
        assert!(without_a_friday.iter().enumerate().all(|(at, gap)| gap.2 == (at != 1)));
    }

    #[test]
    fn a_weekend_with_few_events_may_have_none_and_one_with_many_may_not() {
        let weeks = |weekend| (0..56).map(move |day| (day, if day % 7 < 5 { 50 } else { weekend }));
        let but_one_saturday = |weekend| found(weeks(weekend).filter(|(day, _)| *day != 33), 55);
        assert_eq!(but_one_saturday(3), [(33, 33, true, false)]);
        assert_eq!(but_one_saturday(10), [(33, 33, false, false)]);
    }

    #[test]
    fn a_long_gap_is_a_hole_and_makes_nothing_usual() {
        let gaps = found(each(10, (0..20).filter(|day| day % 7 < 5 && *day != 9)), 61);
        assert_eq!(gaps.last(), Some(&(19, 61, false, true)));
        assert_eq!(gaps[1], (9, 9, false, false), "Wednesdays have events, but for the long gap");
        assert_eq!(
            found([(0, 1), (20, 1)].into_iter(), 22),
            [(1, 19, false, false), (21, 22, true, true)],
            "whoever signs in once a day or so may be away for two days"
        );
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
            seats_snapshot_day: None,
            seats_snapshot_age_days: None,
            activity_source: None,
            window_complete: None,
            days_without_data: gaps(
                &(0..60)
                    .filter(|day| !days.contains(day))
                    .map(|day| (MONDAY.plus(day), 10))
                    .collect(),
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
