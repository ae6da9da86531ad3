//! Seats of two days, by small rows of `activity_28d` and `assignments`.

use super::*;
use crate::domain::catalogue::Product;
use crate::domain::kinds::Opened;
use crate::stages::activity::activity_28d::Activity28d;
use crate::warehouse::table::Row;

const CONTOSO: Guid = Guid(7);
const E3: Guid = Guid(1);
const VISIO: Guid = Guid(2);
const DAY: Day = Day(20_100);
const EARLIER: Day = Day(20_072);

fn rules() -> Rules {
    let mut rules = Rules::standard();
    let product = |workloads: &[&str]| Product {
        workloads: workloads.iter().map(|workload| (*workload).to_owned()).collect(),
        ..Product::default()
    };
    rules.catalogue.products = [(E3, product(&["exchange", "teams"])), (VISIO, product(&[]))].into();
    rules
}

fn assignment(user: &str, sku_id: Guid, assigned: Option<i32>, removed: Option<i32>) -> Assignment {
    Assignment {
        tenant_id: CONTOSO,
        user_id: user.to_owned(),
        sku_id,
        assigned_day: assigned.map(Day),
        removed_day: removed.map(Day),
        source: Opened::Event,
    }
}

/// A day on which these users were active, and how many days of its window are covered.
fn known(days: i64, users: &[(&str, &str, u32)]) -> KnownDay {
    let row = |(user, workload, active_bits): &(&str, &str, u32)| Activity28d {
        tenant_id: CONTOSO,
        user_id: (*user).to_owned(),
        workload: (*workload).to_owned(),
        active_bits: *active_bits,
        interactive_bits: *active_bits,
        non_interactive_bits: 0,
        action_bits: 0,
        report_bits: 0,
        active_days: 0,
        last_active_day: None,
    };
    let rows: Vec<Activity28d> = users.iter().map(row).collect();
    KnownDay {
        windows: Activity28d::frame(&rows).unwrap(),
        covers: [(CONTOSO, WindowCover { days, is_complete: true })].into(),
    }
}

