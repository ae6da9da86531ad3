//! Reads the figures of a page out of its HTML: what programs would read.

use std::collections::BTreeMap;

/// The text between two marks, from a place on.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<(&'a str, &'a str)> {
    let (_, rest) = text.split_once(begin)?;
    rest.split_once(end)
}

/// The rows of a table, by what `data-row` says; of each cell but the first the values of its
/// figures, in order.
pub fn table(page: &str, id: &str) -> BTreeMap<String, Vec<Vec<String>>> {
    find_table(page, id).unwrap_or_else(|| panic!("no table {id}"))
}

/// The same; `None` where the page has no such table.
pub fn find_table(page: &str, id: &str) -> Option<BTreeMap<String, Vec<Vec<String>>>> {
    let (table, _) = between(page, &format!("id=\"{id}\""), "</table>")?;
    let (_, body) = table.split_once("<tbody>").unwrap();
    let mut rows = BTreeMap::new();
    for row in body.split("<tr").skip(1) {
        let (name, cells) = between(row, "data-row=\"", "\"").unwrap();
        let cells = cells.split("<td").skip(1).map(values).collect();
        assert!(rows.insert(name.to_owned(), cells).is_none(), "two rows {name}");
    }
    Some(rows)
}

/// The exact values of the figures and days in a piece of HTML.
pub fn values(html: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find("<data value=\"").into_iter().chain(rest.find("<time datetime=\"")).min() {
        let (value, after) = rest[at..].split_once('"').unwrap().1.split_once('"').unwrap();
        values.push(value.to_owned());
        rest = after;
    }
    values
}

/// A card: its share or count, and the numerator and denominator that it gives.
pub fn card(page: &str, id: &str) -> Option<(Vec<String>, Option<i64>, Option<i64>)> {
    let (card, _) = between(page, &format!("data-figure=\"{id}\""), "</li>")?;
    let number = |name: &str| between(card, &format!("{name}=\""), "\"").map(|(number, _)| number.parse().unwrap());
    Some((values(card), number("data-part"), number("data-whole")))
}

/// The fractions of a figure as text and as a number are the same.
pub fn same(on_page: Option<&String>, in_table: Option<&String>) -> bool {
    match (on_page, in_table) {
        (None, None) => true,
        (Some(one), Some(two)) => {
            one == two
                || one
                    .parse::<f64>()
                    .ok()
                    .zip(two.parse::<f64>().ok())
                    .is_some_and(|(one, two)| one == two)
        }
        _ => false,
    }
}
