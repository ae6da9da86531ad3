//! Renders the list of all customers.

use serde_json::Value;

use crate::domain::words::{Words, explain as phrases};
use crate::explain::render::text::{Page, WIDTH};
use crate::explain::render::words;
use crate::explain::render::words::{known, percent};
use crate::explain::render::{json, markdown};
use crate::explain::view::customer_list::{CustomerLine, CustomerList};
use crate::reports::summary::text::padded;

/// The width of a column of numbers.
const COLUMN: usize = 12;

/// Renders the list as text, one line per customer.
pub fn text(list: &CustomerList, w: Words, colored: bool) -> String {
    let mut page = Page::new(w, colored);
    page.heading(&w.fill(phrases::CUSTOMERS_ON, &[("day", &list.day)]));
    let name_width = WIDTH - 2 - 3 * COLUMN;
    page.line(&format!(
        "  {}{:>COLUMN$}{:>COLUMN$}{:>COLUMN$}",
        padded("", name_width),
        w.say(phrases::SEATS_SOLD),
        w.say(phrases::DEPLOYMENT_COLUMN),
        w.say(phrases::USAGE_COLUMN)
    ));
    for line in &list.customers {
        page.line(&format!(
            "  {}{:>COLUMN$}{:>COLUMN$}{:>COLUMN$}",
            padded(&words::customer(&line.customer), name_width),
            known(w, line.seats_sold),
            percent(w, line.deployment),
            percent(w, line.usage)
        ));
    }
    page.line("");
    page.line(w.say(phrases::TAKE_CUSTOMER_APART));
    page.finish()
}

/// Renders the list as a Markdown table.
pub fn markdown(list: &CustomerList, w: Words) -> String {
    let rows = list.customers.iter().map(|line| {
        vec![
            markdown::escaped(&words::customer(&line.customer)),
            known(w, line.seats_sold),
            percent(w, line.deployment),
            percent(w, line.usage),
        ]
    });
    let header = [
        phrases::CUSTOMER,
        phrases::SEATS_SOLD,
        phrases::DEPLOYMENT_COLUMN,
        phrases::USAGE_COLUMN,
    ]
    .map(|column| w.say(column));
    let heading = w.fill(phrases::CUSTOMERS_ON, &[("day", &list.day)]);
    format!("## {heading}\n\n{}", markdown::table(&header, rows))
}

/// Renders the list as JSON.
pub fn json(list: &CustomerList) -> Value {
    let line = |line: &CustomerLine| {
        serde_json::json!({
            "customer": json::customer_name(&line.customer),
            "seats_sold": line.seats_sold,
            "seats_assigned": line.seats_assigned,
            "deployment_ratio": line.deployment,
            "entitlements_total": line.entitlements,
            "entitlements_active": line.active,
            "usage_ratio": line.usage,
        })
    };
    serde_json::json!({
        "day": list.day.to_string(),
        "customers": list.customers.iter().map(line).collect::<Vec<_>>(),
    })
}
