//! `--users`: the page of one customer names the people behind its numbers, and no other page does.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::agree::{customer_agrees, customers};
use super::published::last_rows;
use super::{page, sample, uptake};

/// How many users of a list a page names.
const MOST: usize = 50;

/// The users of a table, in order, each with the texts of the other cells.
fn users(page: &str, id: &str) -> Vec<(String, Vec<String>)> {
    let Some((_, table)) = page.split_once(&format!("id=\"{id}\"")) else {
        return Vec::new();
    };
    let body = table.split_once("<tbody>").unwrap().1.split_once("</tbody>").unwrap().0;
    let text = |html: &str| -> String {
        let parts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<String>()
    };
    let row = |row: &str| {
        let mut cells = row.split("<td");
        let user = cells.next().unwrap().split_once("<bdi>").unwrap().1.split_once('<').unwrap().0;
        (user.to_owned(), cells.map(|cell| text(&format!("<td{cell}"))).collect())
    };
    body.split("<tr>").skip(1).map(row).collect()
}

/// What `uptake explain` says of a product of a customer.
fn explained(customer: &str, sku: &str) -> Value {
    let pipeline = sample().pipeline.to_str().unwrap();
    let output = uptake(&["explain", pipeline, "--customer", customer, "--product", sku, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|user| user["user_id"].as_str().unwrap())
        .collect()
}

#[test]
fn the_people_are_those_that_explain_names_and_the_tiers_those_of_the_next_steps() {
    let published = &sample().published;
    let steps = last_rows(published, "next_steps");
    let (mut idle_seen, mut without_seen) = (0, 0);
    for people in customers(published) {
        let id = &people["tenant_id"];
        let page = page(&["--customer", id, "--users"]);
        customer_agrees(&page, &people, published);
        let adoption = last_rows(published, "adoption");
        let products = adoption.iter().filter(|row| row["tenant_id"] == *id && row["in_scope"] == "true");
        for sku in products.map(|row| &row["sku_id"]) {
            let explained = explained(id, sku);
            let idle = users(&page, &format!("idle-{sku}"));
            let without = users(&page, &format!("without-{sku}"));
            let lost: Vec<&str> = [ids(&explained["users"]["moved"]), ids(&explained["users"]["switched"])].concat();
            assert_eq!(
                without.iter().map(|(user, _)| user.as_str()).collect::<Vec<_>>(),
                lost[..lost.len().min(MOST)]
            );
            let inactive = ids(&explained["users"]["inactive"]);
            let is_there =
                |user: &String| inactive.contains(&user.as_str()) || ids(&explained["users"]["current"]).contains(&user.as_str());
            assert!(idle.iter().all(|(user, _)| is_there(user)), "{id} {sku}");
            let mut tiers: BTreeMap<&str, i64> = BTreeMap::new();
            idle.iter().for_each(|(_, cells)| *tiers.entry(cells[0].as_str()).or_default() += 1);
            let step = steps
                .iter()
                .find(|step| step["tenant_id"] == *id && step.get("sku_id") == Some(sku) && step["code"] == "unused_seats");
            if let Some(step) = step.filter(|_| idle.len() < MOST) {
                let evidence: Value = serde_json::from_str(&step["evidence"]).unwrap();
                for (tier, key) in [
                    ("disabled account", "seats_disabled"),
                    ("never active", "seats_never_active"),
                    ("inactive", "seats_inactive"),
                ] {
                    let count = tiers.get(tier).copied().unwrap_or(0);
                    assert_eq!(Some(count), evidence[key].as_i64().or(Some(0)), "{id} {sku}: {tier}");
                }
            }
            (idle_seen, without_seen) = (idle_seen + idle.len(), without_seen + without.len());
        }
    }
    assert!(idle_seen > 10 && without_seen > 0, "{idle_seen} and {without_seen} users");
}

#[test]
fn a_page_with_people_says_so_at_its_top_and_no_other_page_has_them() {
    let id = &customers(&sample().published)[0]["tenant_id"];
    let with = page(&["--customer", id, "--users"]);
    let header = with.split_once("<header>").unwrap().1.split_once("</header>").unwrap().0;
    assert!(header.contains("Personal data.") && header.contains("#people"), "{header}");
    assert!(!with.contains("names no users"));
    let german = page(&["--customer", id, "--users", "--language", "de"]);
    assert!(german.contains("Personenbezogene Daten.") && !german.contains("Seats without use"));
    let without = page(&["--customer", id]);
    assert!(!without.contains("id=\"people\"") && without.contains("names no users"));
}

#[test]
fn people_are_for_the_page_of_one_customer_only() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("page.html");
    let (out, pages) = (out.to_str().unwrap(), folder.path().join("pages"));
    let pipeline = sample().pipeline.to_str().unwrap();
    let id = &customers(&sample().published)[0]["tenant_id"];
    let nothing = folder.path().join("nothing");
    for (arguments, code, words) in [
        (vec!["--users", "--out", out], 2, "--customer"),
        (vec!["--users", "--per-customer", pages.to_str().unwrap()], 2, "--per-customer"),
        (
            vec!["--users", "--customer", id, "--out", out, "--format", "xlsx"],
            2,
            "a workbook has the published tables",
        ),
        (
            vec!["--users", "--customer", id, "--out", out, "--warehouse", nothing.to_str().unwrap()],
            2,
            "there are no tables",
        ),
    ] {
        let output = uptake(&[&["report", pipeline], arguments.as_slice()].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && said.contains(words), "{arguments:?}: {said}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
