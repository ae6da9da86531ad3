//! Figures as a page writes them: the words of its language for people, and the exact value for
//! programs (`<data value>`, `<time datetime>`). What is not known is a dash that is read out as
//! "unknown".

use maud::{Markup, html};

use crate::domain::day::Day;
use crate::domain::money::{Currency, Money};
use crate::domain::words::Words;
use crate::domain::words::report as said;

/// `1,234`.
pub fn count(words: Words, number: i64) -> Markup {
    html! { data value=(number) { (words.grouped(number)) } }
}

/// `1,234`, or unknown.
pub fn count_or_unknown(words: Words, number: Option<i64>) -> Markup {
    number.map_or_else(|| unknown(words), |number| count(words, number))
}

/// `83.4 %`, or unknown.
pub fn share(words: Words, share: Option<f64>) -> Markup {
    match share {
        Some(share) => html! { data value=(share) { (words.percent(share, 1)) } },
        None => unknown(words),
    }
}

/// `1,234.50 EUR`.
pub fn money(words: Words, amount: Money, currency: Currency) -> Markup {
    html! { data value=(amount.text(currency)) { (words.money(amount, currency)) } }
}

/// `30 Sep 2026`.
pub fn date(words: Words, day: Day) -> Markup {
    html! { time datetime=(day) { (words.date(day)) } }
}

pub fn unknown(words: Words) -> Markup {
    html! { span.soft role="img" aria-label=(words.say(said::UNKNOWN)) { "–" } }
}

/// A name that somebody else wrote: in its own direction, whatever stands around it.
pub fn name(name: &str) -> Markup {
    html! { bdi { (name) } }
}

/// `+1.2 points in 28 days`, green where more is better.
pub fn points(words: Words, rise: f64) -> Markup {
    let text = words.fill(said::POINTS, &[("points", &words.signed_decimal(rise * 100.0, 1))]);
    html! { span class=(direction(rise)) { data value=(rise) { (text) } } }
}

/// `+12 in 28 days`, or that it is the same; `is_good` says whether more is better.
pub fn more(words: Words, now: i64, before: i64, is_good: bool) -> Markup {
    let rise = now - before;
    let text = match rise {
        0 => words.say(said::SAME_AS_BEFORE).to_owned(),
        _ => words.fill(said::MORE_IN_28, &[("count", &words.signed(rise))]),
    };
    html! { span class=(direction(if is_good { rise as f64 } else { -rise as f64 })) { data value=(rise) { (text) } } }
}

fn direction(rise: f64) -> &'static str {
    match rise {
        rise if rise > 0.0005 => "up",
        rise if rise < -0.0005 => "down",
        _ => "same",
    }
}

/// A text that begins with a capital letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    first.to_uppercase().chain(letters).collect()
}

/// A workload as people write it: `office_apps` is `Office apps`. Names of services are proper names
/// and the same in every language.
pub fn workload(workload: &str) -> String {
    match workload {
        "sharepoint" => "SharePoint".to_owned(),
        "power_bi" => "Power BI".to_owned(),
        other => sentence(&other.replace('_', " ")),
    }
}
