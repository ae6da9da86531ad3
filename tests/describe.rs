//! The data dictionary: what `uptake describe` says of tables and published files, and the page of
//! it in `docs`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn describe(more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("describe")
        .args(more)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn entries(more: &[&str]) -> Vec<Value> {
    serde_json::from_str(&describe(&[more, &["--format", "json"]].concat())).unwrap()
}

fn names(of: &Value) -> Vec<&str> {
    let columns = of["columns"].as_array().unwrap();
    columns.iter().map(|column| column["name"].as_str().unwrap()).collect()
}

#[test]
fn the_page_of_tables_is_what_the_program_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables.md")).unwrap();
    let said = describe(&["--format", "markdown"]);
    let differ = page.lines().zip(said.lines()).find(|(written, said)| written != said);
    assert!(
        page == said,
        "docs/tables.md is out of step, first at {differ:?}: write it again with `uptake describe --format markdown > docs/tables.md`"
    );
}

#[test]
fn a_published_file_is_described_with_the_names_that_are_joined_in() {
    let (table, file) = (&entries(&["adoption"])[0], &entries(&["adoption.parquet"])[0]);
    assert_eq!((&table["in"], &file["in"]), (&"warehouse".into(), &"published".into()));
    assert_eq!(
        names(file)[..7],
        [
            "day",
            "tenant_id",
            "customer_name",
            "sku_id",
            "product_name",
            "part_number",
            "seats_sold"
        ]
    );
    let of_table = names(table);
    let kept: Vec<&str> = names(file).into_iter().filter(|name| of_table.contains(name)).collect();
    assert_eq!(kept, of_table, "every column of the table, in its order");
    let about = |entry: &Value, name: &str| {
        let columns = entry["columns"].as_array().unwrap();
        columns.iter().find(|column| column["name"] == name).unwrap()["about"].clone()
    };
    assert_eq!(about(file, "active_moved"), about(table, "active_moved"));
    let text = describe(&["portfolio.parquet"]);
    assert!(text.contains("grain") && text.contains("(one file)"), "{text}");
}

#[test]
fn the_export_is_described_as_it_is_written() {
    let export = &entries(&["portfolio-export.csv"])[0];
    let work = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["run", "--quiet"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml"))
        .args(["--until", "2026-08-03", "--warehouse"])
        .arg(work.path().join("warehouse"))
        .arg("--published")
        .arg(work.path().join("published"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let csv = fs::read_to_string(work.path().join("published/portfolio-export.csv")).unwrap();
    assert_eq!(csv.lines().next().unwrap().split(',').collect::<Vec<_>>(), names(export));
}

#[test]
fn every_name_is_there_once() {
    let all = entries(&[]);
    let mut found: Vec<&str> = all.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    let count = found.len();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), count);
    for name in ["activity_28d", "calendar.parquet", "products.parquet", "portfolio-export.csv"] {
        assert!(found.contains(&name), "{name}");
    }
    let list = describe(&[]);
    for name in found {
        assert!(list.contains(&format!("  {name} ")), "`{name}` is not in: {list}");
    }
}
