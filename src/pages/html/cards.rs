//! The first figures of a page: each with what it is a part of, and how it changed.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::sums::Sums;
use crate::pages::html::number;
use crate::reports::summary::figures::{Spending, spending};
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::portfolio::Portfolio;

/// The cards of shares, in the order of the page.
const SHARES: [ShareCard; 4] = [
    ShareCard {
        id: "deployment",
        title: said::DEPLOYMENT,
        of: said::ASSIGNED_OF_SOLD,
        names: ["assigned", "sold"],
    },
    ShareCard {
        id: "usage",
        title: said::USAGE,
        of: said::ACTIVE_OF_ENTITLED,
        names: ["active", "entitled"],
    },
    ShareCard {
        id: "adjusted",
        title: said::ADJUSTED,
        of: said::CURRENT_OF_ENTITLED,
        names: ["current", "entitled"],
    },
    ShareCard {
        id: "people",
        title: said::PEOPLE,
        of: said::OF_PEOPLE,
        names: ["active", "entitled"],
    },
];

struct ShareCard {
    /// What the figure is called for programs, too.
    id: &'static str,
    title: Phrase,
    /// The words for numerator and denominator, and the names of the two in it.
    of: Phrase,
    names: [&'static str; 2],
}

/// A share, and what it is made of.
#[derive(Clone, Copy)]
struct Share {
    share: Option<f64>,
    part: i64,
    whole: Option<i64>,
}

/// The shares of [`SHARES`]; `None` where there is nothing that could be shared.
type Shares = [Option<Share>; 4];

fn shares_of_portfolio(row: &Portfolio) -> Shares {
    let share = |share, part: Option<i64>, whole| {
        Some(Share {
            share,
            part: part.unwrap_or(0),
            whole,
        })
    };
    [
        share(row.deployment_ratio, row.seats_assigned, row.seats_sold),
        share(row.usage_ratio, row.entitlements_active, row.entitlements_total),
        share(row.usage_ratio_adjusted, row.active_current, row.entitlements_total),
        share(row.users_ratio, row.users_active, row.users_entitled),
    ]
}

fn shares_of_customer(sums: Option<Sums>, people: &CustomerAdoption) -> Shares {
    let share = |share, part, whole| Share { share, part, whole };
    let entitled = |sums: &Sums| sums.seats.map(|seats| seats.entitlements);
    let of_sums = sums.map(|sums| {
        [
            share(sums.deployment(), sums.seats_assigned, sums.seats.map(|seats| seats.sold)),
            share(sums.usage(), sums.entitlements_active, entitled(&sums)),
            share(sums.usage_adjusted(), sums.active_current, entitled(&sums)),
        ]
    });
    let [deployment, usage, adjusted] = of_sums.map_or([None; 3], |shares| shares.map(Some));
    let of_people = share(people.users_ratio, people.users_active, Some(people.users_entitled));
    [deployment, usage, adjusted, Some(of_people)]
}

fn shares(words: Words, now: Shares, before: Option<Shares>) -> Markup {
    html! {
        @for (at, card) in SHARES.iter().enumerate() {
            @if let Some(now) = now[at] { (card.markup(words, now, before.and_then(|before| before[at]))) }
        }
    }
}

impl ShareCard {
    fn markup(&self, words: Words, now: Share, before: Option<Share>) -> Markup {
        let rise = now
            .share
            .zip(before.and_then(|before| before.share))
            .map(|(now, before)| now - before);
        let whole = now
            .whole
            .map_or_else(|| words.say(said::UNKNOWN).to_owned(), |whole| words.grouped(whole));
        let text = words.fill(self.of, &[(self.names[0], &words.grouped(now.part)), (self.names[1], &whole)]);
        html! {
            li data-figure=(self.id) data-part=(now.part) data-whole=[now.whole] {
                h3 { (words.say(self.title)) }
                span.value { (number::share(words, now.share)) }
                p { (text) }
                @if let Some(rise) = rise { p { (number::points(words, rise)) } }
            }
        }
    }
}

/// The cards of the portfolio.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let portfolio = &figures.portfolio;
    let Some(row) = &portfolio.all else {
        return html! { p { (words.say(said::NO_CUSTOMERS)) } };
    };
    let before = portfolio.all_before.as_ref();
    html! {
        ul.cards {
            (shares(words, shares_of_portfolio(row), before.map(shares_of_portfolio)))
            li data-figure="customers" {
                h3 { (words.say(said::CUSTOMERS)) }
                span.value { (number::count(words, row.customers)) }
                p { (words.fill(said::WITHOUT_SEATS, &[("count", &words.grouped(row.customers_without_seats))])) }
                @if let Some(before) = before { p { (number::more(words, row.customers, before.customers, true)) } }
            }
            (win_back(words, portfolio.seats_to_win_back, portfolio.seats_to_win_back_before, row.seats_sold))
            @for spending in &portfolio.spending { (money(words, spending)) }
        }
    }
}

/// The cards of a customer.
pub fn customer(words: Words, customer: &CustomerFigures) -> Markup {
    let people = &customer.people;
    let before = customer.people_before.as_ref();
    let before = before.map(|people| shares_of_customer(customer.sums_before, people));
    html! {
        ul.cards {
            (shares(words, shares_of_customer(customer.sums, people), before))
            (win_back(words, customer.seats_to_win_back(), customer.seats_to_win_back_before, people.seats_sold))
            @for spending in spending(&customer.spend) { (money(words, &spending)) }
        }
    }
}

fn win_back(words: Words, seats: i64, before: Option<i64>, sold: Option<i64>) -> Markup {
    html! {
        li data-figure="win-back" {
            h3 { (words.say(said::WIN_BACK)) }
            span.value { (number::count(words, seats)) }
            @if let Some(sold) = sold { p { (words.fill(said::OF_SOLD, &[("sold", &words.grouped(sold))])) } }
            @if let Some(before) = before { p { (number::more(words, seats, before, false)) } }
        }
    }
}

/// Amounts of one currency: those of several are never added up.
fn money(words: Words, spending: &Spending) -> Markup {
    let of = |amount| words.money(amount, spending.currency);
    let text = words.fill(
        said::IDLE_COST,
        &[("unassigned", &of(spending.unassigned)), ("idle", &of(spending.idle))],
    );
    html! {
        li data-figure=(format!("money-{}", spending.currency)) {
            h3 { (words.say(said::MONEY)) }
            span.value.small { (number::money(words, spending.sold, spending.currency)) }
            p { (text) }
        }
    }
}
