//! The first figures of a page: each with what it is a part of, and how it changed.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::html::number;
use crate::reports::summary::figures::{Spending, spending};

/// A share, what it is made of, and by how much it rose.
struct ShareCard {
    /// What the figure is called for programs, too.
    id: &'static str,
    title: Phrase,
    share: Option<f64>,
    before: Option<f64>,
    /// The words for numerator and denominator, and the two.
    of: Phrase,
    names: [&'static str; 2],
    part: i64,
    whole: Option<i64>,
}

impl ShareCard {
    fn markup(&self, words: Words) -> Markup {
        let rise = self.share.zip(self.before).map(|(now, before)| now - before);
        let whole = self
            .whole
            .map_or_else(|| words.say(said::UNKNOWN).to_owned(), |whole| words.grouped(whole));
        let text = words.fill(self.of, &[(self.names[0], &words.grouped(self.part)), (self.names[1], &whole)]);
        html! {
            li data-figure=(self.id) data-part=(self.part) data-whole=[self.whole] {
                h3 { (words.say(self.title)) }
                span.value { (number::share(words, self.share)) }
                p { (text) }
                @if let Some(rise) = rise { p { (number::points(words, rise)) } }
            }
        }
    }
}

/// The cards of the portfolio.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let portfolio = &figures.portfolio;
    let (now, before) = (portfolio.all.as_ref(), portfolio.all_before.as_ref());
    let Some(row) = now else {
        return html! { p { (words.say(said::NO_CUSTOMERS)) } };
    };
    let shares = [
        ShareCard {
            id: "deployment",
            title: said::DEPLOYMENT,
            share: row.deployment_ratio,
            before: before.and_then(|row| row.deployment_ratio),
            of: said::ASSIGNED_OF_SOLD,
            names: ["assigned", "sold"],
            part: row.seats_assigned.unwrap_or(0),
            whole: row.seats_sold,
        },
        ShareCard {
            id: "usage",
            title: said::USAGE,
            share: row.usage_ratio,
            before: before.and_then(|row| row.usage_ratio),
            of: said::ACTIVE_OF_ENTITLED,
            names: ["active", "entitled"],
            part: row.entitlements_active.unwrap_or(0),
            whole: row.entitlements_total,
        },
        ShareCard {
            id: "adjusted",
            title: said::ADJUSTED,
            share: row.usage_ratio_adjusted,
            before: before.and_then(|row| row.usage_ratio_adjusted),
            of: said::CURRENT_OF_ENTITLED,
            names: ["current", "entitled"],
            part: row.active_current.unwrap_or(0),
            whole: row.entitlements_total,
        },
        ShareCard {
            id: "people",
            title: said::PEOPLE,
            share: row.users_ratio,
            before: before.and_then(|row| row.users_ratio),
            of: said::OF_PEOPLE,
            names: ["active", "entitled"],
            part: row.users_active.unwrap_or(0),
            whole: row.users_entitled,
        },
    ];
    html! {
        ul.cards {
            @for card in &shares { (card.markup(words)) }
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
    let (now, before) = (customer.sums, customer.sums_before);
    let share = |id, title, of, names, share: Option<f64>, before: Option<f64>, part, whole| ShareCard {
        id,
        title,
        share,
        before,
        of,
        names,
        part,
        whole,
    };
    let people = &customer.people;
    let shares = now.map(|now| {
        let (sold, entitled) = (now.seats.map(|seats| seats.sold), now.seats.map(|seats| seats.entitlements));
        [
            share(
                "deployment",
                said::DEPLOYMENT,
                said::ASSIGNED_OF_SOLD,
                ["assigned", "sold"],
                now.deployment(),
                before.and_then(|before| before.deployment()),
                now.seats_assigned,
                sold,
            ),
            share(
                "usage",
                said::USAGE,
                said::ACTIVE_OF_ENTITLED,
                ["active", "entitled"],
                now.usage(),
                before.and_then(|before| before.usage()),
                now.entitlements_active,
                entitled,
            ),
            share(
                "adjusted",
                said::ADJUSTED,
                said::CURRENT_OF_ENTITLED,
                ["current", "entitled"],
                now.usage_adjusted(),
                before.and_then(|before| before.usage_adjusted()),
                now.active_current,
                entitled,
            ),
        ]
    });
    let of_people = share(
        "people",
        said::PEOPLE,
        said::OF_PEOPLE,
        ["active", "entitled"],
        people.users_ratio,
        customer.people_before.as_ref().and_then(|before| before.users_ratio),
        people.users_active,
        Some(people.users_entitled),
    );
    html! {
        ul.cards {
            @for card in shares.iter().flatten() { (card.markup(words)) }
            (of_people.markup(words))
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
