//! What became of seats, and where usage leads: the page's figures are worked out again from the
//! published tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use uptake::domain::day::Day;

use super::page::{card, table, values};
use super::published::{Row, count, last_rows, rows};
use super::{long_sample, page, page_of, report_of, sample};

/// The columns of the page's table; the last of a pair stands below the one before.
const GROUPS: [&[&str]; 8] = [
    &["seats_active"],
    &["seats_active_every_week"],
    &["seats_retained"],
    &["seats_reactivated"],
    &["seats_stopped"],
    &["seats_unused"],
    &["seats_new", "seats_new_active"],
    &["seats_reclaimed", "seats_reclaimed_unused"],
];

/// The rows in scope whose use is known of both days.
fn compared(published: &Path) -> Vec<Row> {
    let rows = last_rows(published, "seat_outcomes").into_iter();
    rows.filter(|row| row["in_scope"] == "true" && row.contains_key("seats_retained"))
        .collect()
}

fn sum(rows: &[&Row], column: &str) -> i64 {
    rows.iter().map(|row| count(row, column)).sum()
}

/// Holds a row of the page against a sum over rows of the table.
fn assert_groups(name: &str, cells: &[Vec<String>], rows: &[&Row]) {
    assert_eq!(cells.len(), GROUPS.len(), "{name}");
    for (cell, columns) in cells.iter().zip(GROUPS) {
        let all = sum(rows, columns[0]).to_string();
        let part = columns.get(1).filter(|_| all != "0").map(|column| sum(rows, column).to_string());
        let expected: Vec<String> = [all].into_iter().chain(part).collect();
        assert_eq!(cell, &expected, "{name} {columns:?}");
    }
}

fn assert_cards(page: &str, rows: &[&Row]) {
    for (id, part, whole) in [
        ("kept", "seats_retained", "seats_active_earlier"),
        ("habit", "seats_active_every_week", "seats_active"),
    ] {
        let (figures, found_part, found_whole) = card(page, id).unwrap();
        let (part, whole) = (sum(rows, part), sum(rows, whole));
        assert_eq!((found_part, found_whole), (Some(part), Some(whole)), "{id}");
        if whole > 0 {
            assert_eq!(figures[0].parse::<f64>().unwrap(), part as f64 / whole as f64, "{id}");
        }
    }
}

#[test]
fn seats_on_the_pages_are_those_of_the_table() {
    let published = &sample().published;
    let outcomes = compared(published);
    let mut by_customer: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &outcomes {
        by_customer.entry(&row["tenant_id"]).or_default().push(row);
    }
    let some = |column: &str| outcomes.iter().any(|row| count(row, column) > 0);
    let shows = [
        "seats_retained",
        "seats_reactivated",
        "seats_new_active",
        "seats_reclaimed",
        "seats_active_every_week",
    ];
    assert!(by_customer.len() > 3 && shows.into_iter().all(some), "the sample shows too little");
    let portfolio = page(&[]);
    let all: Vec<&Row> = outcomes.iter().collect();
    assert_cards(&portfolio, &all);
    let on_page = table(&portfolio, "outcomes-table");
    assert_eq!(on_page.len(), by_customer.len() + 1);
    for (name, cells) in &on_page {
        assert_groups(name, cells, by_customer.get(name.as_str()).unwrap_or(&all));
    }
    for (id, rows) in by_customer {
        let page = page(&["--customer", id]);
        assert_cards(&page, &rows);
        let on_page = table(&page, "outcomes-table");
        assert_eq!(on_page.len(), rows.len() + usize::from(rows.len() > 1), "{id}");
        for (name, cells) in &on_page {
            let of_product: Vec<&Row> = rows.iter().copied().filter(|row| row["sku_id"] == *name).collect();
            assert_groups(name, cells, if name == "all" { &rows } else { &of_product });
        }
    }
}

/// The expected share, and the ends of its range: worked out here in another way than the program
/// does it, by the normal equations.
fn prolonged(points: &[(f64, f64)]) -> (f64, f64, f64) {
    // Two-sided 80 % of Student's t, from a table.
    let t = [(2, 1.8856), (3, 1.6377), (4, 1.5332)]
        .into_iter()
        .find(|(degrees, _)| *degrees == points.len() - 2)
        .unwrap()
        .1;
    let n = points.len() as f64;
    let total = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| of(*x, *y)).sum::<f64>();
    let (x, y, xx, xy) = (total(&|x, _| x), total(&|_, y| y), total(&|x, _| x * x), total(&|x, y| x * y));
    let slope = (n * xy - x * y) / (n * xx - x * x);
    let start = (y - slope * x) / n;
    let at = 28.0;
    let value = start + slope * at;
    let variance = total(&|x, y| (y - start - slope * x).powi(2)) / (n - 2.0);
    let margin = t * (variance * (1.0 + 1.0 / n + n * (at - x / n).powi(2) / (n * xx - x * x))).sqrt();
    (value.max(0.0), (value - margin).max(0.0), (value + margin).max(0.0))
}

