//! Shares day by day: the lines, and their numbers week by week.

use maud::{Markup, html};

use crate::domain::day::Day;
use crate::domain::words::report as said;
use crate::domain::words::{Words, outcomes};
use crate::pages::chart::Caption;
use crate::pages::chart::lines::{self, Ahead, Line};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::outlook::{self, Outlook};
use crate::pages::html::{figure, number, outlook as outlooks, wide};

/// Which of the lines is usage.
const USAGE_SERIES: usize = 1;

/// The shares of a day.
#[derive(Clone, Copy, Default)]
struct Shares {
    deployment: Option<f64>,
    usage: Option<f64>,
    adjusted: Option<f64>,
    /// The day is marked: its windows are not complete.
    is_incomplete: bool,
}

/// The trend of the portfolio. A day is marked where half of the customers or more have no complete
/// window.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let shares = figures.portfolio.trend.iter().enumerate().map(|(place, row)| Shares {
        deployment: row.as_ref().and_then(|row| row.deployment_ratio),
        usage: row.as_ref().and_then(|row| row.usage_ratio),
        adjusted: row.as_ref().and_then(|row| row.usage_ratio_adjusted),
        is_incomplete: !figures.portfolio.is_complete(place),
    });
    draw(words, figures, shares.collect(), outlook::of_portfolio(figures))
}

/// The trend of a customer.
pub fn customer(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    let shares = customer.trend.iter().map(|sums| Shares {
        deployment: sums.and_then(|sums| sums.deployment()),
        usage: sums.and_then(|sums| sums.usage()),
        adjusted: sums.and_then(|sums| sums.usage_adjusted()),
        is_incomplete: sums.is_some_and(|sums| !sums.is_complete),
    });
    draw(words, figures, shares.collect(), outlook::of_customer(figures, customer))
}

fn draw(words: Words, figures: &Figures, shares: Vec<Shares>, outlook: Option<Outlook>) -> Markup {
    let days: Vec<Day> = figures.days().collect();
    let line = |name, of: fn(&Shares) -> Option<f64>| Line {
        name: words.say(name),
        values: shares.iter().map(of).collect(),
    };
    let lines = [
        line(said::DEPLOYMENT, |shares| shares.deployment),
        line(said::USAGE, |shares| shares.usage),
        line(said::ADJUSTED, |shares| shares.adjusted),
    ];
    let marked: Vec<bool> = shares.iter().map(|shares| shares.is_incomplete).collect();
    let last = shares.last().copied().unwrap_or_default();
    let text = |share: Option<f64>| share.map_or_else(|| words.say(said::UNKNOWN).to_owned(), |share| words.percent(share, 1));
    let description = words.fill(
        said::TREND_DESC,
        &[
            ("deployment", &text(last.deployment)),
            ("usage", &text(last.usage)),
            ("adjusted", &text(last.adjusted)),
        ],
    );
    let description = match &outlook {
        Some(outlook) => format!("{description} {}", outlooks::description(words, outlook)),
        None => description,
    };
    let ahead = outlook.map(|outlook| Ahead {
        series: USAGE_SERIES,
        from: (outlook.from, outlook.usage),
        to: (outlook.day, outlook.expected),
        range: (outlook.low, outlook.high),
    });
    let caption = Caption {
        id: "trend-chart",
        title: words.say(said::TREND),
        description: &description,
    };
    html! {
        p.soft { (words.say(said::TREND_TEXT)) }
        (figure(words, words.say(said::TREND), &lines::draw(words, caption, &days, &lines, &marked, ahead.as_ref())))
        @if marked.contains(&true) || outlook.is_some() {
            p.key {
                @if marked.contains(&true) { span { i {} (words.say(said::INCOMPLETE_DAYS)) } }
                @if outlook.is_some() { span { i.ahead {} (words.say(outcomes::OUTLOOK_RANGE)) } }
            }
        }
        (outlooks::sentence(words, outlook.as_ref()))
        details.numbers {
            summary { (words.say(said::TREND_NUMBERS)) }
            (wide(words, words.say(said::TREND_NUMBERS), &weeks(words, &days, &shares)))
        }
    }
}

/// Every seventh day, the last day first.
fn weeks(words: Words, days: &[Day], shares: &[Shares]) -> Markup {
    html! {
        table #trend-table {
            thead { tr {
                th.date scope="col" { (words.say(said::DAY)) }
                th scope="col" { (words.say(said::DEPLOYMENT)) }
                th scope="col" { (words.say(said::USAGE)) }
                th scope="col" { (words.say(said::ADJUSTED)) }
            } }
            tbody { @for (day, shares) in days.iter().zip(shares).rev().step_by(7) {
                tr {
                    th.date scope="row" { (number::date(words, *day)) }
                    td { (number::share(words, shares.deployment)) }
                    td { (number::share(words, shares.usage)) }
                    td { (number::share(words, shares.adjusted)) }
                }
            } }
        }
    }
}
