//! What changed since 28 days before, and why: usage and deployment taken apart into the counts that
//! moved them, of everything and of each product.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;
use crate::pages::figures::changes::{Cause, Changes, Count, Split, Standing};
use crate::pages::figures::customer::{CustomerFigures, ProductFigures};
use crate::pages::html::{number, parts, wide};
use crate::stages::measures::adoption::Adoption;

/// What a part of active users is called by programs, in the order of its words.
const PART_IDS: [&str; 6] = [
    "active_current",
    "active_moved",
    "active_switched",
    "active_lapsed",
    "active_trial",
    "active_over_assigned",
];

/// The changes of all customers together.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let portfolio = &figures.portfolio;
    let place = figures.before.map(|before| (before.0 - figures.first.0) as usize);
    let is_complete = place.is_none_or(|place| portfolio.is_complete(place));
    let before = portfolio
        .all_before
        .as_ref()
        .and_then(|row| Standing::of_portfolio(row, is_complete));
    let now = portfolio.all.as_ref().and_then(|row| Standing::of_portfolio(row, true));
    let Some((before, now)) = before.zip(now) else {
        return html! { p { (words.say(said::CHANGES_UNKNOWN)) } };
    };
    let changes = Changes::between(&before, &now);
    html! {
        @if changes.is_nothing() { p { (words.say(said::CHANGES_NONE)) } } @else {
            p.soft { (words.say(said::CHANGES_TEXT)) }
            (table(words, "all", words.say(said::ALL_PRODUCTS), &changes))
        }
    }
}

/// The changes of a customer: of all products together where there are several, and of each.
pub fn customer(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    if figures.before.is_none() {
        return html! { p { (words.say(said::CHANGES_UNKNOWN)) } };
    }
    let products: Vec<(&ProductFigures, Markup)> = customer
        .in_scope()
        .filter_map(|product| Some((product, of_product(words, figures, product)?)))
        .collect();
    let left_out = customer.products.iter().filter(|product| !product.row.in_scope);
    let left_out = left_out.filter_map(|product| product.before.as_ref());
    let gone: Vec<&Adoption> = customer.gone.iter().chain(left_out).filter(|row| row.in_scope).collect();
    let before = customer.products.iter().filter_map(|product| product.before.as_ref());
    let before = Standing::of(before.chain(&customer.gone));
    let now = Standing::of(customer.products.iter().map(|product| &product.row));
    let all = before.zip(now).map(|(before, now)| Changes::between(&before, &now));
    let several = all.filter(|all| !all.is_nothing() && customer.in_scope().count() + gone.len() > 1);
    html! {
        @if products.is_empty() && gone.is_empty() { p { (words.say(said::CHANGES_NONE)) } } @else { p.soft { (words.say(said::CHANGES_TEXT)) } }
        @if let Some(all) = several {
            h3 { (words.say(said::ALL_PRODUCTS)) }
            (table(words, "all", words.say(said::ALL_PRODUCTS), &all))
        }
        @for (product, changes) in products {
            h3 { (number::name(&figures.product_name(product.row.sku_id))) }
            (changes)
        }
        @for row in gone {
            h3 { (number::name(&figures.product_name(row.sku_id))) }
            p { (words.fill(said::GONE_PRODUCT, &[("assigned", &words.grouped(row.seats_assigned)), ("active", &words.grouped(row.entitlements_active))])) }
        }
    }
}

/// The changes of a product; `None` where there are none.
fn of_product(words: Words, figures: &Figures, product: &ProductFigures) -> Option<Markup> {
    let Some(before) = product.before.as_ref().filter(|before| before.in_scope) else {
        return Some(html! { p { (words.say(said::NEW_PRODUCT)) } });
    };
    let (before, now) = Standing::of([before]).zip(Standing::of([&product.row]))?;
    let changes = Changes::between(&before, &now);
    let sku = product.row.sku_id;
    (!changes.is_nothing()).then(|| table(words, &sku.to_string(), &figures.product_name(sku), &changes))
}

/// A row for each share that changed, and below it the counts that moved it.
fn table(words: Words, id: &str, what: &str, changes: &Changes) -> Markup {
    let shares = [
        ("usage_ratio", said::USAGE, &changes.usage),
        ("deployment_ratio", said::DEPLOYMENT, &changes.deployment),
    ];
    let shares = shares.into_iter().filter(|(_, _, split)| !split.counts.is_empty());
    let table = html! {
        table id=(format!("changes-{id}")) {
            thead { tr {
                th.text scope="col" { (words.say(said::CAUSE)) }
                @for phrase in [said::BEFORE, said::NOW, said::CHANGE, said::EFFECT] { th scope="col" { (words.say(phrase)) } }
            } }
            tbody { @for (name, title, split) in shares {
                (share_row(words, name, title, split))
                @for count in &split.counts { (count_row(words, count)) }
            } }
        }
    };
    html! {
        (wide(words, &format!("{}, {what}", words.say(said::CHANGES)), &table))
        @if changes.began { p.soft { (words.say(said::CHANGES_BEGAN)) } }
    }
}

fn share_row(words: Words, name: &str, title: Phrase, split: &Split) -> Markup {
    html! {
        tr.sum data-row=(name) {
            th.text scope="row" { (words.say(title)) }
            td { (number::share(words, split.before)) }
            td { (number::share(words, split.now)) }
            td {}
            td { (effect(words, split.before.zip(split.now).map(|(before, now)| now - before), split.tenths)) }
        }
    }
}

fn count_row(words: Words, count: &Count) -> Markup {
    let (name, title, part) = match count.cause {
        Cause::Part(at) => (PART_IDS[at], parts::NAMES[at], Some(at)),
        Cause::Entitled => ("entitlements_total", said::ENTITLED_SEATS, None),
        Cause::Assigned => ("seats_assigned", said::ASSIGNED_SEATS, None),
        Cause::Sold => ("seats_sold", said::SOLD_SEATS, None),
    };
    let title = match part {
        Some(_) => words.fill(said::ACTIVE_PART, &[("part", &words.say(title))]),
        None => words.say(title).to_owned(),
    };
    let change = count.now - count.before;
    html! {
        tr data-row=(name) {
            th.text scope="row" { @if let Some(at) = part { span class=(format!("part p{at}")) {} } (title) }
            td { (number::count(words, count.before)) }
            td { (number::count(words, count.now)) }
            td { data value=(change) { (words.signed(change)) } }
            td { (effect(words, count.effect, count.tenths)) }
        }
    }
}

/// An effect as it is, for programs, and rounded so that those of a table add up, for people.
fn effect(words: Words, effect: Option<f64>, tenths: Option<i64>) -> Markup {
    match effect.zip(tenths) {
        Some((effect, tenths)) => html! { data value=(effect) { (words.signed_decimal(tenths as f64 / 10.0, 1)) } },
        None => number::unknown(words),
    }
}
