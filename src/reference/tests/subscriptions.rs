//! Snapshots in force and seats.

use super::world::{OFFICE, PARTNER, TENANT, VISIO, World, day, ours};
use crate::domain::guid::Guid;
use crate::domain::subscription::{Renewal, Seller, State, Term};
use crate::reference::{Adoption, AdoptionKey, SubscriptionsKey, Tables};
use crate::sources::record::{SoldBy, Subscription};

fn adoption(tables: &Tables, number: i32, sku: Guid) -> Option<&Adoption> {
    tables.adoption.get(&AdoptionKey {
        day: day(number),
        tenant_id: TENANT,
        sku_id: sku,
    })
}

#[test]
fn each_state_counts_where_the_table_says() {
    // Paid: 10 active, 20 grace, 40 disabled, 80 deprovisioned, 160 pending, 320 superseded.
    // Trials: 1000 active, 2000 grace, 4000 disabled. The grace seats were sold by somebody else.
    let mut world = World::new();
    let other = SoldBy::Seller(Seller::Other);
    let trial = |id, seats, state| Subscription {
        is_trial: true,
        ..ours(id, OFFICE, seats, state)
    };
    world.subscriptions(
        0,
        TENANT,
        1,
        &[
            ours("a", OFFICE, 10, State::Active),
            Subscription {
                sold_by: other,
                ..ours("b", OFFICE, 20, State::Grace)
            },
            ours("c", OFFICE, 40, State::Disabled),
            ours("d", OFFICE, 80, State::Deprovisioned),
            ours("e", OFFICE, 160, State::Pending),
            ours("f", OFFICE, 320, State::Superseded),
            trial("g", 1000, State::Active),
            trial("h", 2000, State::Grace),
            trial("i", 4000, State::Disabled),
        ],
    );
    let tables = world.tables(0, 1);
    assert_eq!(adoption(&tables, 0, OFFICE), None);
    let row = adoption(&tables, 1, OFFICE).unwrap();
    assert_eq!(row.seats_sold, Some(30));
    assert_eq!(row.seats_sold_own, Some(10));
    assert_eq!(row.seats_trial, Some(3000));
    assert_eq!(row.seats_lapsed, Some(140));
    assert_eq!(row.entitlements_total, Some(10));
    assert_eq!(
        (row.seats_assigned, row.seats_unassigned, row.deployment_ratio),
        (0, Some(30), Some(0.0))
    );
    assert_eq!(row.seats_assigned_own_prorated, Some(0.0));

    // Two settings move sold and entitled; trials and lapsed seats do not follow.
    world.rules.sold_states = [State::Disabled].into();
    world.rules.entitled_states = [State::Active, State::Grace].into();
    let tables = world.tables(1, 1);
    let row = adoption(&tables, 1, OFFICE).unwrap();
    assert_eq!((row.seats_sold, row.entitlements_total), (Some(40), Some(30)));
    assert_eq!((row.seats_trial, row.seats_lapsed), (Some(3000), Some(140)));
}

#[test]
fn the_latest_snapshot_is_in_force_and_what_it_does_not_list_is_gone() {
    let mut world = World::new();
    world.sold(TENANT, 1, &[("a", OFFICE, 5, State::Active), ("b", VISIO, 7, State::Active)]);
    world.sold(TENANT, 3, &[("a", OFFICE, 6, State::Active)]);
    world.sold(TENANT, 5, &[]);
    let tables = world.tables(1, 6);
    let listed: Vec<_> = tables
        .subscriptions
        .iter()
        .map(|(key, row)| (key.day, &*key.subscription_id, row.seats, row.snapshot_day))
        .collect();
    assert_eq!(
        listed,
        [
            (day(1), "a", 5, day(1)),
            (day(1), "b", 7, day(1)),
            (day(2), "a", 5, day(1)),
            (day(2), "b", 7, day(1)),
            (day(3), "a", 6, day(3)),
            (day(4), "a", 6, day(3)),
        ]
    );
    // A SKU without a workload has a row, and no entitlements.
    let visio = adoption(&tables, 2, VISIO).unwrap();
    assert_eq!(
        (visio.seats_sold, visio.entitlements_total, visio.usage_ratio),
        (Some(7), Some(0), None)
    );
    assert!(tables.usage.keys().all(|key| key.sku_id == OFFICE));
    assert_eq!(adoption(&tables, 5, OFFICE), None);
}

#[test]
fn the_first_source_that_has_a_snapshot_is_in_force_and_sources_are_not_added_up() {
    let mut world = World::new();
    world.subscriptions(1, TENANT, 1, &[ours("a", OFFICE, 5, State::Active)]);
    world.subscriptions(0, TENANT, 3, &[ours("b", OFFICE, 9, State::Active)]);
    world.subscriptions(1, TENANT, 4, &[ours("a", OFFICE, 6, State::Active)]);
    let tables = world.tables(1, 4);
    let seats: Vec<_> = (1..=4)
        .map(|number| adoption(&tables, number, OFFICE).unwrap().seats_sold)
        .collect();
    assert_eq!(seats, [Some(5), Some(5), Some(9), Some(9)]);
}

