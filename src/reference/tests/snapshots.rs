//! Assignments from holdings snapshots.

use std::cmp::Ordering;

use super::world::{Assigned, FIRST, OFFICE, TEAMS, TENANT, World, at, day};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Feed};
use crate::reference::snapshots::natural_order;
use crate::sources::record::{FileCounts, Reason, Sink};

fn row(user: &str, sku: Guid, from: Option<i32>, to: Option<i32>, source: &'static str) -> Assigned {
    (user.to_owned(), sku, from, to, source)
}

#[test]
fn the_first_snapshot_proves_before_a_later_one_opens_and_a_complete_one_closes() {
    let mut world = World::new();
    world.holdings(1, &[("u", OFFICE)]);
    world.holdings(5, &[("v", OFFICE)]);
    world.holdings(9, &[("v", OFFICE)]);
    assert_eq!(
        world.assigned(),
        [
            row("u", OFFICE, None, Some(5), "before"),
            row("v", OFFICE, Some(5), None, "snapshot")
        ]
    );
}

#[test]
fn the_first_snapshot_after_the_first_event_proves_nothing_more() {
    let mut world = World::new();
    world.change("u", OFFICE, Action::Assigned, at(1, 8));
    world.holdings(3, &[("u", OFFICE)]);
    world.holdings(4, &[]);
    assert_eq!(world.assigned(), [row("u", OFFICE, Some(1), Some(4), "event")]);
}

#[test]
fn after_a_first_snapshot_that_does_not_list_it_a_removal_is_a_contradiction() {
    let mut world = World::new();
    world.holdings(1, &[]);
    world.change("u", OFFICE, Action::Removed, at(3, 8));
    assert_eq!(world.assigned(), []);
    assert_eq!(world.tables(1, 0).contradictions, 1);
}

#[test]
fn an_incomplete_snapshot_opens_closes_nothing_and_proves_no_absence() {
    let mut world = World::new();
    world.page("a", 1, &[("u", OFFICE)], false, 1); // the first snapshot still proves "before"
    world.page("b", 4, &[("v", OFFICE)], true, 0);
    world.change("w", OFFICE, Action::Removed, at(6, 8)); // not listed on days 1 and 4, which proves nothing
    assert_eq!(
        world.assigned(),
        [
            row("u", OFFICE, None, None, "before"),
            row("v", OFFICE, Some(4), None, "snapshot"),
            row("w", OFFICE, None, Some(6), "before")
        ]
    );
}

#[test]
fn a_snapshot_is_mute_about_a_sku_that_has_an_event_that_day() {
    let mut world = World::new();
    world.holdings(1, &[("u", TEAMS)]);
    world.change("u", OFFICE, Action::Assigned, at(3, 8));
    world.holdings(3, &[]); // mute about OFFICE, ends TEAMS
    world.change("u", OFFICE, Action::Removed, at(5, 8));
    world.holdings(5, &[("u", OFFICE)]); // mute about OFFICE
    assert_eq!(
        world.assigned(),
        [
            row("u", OFFICE, Some(3), Some(5), "event"),
            row("u", TEAMS, None, Some(3), "before")
        ]
    );
}

#[test]
fn a_first_snapshot_that_is_mute_leaves_the_first_word_to_the_event() {
    let mut world = World::new();
    world.change("u", OFFICE, Action::Held, at(1, 8));
    world.change("v", OFFICE, Action::Assigned, at(1, 8));
    world.holdings(1, &[("v", OFFICE)]);
    assert_eq!(
        world.assigned(),
        [row("u", OFFICE, None, None, "before"), row("v", OFFICE, Some(1), None, "event")]
    );
}

#[test]
fn a_snapshot_is_mute_about_all_of_a_user_who_is_deleted_that_day() {
    let mut world = World::new();
    world.holdings(1, &[("u", OFFICE)]);
    world.change("u", OFFICE, Action::Deleted, at(4, 8));
    world.holdings(4, &[("u", OFFICE), ("u", TEAMS)]);
    world.change("u", OFFICE, Action::Restored, at(6, 8));
    world.holdings(6, &[]);
    assert_eq!(
        world.assigned(),
        [row("u", OFFICE, None, Some(4), "before"), row("u", OFFICE, Some(6), None, "event")]
    );
}

#[test]
fn two_exports_of_one_day_are_one_snapshot() {
    let mut world = World::new();
    world.page("z", 1, &[("u", OFFICE)], false, 0);
    world.page("a", 1, &[("v", OFFICE)], false, 0);
    assert_eq!(
        world.assigned(),
        [row("u", OFFICE, None, None, "before"), row("v", OFFICE, None, None, "before")]
    );
}

#[test]
fn the_last_page_by_number_says_whether_a_snapshot_is_complete() {
    // Page 10 is the last one: on day 5 it announces nothing, on day 9 it announces page 11, which
    // is not there.
    let mut world = World::new();
    world.holdings(1, &[("u", OFFICE), ("v", OFFICE)]);
    world.page("5/page-10.json", 5, &[], false, 0);
    world.page("5/page-9.json", 5, &[("v", OFFICE)], true, 0);
    world.page("9/page-10.json", 9, &[], true, 0);
    world.page("9/page-9.json", 9, &[], false, 0);
    assert_eq!(
        world.assigned(),
        [row("u", OFFICE, None, Some(5), "before"), row("v", OFFICE, None, None, "before")]
    );
}

#[test]
fn an_unreadable_page_makes_the_snapshot_of_its_path_incomplete() {
    let mut world = World::new();
    world.holdings(1, &[("u", OFFICE)]);
    world.page("5/page-1", 5, &[], false, 0);
    let context = world.context(Some(TENANT), Some(day(5)));
    let mut sink = world.inputs.file(Feed::LicenseHoldings, 0, "5/page-2", day(5), &context);
    sink.reject(FIRST, Reason::UnreadableFile, b"", "");
    sink.finish(&FileCounts {
        rejected: 1,
        ..FileCounts::default()
    });
    assert_eq!(world.assigned(), [row("u", OFFICE, None, None, "before")]);
}

#[test]
fn files_are_ordered_by_the_numbers_in_their_names() {
    let ordered = [
        "day-1/page.json",
        "day-1/page1.json",
        "day-1/page02.json",
        "day-1/page2.json",
        "day-1/page10.json",
        "day-1/pages",
        "day-10/a",
    ];
    for pair in ordered.windows(2) {
        assert_eq!(natural_order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        assert_eq!(natural_order(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
    }
}
