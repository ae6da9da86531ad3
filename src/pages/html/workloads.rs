//! Use by workload: seats, and people who count once.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::html::{number, wide};

/// The numbers of a workload.
struct Row<'a> {
    workload: &'a str,
    entitled: Option<i64>,
    active: Option<i64>,
    unlicensed: Option<i64>,
    usage: Option<f64>,
    users_entitled: Option<i64>,
    users_active: Option<i64>,
    users_ratio: Option<f64>,
}

pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let rows = figures.portfolio.workloads.iter().map(|row| Row {
        workload: row.workload.as_deref().unwrap_or_default(),
        entitled: row.entitlements_total,
        active: row.entitlements_active,
        unlicensed: row.active_unlicensed,
        usage: row.usage_ratio,
        users_entitled: row.users_entitled,
        users_active: row.users_active,
        users_ratio: row.users_ratio,
    });
    table(words, &rows.collect::<Vec<_>>())
}

pub fn customer(words: Words, customer: &CustomerFigures) -> Markup {
    let rows = customer.workloads.iter().map(|row| Row {
        workload: &row.workload,
        entitled: row.entitlements_total,
        active: Some(row.entitlements_active),
        unlicensed: Some(row.active_unlicensed),
        usage: row.usage_ratio,
        users_entitled: Some(row.users_entitled),
        users_active: Some(row.users_active),
        users_ratio: row.users_ratio,
    });
    table(words, &rows.collect::<Vec<_>>())
}

fn table(words: Words, rows: &[Row<'_>]) -> Markup {
    if rows.is_empty() {
        return html! { p.soft { (words.say(said::NONE)) } };
    }
    let heading = |phrase: Phrase| html! { th scope="col" { (words.say(phrase)) } };
    let table = html! {
        table #workloads-table {
            thead { tr {
                th.text scope="col" { (words.say(said::WORKLOAD)) }
                (heading(said::ENTITLED)) (heading(said::ACTIVE)) (heading(said::UNLICENSED)) (heading(said::USAGE))
                (heading(said::PEOPLE_ENTITLED)) (heading(said::PEOPLE_ACTIVE)) (heading(said::PEOPLE_RATIO))
            } }
            tbody { @for row in rows {
                tr data-row=(row.workload) {
                    th.text scope="row" { (number::name(&number::workload(row.workload))) }
                    td { (number::count_or_unknown(words, row.entitled)) }
                    td { (number::count_or_unknown(words, row.active)) }
                    td { (number::count_or_unknown(words, row.unlicensed)) }
                    td { (number::share(words, row.usage)) }
                    td { (number::count_or_unknown(words, row.users_entitled)) }
                    td { (number::count_or_unknown(words, row.users_active)) }
                    td { (number::share(words, row.users_ratio)) }
                }
            } }
        }
    };
    html! {
        p.soft { (words.say(said::WORKLOADS_TEXT)) }
        (wide(words, words.say(said::WORKLOADS), &table))
    }
}
