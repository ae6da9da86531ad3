//! What usage is made of: the six parts of active users, as a chart and as a table. They say why
//! usage is above 100 %.

use maud::{Markup, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::chart::Caption;
use crate::pages::chart::stacked::{self, Row};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::sums::parts_of;
use crate::pages::html::{figure, more_rows, number, wide};
use crate::stages::measures::portfolio::Portfolio;
use crate::stages::measures::usage::{Parts, ratio};

/// How many products the chart of the portfolio has besides the sum.
const MOST: usize = 12;

/// The parts, in the order of [`Parts::all`].
pub const NAMES: [Phrase; 6] = [
    said::CURRENT,
    said::MOVED,
    said::SWITCHED,
    said::LAPSED,
    said::TRIAL,
    said::OVER_ASSIGNED,
];

/// A product, or everything, with its active users by part.
struct Product {
    /// How programs know it: the SKU, or `all`.
    id: String,
    name: String,
    parts: Parts,
    entitlements: i64,
}

impl Product {
    fn distorted(&self) -> i64 {
        self.parts.all()[1..].iter().sum()
    }
}

/// The parts of the portfolio: everything, then the products with the most distorted users.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let product = |row: &Portfolio, id: String, name: String| {
        Some(Product {
            id,
            name,
            parts: row.parts()?,
            entitlements: row.entitlements_total.filter(|entitlements| *entitlements > 0)?,
        })
    };
    let all = figures.portfolio.all.as_ref();
    let all = all.and_then(|row| product(row, "all".to_owned(), words.say(said::ALL_PRODUCTS).to_owned()));
    let of_sku = |row: &Portfolio| row.sku_id.and_then(|sku| product(row, sku.to_string(), figures.product_name(sku)));
    let mut products: Vec<Product> = figures.portfolio.products.iter().filter_map(of_sku).collect();
    products.sort_by_cached_key(|product| (-product.distorted(), -product.entitlements, product.id.clone()));
    let hidden = products.len().saturating_sub(MOST);
    products.truncate(MOST);
    let rows: Vec<Product> = all.into_iter().chain(products).collect();
    html! {
        (both(words, &rows))
        (more_rows(words, hidden, "portfolio.parquet"))
    }
}

/// The parts of a customer: everything, then each product.
pub fn customer(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    let rows = customer.in_scope().map(|product| &product.row);
    let known: Vec<_> = rows.filter(|row| row.entitlements_total.is_some_and(|total| total > 0)).collect();
    let total: i64 = known.iter().filter_map(|row| row.entitlements_total).sum();
    let mut products = vec![Product {
        id: "all".to_owned(),
        name: words.say(said::ALL_PRODUCTS).to_owned(),
        parts: parts_of(known.iter().copied()),
        entitlements: total,
    }];
    products.retain(|_| known.len() > 1);
    products.extend(known.iter().map(|row| Product {
        id: row.sku_id.to_string(),
        name: figures.product_name(row.sku_id),
        parts: row.parts(),
        entitlements: row.entitlements_total.unwrap_or(0),
    }));
    both(words, &products)
}

/// The chart and its table.
fn both(words: Words, products: &[Product]) -> Markup {
    if products.is_empty() {
        return html! { p.soft { (words.say(said::NONE)) } };
    }
    let names: Vec<&str> = NAMES.iter().map(|name| words.say(*name)).collect();
    let rows: Vec<Row> = products
        .iter()
        .map(|product| Row {
            name: product.name.clone(),
            parts: product
                .parts
                .all()
                .iter()
                .map(|part| *part as f64 / product.entitlements as f64)
                .collect(),
        })
        .collect();
    let caption = Caption {
        id: "parts-chart",
        title: words.say(said::OVERUSE),
        description: words.say(said::OVERUSE_DESC),
    };
    html! {
        p.soft { (words.say(said::OVERUSE_TEXT)) }
        (figure(words, words.say(said::OVERUSE), &stacked::draw(words, caption, &names, &rows)))
        (wide(words, words.say(said::OVERUSE), &table(words, products)))
    }
}

fn table(words: Words, products: &[Product]) -> Markup {
    html! {
        table #parts-table {
            thead { tr {
                th.text scope="col" { (words.say(said::PRODUCT)) }
                th scope="col" { (words.say(said::ENTITLED)) }
                th scope="col" { (words.say(said::ACTIVE)) }
                @for (at, name) in NAMES.iter().enumerate() { th scope="col" { span class=(format!("part p{at}")) {} (words.say(*name)) } }
                th scope="col" { (words.say(said::USAGE)) }
            } }
            tbody { @for product in products {
                @let active: i64 = product.parts.all().iter().sum();
                tr data-row=(product.id) class=[(product.id == "all").then_some("sum")] {
                    th.text scope="row" { (number::name(&product.name)) }
                    td { (number::count(words, product.entitlements)) }
                    td { (number::count(words, active)) }
                    @for part in product.parts.all() { td { (number::count(words, part)) } }
                    td { (number::share(words, ratio(active, Some(product.entitlements)))) }
                }
            } }
        }
    }
}
