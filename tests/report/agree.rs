//! Holds every figure of a page against the published tables. Whoever calls it has the page and the
//! folder of the tables, whatever portfolio they are about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use uptake::domain::day::Day;

use super::page::{card, find_table, same, table, values};
use super::published::{Row, count, last_rows, rows};

/// Holds the cells of a row of a page against columns of a row of a table.
fn assert_cells(name: &str, cells: &[Vec<String>], row: &Row, columns: &[&str]) {
    assert_eq!(cells.len(), columns.len(), "{name}");
    for (cell, column) in cells.iter().zip(columns) {
        if !column.is_empty() {
            assert!(
                same(cell.first(), row.get(*column)),
                "{name}, {column}: {cell:?} on the page, {:?} in the table",
                row.get(*column)
            );
        }
    }
}

fn by<'r>(rows: &'r [Row], key: &[&str]) -> BTreeMap<String, &'r Row> {
    let name = |row: &Row| {
        key.iter()
            .map(|column| row.get(*column).cloned().unwrap_or_default())
            .collect::<Vec<_>>()
            .join(" ")
    };
    rows.iter().map(|row| (name(row), row)).collect()
}

/// The customers of the last day that have not left.
pub fn customers(published: &Path) -> Vec<Row> {
    let left: BTreeMap<String, String> = rows(published, "customers")
        .into_iter()
        .filter_map(|row| Some((row["tenant_id"].clone(), row.get("left_on")?.clone())))
        .collect();
    let mut people = last_rows(published, "customer_adoption");
    people.retain(|row| left.get(&row["tenant_id"]).is_none_or(|left| *left > row["day"]));
    people
}

/// The page of the portfolio: cards, trend, workloads, parts, changes, customers.
pub fn portfolio_agrees(page: &str, published: &Path) {
    customers_agree(page, published);
    let portfolio = last_rows(published, "portfolio");
    let Some(all) = portfolio.iter().find(|row| row["grain"] == "all") else {
        assert!(card(page, "usage").is_none(), "nothing is in scope");
        return;
    };
    for (id, ratio, part, whole) in [
        ("deployment", "deployment_ratio", "seats_assigned", "seats_sold"),
        ("usage", "usage_ratio", "entitlements_active", "entitlements_total"),
        ("adjusted", "usage_ratio_adjusted", "active_current", "entitlements_total"),
        ("people", "users_ratio", "users_active", "users_entitled"),
    ] {
        let (figures, found_part, found_whole) = card(page, id).unwrap();
        assert!(same(figures.first(), all.get(ratio)), "{id}");
        let whole = all.contains_key(whole).then(|| count(all, whole));
        assert_eq!((found_part, found_whole), (Some(count(all, part)), whole), "{id}");
    }
    assert_eq!(card(page, "customers").unwrap().0[0], all["customers"]);
    let trend = values(page.split_once("id=\"trend-table\"").unwrap().1.split_once("</table>").unwrap().0);
    let days = rows(published, "portfolio");
    let days = by(&days, &["grain", "day"]);
    let mut figures = trend.iter();
    let mut weeks = 0;
    while let Some(day) = figures.next() {
        let row = days.get(&format!("all {day}"));
        for column in ["deployment_ratio", "usage_ratio", "usage_ratio_adjusted"] {
            if let Some(share) = row.and_then(|row| row.get(column)) {
                assert!(same(figures.next(), Some(share)), "{day} {column}");
            }
        }
        weeks += 1;
    }
    assert_eq!(weeks, rows(published, "calendar").len().min(365).div_ceil(7));
    let before = month_ago(published, "portfolio");
    if let Some(before) = before.iter().find(|row| row["grain"] == "all") {
        changes_agree(page, "all", before, all);
    }
    let workloads: Vec<Row> = portfolio.iter().filter(|row| row["grain"] == "workload").cloned().collect();
    let on_page = find_table(page, "workloads-table").unwrap_or_default();
    let in_table = by(&workloads, &["workload"]);
    assert_eq!(on_page.keys().collect::<Vec<_>>(), in_table.keys().collect::<Vec<_>>());
    for (name, cells) in &on_page {
        let columns = [
            "entitlements_total",
            "entitlements_active",
            "active_unlicensed",
            "usage_ratio",
            "users_entitled",
            "users_active",
            "users_ratio",
        ];
        assert_cells(name, cells, in_table[name], &columns);
    }
    let parts = [
        "entitlements_total",
        "entitlements_active",
        "active_current",
        "active_moved",
        "active_switched",
        "active_lapsed",
        "active_trial",
        "active_over_assigned",
        "usage_ratio",
    ];
    for (name, cells) in find_table(page, "parts-table").unwrap_or_default() {
        let row = if name == "all" {
            all
        } else {
            portfolio.iter().find(|row| row.get("sku_id") == Some(&name)).unwrap()
        };
        assert_cells(&name, &cells, row, &parts);
    }
}