/// What the page says: value, day, and the ends of the range.
fn outlook(page: &str) -> Option<Vec<String>> {
    let (_, sentence) = page.split_once("data-figure=\"outlook\"")?;
    Some(values(sentence.split_once("</p>").unwrap().0))
}

/// Usage of the days with a complete window, back from the last one in steps of 28 days.
fn windows(usage: &BTreeMap<Day, f64>) -> (Day, Vec<(f64, f64)>) {
    let last = *usage.keys().next_back().unwrap();
    let point = |number: i32| Some((f64::from(-28 * number), *usage.get(&last.plus(-28 * number))?));
    (last, (0..6).filter_map(point).collect())
}

fn assert_outlook(name: &str, page: &str, usage: &BTreeMap<Day, f64>) -> bool {
    let points = if usage.is_empty() { Vec::new() } else { windows(usage).1 };
    let Some(found) = outlook(page) else {
        assert!(points.len() < 4 && page.contains("not enough history"), "{name}: {points:?}");
        return false;
    };
    let (value, low, high) = prolonged(&points);
    let share = |at: usize| found[at].parse::<f64>().unwrap();
    assert!((share(0) - value).abs() < 1e-9, "{name}: {found:?} and {value}");
    assert!(
        (share(2) - low).abs() < 1e-4 && (share(3) - high).abs() < 1e-4,
        "{name}: {found:?}, {low}, {high}"
    );
    assert_eq!(found[1], windows(usage).0.plus(28).to_string(), "{name}");
    assert!(
        page.contains("class=\"band s1\"") && page.contains("class=\"line ahead s1\""),
        "{name}"
    );
    true
}

/// Usage of a customer on the days on which all of its products in scope have a complete window.
fn usage_of(adoption: &[&Row]) -> BTreeMap<Day, f64> {
    let mut days: BTreeMap<Day, Vec<&Row>> = BTreeMap::new();
    for row in adoption.iter().filter(|row| row["in_scope"] == "true") {
        days.entry(Day::parse(&row["day"]).unwrap()).or_default().push(row);
    }
    let usage = |(day, rows): (Day, Vec<&Row>)| {
        let (active, total) = (sum(&rows, "entitlements_active"), sum(&rows, "entitlements_total"));
        let is_known = total > 0 && rows.iter().all(|row| row["window_complete"] == "true");
        is_known.then(|| (day, active as f64 / total as f64))
    };
    days.into_iter().filter_map(usage).collect()
}

#[test]
fn where_usage_leads_is_worked_out_again_from_the_tables() {
    let sample = long_sample();
    let adoption = rows(&sample.published, "adoption");
    let mut complete: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for row in adoption.iter().filter(|row| row["in_scope"] == "true") {
        let of_day = complete.entry(&row["day"]).or_default().entry(&row["tenant_id"]).or_insert(true);
        *of_day &= row["window_complete"] == "true";
    }
    let half = |day: &str| {
        complete
            .get(day)
            .is_some_and(|of| of.values().filter(|is| !**is).count() * 2 < of.len())
    };
    let portfolio = rows(&sample.published, "portfolio");
    let all = portfolio.iter().filter(|row| row["grain"] == "all" && half(&row["day"]));
    let usage: BTreeMap<Day, f64> = all
        .filter_map(|row| Some((Day::parse(&row["day"]).unwrap(), row.get("usage_ratio")?.parse().unwrap())))
        .collect();
    let page = page_of(sample, &[]);
    assert!(assert_outlook("portfolio", &page, &usage), "the sample is long enough");
    let mut known = 0;
    let customers = last_rows(&sample.published, "customer_adoption");
    for customer in &customers {
        let id = &customer["tenant_id"];
        let of_customer: Vec<&Row> = adoption.iter().filter(|row| row["tenant_id"] == *id).collect();
        known += usize::from(assert_outlook(id, &page_of(sample, &["--customer", id]), &usage_of(&of_customer)));
    }
    assert!(
        (1..customers.len()).contains(&known),
        "{known} customers: some have enough history, and some have not"
    );
    let german = page_of(sample, &["--language", "de"]);
    // The day comes earlier in the sentence.
    let sorted = |page: &str| outlook(page).map(|values| values.into_iter().collect::<BTreeSet<String>>());
    assert_eq!(sorted(&german), sorted(&page));
    assert!(german.contains("Das verlängert eine Gerade"));

    let folder = tempfile::tempdir().unwrap();
    let bytes = report_of(sample, &["--format", "xlsx"], &folder.path().join("report.xlsx"));
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let first = workbook.worksheet_range_at(0).unwrap().unwrap();
    let on_page = outlook(&page).unwrap();
    for (column, value) in [(1, &on_page[0]), (2, &on_page[2]), (3, &on_page[3])] {
        assert_eq!(first.get_value((9, column)), Some(&Data::Float(value.parse().unwrap())));
    }
}

#[test]
fn a_short_history_gives_no_outlook_and_says_so() {
    let page = page(&[]);
    assert!(outlook(&page).is_none() && page.contains("There is not enough history") && !page.contains("class=\"band"));
    assert!(super::page(&["--language", "de"]).contains("reicht die Vorgeschichte nicht"));
}
