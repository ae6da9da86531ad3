//! Disabled accounts and people who wait for a seat.

use super::world::{OFFICE, TENANT, World, at, day};
use crate::domain::kinds::Action;
use crate::domain::next_steps::StepCode;
use crate::reference::{AdoptionKey, Tables};

/// Seats of disabled accounts and users who wait, on each day.
fn numbers(tables: &Tables, days: &[i32]) -> Vec<(i64, i64)> {
    let of = |number: &i32| {
        let key = AdoptionKey {
            day: day(*number),
            tenant_id: TENANT,
            sku_id: OFFICE,
        };
        let row = &tables.adoption[&key];
        (row.seats_assigned_disabled, row.users_waiting)
    };
    days.iter().map(of).collect()
}

#[test]
fn the_latest_list_that_says_something_decides_about_an_account() {
    let mut world = World::new();
    world.accounts(1, OFFICE, &[("u", Some(true), false), ("v", Some(false), false)]);
    world.accounts(3, OFFICE, &[("u", Some(false), false), ("v", None, false)]);
    world.accounts(
        5,
        OFFICE,
        &[
            ("u", Some(true), false),
            ("v", None, false),
            ("v", Some(true), false),
            ("v", Some(false), false),
        ],
    );
    let tables = world.tables(1, 6);
    assert_eq!(numbers(&tables, &[1, 2, 3, 4, 5]), [(1, 0), (1, 0), (2, 0), (2, 0), (0, 0)]);
}

#[test]
fn a_license_that_comes_back_after_a_list_without_the_user_is_that_of_an_unknown_account() {
    let mut world = World::new();
    world.accounts(1, OFFICE, &[("u", Some(false), false), ("v", None, false)]);
    world.accounts(3, OFFICE, &[("v", None, false)]);
    world.change("u", OFFICE, Action::Assigned, at(4, 8));
    assert_eq!(numbers(&world.tables(1, 4), &[1, 2, 3, 4]), [(1, 0), (1, 0), (0, 0), (0, 0)]);
}

#[test]
fn who_waits_does_so_until_a_seat_comes_and_holds_nothing() {
    let mut world = World::new();
    world.accounts(1, OFFICE, &[("u", None, false), ("v", None, true), ("w", None, true)]);
    world.change("v", OFFICE, Action::Assigned, at(3, 8));
    world.change("v", OFFICE, Action::Removed, at(5, 8));
    let tables = world.tables(1, 5);
    assert_eq!(numbers(&tables, &[1, 2, 3, 4, 5]), [(0, 2), (0, 2), (0, 1), (0, 1), (0, 1)]);
    let steps = tables.next_steps.keys().filter(|key| key.code == StepCode::Upsell);
    assert_eq!(
        steps.count(),
        5,
        "people who wait call for seats, though nobody knows how many were sold"
    );
}
