//! What seats cost, by small rows of `adoption`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::domain::catalogue::Product;
use crate::domain::kinds::ActivitySource;
use crate::domain::money::Price;
use crate::stages::measures::seats::{Seats, adoption_row};
use crate::stages::measures::usage::ActiveUsers;

const CONTOSO: Guid = Guid(7);
const FABRIKAM: Guid = Guid(8);
/// A product with a workload, one without, and one without a price.
const E3: Guid = Guid(1);
const VISIO: Guid = Guid(2);
const UNPRICED: Guid = Guid(3);

fn price(text: &str, currency: &str) -> Price {
    Price::parse(text, Currency::of(currency).unwrap()).unwrap()
}

fn catalogue(prices: &[(Guid, Option<Guid>, Option<i32>, Price)]) -> Catalogue {
    let mut catalogue = Catalogue::default();
    let product = |workloads: &[&str]| Product {
        part_number: String::new(),
        name: String::new(),
        workloads: workloads
            .iter()
            .map(|workload| (*workload).to_owned())
            .collect::<BTreeSet<String>>(),
        ..Product::default()
    };
    catalogue.products = [(E3, product(&["teams"])), (VISIO, product(&[])), (UNPRICED, product(&["teams"]))].into();
    let list = Arc::make_mut(&mut catalogue.prices);
    for (sku, tenant, from, price) in prices {
        list.add((*sku, *tenant), from.map(Day), *price);
    }
    catalogue
}

/// 10 seats sold, `assigned` of them assigned, `active` of the holders active, and `left` others, one
/// of whom was switched to another product.
fn product(tenant: Guid, sku: Guid, assigned: i64, active: i64, left: i64) -> Adoption {
    let users = ActiveUsers {
        active: active + left,
        holders: active,
        switched: left.min(1),
    };
    let seats = Seats {
        sold: 10,
        entitled: 10,
        ..Seats::default()
    };
    Adoption {
        window_days_covered: 28,
        activity_source: Some(ActivitySource::Logs),
        ..adoption_row(tenant, sku, assigned, users, Some(10), Some(seats))
    }
}

fn spend(adoption: &[Adoption], day: i32, catalogue: &Catalogue) -> Vec<Spend> {
    Spend::rows(&build(adoption, Day(day), catalogue).unwrap()).unwrap()
}

#[test]
fn a_row_is_seats_times_the_price_and_who_no_longer_has_the_product_fills_no_seat() {
    let catalogue = catalogue(&[(E3, None, None, price("12.35", "EUR"))]);
    let mut with_disabled = product(CONTOSO, E3, 8, 5, 2);
    with_disabled.seats_assigned_disabled = 2;
    let rows = spend(&[with_disabled, product(CONTOSO, UNPRICED, 8, 5, 2)], 0, &catalogue);
    let expected = Spend {
        tenant_id: CONTOSO,
        sku_id: E3,
        currency: Currency::of("EUR").unwrap(),
        price_per_month: Money(12_3500),
        seats_sold: Some(10),
        seats_unassigned: Some(2),
        seats_idle: Some(3),
        seats_disabled: 2,
        cost_sold: Some(Money(123_5000)),
        cost_unassigned: Some(Money(24_7000)),
        cost_idle: Some(Money(37_0500)),
        cost_disabled: Some(Money(24_7000)),
        in_scope: true,
    };
    assert_eq!(rows, [expected]);
}

#[test]
fn the_price_is_the_latest_of_the_day_and_a_customer_s_own_before_everybody_s() {
    let catalogue = catalogue(&[
        (E3, None, None, price("10", "EUR")),
        (E3, None, Some(5), price("11", "EUR")),
        (E3, Some(CONTOSO), Some(7), price("9", "USD")),
        (VISIO, None, Some(6), price("1150", "JPY")),
    ]);
    let adoption = [
        product(FABRIKAM, VISIO, 0, 0, 0),
        product(CONTOSO, E3, 0, 0, 0),
        product(FABRIKAM, E3, 0, 0, 0),
    ];
    let on = |day| -> Vec<(Guid, Guid, i64, &str)> {
        let row = |row: Spend| (row.tenant_id, row.sku_id, row.cost_sold.unwrap().0 / 10_000, row.currency.code());
        spend(&adoption, day, &catalogue).into_iter().map(row).collect()
    };
    assert_eq!(on(4), [(CONTOSO, E3, 100, "EUR"), (FABRIKAM, E3, 100, "EUR")]);
    assert_eq!(on(5), [(CONTOSO, E3, 110, "EUR"), (FABRIKAM, E3, 110, "EUR")]);
    assert_eq!(
        on(7),
        [
            (CONTOSO, E3, 90, "USD"),
            (FABRIKAM, E3, 110, "EUR"),
            (FABRIKAM, VISIO, 11500, "JPY")
        ]
    );
}

#[test]
fn what_is_not_known_costs_null_and_not_0() {
    let catalogue = catalogue(&[(E3, None, None, price("10", "EUR")), (VISIO, None, None, price("10", "EUR"))]);
    let mut unseen = product(CONTOSO, E3, 8, 0, 0);
    unseen.window_days_covered = 0;
    let mut unknown = product(FABRIKAM, E3, 8, 5, 0);
    (unknown.seats_sold, unknown.seats_unassigned) = (None, None);
    let rows = spend(&[product(CONTOSO, VISIO, 8, 0, 0), unseen, unknown], 0, &catalogue);
    let costs: Vec<_> = rows.iter().map(|row| [row.cost_sold, row.cost_unassigned, row.cost_idle]).collect();
    let euros = |count: i64| Some(Money(count * 10_000));
    assert_eq!(
        costs,
        [
            [euros(100), euros(20), None],
            [euros(100), euros(20), None],
            [None, None, euros(30)],
        ]
    );
}

#[test]
fn an_amount_that_no_file_can_have_is_null_and_nothing_begins_anew() {
    let catalogue = catalogue(&[(E3, None, None, price("99999999999999.99", "EUR"))]);
    let mut huge = product(CONTOSO, E3, 8, 5, 0);
    huge.seats_sold = Some(i64::MAX);
    let rows = spend(&[huge], 0, &catalogue);
    assert_eq!((rows[0].cost_sold, rows[0].cost_unassigned), (None, None));
}

#[test]
fn without_a_price_there_is_no_row() {
    assert_eq!(spend(&[product(CONTOSO, E3, 8, 5, 0)], 0, &catalogue(&[])), []);
    let later = catalogue(&[(E3, None, Some(9), price("10", "EUR"))]);
    assert_eq!(spend(&[product(CONTOSO, E3, 8, 5, 0)], 8, &later), []);
    assert_eq!(spend(&[], 9, &later), []);
}
