//! What goes wrong, with its exit code and its message.

use super::*;

#[test]
fn a_wrong_key_names_file_line_key_and_the_nearest_key() {
    let desk = Desk::with(SCENARIO, "last_day = \"2026-09-12\"\ntime_zne = \"UTC\"", &standard_sources());
    desk.uptake("run", &[]).fails(2, &["pipeline.toml:2", "`time_zne`", "`time_zone`"]);
    assert!(
        !desk.path("warehouse").exists(),
        "nothing is written before the pipeline file is understood"
    );
}

#[test]
fn every_fault_of_a_pipeline_file_is_told_at_once() {
    let desk = Desk::with(SCENARIO, "name = 7\nevidence = [\"interactiv\"]", &standard_sources());
    desk.uptake("run", &[]).fails(
        2,
        &["pipeline.toml:1", "`name`", "pipeline.toml:2", "`interactiv`", "`interactive`"],
    );
}

#[test]
fn a_missing_pipeline_file_is_wrong_usage() {
    let desk = Desk::small();
    let missing = desk.path("nowhere.toml").display().to_string();
    uptake(&["run", &missing]).fails(2, &[&missing, "hint: "]);
}

#[test]
fn a_required_source_without_files_is_unusable_input() {
    let sources = standard_sources().replacen("fail_above = 1.0", "required = true", 1);
    let desk = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &sources);
    let empty = desk.path("empty").display().to_string();
    fs::create_dir(&empty).unwrap();
    desk.uptake("run", &["--input", &empty])
        .fails(3, &["required", "insights-logs-*signinlogs/**/PT1H.json*", &empty]);
    assert_eq!(desk.published(), [""; 0]);
    desk.uptake("run", &[]).succeeds();
}

#[test]
fn a_day_that_is_not_over_or_no_day_at_all_is_wrong_usage() {
    let desk = Desk::small();
    desk.uptake("run", &["--until", "2999-01-01"]).fails(2, &["2999-01-01", "not over"]);
    desk.uptake("run", &["--until", "2026-02-30"])
        .fails(2, &["2026-02-30", "YYYY-MM-DD"]);
    desk.uptake("run", &["--from", "soon"]).fails(2, &["soon", "YYYY-MM-DD"]);
    desk.uptake("plan", &["--from", "2026-09-20"])
        .fails(2, &["2026-09-20", "2026-09-12"]);
    assert!(!desk.path("warehouse").exists());
}

#[test]
fn rejects_above_the_limit_publish_nothing() {
    let scenario = "unreadable-lines-become-rejects-and-nothing-is-lost";
    let limited = standard_sources().replace("fail_above = 1.0", "fail_above = 0.5");
    let desk = Desk::with(scenario, "last_day = \"2026-09-10\"", &limited);
    let said = desk.uptake("run", &[]);
    // 9 of 13 records of the sign-ins count: the last line is a file that still grows.
    said.fails(3, &["9 of 13", "fail_above", "insights-logs-*signinlogs/**/PT1H.json*"]);
    assert_eq!(desk.published(), [""; 0]);
    desk.uptake("run", &[]).fails(3, &["fail_above"]);
    let allowing = Desk::with(scenario, "last_day = \"2026-09-10\"", &standard_sources());
    let said = allowing.uptake("run", &[]);
    assert!(said.succeeds().out.contains("10 rejects"), "{}", said.out);
    assert!(allowing.published().contains(&"run.json".to_owned()));
}

#[test]
fn a_warehouse_that_cannot_be_written_is_a_fault_of_the_store() {
    let desk = Desk::small();
    fs::write(desk.path("a-file"), "").unwrap();
    let below = desk.path("a-file").join("warehouse").display().to_string();
    desk.uptake("run", &["--warehouse", &below]).fails(6, &[&below, "hint: "]);
    assert_eq!(desk.published(), [""; 0]);
}

#[test]
fn published_files_that_cannot_be_written_are_a_fault_of_the_store() {
    let desk = Desk::small();
    fs::write(desk.path("a-file"), "").unwrap();
    let below = desk.path("a-file").join("published").display().to_string();
    desk.uptake("run", &["--published", &below]).fails(6, &[&below, "hint: "]);
    desk.uptake("run", &[]).succeeds();
    assert!(desk.published().contains(&"run.json".to_owned()));
}

#[test]
fn a_second_run_waits_for_nobody() {
    let desk = Desk::small();
    let held = Store::at(&desk.path("warehouse")).lock("the test that holds it").unwrap();
    desk.uptake("run", &[]).fails(5, &["warehouse", "the test that holds it"]);
    assert_eq!(desk.published(), [""; 0]);
    drop(held);
    desk.uptake("run", &[]).succeeds();
}

#[test]
fn an_unknown_table_gets_the_nearest_name() {
    let desk = Desk::small();
    desk.uptake("run", &["--tables", "adption"]).fails(2, &["`adption`", "`adoption`"]);
    desk.uptake("plan", &["--tables", "activity28d"])
        .fails(2, &["`activity28d`", "`activity_28d`"]);
    uptake(&["describe", "usag"]).fails(2, &["`usag`", "`usage`"]);
}
