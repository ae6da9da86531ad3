//! Usage, adoption and the workloads of one customer.

use super::world::{FREE, OFFICE, SOCIAL, TEAMS, TENANT, VISIO, World, at, day, ours, sign_in};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::domain::subscription::{Seller, State};
use crate::reference::{
    Adoption, AdoptionKey, CustomerAdoption, CustomerAdoptionKey, Tables, Usage, UsageKey, WorkloadAdoption, WorkloadAdoptionKey,
};
use crate::sources::record::{Activity, SoldBy, Subscription};

fn adoption(tables: &Tables, number: i32, sku: Guid) -> Option<&Adoption> {
    tables.adoption.get(&AdoptionKey {
        day: day(number),
        tenant_id: TENANT,
        sku_id: sku,
    })
}

fn usage<'a>(tables: &'a Tables, number: i32, sku: Guid, workload: &str) -> &'a Usage {
    &tables.usage[&UsageKey {
        day: day(number),
        tenant_id: TENANT,
        sku_id: sku,
        workload: workload.to_owned(),
    }]
}

fn workload<'a>(tables: &'a Tables, number: i32, workload: &str) -> Option<&'a WorkloadAdoption> {
    tables.workload_adoption.get(&WorkloadAdoptionKey {
        day: day(number),
        tenant_id: TENANT,
        workload: workload.to_owned(),
    })
}

#[test]
fn an_overuse_is_split_into_parts_that_add_up() {
    // Eight users hold OFFICE and use teams; two of them lose it on day 9. 2 entitlements, 1 seat
    // in grace, 2 trial seats: on day 10, A = 8, C = 6: current 2, moved 2, lapsed 1, trial 2,
    // over-assigned 1.
    let mut world = World::new();
    let users = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for user in users {
        world.change(user, OFFICE, Action::Assigned, at(1, 8));
        world.sign_in(user, "teams", 5);
    }
    for user in ["g", "h"] {
        world.change(user, OFFICE, Action::Removed, at(9, 8));
    }
    world.sign_in("a", "exchange", 6);
    world.subscriptions(
        0,
        TENANT,
        1,
        &[
            ours("1", OFFICE, 2, State::Active),
            Subscription {
                sold_by: SoldBy::Seller(Seller::Other),
                ..ours("2", OFFICE, 1, State::Grace)
            },
            Subscription {
                is_trial: true,
                ..ours("3", OFFICE, 2, State::Active)
            },
        ],
    );
    let tables = world.tables(1, 40);
    let expected = Usage {
        entitlements_total: Some(2),
        entitlements_active: 8,
        active_current: 2,
        active_moved: 2,
        active_switched: 0,
        active_lapsed: 1,
        active_trial: 2,
        active_over_assigned: 1,
        usage_ratio: Some(4.0),
        usage_ratio_adjusted: Some(1.0),
    };
    assert_eq!(usage(&tables, 10, OFFICE, "teams"), &expected);
    // Exchange: one user, who holds the SKU.
    let exchange = usage(&tables, 10, OFFICE, "exchange");
    assert_eq!(
        (exchange.entitlements_active, exchange.active_current, exchange.usage_ratio),
        (1, 1, Some(0.5))
    );

    let row = adoption(&tables, 10, OFFICE).unwrap();
    assert_eq!((row.entitlements_active, row.active_moved, row.active_over_assigned), (8, 2, 1));
    assert_eq!(
        (row.seats_sold, row.seats_assigned, row.seats_unassigned, row.deployment_ratio),
        (Some(3), 6, Some(0), Some(2.0))
    );
    assert_eq!(row.seats_assigned_own_prorated, Some(4.0)); // 6 x 2 / 3
    // Day 5 is the first day of the window of day 32, and before that of day 33.
    assert_eq!(usage(&tables, 32, OFFICE, "teams").entitlements_active, 8);
    assert_eq!(usage(&tables, 33, OFFICE, "teams").entitlements_active, 0);
}