/// The table of customers has all of them with their sums.
fn customers_agree(page: &str, published: &Path) {
    let people = customers(published);
    let adoption = last_rows(published, "adoption");
    let mut steps = last_rows(published, "next_steps");
    steps.retain(|step| people.iter().any(|row| row["tenant_id"] == step["tenant_id"]));
    let on_page = find_table(page, "customers-table").unwrap_or_default();
    assert_eq!(
        on_page.keys().collect::<BTreeSet<_>>(),
        people.iter().map(|row| &row["tenant_id"]).collect()
    );
    for row in &people {
        let id = &row["tenant_id"];
        let cells = &on_page[id];
        let counted = adoption
            .iter()
            .filter(|product| product["tenant_id"] == *id && product["in_scope"] == "true");
        let counted: Vec<&Row> = counted.filter(|product| product.contains_key("seats_sold")).collect();
        let ratio = |part: &str, whole: &str| {
            let sum = |column: &str| counted.iter().map(|product| count(product, column)).sum::<i64>();
            (sum(whole) != 0).then(|| (sum(part) as f64 / sum(whole) as f64).to_string())
        };
        let of_steps: Vec<&Row> = steps.iter().filter(|step| step["tenant_id"] == *id).collect();
        let unused = of_steps
            .iter()
            .filter(|step| step["code"] == "unused_seats")
            .map(|step| count(step, "seats_concerned"))
            .sum::<i64>();
        let expected = [
            None,
            ratio("entitlements_active", "entitlements_total"),
            ratio("active_current", "entitlements_total"),
            ratio("seats_assigned", "seats_sold"),
            row.get("users_ratio").cloned(),
            row.get("seats_sold").cloned(),
            row.get("seats_assigned").cloned(),
            Some(unused.to_string()),
            Some(of_steps.len().to_string()),
        ];
        for (cell, expected) in cells.iter().zip(&expected) {
            assert!(same(cell.first(), expected.as_ref()), "{id}: {cells:?} and {expected:?}");
        }
    }
    let won: i64 = steps
        .iter()
        .filter(|step| step["code"] == "unused_seats")
        .map(|step| count(step, "seats_concerned"))
        .sum();
    if let Some((figures, ..)) = card(page, "win-back") {
        assert_eq!(figures[0], won.to_string());
    }
}

/// The page of one customer: products, use by workload, changes, steps, people.
pub fn customer_agrees(page: &str, people: &Row, published: &Path) {
    {
        let id = &people["tenant_id"];
        let of_customer = |name: &str| -> Vec<Row> {
            last_rows(published, name)
                .into_iter()
                .filter(|row| row["tenant_id"] == *id)
                .collect()
        };
        let adoption: Vec<Row> = of_customer("adoption")
            .into_iter()
            .filter(|row| row["in_scope"] == "true")
            .collect();
        if !adoption.is_empty() {
            let (on_page, in_table) = (table(page, "products-table"), by(&adoption, &["sku_id"]));
            assert_eq!(on_page.len(), in_table.len());
            for (name, cells) in &on_page {
                let columns = [
                    "seats_sold",
                    "seats_assigned",
                    "deployment_ratio",
                    "entitlements_total",
                    "entitlements_active",
                    "usage_ratio",
                    "usage_ratio_adjusted",
                ];
                assert_cells(name, cells, in_table[name], &columns);
            }
            let usage = of_customer("usage");
            let in_table = by(&usage, &["sku_id", "workload"]);
            for (name, cells) in table(page, "usage-table") {
                assert_cells(
                    &name,
                    &cells,
                    in_table[&name],
                    &[
                        "",
                        "entitlements_total",
                        "entitlements_active",
                        "usage_ratio",
                        "usage_ratio_adjusted",
                    ],
                );
            }
        }
        let before: Vec<Row> = month_ago(published, "adoption")
            .into_iter()
            .filter(|row| row["tenant_id"] == *id && row["in_scope"] == "true")
            .collect();
        let before = by(&before, &["sku_id"]);
        for (sku, now) in by(&adoption, &["sku_id"]) {
            match before.get(&sku) {
                Some(before) => changes_agree(page, &sku, before, now),
                None => assert_eq!(find_table(page, &format!("changes-{sku}")), None),
            }
        }
        let steps = of_customer("next_steps");
        let steps = by(&steps, &["tenant_id", "sku_id", "workload", "code"]);
        let items: Vec<&str> = page
            .split_once("id=\"steps\"")
            .unwrap()
            .1
            .split_once("</section>")
            .unwrap()
            .0
            .split("<li data-row=\"")
            .skip(1)
            .collect();
        assert_eq!(items.len(), steps.len(), "{id}");
        for item in items {
            let (name, rest) = item.split_once('"').unwrap();
            assert_eq!(values(rest)[0], steps[name]["seats_concerned"], "{name}");
            if let Some(money) = steps[name].get("money_per_month") {
                let shown: f64 = values(rest)[1].parse().unwrap();
                assert_eq!(shown, money.parse::<f64>().unwrap(), "{name}");
            }
        }
        assert_eq!(card(page, "people").unwrap().1, Some(count(people, "users_active")));
    }
}

