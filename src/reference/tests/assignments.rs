//! Assignments from events.

use super::world::{OFFICE, TEAMS, World, at};
use crate::domain::day::Zone;
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;

/// (user, SKU, assigned, removed, source).
type Expected = (&'static str, Guid, Option<i32>, Option<i32>, &'static str);

/// Asserts that the events of the test give these assignments and this number of contradictions, in
/// whatever order they are read.
fn check(events: &[(&str, Guid, Action, i32, i64)], expected: &[Expected], contradictions: u64) {
    for backwards in [false, true] {
        let mut world = World::new();
        let mut list = events.to_vec();
        if backwards {
            list.reverse();
        }
        for (user, sku, action, day, hour) in list {
            world.change(user, sku, action, at(day, hour));
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|&(user, sku, from, to, source)| (user.to_owned(), sku, from, to, source))
            .collect();
        assert_eq!(world.assigned(), expected, "backwards: {backwards}");
        assert_eq!(world.tables(1, 0).contradictions, contradictions, "backwards: {backwards}");
    }
}

const ASSIGNED: Action = Action::Assigned;
const REMOVED: Action = Action::Removed;
const HELD: Action = Action::Held;
const DELETED: Action = Action::Deleted;
const RESTORED: Action = Action::Restored;

#[test]
fn an_assignment_and_its_removal_are_one_row() {
    check(
        &[("u", OFFICE, ASSIGNED, 3, 8), ("u", OFFICE, REMOVED, 9, 8)],
        &[("u", OFFICE, Some(3), Some(9), "event")],
        0,
    );
}

#[test]
fn a_first_removal_and_a_first_held_prove_the_holding_before_the_data() {
    check(
        &[("u", OFFICE, REMOVED, 36, 8), ("v", OFFICE, HELD, 36, 8)],
        &[("u", OFFICE, None, Some(36), "before"), ("v", OFFICE, None, None, "before")],
        0,
    );
}

#[test]
fn assigned_and_removed_within_one_day_is_a_row_of_that_day() {
    check(
        &[("u", OFFICE, ASSIGNED, 3, 8), ("u", OFFICE, REMOVED, 3, 9)],
        &[("u", OFFICE, Some(3), Some(3), "event")],
        0,
    );
}

#[test]
fn an_assignment_continues_the_one_that_ended_that_day_but_not_one_of_the_day_before() {
    check(
        &[
            ("u", OFFICE, REMOVED, 3, 8),
            ("u", OFFICE, ASSIGNED, 3, 9),
            ("u", OFFICE, REMOVED, 5, 9),
            ("u", OFFICE, ASSIGNED, 6, 9),
        ],
        &[("u", OFFICE, None, Some(5), "before"), ("u", OFFICE, Some(6), None, "event")],
        0,
    );
}

#[test]
fn within_one_instant_removed_comes_before_assigned() {
    check(
        &[("u", OFFICE, ASSIGNED, 3, 8), ("u", OFFICE, REMOVED, 3, 8)],
        &[("u", OFFICE, None, None, "before")],
        0,
    );
}

#[test]
fn contradictions_change_nothing_and_are_counted() {
    // Day 4: assigned while open. Day 6: removed while closed. Day 7: held while closed.
    check(
        &[
            ("u", OFFICE, ASSIGNED, 3, 8),
            ("u", OFFICE, ASSIGNED, 4, 8),
            ("u", OFFICE, REMOVED, 5, 8),
            ("u", OFFICE, REMOVED, 6, 8),
            ("u", OFFICE, HELD, 7, 8),
        ],
        &[("u", OFFICE, Some(3), Some(5), "event")],
        3,
    );
}

#[test]
fn a_deletion_takes_all_and_a_restoration_gives_it_back() {
    // TEAMS is given back by hand before the restoration, so the restoration leaves it as it is.
    // The second restoration does nothing.
    check(
        &[
            ("u", OFFICE, ASSIGNED, 1, 8),
            ("u", TEAMS, HELD, 2, 8),
            ("u", OFFICE, DELETED, 5, 8),
            ("u", TEAMS, ASSIGNED, 7, 8),
            ("u", OFFICE, RESTORED, 9, 8),
            ("u", OFFICE, REMOVED, 11, 8),
            ("u", OFFICE, RESTORED, 13, 8),
        ],
        &[
            ("u", OFFICE, Some(1), Some(5), "event"),
            ("u", OFFICE, Some(9), Some(11), "event"),
            ("u", TEAMS, None, Some(5), "before"),
            ("u", TEAMS, Some(7), None, "event"),
        ],
        0,
    );
}

#[test]
fn deleting_a_deleted_user_changes_nothing() {
    // The second deletion neither takes TEAMS nor forgets that the first one took OFFICE.
    check(
        &[
            ("u", OFFICE, ASSIGNED, 1, 8),
            ("u", OFFICE, DELETED, 2, 8),
            ("u", TEAMS, ASSIGNED, 3, 8),
            ("u", OFFICE, DELETED, 4, 8),
            ("u", OFFICE, RESTORED, 6, 8),
        ],
        &[
            ("u", OFFICE, Some(1), Some(2), "event"),
            ("u", OFFICE, Some(6), None, "event"),
            ("u", TEAMS, Some(3), None, "event"),
        ],
        0,
    );
}

#[test]
fn a_restoration_without_a_deletion_does_nothing() {
    check(
        &[("u", OFFICE, RESTORED, 1, 8), ("u", OFFICE, ASSIGNED, 2, 8)],
        &[("u", OFFICE, Some(2), None, "event")],
        0,
    );
}

#[test]
fn the_holding_before_the_data_is_decided_before_a_deletion_is_applied() {
    // The removal on day 10 proves the holding; the deletion on day 3 ended it, so the removal
    // itself meets a closed state.
    check(
        &[("u", OFFICE, DELETED, 3, 8), ("u", OFFICE, REMOVED, 10, 8)],
        &[("u", OFFICE, None, Some(3), "before")],
        1,
    );
}

#[test]
fn a_deletion_alone_gives_no_assignment() {
    check(&[("u", OFFICE, DELETED, 3, 8)], &[], 0);
}

#[test]
fn of_duplicates_the_earliest_stays() {
    use crate::sources::record::{LicenseChange, Row, Sink};
    for times in [[4, 3], [3, 4]] {
        let mut world = World::new();
        let context = world.context(None, None);
        let mut sink = world
            .inputs
            .file(crate::domain::kinds::Feed::LicenseChanges, 0, "a", super::world::day(9), &context);
        for number in times {
            let (tenant, at) = (super::world::TENANT, at(number, 8));
            let change = LicenseChange {
                tenant,
                user_id: "u",
                sku: Some(OFFICE),
                at,
                action: ASSIGNED,
                event_id: "same",
            };
            sink.row(super::world::FIRST, Row::LicenseChange(change));
        }
        assert_eq!(world.assigned(), [("u".to_owned(), OFFICE, Some(3), None, "event")]);
        assert_eq!(world.tables(1, 0).contradictions, 0);
    }
}

#[test]
fn a_day_ends_at_midnight_of_the_zone() {
    let mut world = World::new();
    world.rules.zone = Zone::named("Europe/Berlin").unwrap();
    world.change("u", OFFICE, ASSIGNED, at(3, 23)); // 00:00 or 01:00 of day 4 in Berlin
    assert_eq!(world.assigned(), [("u".to_owned(), OFFICE, Some(4), None, "event")]);
}