fn only(now: &KnownDay, earlier: Option<&KnownDay>, assignments: &[Assignment]) -> SeatOutcome {
    let mut rows = rows(DAY, now, earlier, assignments, &rules()).unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

#[test]
fn every_seat_of_either_day_is_in_one_group() {
    let assignments = [
        assignment("a-kept", E3, None, None),
        assignment("b-back", E3, None, None),
        assignment("c-stopped", E3, None, None),
        assignment("d-never", E3, None, None),
        assignment("e-new", E3, Some(20_090), None),
        assignment("f-new-idle", E3, Some(20_074), None),
        assignment("g-taken", E3, None, Some(20_080)),
        assignment("h-taken-unused", E3, None, Some(20_100)),
        assignment("i-long-gone", E3, None, Some(20_072)),
    ];
    let now = known(
        28,
        &[
            ("a-kept", "teams", 1),
            ("a-without-a-seat", "teams", 1),
            ("b-back", "exchange", 1 << 27),
            ("b-back", "yammer", 1),
            ("c-stopped", "yammer", 1),
            ("e-new", "teams", 1 << 10),
            // Active on the day before the license came: not while it was held.
            ("f-new-idle", "teams", 1 << 27),
            ("g-taken", "teams", 1 << 20),
        ],
    );
    let earlier = known(28, &[("a-kept", "teams", 1), ("c-stopped", "teams", 2), ("g-taken", "exchange", 4)]);
    let row = only(&now, Some(&earlier), &assignments);
    assert_eq!(
        (
            row.seats_assigned,
            row.seats_active,
            row.seats_assigned_earlier,
            row.seats_active_earlier
        ),
        (6, Some(3), Some(6), Some(3))
    );
    assert_eq!(
        (row.seats_retained, row.seats_reactivated, row.seats_stopped, row.seats_unused),
        (Some(1), Some(1), Some(1), Some(1))
    );
    assert_eq!((row.seats_new, row.seats_new_active), (Some(2), Some(1)));
    assert_eq!((row.seats_reclaimed, row.seats_reclaimed_unused), (Some(2), Some(1)));
    assert_eq!((row.earlier_day, row.in_scope), (EARLIER, true));
}

#[test]
fn who_is_active_in_each_of_four_weeks_has_a_habit() {
    for (bits, habit) in [
        (1 | 1 << 7 | 1 << 14 | 1 << 21, 1),
        (1 << 6 | 1 << 13 | 1 << 20 | 1 << 27, 1),
        (1 | 1 << 7 | 1 << 14, 0),
        ((1 << 21) - 1, 0),
    ] {
        let row = only(&known(28, &[("a", "teams", bits)]), None, &[assignment("a", E3, None, None)]);
        assert_eq!((row.seats_active, row.seats_active_every_week), (Some(1), Some(habit)), "{bits:b}");
    }
    // The weeks of two workloads count together, and only those in which the license was held.
    let both = known(28, &[("a", "exchange", 1 | 1 << 7), ("a", "teams", 1 << 14 | 1 << 21)]);
    let count = |assigned| only(&both, None, &[assignment("a", E3, assigned, None)]).seats_active_every_week;
    assert_eq!(
        (count(None), count(Some(DAY.0 - 21)), count(Some(DAY.0 - 20))),
        (Some(1), Some(1), Some(0))
    );
}

#[test]
fn what_is_not_known_is_null_and_not_0() {
    let held = [assignment("a", E3, None, None), assignment("b", E3, None, Some(20_090))];
    let (seen, unseen) = (known(28, &[("a", "teams", 1)]), known(0, &[]));
    // No earlier day is published.
    let row = only(&seen, None, &held);
    assert_eq!(
        (row.seats_assigned, row.seats_active, row.seats_assigned_earlier),
        (1, Some(1), None)
    );
    assert_eq!((row.seats_retained, row.seats_new, row.seats_reclaimed), (None, None, None));
    assert_eq!(row.earlier_window_days_covered, None);
    // It is, and the customer has no event in its window: who had a seat is known, and no more.
    let row = only(&seen, Some(&unseen), &held);
    assert_eq!((row.seats_assigned_earlier, row.seats_active_earlier), (Some(2), None));
    assert_eq!((row.seats_retained, row.seats_stopped, row.seats_unused), (None, None, None));
    assert_eq!((row.seats_new, row.seats_new_active), (Some(0), Some(0)));
    assert_eq!((row.seats_reclaimed, row.seats_reclaimed_unused), (Some(1), None));
    // The other way round.
    let row = only(&unseen, Some(&seen), &held);
    assert_eq!(
        (row.seats_active, row.seats_active_every_week, row.seats_retained),
        (None, None, None)
    );
    assert_eq!(
        (row.seats_new, row.seats_new_active, row.seats_reclaimed_unused),
        (Some(0), None, Some(1))
    );
    // The use of a product without a workload is never seen.
    let row = only(&seen, Some(&seen), &[assignment("a", VISIO, None, None)]);
    assert_eq!(
        (row.seats_assigned, row.seats_active, row.seats_retained, row.seats_new),
        (1, None, None, Some(0))
    );
}

#[test]
fn a_customer_of_whom_nothing_is_left_has_what_was_taken_back() {
    let mut now = known(28, &[]);
    now.covers.clear();
    let earlier = known(28, &[("a", "teams", 1)]);
    let gone = [assignment("a", E3, None, Some(20_080)), assignment("b", E3, None, Some(20_080))];
    let row = only(&now, Some(&earlier), &gone);
    assert_eq!((row.seats_assigned, row.seats_active, row.window_complete), (0, None, None));
    assert_eq!((row.seats_reclaimed, row.seats_reclaimed_unused), (Some(2), Some(1)));
    assert!(
        rows(DAY, &now, None, &gone, &rules()).unwrap().is_empty(),
        "nothing is known of them"
    );
}