#[test]
fn who_has_another_product_with_the_workload_was_switched() {
    // OFFICE has exchange and teams. On day 5 `a` is switched to TEAMS, `b` to VISIO, which has no
    // workload in common, and `c` has lost both by day 8.
    let mut world = World::new();
    for (user, other) in [("a", TEAMS), ("b", VISIO), ("c", TEAMS)] {
        world.change(user, OFFICE, Action::Assigned, at(1, 8));
        world.sign_in(user, "teams", 2);
        world.sign_in(user, "exchange", 3);
        world.change(user, OFFICE, Action::Removed, at(5, 8));
        world.change(user, other, Action::Assigned, at(5, 8));
    }
    world.change("c", TEAMS, Action::Removed, at(8, 8));
    world.subscriptions(0, TENANT, 1, &[ours("1", OFFICE, 1, State::Active)]);
    let tables = world.tables(1, 10);
    let parts = |row: &Usage| (row.entitlements_active, row.active_current, row.active_moved, row.active_switched);
    assert_eq!(parts(usage(&tables, 4, OFFICE, "teams")), (3, 1, 0, 0));
    assert_eq!(parts(usage(&tables, 5, OFFICE, "teams")), (3, 0, 1, 2));
    assert_eq!(parts(usage(&tables, 8, OFFICE, "teams")), (3, 0, 2, 1));
    assert_eq!(parts(usage(&tables, 5, OFFICE, "exchange")), (3, 0, 3, 0));
    // One of the product's workloads is enough for the product as a whole.
    let row = adoption(&tables, 5, OFFICE).unwrap();
    assert_eq!((row.active_moved, row.active_switched, row.usage_ratio), (1, 2, Some(3.0)));
}

#[test]
fn lapsed_seats_explain_holders_only_and_go_before_trials() {
    // A = 4, C = 3 (`d` lost it), E = 1: the two holders too many are all explained by the five
    // lapsed seats.
    let mut world = World::new();
    for user in ["a", "b", "c", "d"] {
        world.change(user, TEAMS, Action::Assigned, at(1, 8));
        world.sign_in(user, "teams", 2);
    }
    world.change("d", TEAMS, Action::Removed, at(3, 8));
    let trial = Subscription {
        is_trial: true,
        ..ours("3", TEAMS, 5, State::Active)
    };
    world.subscriptions(
        0,
        TENANT,
        1,
        &[ours("1", TEAMS, 1, State::Active), ours("2", TEAMS, 5, State::Disabled), trial],
    );
    let row = usage(&world.tables(4, 4), 4, TEAMS, "teams").clone();
    assert_eq!((row.entitlements_active, row.active_current, row.active_moved), (4, 1, 1));
    assert_eq!((row.active_lapsed, row.active_trial, row.active_over_assigned), (2, 0, 0));
}

#[test]
fn activity_counts_on_days_on_which_the_sku_was_held_also_its_last() {
    let mut world = World::new();
    world.sold(TENANT, 1, &[("1", TEAMS, 9, State::Active)]);
    for (user, from, to) in [("before", 4, 9), ("last", 1, 3), ("within", 3, 3), ("after", 1, 2)] {
        world.change(user, TEAMS, Action::Assigned, at(from, 8));
        world.change(user, TEAMS, Action::Removed, at(to, 9));
        world.sign_in(user, "teams", 3);
    }
    // On day 3: `last` and `within` held it, `before` not yet, `after` no more.
    let row = usage(&world.tables(5, 5), 5, TEAMS, "teams").clone();
    assert_eq!((row.entitlements_active, row.active_current, row.active_moved), (2, 0, 2));
}

