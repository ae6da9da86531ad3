//! All customers in one table: what could be won back first.

use maud::{Markup, PreEscaped, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::chart::spark;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::{Figures, WEEKS};
use crate::pages::html::{number, wide};

/// How many customers have a small line beside them. More would make the page heavy.
const LINES: usize = 200;

const ID: &str = "customers-table";

pub fn table(words: Words, figures: &Figures) -> Markup {
    if figures.customers.is_empty() {
        return html! { p { (words.say(said::NO_CUSTOMERS)) } };
    }
    let sorted = |phrase: Phrase| words.fill(said::SORT, &[("column", &words.say(phrase))]);
    let heading = |phrase: Phrase| html! { th scope="col" data-sort=(sorted(phrase)) { (words.say(phrase)) } };
    let rows = figures.customers.iter().enumerate();
    let table = html! {
        table.sortable #(ID) {
            thead { tr {
                th.text scope="col" data-sort=(sorted(said::CUSTOMER)) { (words.say(said::CUSTOMER)) }
                th scope="col" { (words.say(said::USE_OF_WEEKS)) }
                (heading(said::USAGE)) (heading(said::ADJUSTED)) (heading(said::DEPLOYMENT)) (heading(said::PEOPLE))
                (heading(said::SOLD)) (heading(said::ASSIGNED)) (heading(said::WIN_BACK)) (heading(said::STEPS_COLUMN))
            } }
            tbody { @for (place, customer) in rows { (row(words, customer, place < LINES)) } }
        }
    };
    html! {
        p.soft { (words.say(said::CUSTOMERS_TEXT)) }
        (filter_box(words))
        (wide(words, words.say(said::CUSTOMERS), &table))
    }
}

/// A box to type in, which the script puts into the page: without it the box could do nothing.
fn filter_box(words: Words) -> Markup {
    let id = format!("{ID}-filter");
    html! {
        (PreEscaped(format!("<template class=\"filter-box\" data-table=\"{ID}\">")))
        p.filter { label for=(id) { (words.say(said::FILTER)) } input #(id) type="search" autocomplete="off"; }
        (PreEscaped("</template>"))
    }
}

fn row(words: Words, customer: &CustomerFigures, has_line: bool) -> Markup {
    let sums = customer.sums;
    let new = customer.steps.iter().filter(|step| step.is_new).count();
    html! {
        tr data-row=(customer.id()) {
            th.text scope="row" { (number::name(&customer.name())) }
            td { @if has_line { (spark::draw(&weeks(customer))) } }
            td { (number::share(words, sums.and_then(|sums| sums.usage()))) }
            td { (number::share(words, sums.and_then(|sums| sums.usage_adjusted()))) }
            td { (number::share(words, sums.and_then(|sums| sums.deployment()))) }
            td { (number::share(words, customer.people.users_ratio)) }
            td { (number::count_or_unknown(words, customer.people.seats_sold)) }
            td { (number::count(words, customer.people.seats_assigned)) }
            td { (number::count(words, customer.seats_to_win_back())) }
            td { (number::count(words, customer.steps.len() as i64)) @if new > 0 { " " span.badge { (words.fill(said::NEW_STEPS, &[("count", &words.grouped(new as i64))])) } } }
        }
    }
}

/// Usage of the last weeks: of every seventh day, the last day last.
fn weeks(customer: &CustomerFigures) -> Vec<Option<f64>> {
    let days = customer.trend.iter().rev().step_by(7).take(WEEKS as usize);
    let mut weeks: Vec<Option<f64>> = days.map(|sums| sums.and_then(|sums| sums.usage())).collect();
    weeks.reverse();
    weeks
}
