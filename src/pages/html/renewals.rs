//! Subscriptions that renew soon: on a line of days, and as a table.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::domain::day::Day;
use crate::domain::subscription::Term;
use crate::domain::words::report as said;
use crate::domain::words::{Words, nouns};
use crate::pages::chart::Caption;
use crate::pages::chart::timeline::{self, Mark};
use crate::pages::figures::customer::{CustomerFigures, Renewal};
use crate::pages::figures::{Figures, RENEWAL_DAYS};
use crate::pages::html::{figure, more_rows, number, wide};

/// How many subscriptions a page names.
const MOST: usize = 100;

/// The renewals of some customers; `with_names` says whether a row names its customer.
pub fn section<'a>(words: Words, figures: &Figures, customers: impl IntoIterator<Item = &'a CustomerFigures>, with_names: bool) -> Markup {
    let mut renewals: Vec<(String, &Renewal)> = Vec::new();
    for customer in customers {
        // What does not count, such as a free product of a million seats, needs no decision.
        let counts = |renewal: &&Renewal| customer.in_scope().any(|product| product.row.sku_id == renewal.row.sku_id);
        renewals.extend(customer.renewals.iter().filter(counts).map(|renewal| (customer.name(), renewal)));
    }
    // Terms of a month renew all the time, and nothing has to be decided far ahead.
    renewals.retain(|(_, renewal)| renewal.row.term != Some(Term::Month));
    renewals.sort_by_cached_key(|(_, renewal)| {
        let row = &renewal.row;
        (renewal.on, -row.seats, row.tenant_id, row.subscription_id.clone())
    });
    if renewals.is_empty() {
        return html! { p { (words.say(said::RENEWALS_NONE)) } };
    }
    let caption = Caption {
        id: "renewals-chart",
        title: words.say(said::RENEWALS),
        description: words.say(said::RENEWALS_DESC),
    };
    let range = (figures.day, figures.day.plus(RENEWAL_DAYS));
    let hidden = renewals.len().saturating_sub(MOST);
    html! {
        (figure(words, words.say(said::RENEWALS), &timeline::draw(words, caption, range, &marks(words, &renewals))))
        (wide(words, words.say(said::RENEWALS), &table(words, figures, &renewals[..renewals.len() - hidden], with_names)))
        (more_rows(words, hidden, "subscriptions.parquet"))
    }
}

/// One mark a day.
fn marks(words: Words, renewals: &[(String, &Renewal)]) -> Vec<Mark> {
    let mut seats: BTreeMap<Day, i64> = BTreeMap::new();
    for (_, renewal) in renewals {
        *seats.entry(renewal.on).or_default() += renewal.row.seats;
    }
    let mark = |(on, size): (Day, i64)| Mark {
        on,
        size,
        text: format!("{}: {}", words.date(on), words.count(size, nouns::SEAT)),
    };
    seats.into_iter().map(mark).collect()
}

fn table(words: Words, figures: &Figures, renewals: &[(String, &Renewal)], with_names: bool) -> Markup {
    let term = |term: Option<Term>| {
        term.map_or(said::UNKNOWN, |term| match term {
            Term::Month => said::MONTH,
            Term::Year => said::YEAR,
            Term::ThreeYears => said::THREE_YEARS,
        })
    };
    let by_itself = |is: Option<bool>| is.map_or(said::UNKNOWN, |is| if is { said::YES } else { said::NO });
    html! {
        table #renewals-table {
            thead { tr {
                th.date scope="col" { (words.say(said::RENEWS_ON)) }
                @if with_names { th.text scope="col" { (words.say(said::CUSTOMER)) } }
                th.text scope="col" { (words.say(said::PRODUCT)) }
                th scope="col" { (words.say(said::SEATS)) }
                th.text scope="col" { (words.say(said::TERM)) }
                th.text scope="col" { (words.say(said::AUTO_RENEW)) }
            } }
            tbody { @for (customer, renewal) in renewals {
                tr data-row=(renewal.row.subscription_id) {
                    th.date scope="row" { (number::date(words, renewal.on)) }
                    @if with_names { td.text { (number::name(customer)) } }
                    td.text { (number::name(&figures.product_name(renewal.row.sku_id))) }
                    td { (number::count(words, renewal.row.seats)) }
                    td.text { (words.say(term(renewal.row.term))) }
                    td.text { (words.say(by_itself(renewal.row.auto_renew))) }
                }
            } }
        }
    }
}
