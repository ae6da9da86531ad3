//! The products of a customer: seats and use, and below use by workload.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::{CustomerFigures, ProductFigures};
use crate::pages::html::{number, wide};

pub fn section(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    let counted: Vec<&ProductFigures> = customer.in_scope().collect();
    let others: Vec<&ProductFigures> = customer.products.iter().filter(|product| !product.row.in_scope).collect();
    html! {
        @if counted.is_empty() { p { (words.say(said::NO_PRODUCTS)) } } @else {
            (wide(words, words.say(said::PRODUCTS), &table(words, figures, &counted)))
            h3 { (words.say(said::BY_WORKLOAD)) }
            (wide(words, words.say(said::BY_WORKLOAD), &by_workload(words, figures, &counted)))
        }
        @if !others.is_empty() {
            details {
                summary { (words.say(said::NOT_COUNTED)) }
                (wide(words, words.say(said::NOT_COUNTED), &not_counted(words, figures, &others)))
            }
        }
    }
}

fn heading(words: Words, phrase: Phrase) -> Markup {
    html! { th scope="col" { (words.say(phrase)) } }
}

fn table(words: Words, figures: &Figures, products: &[&ProductFigures]) -> Markup {
    html! {
        table #products-table {
            thead { tr {
                th.text scope="col" { (words.say(said::PRODUCT)) }
                @for phrase in [said::SOLD, said::ASSIGNED, said::DEPLOYMENT, said::ENTITLED, said::ACTIVE, said::USAGE, said::ADJUSTED] { (heading(words, phrase)) }
            } }
            tbody { @for product in products {
                @let row = &product.row;
                tr data-row=(row.sku_id) {
                    th.text scope="row" { (number::name(&figures.product_name(row.sku_id))) }
                    td { (number::count_or_unknown(words, row.seats_sold)) }
                    td { (number::count(words, row.seats_assigned)) }
                    td { (number::share(words, row.deployment_ratio)) }
                    td { (number::count_or_unknown(words, row.entitlements_total)) }
                    td { (number::count(words, row.entitlements_active)) }
                    td { (number::share(words, row.usage_ratio)) }
                    td { (number::share(words, row.usage_ratio_adjusted)) }
                }
            } }
        }
    }
}

fn by_workload(words: Words, figures: &Figures, products: &[&ProductFigures]) -> Markup {
    let rows = products.iter().flat_map(|product| &product.usage);
    html! {
        table #usage-table {
            thead { tr {
                th.text scope="col" { (words.say(said::PRODUCT)) }
                th.text scope="col" { (words.say(said::WORKLOAD)) }
                @for phrase in [said::ENTITLED, said::ACTIVE, said::USAGE, said::ADJUSTED] { (heading(words, phrase)) }
            } }
            tbody { @for row in rows {
                tr data-row=(format!("{} {}", row.sku_id, row.workload)) {
                    th.text scope="row" { (number::name(&figures.product_name(row.sku_id))) }
                    td.text { (number::workload(&row.workload)) }
                    td { (number::count_or_unknown(words, row.entitlements_total)) }
                    td { (number::count(words, row.entitlements_active)) }
                    td { (number::share(words, row.usage_ratio)) }
                    td { (number::share(words, row.usage_ratio_adjusted)) }
                }
            } }
        }
    }
}

fn not_counted(words: Words, figures: &Figures, products: &[&ProductFigures]) -> Markup {
    html! {
        table {
            thead { tr {
                th.text scope="col" { (words.say(said::PRODUCT)) }
                th.text scope="col" { (words.say(said::REASON)) }
                @for phrase in [said::SOLD, said::ASSIGNED] { (heading(words, phrase)) }
            } }
            tbody { @for product in products {
                tr data-row=(product.row.sku_id) {
                    th.text scope="row" { (number::name(&figures.product_name(product.row.sku_id))) }
                    td.text { (product.row.scope_reason.as_deref().unwrap_or_default()) }
                    td { (number::count_or_unknown(words, product.row.seats_sold)) }
                    td { (number::count(words, product.row.seats_assigned)) }
                }
            } }
        }
    }
}
