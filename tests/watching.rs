//! What a scheduler, a monitor and a person at night see of a run: the JSON lines, `run.json`, the
//! run log and the metrics.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use uptake::observe::run_log;
use uptake::storage;
use uptake::warehouse::store::Store;

/// A pipeline over a small golden scenario.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let input = root.join("tests/golden/portfolio-ratios-are-sums-over-sums/input");
        let sources = fs::read_to_string(root.join("tests/golden/standard.toml")).unwrap();
        let sources = sources.replacen("fail_above", "required = true\nfail_above", 1);
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "name = \"small \\\"desk\\\"\"\nlast_day = \"2026-09-12\"\n{sources}\n[input]\nroot = '{}'\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\n",
            input.display()
        );
        fs::write(folder.path().join("pipeline.toml"), text).unwrap();
        Desk { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg("run")
            .arg(self.path("pipeline.toml"))
            .args(more)
            .output()
            .unwrap()
    }

    #[track_caller]
    fn ends(&self, code: i32, more: &[&str]) -> Vec<Value> {
        let output = self.run(more);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}");
        if more.contains(&"json") {
            let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            return text.lines().map(line).collect();
        }
        Vec::new()
    }

    fn log(&self) -> Vec<Value> {
        run_log::read(&*storage::at(&self.path("published")), 100).unwrap()
    }

    fn outcomes(&self) -> Vec<String> {
        self.log().iter().map(|run| run["outcome"].as_str().unwrap().to_owned()).collect()
    }

    fn metric(&self, name: &str) -> Option<f64> {
        let text = fs::read_to_string(self.path("published/metrics.prom")).unwrap();
        assert!(text.ends_with("# EOF\n"));
        let line = text.lines().find(|line| line.starts_with(&format!("{name}{{")))?;
        Some(line.rsplit(' ').next().unwrap().parse().unwrap())
    }
}

/// The events of some lines, each with its fields.
fn events<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn a_run_is_told_in_json_lines_from_beginning_to_end() {
    let desk = Desk::new();
    let lines = desk.ends(0, &["--log-format", "json", "--threads", "1"]);
    for line in &lines {
        for key in ["time", "level", "event", "message"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
    }
    let first = &lines[0];
    assert_eq!(first["event"], "run_started");
    assert_eq!(
        (&first["until"], &first["pipeline"], &first["version"]),
        (&"2026-09-12".into(), &"small \"desk\"".into(), &env!("CARGO_PKG_VERSION").into())
    );
    assert_eq!(first["arguments"]["threads"], 1);
    let (began, ended) = (events(&lines, "part_began"), events(&lines, "part_ended"));
    assert_eq!(began.len(), ended.len());
    assert!(ended.iter().any(|part| part["part"] == "checks" && part["done"] == 3), "{ended:?}");
    assert!(ended.iter().all(|part| part["seconds"].is_f64()));
    assert_eq!(events(&lines, "published")[0]["last_day"], "2026-09-12");
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"], &last["exit_code"]),
        (&"run_finished".into(), &"published".into(), &0.into())
    );

    let failed = desk.ends(3, &["--log-format", "json", "--until", "2026-09-12", "--input", "/nowhere-at-all"]);
    let error = failed.last().unwrap();
    assert_eq!(
        (&error["event"], &error["level"], &error["code"]),
        (&"error".into(), &"error".into(), &3.into())
    );
    assert_eq!(events(&failed, "run_finished")[0]["outcome"], "failed");
}

#[test]
fn a_wrong_command_line_is_a_json_line_too() {
    let desk = Desk::new();
    for wrong in [["--frobnicate", "--log-format", "json"], ["--threads=many", "--log-format", "json"]] {
        let lines = desk.ends(2, &wrong);
        assert_eq!(lines.len(), 1);
        assert_eq!((&lines[0]["event"], &lines[0]["code"]), (&"error".into(), &2.into()));
    }
    assert!(!desk.path("published").exists());
}

