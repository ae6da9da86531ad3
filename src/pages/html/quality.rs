//! How far the numbers can be trusted: what is not known of whom.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::domain::guid::Guid;
use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words, nouns};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::html::{more_rows, number};

/// How many customers are named of each lack.
const MOST: usize = 20;

/// The lacks of customers, in the order of the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    Window,
    Silent,
    Seats,
    OldSeats,
    Holdings,
    OldHoldings,
}

impl Lack {
    fn words(self) -> Phrase {
        match self {
            Lack::Window => said::NO_WINDOW,
            Lack::Silent => said::SILENT,
            Lack::Seats => said::NO_SEATS,
            Lack::OldSeats => said::OLD_SEATS,
            Lack::Holdings => said::NO_HOLDINGS,
            Lack::OldHoldings => said::OLD_HOLDINGS,
        }
    }
}

/// The lacks of a customer, each with how old a list is where it is about one.
fn lacks(customer: &CustomerFigures, stale_days: i64) -> Vec<(Lack, Option<i64>)> {
    let mut lacks = Vec::new();
    let people = &customer.people;
    let mut rows = customer.in_scope().map(|product| &product.row);
    if let Some(row) = rows.next() {
        if row.window_days_covered == 0 {
            lacks.push((Lack::Silent, None));
        } else if !row.window_complete {
            lacks.push((Lack::Window, None));
        }
    }
    match people.subscriptions_age_days {
        None => lacks.push((Lack::Seats, None)),
        Some(age) if age > stale_days => lacks.push((Lack::OldSeats, Some(age))),
        Some(_) => {}
    }
    match people.holdings_age_days {
        None => lacks.push((Lack::Holdings, None)),
        Some(age) if age > stale_days => lacks.push((Lack::OldHoldings, Some(age))),
        Some(_) => {}
    }
    lacks
}

/// The lacks of some customers; `with_names` says whether they are named.
pub fn section<'a>(words: Words, figures: &Figures, customers: impl IntoIterator<Item = &'a CustomerFigures>, with_names: bool) -> Markup {
    let mut of: BTreeMap<Lack, Vec<(String, Option<i64>)>> = BTreeMap::new();
    let mut unknown: BTreeMap<Guid, i64> = BTreeMap::new();
    for customer in customers {
        for (lack, age) in lacks(customer, i64::from(figures.stale_days)) {
            of.entry(lack).or_default().push((customer.name(), age));
        }
        for row in customer.products.iter().map(|product| &product.row) {
            let is_known = figures
                .products
                .get(&row.sku_id)
                .is_some_and(|product| product.part_number.is_some());
            if !is_known {
                *unknown.entry(row.sku_id).or_default() += row.seats_sold.unwrap_or(0).max(row.seats_assigned);
            }
        }
    }
    html! {
        @if of.is_empty() && unknown.is_empty() { p { (words.say(said::QUALITY_GOOD)) } }
        @for (lack, names) in &of {
            h3 { (words.say(lack.words())) @if with_names { ": " (number::count(words, names.len() as i64)) } }
            (listed(words, names, with_names))
        }
        @if !unknown.is_empty() {
            h3 { (words.say(said::UNKNOWN_PRODUCT)) }
            ul.plain { @for (sku, seats) in &unknown { li { code { (sku) } ": " (words.count(*seats, nouns::SEAT)) } } }
        }
    }
}

fn listed(words: Words, names: &[(String, Option<i64>)], with_names: bool) -> Markup {
    let age = |days: i64| words.fill(said::DAYS_OLD, &[("days", &words.count(days, nouns::DAY))]);
    let hidden = names.len().saturating_sub(MOST);
    if !with_names && names.iter().all(|(_, days)| days.is_none()) {
        return html! {};
    }
    html! {
        ul.plain {
            @for (name, days) in names.iter().take(MOST) {
                li {
                    @if with_names { (number::name(name)) }
                    @if let Some(days) = days { @if with_names { ", " } (age(*days)) }
                }
            }
        }
        (more_rows(words, hidden, "customer_adoption.parquet"))
    }
}
