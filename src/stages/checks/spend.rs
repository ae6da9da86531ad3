//! Checks `spend` against `adoption` and the price list: there is a row exactly where a price
//! counts, and every amount is seats times the price.

use std::collections::BTreeMap;

use crate::domain::guid::Guid;
use crate::domain::money::{Money, Price};
use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::inputs::CheckInputs;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::{Subject, Violations};
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::spend::{SPEND, Spend};

/// Checks what holds under the settings.
pub(super) fn check_under_rules(tables: &DayTables, known: &CheckInputs<'_>, recount: &Recount<'_>, violations: &mut Violations) {
    let prices = &known.rules.catalogue.prices;
    let mut rows: BTreeMap<(Guid, Guid), &Spend> = tables.spend.iter().map(|row| ((row.tenant_id, row.sku_id), row)).collect();
    for product in &tables.adoption {
        let key = (product.tenant_id, product.sku_id);
        let subject = subject(key);
        match (rows.remove(&key), prices.of(key.0, key.1, tables.day)) {
            (None, None) => {}
            (Some(row), Some(price)) => {
                let visible = product.window_days_covered > 0 && !known.products.workloads(key.1).is_empty();
                let users = recount.products.get(&key);
                let idle = visible.then(|| users.map_or(0, |users| users.assigned - users.any.holders));
                for (column, is_right) in columns(row, product, price, idle) {
                    if !is_right {
                        violations.report(
                            subject,
                            format_args!("`{column}` does not follow from `adoption` and the price `{price}`"),
                        );
                    }
                }
            }
            (None, Some(price)) => violations.report(subject, format_args!("there is no row, and the price is `{price}`")),
            (Some(_), None) => violations.report(subject, format_args!("there is a row, and no price")),
        }
    }
    for key in rows.into_keys() {
        violations.report(subject(key), format_args!("it is not in `adoption`"));
    }
}

fn subject<'a>((customer, product): (Guid, Guid)) -> Subject<'a> {
    Subject {
        table: SPEND.name,
        customer: Some(customer),
        product: Some(product),
        workload: None,
        row: None,
    }
}

/// Each column, and whether it is what it should be.
fn columns(row: &Spend, product: &Adoption, price: Price, idle: Option<i64>) -> [(&'static str, bool); 11] {
    let cost = |seats: Option<i64>| -> Option<Money> { price.of_seats(seats?) };
    [
        ("currency", row.currency == price.currency),
        ("price_per_month", Some(row.price_per_month) == price.of_seats(1)),
        ("seats_sold", row.seats_sold == product.seats_sold),
        ("seats_unassigned", row.seats_unassigned == product.seats_unassigned),
        ("seats_idle", row.seats_idle == idle),
        ("seats_disabled", row.seats_disabled == product.seats_assigned_disabled),
        ("cost_sold", row.cost_sold == cost(row.seats_sold)),
        ("cost_unassigned", row.cost_unassigned == cost(row.seats_unassigned)),
        ("cost_idle", row.cost_idle == cost(row.seats_idle)),
        ("cost_disabled", row.cost_disabled == cost(Some(row.seats_disabled))),
        ("in_scope", row.in_scope == product.in_scope),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use crate::stages::checks::testing::{SKU, TENANT, check_with, says};
    use crate::warehouse::table::Row;

    fn check(change: impl FnOnce(&mut Vec<Spend>)) -> Vec<String> {
        check_with(|rules, tables| {
            let price = Price::parse("12.50", Currency::of("EUR").unwrap()).unwrap();
            std::sync::Arc::make_mut(&mut rules.catalogue.prices).add((SKU, None), None, price);
            let rows = crate::stages::measures::spend::build(&tables.adoption, tables.day, &rules.catalogue).unwrap();
            tables.spend = Spend::rows(&rows).unwrap();
            for row in &mut tables.next_steps {
                let evidence = crate::stages::next_steps::evidence::Evidence::parse(&row.evidence).unwrap();
                row.money_per_month = row.sku_id.and_then(|_| price.of_seats(evidence.seats_concerned()));
                row.currency = row.sku_id.map(|_| price.currency);
            }
            change(&mut tables.spend);
        })
    }

    #[test]
    fn amounts_are_seats_times_the_price_to_the_cent() {
        assert_eq!(check(|_| {}), [""; 0]);
        for (column, change) in [
            ("cost_sold", (|row| row.cost_sold = Some(Money(25_0001))) as fn(&mut Spend)),
            ("cost_idle", |row| row.cost_idle = None),
            ("seats_idle", |row| row.seats_idle = Some(7)),
            ("seats_disabled", |row| row.seats_disabled = 7),
            ("cost_disabled", |row| row.cost_disabled = None),
            ("price_per_month", |row| row.price_per_month = Money(1)),
            ("currency", |row| row.currency = Currency::of("USD").unwrap()),
        ] {
            says(
                &check(|rows| change(&mut rows[0])),
                &["`spend`", &format!("`{column}` does not follow")],
            );
        }
    }

    #[test]
    fn there_is_a_row_for_each_product_with_a_price_and_no_other() {
        says(&check(Vec::clear), &["there is no row, and the price is `12.50 EUR`"]);
        let other = |rows: &mut Vec<Spend>| {
            let row = Spend {
                sku_id: Guid(99),
                tenant_id: TENANT,
                ..rows[0].clone()
            };
            rows.push(row);
        };
        says(&check(other), &["it is not in `adoption`"]);
    }
}