#[test]
fn every_run_has_a_line_in_the_run_log() {
    let desk = Desk::new();
    desk.ends(0, &["--tables", "activity_28d", "--quiet"]);
    desk.ends(0, &[]);
    desk.ends(0, &["--quiet"]);
    let held = Store::at(&desk.path("warehouse")).lock("the test that holds it").unwrap();
    desk.ends(5, &["--quiet"]);
    drop(held);
    assert_eq!(desk.outcomes(), ["made", "published", "idle", "refused"]);
    let log = desk.log();
    assert_eq!(log[0]["arguments"]["tables"], serde_json::json!(["activity_28d"]));
    assert!(log[1]["sources"].is_array() && log[1]["parts"].is_array());
    let published = log[1]["published"].as_array().unwrap();
    assert!(published.contains(&"adoption.parquet".into()), "{published:?}");
    assert!(log[2].get("parts").is_none() && log[2].get("tables").is_none());
    assert_eq!(log[3]["exit_code"], 5);
    assert!(log[3]["message"].as_str().unwrap().contains("the test that holds it"));
    // A line that a dead run left unfinished is passed over, and the next one begins on its own.
    let path = desk.path("published/runs.jsonl");
    let mut torn = fs::read(&path).unwrap();
    torn.extend(b"{\"began\":");
    fs::write(&path, torn).unwrap();
    desk.ends(0, &["--quiet"]);
    assert_eq!(desk.outcomes(), ["made", "published", "idle", "refused", "idle"]);
}

#[test]
fn run_json_says_what_was_asked_how_long_it_took_and_how_fresh_the_sources_are() {
    let desk = Desk::new();
    desk.ends(0, &["--quiet", "--until", "2026-09-12"]);
    let run: Value = serde_json::from_slice(&fs::read(desk.path("published/run.json")).unwrap()).unwrap();
    assert_eq!((&run["command"], &run["outcome"]), (&"run".into(), &"published".into()));
    assert_eq!(run["arguments"]["until"], "2026-09-12");
    let parts: Vec<&str> = run["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["part"].as_str().unwrap())
        .collect();
    for part in ["raw files", "usage and adoption", "checks", "published files"] {
        assert!(parts.contains(&part), "{parts:?}");
    }
    let freshness = run["freshness"].as_array().unwrap();
    assert!(
        freshness
            .iter()
            .any(|source| source["feed"] == "activity" && source["latest_day"].is_string() && source["lag_days"].is_i64()),
        "{freshness:?}"
    );
    let extents = run["warehouse"].as_array().unwrap();
    let adoption = extents.iter().find(|extent| extent["table"] == "adoption").unwrap();
    assert_eq!((&adoption["files"], &adoption["last_day"]), (&3.into(), &"2026-09-12".into()));
    assert!(adoption["rows"].as_u64() > Some(0));
}

#[test]
fn metrics_keep_the_last_success_over_failed_runs_and_what_was_read_over_idle_ones() {
    let desk = Desk::new();
    desk.ends(0, &["--quiet"]);
    let success = desk.metric("uptake_last_success_timestamp_seconds").unwrap();
    let (files, rows) = (desk.metric("uptake_source_files_read").unwrap(), desk.metric("uptake_table_rows"));
    assert!(files >= 1.0 && rows.is_some());
    desk.ends(3, &["--quiet", "--input", "/nowhere-at-all"]);
    assert_eq!(desk.metric("uptake_last_run_success"), Some(0.0));
    assert_eq!(desk.metric("uptake_last_exit_code"), Some(3.0));
    assert_eq!(desk.metric("uptake_last_success_timestamp_seconds"), Some(success));
    assert!(desk.metric("uptake_last_run_timestamp_seconds") > Some(success));
    assert_eq!(desk.metric("uptake_table_rows"), rows);
    desk.ends(0, &["--quiet"]);
    assert_eq!(desk.metric("uptake_last_run_success"), Some(1.0));
    assert!(desk.metric("uptake_last_success_timestamp_seconds") > Some(success));
    assert_eq!(desk.metric("uptake_source_files_read"), Some(files));
    assert!(desk.metric("uptake_feed_lag_days").is_some());
}