#[test]
fn pages_of_a_day_are_one_snapshot_and_of_a_subscription_listed_twice_the_last_counts() {
    let mut world = World::new();
    world.subscriptions(
        0,
        TENANT,
        1,
        &[ours("a", OFFICE, 5, State::Active), ours("a", OFFICE, 6, State::Active)],
    );
    world.subscriptions(0, TENANT, 1, &[ours("b", OFFICE, 10, State::Active)]);
    world.subscriptions(0, TENANT, 1, &[ours("a", OFFICE, 4, State::Active)]);
    world.inputs.subscriptions.reverse();
    assert_eq!(adoption(&world.tables(1, 1), 1, OFFICE).unwrap().seats_sold, Some(14));
}

#[test]
fn the_owner_decides_who_sold_a_subscription() {
    let mut world = World::new();
    let (own, direct) = (PARTNER.to_string(), TENANT.to_string());
    let owned = |id, owner| Subscription {
        sold_by: SoldBy::Owner(owner),
        ..ours(id, OFFICE, 1, State::Active)
    };
    world.subscriptions(
        0,
        TENANT,
        1,
        &[
            owned("a", own.as_str()),
            owned("b", ""),
            owned("c", direct.as_str()),
            owned("d", "00000000-0000-0000-0000-000000000077"),
            Subscription {
                sold_by: SoldBy::Seller(Seller::Unknown),
                ..ours("e", OFFICE, 1, State::Active)
            },
        ],
    );
    let tables = world.tables(1, 1);
    let seller = |id: &str| {
        tables.subscriptions[&SubscriptionsKey {
            day: day(1),
            tenant_id: TENANT,
            subscription_id: id.to_owned(),
        }]
            .seller
    };
    assert_eq!(
        ["a", "b", "c", "d", "e"].map(seller),
        [Seller::Own, Seller::Direct, Seller::Direct, Seller::Other, Seller::Unknown]
    );
}

#[test]
fn the_term_runs_from_the_renewal_before_or_from_the_purchase() {
    let mut world = World::new();
    let listed = |world: &mut World, number: i32, renewals: &[(i32, i32)]| {
        let rows = renewals.iter().zip(["a", "b"]).map(|((created, renews), id)| Subscription {
            renewal: Renewal {
                created_on: Some(day(*created)),
                renews_on: Some(day(*renews)),
                ..Renewal::default()
            },
            ..ours(id, OFFICE, 1, State::Active)
        });
        world.subscriptions(0, TENANT, number, &rows.collect::<Vec<_>>());
    };
    // `a` was bought long ago and renews each month. `b` is bound for a year, and its renewal is
    // moved before it comes.
    listed(&mut world, 1, &[(-400, 10), (-350, 12)]);
    listed(&mut world, 5, &[(-400, 10), (-350, 15)]);
    listed(&mut world, 11, &[(-400, 40), (-350, 15)]);
    listed(&mut world, 41, &[(-400, 70), (-350, 380)]);
    let tables = world.tables(1, 41);
    let term = |number: i32, id: &str| {
        let key = SubscriptionsKey {
            day: day(number),
            tenant_id: TENANT,
            subscription_id: id.to_owned(),
        };
        tables.subscriptions[&key].term
    };
    let (month, year) = (Some(Term::Month), Some(Term::Year));
    assert_eq!([1, 10, 11, 41].map(|number| term(number, "a")), [year, year, month, month]);
    assert_eq!([1, 5, 11, 41].map(|number| term(number, "b")), [year; 4]);
}

#[test]
fn a_stale_list_gives_way_to_the_youngest_one_of_a_later_source() {
    let mut world = World::new();
    let seats = |seats| [ours("a", OFFICE, seats, State::Active)];
    world.rules.snapshot_stale_days = 3;
    world.subscriptions(0, TENANT, 1, &seats(10));
    world.subscriptions(1, TENANT, 3, &seats(20));
    world.subscriptions(2, TENANT, 3, &seats(30));
    world.subscriptions(1, TENANT, 6, &seats(40));
    world.subscriptions(0, TENANT, 8, &seats(50));
    let tables = world.tables(1, 12);
    let sold = |number| adoption(&tables, number, OFFICE).unwrap().seats_sold.unwrap();
    // On day 5 both younger lists are of one day: the earlier source's is in force. Nobody has a
    // younger one than that of day 8.
    let found: Vec<i64> = (1..=12).map(sold).collect();
    assert_eq!(found, [10, 10, 10, 10, 20, 40, 40, 50, 50, 50, 50, 50]);
}
