//! Every figure of a page is the published table's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::page::{card, same, table, values};
use super::published::{Row, count, last_rows, rows};
use super::{HOSTILE, page, report, sample, uptake};

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

#[test]
fn the_portfolios_page_says_what_the_tables_say() {
    let (page, published) = (page(&[]), &sample().published);
    let portfolio = last_rows(published, "portfolio");
    let all = portfolio.iter().find(|row| row["grain"] == "all").unwrap();
    for (id, ratio, part, whole) in [
        ("deployment", "deployment_ratio", "seats_assigned", "seats_sold"),
        ("usage", "usage_ratio", "entitlements_active", "entitlements_total"),
        ("adjusted", "usage_ratio_adjusted", "active_current", "entitlements_total"),
        ("people", "users_ratio", "users_active", "users_entitled"),
    ] {
        let (figures, found_part, found_whole) = card(&page, id).unwrap();
        assert!(same(figures.first(), all.get(ratio)), "{id}");
        assert_eq!((found_part, found_whole), (Some(count(all, part)), Some(count(all, whole))), "{id}");
    }
    assert_eq!(card(&page, "customers").unwrap().0[0], all["customers"]);
    let trend = values(page.split_once("id=\"trend-table\"").unwrap().1.split_once("</table>").unwrap().0);
    let days = rows(published, "portfolio");
    let days = by(&days, &["grain", "day"]);
    let mut figures = trend.iter();
    let mut weeks = 0;
    while let Some(day) = figures.next() {
        let row = days[&format!("all {day}")];
        for column in ["deployment_ratio", "usage_ratio", "usage_ratio_adjusted"]
            .iter()
            .filter(|column| row.contains_key(**column))
        {
            assert!(same(figures.next(), row.get(*column)), "{day} {column}");
        }
        weeks += 1;
    }
    assert_eq!(weeks, 75_usize.div_ceil(7));
    let workloads: Vec<Row> = portfolio.iter().filter(|row| row["grain"] == "workload").cloned().collect();
    let (on_page, in_table) = (table(&page, "workloads-table"), by(&workloads, &["workload"]));
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
    for (name, cells) in table(&page, "parts-table") {
        let row = if name == "all" {
            all
        } else {
            portfolio.iter().find(|row| row.get("sku_id") == Some(&name)).unwrap()
        };
        assert_cells(&name, &cells, row, &parts);
    }
}

#[test]
fn the_table_of_customers_has_all_of_them_with_their_sums() {
    let (page, published) = (page(&[]), &sample().published);
    let people = last_rows(published, "customer_adoption");
    let adoption = last_rows(published, "adoption");
    let steps = last_rows(published, "next_steps");
    let on_page = table(&page, "customers-table");
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
    assert_eq!(card(&page, "win-back").unwrap().0[0], won.to_string());
}

#[test]
fn a_customers_page_says_what_the_tables_say() {
    let published = &sample().published;
    for people in last_rows(published, "customer_adoption") {
        let id = &people["tenant_id"];
        let page = page(&["--customer", id]);
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
            let (on_page, in_table) = (table(&page, "products-table"), by(&adoption, &["sku_id"]));
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
            for (name, cells) in table(&page, "usage-table") {
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
        assert_eq!(card(&page, "people").unwrap().1, Some(count(&people, "users_active")));
    }
}

#[test]
fn names_are_texts_and_users_are_nowhere() {
    let page = page(&[]);
    assert!(!page.contains("<script>alert(1)") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("pages");
    let output = uptake(&[
        "report",
        sample().pipeline.to_str().unwrap(),
        "--per-customer",
        pages.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files: Vec<_> = fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), last_rows(&sample().published, "customer_adoption").len());
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let body = text.split_once("</style>").unwrap().1;
        assert!(!body.contains("upn:") && !body.contains('@'), "{}", file.display());
        assert!(file.file_name().unwrap().to_str().unwrap().is_ascii());
    }
    let hostile = page_of(HOSTILE);
    assert!(hostile.contains("<h1><bdi>Use of licenses: &lt;script&gt;"), "{}", &hostile[..2000]);
}

fn page_of(customer: &str) -> String {
    page(&["--customer", customer])
}

#[test]
fn the_same_input_gives_the_same_bytes_and_german_is_german() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        report(&[], &folder.path().join("1.html")),
        report(&[], &folder.path().join("2.html")),
    );
    assert!(one == two);
    let german = page(&["--language", "de"]);
    assert!(german.contains("<html lang=\"de\">") && german.contains("Nächste Schritte") && german.contains("30.09.2026"));
    let german = page(&["--language", "de", "--customer", "Brassard"]);
    let is_german = german.contains("Mögliche Ursache") && !german.contains("Possible cause") && german.contains("Testphase");
    assert!(is_german, "steps are in the language of the page, not of the pipeline");
}
