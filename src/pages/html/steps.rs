//! Next steps: what is new in the portfolio, and everything that is to do for a customer, ready to
//! talk about.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::money::{Currency, Money};
use crate::domain::next_steps::StepCode;
use crate::domain::words::report as said;
use crate::domain::words::{Words, evidence};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::steps::{Step, by_seats};
use crate::pages::html::{more_rows, number, wide};
use crate::stages::next_steps::advice::{cause, strategies, title};
use crate::stages::next_steps::evidence::Evidence;

/// How many new steps the portfolio's page names.
const MOST: usize = 30;

/// What is new, and how much there is of each kind.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let names: BTreeMap<_, _> = figures.customers.iter().map(|customer| (customer.id(), customer.name())).collect();
    let new: Vec<&Step> = figures.portfolio.steps.iter().filter(|step| step.is_new).collect();
    let hidden = new.len().saturating_sub(MOST);
    html! {
        p.soft { (words.say(said::STEPS_TEXT)) }
        @if new.is_empty() { p { (words.say(said::STEPS_NO_NEW)) } } @else {
            ul.steps { @for step in new.iter().take(MOST) { (item(words, figures, step, names.get(&step.row.tenant_id).map(String::as_str))) } }
            (more_rows(words, hidden, "next_steps.parquet"))
        }
        h3 { (words.say(said::STEPS_ALL)) }
        @if figures.portfolio.steps.is_empty() { p { (words.say(said::STEPS_NONE)) } } @else {
            (wide(words, words.say(said::STEPS_ALL), &by_kind(words, &figures.portfolio.steps)))
        }
    }
}

/// Everything that is to do.
pub fn customer(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    let mut steps: Vec<&Step> = customer.steps.iter().collect();
    by_seats(&mut steps);
    html! {
        @if steps.is_empty() { p { (words.say(said::STEPS_NONE)) } } @else {
            ul.steps { @for step in steps { (item(words, figures, step, None)) } }
        }
    }
}

/// Steps, seats and money of a kind. Amounts of several currencies stand side by side.
#[derive(Default)]
struct Kind {
    steps: i64,
    new: i64,
    seats: i64,
    money: BTreeMap<Currency, Money>,
}

fn by_kind(words: Words, steps: &[Step]) -> Markup {
    let mut kinds: BTreeMap<usize, (StepCode, Kind)> = BTreeMap::new();
    for step in steps {
        let place = StepCode::ALL.iter().position(|code| *code == step.row.code).unwrap_or(usize::MAX);
        let (_, kind) = kinds.entry(place).or_insert_with(|| (step.row.code, Kind::default()));
        kind.steps += 1;
        kind.new += i64::from(step.is_new);
        kind.seats += step.row.seats_concerned;
        if let Some((amount, currency)) = step.row.money_per_month.zip(step.row.currency) {
            let sum = kind.money.entry(currency).or_default();
            *sum = sum.plus(amount).unwrap_or(*sum);
        }
    }
    html! {
        table #steps-table {
            thead { tr {
                th.text scope="col" { (words.say(said::KIND)) }
                th scope="col" { (words.say(said::COUNT)) }
                th scope="col" { (words.say(said::NEW)) }
                th scope="col" { (words.say(said::SEATS_CONCERNED)) }
                th scope="col" { (words.say(said::MONEY)) }
            } }
            tbody { @for (code, kind) in kinds.values() {
                tr data-row=(code.name()) {
                    th.text scope="row" { (number::sentence(title(words.0, *code))) }
                    td { (number::count(words, kind.steps)) }
                    td { (number::count(words, kind.new)) }
                    td { (number::count(words, kind.seats)) }
                    td { @for (place, (currency, amount)) in kind.money.iter().enumerate() { @if place > 0 { br; } (number::money(words, *amount, *currency)) } }
                }
            } }
        }
    }
}

/// One step with its evidence, cause and strategies, in the language of the page.
fn item(words: Words, figures: &Figures, step: &Step, customer: Option<&str>) -> Markup {
    let row = &step.row;
    let about = row
        .sku_id
        .map(|sku| figures.product_name(sku))
        .or_else(|| row.workload.as_deref().map(number::workload));
    let evidence = Evidence::parse(&row.evidence).unwrap_or_default();
    let names: Vec<&str> = customer.into_iter().chain(about.as_deref()).collect();
    let money = row.money_per_month.zip(row.currency);
    html! {
        li data-row=(format!("{} {} {} {}", row.tenant_id, row.sku_id.map(|sku| sku.to_string()).unwrap_or_default(), row.workload.as_deref().unwrap_or_default(), row.code.name())) {
            h3 {
                (number::sentence(title(words.0, row.code))) ": " (number::count(words, row.seats_concerned))
                @for name in names { " · " (number::name(name)) }
                @if step.is_new { " " span.badge { (words.say(said::NEW)) } }
            }
            p.soft {
                (words.fill(said::SINCE, &[("day", &words.date(step.since))]))
                @if let Some((amount, currency)) = money { " · " data value=(amount.text(currency)) { (words.fill(said::PER_MONTH, &[("amount", &words.money(amount, currency))])) } }
            }
            p { b { (words.say(said::WHY)) ": " } (cause(words.0, row.code, &evidence)) }
            p { b { (words.say(said::WHAT)) ": " } (strategies(words.0, row.code, &evidence)) }
            dl.inline aria-label=(words.say(said::NUMBERS)) {
                @for (key, value) in evidence.iter().filter(|(key, _)| *key != "seats_concerned") {
                    @if let Some(value) = shown(words, figures, key, value) {
                        div { dt { (evidence::of_key(key).map_or(key, |phrase| words.say(phrase))) } dd { (value) } }
                    }
                }
            }
        }
    }
}

/// A value of evidence; `None` where it is not known.
fn shown(words: Words, figures: &Figures, key: &str, value: &Value) -> Option<Markup> {
    let yes_or_no = |is: bool| words.say(if is { said::YES } else { said::NO });
    Some(match value {
        Value::Null => return None,
        // What is not there at all says nothing, and there would be much of it.
        Value::Number(number) if number.as_f64() == Some(0.0) => return None,
        Value::Bool(is) => html! { (yes_or_no(*is)) },
        Value::Number(number) if key.contains("ratio") => number::share(words, number.as_f64()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number::count(words, number),
            None => html! { data value=(number) { (words.decimal(number.as_f64().unwrap_or(0.0), 1)) } },
        },
        Value::String(text) => match (Day::parse(text), crate::domain::guid::Guid::parse(text.as_bytes())) {
            (Some(day), _) => number::date(words, day),
            (None, Some(sku)) => number::name(&figures.product_name(sku)),
            (None, None) => number::name(text),
        },
        other => html! { (other.to_string()) },
    })
}