/// The rows of the day that the last one is compared with; none where it is not published.
fn month_ago(published: &Path, name: &str) -> Vec<Row> {
    let last: Day = Day::parse(&rows(published, "calendar").last().unwrap()["day"]).unwrap();
    let before = last.plus(-28).to_string();
    rows(published, name).into_iter().filter(|row| row["day"] == before).collect()
}

/// The counts that move usage and deployment, and the share that they move.
const MOVED: [(&str, &[&str]); 2] = [
    (
        "usage_ratio",
        &[
            "active_current",
            "active_moved",
            "active_switched",
            "active_lapsed",
            "active_trial",
            "active_over_assigned",
            "entitlements_total",
        ],
    ),
    ("deployment_ratio", &["seats_assigned", "seats_sold"]),
];

/// The causes of a change are the counts of both days that differ, and their effects are the change:
/// exactly as they are shown, and but for the rounding of fractions as they are.
fn changes_agree(page: &str, id: &str, before: &Row, now: &Row) {
    let on_page = find_table(page, &format!("changes-{id}")).unwrap_or_default();
    let mut expected = BTreeSet::new();
    for (share, counts) in MOVED {
        let both = |column: &str| Some((before.get(column)?, now.get(column)?));
        let changed: Vec<&str> = counts
            .iter()
            .copied()
            .filter(|column| both(column).is_some_and(|(one, two)| one != two))
            .collect();
        if changed.is_empty() {
            continue;
        }
        expected.extend(changed.iter().copied().chain([share]));
        let cells = &on_page[share];
        assert!(
            same(cells[0].first(), before.get(share)) && same(cells[1].first(), now.get(share)),
            "{id} {share}: {cells:?}"
        );
        let mut effects = 0.0;
        for column in &changed {
            let cells = &on_page[*column];
            let (was, is) = (count(before, column), count(now, column));
            assert_eq!(
                [&cells[0][0], &cells[1][0], &cells[2][0]],
                [&was.to_string(), &is.to_string(), &(is - was).to_string()],
                "{id} {column}"
            );
            effects += cells[3].first().map_or(0.0, |effect| effect.parse::<f64>().unwrap());
        }
        let number = |row: &Row| row.get(share).map(|text| text.parse::<f64>().unwrap());
        if let Some((was, is)) = number(before).zip(number(now)) {
            assert!((effects - (is - was)).abs() < 1e-9, "{id} {share}: {effects} is not {is} - {was}");
            let shown: i64 = changed.iter().map(|column| tenths(page, id, column)).sum();
            assert_eq!(shown, tenths(page, id, share), "{id} {share}: what is shown adds up, too");
            let percent = |share: f64| format!("{:.1}", share * 100.0).replace('.', "").parse::<i64>().unwrap();
            assert_eq!(shown, percent(is) - percent(was), "{id} {share}");
        }
    }
    assert_eq!(on_page.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{id}");
}

/// An effect as the page shows it, in tenths of a point.
fn tenths(page: &str, id: &str, row: &str) -> i64 {
    let table = page.split_once(&format!("id=\"changes-{id}\"")).unwrap().1;
    let row = table
        .split_once(&format!("data-row=\"{row}\""))
        .unwrap()
        .1
        .split_once("</tr>")
        .unwrap()
        .0;
    let shown = row.rsplit_once("\">").unwrap().1.split_once('<').unwrap().0;
    shown.replace(['.', ','], "").parse().unwrap()
}
