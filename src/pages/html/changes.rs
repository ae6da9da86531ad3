//! What changed at a customer since 28 days before, product by product, and what moved usage.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::{CustomerFigures, ProductFigures};
use crate::pages::html::number;
use crate::stages::measures::adoption::Adoption;

type Count = fn(&Adoption) -> Option<i64>;

/// What is compared, in the order in which it is told.
const COUNTS: [(Phrase, Count); 10] = [
    (said::SOLD, |row| row.seats_sold),
    (said::ASSIGNED, |row| Some(row.seats_assigned)),
    (said::ENTITLED, |row| row.entitlements_total),
    (said::ACTIVE, |row| Some(row.entitlements_active)),
    (said::CURRENT, |row| Some(row.active_current)),
    (said::MOVED, |row| Some(row.active_moved)),
    (said::SWITCHED, |row| Some(row.active_switched)),
    (said::LAPSED, |row| Some(row.active_lapsed)),
    (said::TRIAL, |row| Some(row.active_trial)),
    (said::OVER_ASSIGNED, |row| Some(row.active_over_assigned)),
];

pub fn section(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    if figures.before.is_none() {
        return html! { p { (words.say(said::CHANGES_UNKNOWN)) } };
    }
    let changed: Vec<(&ProductFigures, Markup)> = customer
        .in_scope()
        .filter_map(|product| Some((product, of_product(words, product)?)))
        .collect();
    html! {
        @if changed.is_empty() { p { (words.say(said::CHANGES_NONE)) } }
        @for (product, changes) in changed {
            h3 { (number::name(&figures.product_name(product.row.sku_id))) }
            (changes)
        }
    }
}

/// The changes of a product; `None` where there are none.
fn of_product(words: Words, product: &ProductFigures) -> Option<Markup> {
    let Some(before) = &product.before else {
        return Some(html! { p { (words.say(said::NEW_PRODUCT)) } });
    };
    let now = &product.row;
    let counts: Vec<String> = COUNTS
        .iter()
        .filter_map(|(what, count)| change(words, *what, count(before), count(now)))
        .collect();
    (!counts.is_empty()).then(|| {
        html! {
            @if let Some(sentence) = moved_usage(words, before, now) { p { (sentence) } }
            ul.plain { @for line in &counts { li { (line) } } }
        }
    })
}

/// `Sold: 20 to 25 (+5)`.
fn change(words: Words, what: Phrase, before: Option<i64>, now: Option<i64>) -> Option<String> {
    let (before, now) = before.zip(now).filter(|(before, now)| before != now)?;
    let values: [(&str, &dyn std::fmt::Display); 4] = [
        ("what", &words.say(what)),
        ("before", &words.grouped(before)),
        ("now", &words.grouped(now)),
        ("change", &words.signed(now - before)),
    ];
    Some(words.fill(said::CHANGE_OF, &values))
}

/// By how many points usage moved because of active users, at the seats of before, and by how many
/// because of usable seats, at the users of now. The two add up to the whole.
fn moved_usage(words: Words, before: &Adoption, now: &Adoption) -> Option<String> {
    let (then, today) = before.usage_ratio.zip(now.usage_ratio).filter(|(then, today)| then != today)?;
    let (total, total_now) = before.entitlements_total.zip(now.entitlements_total)?;
    let active = now.entitlements_active - before.entitlements_active;
    let by_active = active as f64 / total as f64;
    let by_seats = today - then - by_active;
    let points = |rise: f64| words.signed_decimal(rise * 100.0, 1);
    let mut sentence = words.fill(
        said::ROSE,
        &[("before", &words.percent(then, 1)), ("now", &words.percent(today, 1))],
    );
    let mut reasons: Vec<String> = Vec::new();
    for (phrase, rise, count) in [(said::BY_ACTIVE, by_active, active), (said::BY_SEATS, by_seats, total_now - total)] {
        if count != 0 {
            reasons.push(words.fill(phrase, &[("points", &points(rise)), ("count", &words.signed(count))]));
        }
    }
    if !reasons.is_empty() {
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        sentence.push(' ');
        sentence.push_str(&words.and(&reasons));
        sentence.push('.');
    }
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::next_steps::Language;

    #[test]
    fn a_change_is_told_only_where_both_are_known_and_differ() {
        let words = Words(Language::English);
        assert_eq!(
            change(words, said::SOLD, Some(20), Some(1025)),
            Some("Sold: 20 to 1,025 (+1,005)".to_owned())
        );
        assert_eq!(change(words, said::SOLD, Some(20), Some(20)), None);
        assert_eq!(change(words, said::SOLD, None, Some(20)), None);
    }
}
