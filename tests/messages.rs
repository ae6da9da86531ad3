//! Whether messages help: names of sources, hints that fit the command, wrong ways to call the program.

use std::fs;

use serde_json::Value;
use uptake::warehouse::disk::Disk;
use uptake::warehouse::lock;

use crate::command_line::{Desk, SCENARIO, standard_sources, uptake};

fn status(desk: &Desk) -> Value {
    serde_json::from_str(&desk.uptake("status", &["--format", "json"]).succeeds().out).unwrap()
}

#[test]
fn a_run_that_found_another_one_at_work_is_no_failed_run() {
    let desk = Desk::small();
    desk.uptake("run", &[]).succeeds();
    let held = lock::take(&Disk::default(), &desk.path("warehouse/.uptake/lock"), "the test that holds it").unwrap();
    desk.uptake("run", &[]).fails(5, &["the test that holds it"]);
    drop(held);
    let standing = status(&desk);
    let codes: Vec<&str> = standing["attention"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|of| of["code"].as_str())
        .collect();
    assert!(!codes.contains(&"run_failed"), "{codes:?}");
    assert_eq!(standing["runs"][0]["outcome"], "refused");
    // A run that failed before that stays the last one that did anything.
    let log = fs::read_to_string(desk.path("published/runs.jsonl")).unwrap();
    let refused = log.lines().find(|line| line.contains("\"exit_code\":5")).unwrap();
    let failed = r#"{"began": "2026-09-13T04:30:00Z", "outcome": "failed", "exit_code": 3, "message": "too many rejects"}"#;
    fs::write(desk.path("published/runs.jsonl"), format!("{failed}\n{refused}\n")).unwrap();
    let attention = status(&desk)["attention"].to_string();
    assert!(
        attention.contains("run_failed") && attention.contains("too many rejects"),
        "{attention}"
    );
}

#[test]
fn a_source_is_called_by_its_name_and_naming_it_changes_no_table() {
    let path = "path = \"insights-logs-*signinlogs/**/PT1H.json*\"";
    let sources = standard_sources();
    assert!(sources.contains(path));
    let named = |name: &str| sources.replacen(path, &format!("{path}\nname = \"{name}\""), 1);
    let desk = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &sources);
    desk.uptake("run", &[]).succeeds();
    for name in ["sign-ins of Azure", "Azure"] {
        let other = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &named(name));
        fs::copy(other.path("pipeline.toml"), desk.path("pipeline.toml")).unwrap();
        let again = desk.uptake("run", &[]);
        assert!(again.succeeds().out.starts_with("Nothing to do"), "{}", again.out);
        assert_eq!(status(&desk)["sources"][0]["source"], name);
        let fresh = other.uptake("run", &[]);
        assert!(fresh.succeeds().out.contains(&format!("Read       {name}: ")), "{}", fresh.out);
        let record: Value = serde_json::from_slice(&fs::read(other.path("published/run.json")).unwrap()).unwrap();
        assert_eq!([&record["sources"][0]["source"], &record["freshness"][0]["source"]], [name, name]);
        let metrics = fs::read_to_string(other.path("published/metrics.prom")).unwrap();
        assert!(metrics.contains(&format!("source=\"{name}\"")), "{metrics}");
    }
    let required = named("Azure").replacen("fail_above = 1.0", "required = true", 1);
    let without = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &required);
    fs::create_dir(without.path("empty")).unwrap();
    let empty = without.path("empty").display().to_string();
    without.uptake("run", &["--input", &empty]).fails(3, &["source `Azure`"]);
}

#[test]
fn a_percentage_in_place_of_a_ratio_names_file_line_and_key() {
    let desk = Desk::with(
        SCENARIO,
        "last_day = \"2026-09-12\"",
        &(standard_sources() + "\n[thresholds]\nlow_usage = 50\n"),
    );
    desk.uptake("run", &[]).fails(
        2,
        &["pipeline.toml:", "`low_usage` in [thresholds]", "not `50`", "did you mean 0.5?"],
    );
    uptake(&["plan", &desk.pipeline()]).fails(2, &["did you mean 0.5?"]);
}