#[test]
fn adoption_is_use_of_any_workload_and_a_user_of_two_skus_is_active_in_both() {
    let mut world = World::new();
    world.sold(TENANT, 1, &[("1", OFFICE, 4, State::Active), ("2", TEAMS, 4, State::Active)]);
    world.holdings(1, &[("u", OFFICE), ("u", TEAMS), ("v", OFFICE)]);
    world.sign_in("u", "teams", 2);
    world.sign_in("u", "exchange", 3);
    world.sign_in("v", "exchange", 3);
    let tables = world.tables(3, 3);
    assert_eq!(adoption(&tables, 3, OFFICE).unwrap().entitlements_active, 2);
    assert_eq!(adoption(&tables, 3, TEAMS).unwrap().entitlements_active, 1);
    assert_eq!(usage(&tables, 3, OFFICE, "teams").entitlements_active, 1);
    assert_eq!(usage(&tables, 3, OFFICE, "exchange").entitlements_active, 2);
    // Teams: 8 entitlements of two SKUs, one user.
    let teams = workload(&tables, 3, "teams").unwrap();
    assert_eq!(
        (teams.entitlements_total, teams.entitlements_active, teams.usage_ratio),
        (Some(8), 1, Some(0.125))
    );
}

#[test]
fn where_seats_are_unknown_everyone_is_current_and_where_there_are_none_nobody_is() {
    let mut world = World::new();
    world.holdings(1, &[("u", TEAMS), ("v", VISIO)]);
    world.sign_in("u", "teams", 2);
    world.sold(TENANT, 4, &[]);
    let tables = world.tables(3, 4);
    let row = adoption(&tables, 3, TEAMS).unwrap();
    assert_eq!(
        (row.seats_sold, row.seats_unassigned, row.seats_trial, row.entitlements_total),
        (None, None, None, None)
    );
    assert_eq!(
        (row.seats_assigned, row.entitlements_active, row.active_current, row.usage_ratio),
        (1, 1, 1, None)
    );
    assert_eq!(
        (row.seats_snapshot_day, row.deployment_ratio, row.seats_assigned_own_prorated),
        (None, None, None)
    );
    assert_eq!(adoption(&tables, 3, VISIO).unwrap().entitlements_total, None);

    let row = adoption(&tables, 4, TEAMS).unwrap();
    assert_eq!(
        (row.seats_sold, row.seats_unassigned, row.entitlements_total),
        (Some(0), Some(0), Some(0))
    );
    assert_eq!(
        (
            row.active_current,
            row.active_over_assigned,
            row.usage_ratio,
            row.usage_ratio_adjusted
        ),
        (0, 1, None, None)
    );
    assert_eq!(
        (row.seats_snapshot_day, row.deployment_ratio, row.seats_assigned_own_prorated),
        (Some(day(4)), None, None)
    );
}

#[test]
fn use_without_a_license_counts_for_members_who_never_held_one_on_an_active_day() {
    let mut world = World::new();
    world.sold(TENANT, 1, &[("1", SOCIAL, 4, State::Active), ("2", FREE, 100, State::Active)]);
    world.holdings(1, &[("licensed", SOCIAL), ("free", FREE)]);
    world.change("late", SOCIAL, Action::Assigned, at(8, 8));
    for (user, number) in [
        ("licensed", 5),
        ("free", 5),
        ("late", 5),
        ("nobody", 5),
        ("guest", 5),
        ("both", 5),
        ("both", 9),
    ] {
        world.sign_in(user, "yammer", number);
    }
    world.change("both", SOCIAL, Action::Assigned, at(9, 8));
    world.activity(Activity {
        guest: true,
        ..sign_in("g", "guest", "yammer-app", at(7, 5))
    });
    world.sign_in("nobody", "teams", 5); // not a workload whose unlicensed use counts
    let tables = world.tables(10, 10);
    // Unlicensed: `late` (held it from day 8, active on day 5) and `nobody`. `both` held it on one
    // active day and is in A, as is `licensed`. `free` holds a product out of scope: neither
    // licensed here nor unlicensed.
    let expected = WorkloadAdoption {
        entitlements_total: Some(4),
        entitlements_active: 4,
        active_unlicensed: 2,
        usage_ratio: Some(1.0),
        usage_ratio_licensed: Some(0.5),
        // `licensed`, `late` and `both` have it by now, and each worked in the window.
        users_entitled: 3,
        users_active: 3,
        users_ratio: Some(1.0),
    };
    assert_eq!(workload(&tables, 10, "yammer"), Some(&expected));
    assert_eq!(workload(&tables, 10, "teams"), None);
    let free = adoption(&tables, 10, FREE).unwrap();
    assert_eq!(
        (free.in_scope, free.scope_reason.as_deref(), free.entitlements_active),
        (false, Some("free"), 1)
    );
}

