//! Sums over customers, and changes that must not change the result.

use super::world::{FREE, OFFICE, OTHER, TEAMS, TENANT, VISIO, World, at, day};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::domain::subscription::State;
use crate::reference::{Portfolio, PortfolioKey, Tables};

fn portfolio<'a>(tables: &'a Tables, sku_id: Option<Guid>, workload: Option<&str>) -> Option<&'a Portfolio> {
    tables.portfolio.get(&PortfolioKey {
        day: day(5),
        sku_id,
        workload: workload.map(str::to_owned),
    })
}

/// Two customers have seats of TEAMS (10 and 30); one of them also has 5 of OFFICE and a free
/// product. A third one has no snapshot.
fn world() -> World {
    let mut world = World::new();
    world.sold(
        TENANT,
        1,
        &[
            ("1", TEAMS, 10, State::Active),
            ("2", OFFICE, 5, State::Active),
            ("3", FREE, 1000, State::Active),
        ],
    );
    world.sold(OTHER, 2, &[("1", TEAMS, 30, State::Active), ("2", VISIO, 2, State::Grace)]);
    for (tenant, users) in [(TENANT, 8), (OTHER, 4), (Guid(0xc), 3)] {
        for user in 0..users {
            let user = format!("user-{user}");
            world.change_of(tenant, &user, TEAMS, Action::Assigned, at(2, 8));
            if user != "user-0" {
                world.sign_in_of(tenant, &user, "teams", 4);
            }
        }
    }
    world.change("user-1", OFFICE, Action::Assigned, at(2, 8));
    world
}

#[test]
fn a_product_row_is_sum_over_sum_of_the_customers_with_seats() {
    let tables = world().tables(5, 5);
    // 8 + 4 assigned of 10 + 30 sold; 7 + 3 active. The third customer's 3 are in no sum.
    let expected = Portfolio {
        customers: 3,
        customers_without_seats: 1,
        seats_sold: Some(40),
        seats_sold_own: Some(40),
        seats_trial: Some(0),
        seats_lapsed: Some(0),
        seats_assigned: Some(12),
        seats_assigned_disabled: Some(0),
        seats_unassigned: Some(28),
        users_waiting: Some(0),
        deployment_ratio: Some(0.3),
        seats_assigned_own_prorated: Some(12.0),
        entitlements_total: Some(40),
        entitlements_active: Some(10),
        active_current: Some(10),
        active_moved: Some(0),
        active_switched: Some(0),
        active_lapsed: Some(0),
        active_trial: Some(0),
        active_over_assigned: Some(0),
        active_unlicensed: None,
        usage_ratio: Some(0.25),
        usage_ratio_adjusted: Some(0.25),
        usage_ratio_licensed: None,
        users_entitled: None,
        users_active: None,
        users_ratio: None,
    };
    assert_eq!(portfolio(&tables, Some(TEAMS), None), Some(&expected));
}

#[test]
fn the_row_of_all_products_counts_someone_in_two_products_twice() {
    let tables = world().tables(5, 5);
    let all = portfolio(&tables, None, None).unwrap();
    // TEAMS 40 + OFFICE 5 + VISIO 2 sold, 45 entitlements (VISIO has no workload); 10 + 1 active;
    // the free product is left out.
    assert_eq!((all.customers, all.customers_without_seats), (3, 1));
    assert_eq!(
        (all.seats_sold, all.seats_lapsed, all.seats_assigned),
        (Some(47), Some(2), Some(13))
    );
    assert_eq!((all.entitlements_total, all.entitlements_active), (Some(45), Some(11)));
    assert_eq!(all.usage_ratio, Some(11.0 / 45.0));
    // People count once: 8 and 4 with a license, of whom 7 and 3 work.
    assert_eq!((all.users_entitled, all.users_active), (Some(12), Some(10)));
    assert_eq!(all.users_ratio, Some(10.0 / 12.0));
    assert_eq!(portfolio(&tables, Some(FREE), None), None);
    assert_eq!(portfolio(&tables, None, Some("yammer")), None);
}

#[test]
fn a_workload_row_counts_users_once_and_leaves_the_seat_columns_null() {
    let tables = world().tables(5, 5);
    // Teams: 10 + 5 + 30 entitlements; 7 + 3 users, user-1 once.
    let expected = Portfolio {
        customers: 3,
        customers_without_seats: 1,
        entitlements_total: Some(45),
        entitlements_active: Some(10),
        active_unlicensed: Some(0),
        usage_ratio: Some(10.0 / 45.0),
        usage_ratio_licensed: Some(10.0 / 45.0),
        users_entitled: Some(12),
        users_active: Some(10),
        users_ratio: Some(10.0 / 12.0),
        ..Portfolio::default()
    };
    assert_eq!(portfolio(&tables, None, Some("teams")), Some(&expected));
    // Exchange comes with OFFICE only: nobody used it, and only one customer has it.
    let exchange = portfolio(&tables, None, Some("exchange")).unwrap();
    assert_eq!(
        (exchange.customers, exchange.entitlements_total, exchange.usage_ratio),
        (1, Some(5), Some(0.0))
    );
}

#[test]
fn where_all_customers_are_without_seats_the_sums_are_null() {
    let mut world = World::new();
    world.change("u", TEAMS, Action::Assigned, at(2, 8));
    world.sign_in("u", "teams", 3);
    let tables = world.tables(5, 5);
    let expected = Portfolio {
        customers: 1,
        customers_without_seats: 1,
        ..Portfolio::default()
    };
    for (sku, workload) in [(Some(TEAMS), None), (None, Some("teams")), (None, None)] {
        assert_eq!(portfolio(&tables, sku, workload), Some(&expected));
    }
}

#[test]
fn the_order_of_the_inputs_and_the_range_of_days_do_not_matter() {
    let mut world = world();
    world.holdings(3, &[("user-2", TEAMS), ("user-9", OFFICE)]);
    let whole = world.tables(1, 40);
    let inputs = &mut world.inputs;
    inputs.activity.reverse();
    inputs.license_changes.reverse();
    inputs.holdings.reverse();
    inputs.holdings_files.reverse();
    inputs.subscriptions.reverse();
    inputs.subscription_pages.reverse();
    assert_eq!(world.tables(1, 40), whole);
    let late = world.tables(40, 40);
    assert!(!late.adoption.is_empty());
    assert!(late.adoption.iter().all(|(key, row)| whole.adoption.get(key) == Some(row)));
    assert!(late.portfolio.iter().all(|(key, row)| whole.portfolio.get(key) == Some(row)));
}