#[test]
fn a_customer_is_one_row_in_which_nobody_counts_twice() {
    let mut world = World::new();
    world.sold(TENANT, 2, &[("1", OFFICE, 5, State::Active), ("2", TEAMS, 3, State::Active)]);
    world.holdings(3, &[("a", OFFICE), ("a", TEAMS), ("b", TEAMS), ("c", VISIO), ("d", FREE)]);
    world.sign_in("a", "teams", 4);
    world.sign_in("b", "exchange", 4); // TEAMS has no exchange
    world.sign_in("c", "teams", 4); // VISIO has no workload
    world.sign_in("d", "yammer", 4); // out of scope
    let tables = world.tables(1, 6);
    let row = |number: i32| {
        let key = CustomerAdoptionKey {
            day: day(number),
            tenant_id: TENANT,
        };
        tables.customer_adoption.get(&key).cloned()
    };
    let expected = CustomerAdoption {
        users_entitled: 3,
        users_active: 1,
        users_ratio: Some(1.0 / 3.0),
        seats_sold: Some(8),
        seats_assigned: 4,
        products: 3,
        subscriptions_age_days: Some(4),
        holdings_age_days: Some(3),
    };
    assert_eq!(row(6), Some(expected));
    // Before the lists there are assignments from before the data, and no seats are known.
    let first = row(1).unwrap();
    assert_eq!((first.users_entitled, first.users_active, first.seats_sold), (3, 0, None));
    assert_eq!((first.subscriptions_age_days, first.holdings_age_days), (None, None));
    // Teams: `a` has it twice, and `b` does not work there.
    let teams = workload(&tables, 6, "teams").unwrap();
    assert_eq!(
        (teams.entitlements_total, teams.users_entitled, teams.users_active),
        (Some(8), 2, 1)
    );
}

#[test]
fn a_list_that_names_nobody_gives_a_customer_a_row() {
    let mut world = World::new();
    world.holdings(3, &[]);
    let tables = world.tables(2, 4);
    let rows: Vec<(&CustomerAdoptionKey, &CustomerAdoption)> = tables.customer_adoption.iter().collect();
    assert_eq!(rows.iter().map(|(key, _)| key.day).collect::<Vec<_>>(), [day(3), day(4)]);
    assert_eq!(
        (rows[1].1.users_ratio, rows[1].1.products, rows[1].1.holdings_age_days),
        (None, 0, Some(1))
    );
}

#[test]
fn unlicensed_use_alone_gives_a_row() {
    let mut world = World::new();
    world.sign_in("u", "yammer", 5);
    let row = workload(&world.tables(5, 5), 5, "yammer").cloned().unwrap();
    assert_eq!(
        (
            row.entitlements_total,
            row.entitlements_active,
            row.active_unlicensed,
            row.usage_ratio
        ),
        (None, 1, 1, None)
    );
    world.sold(TENANT, 5, &[]);
    assert_eq!(workload(&world.tables(5, 5), 5, "yammer").unwrap().entitlements_total, Some(0));
}

#[test]
fn a_sku_that_left_has_a_row_as_long_as_its_use_is_in_the_window() {
    let mut world = World::new();
    world.change("u", TEAMS, Action::Removed, at(5, 8));
    world.sign_in("u", "teams", 3);
    let tables = world.tables(1, 40);
    let days: Vec<i32> = tables.adoption.keys().map(|key| key.day.0 - 20_000).collect();
    // Held until day 4 at the end of the day; the use of day 3 is in the windows of days 3 to 30.
    assert_eq!(days, (1..=30).collect::<Vec<_>>());
}
