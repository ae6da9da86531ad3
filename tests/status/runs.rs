//! Runs, missing tables and unreadable files.

use super::*;

#[test]
fn without_a_warehouse_it_says_so_and_a_wrong_pipeline_file_is_refused() {
    let site = Site::healthy();
    let text = site.text();
    assert!(
        text.starts_with("morning: there is no warehouse at `") && text.contains("`uptake run` makes it"),
        "{text}"
    );
    let json = site.json();
    assert!(json.get("last_day").is_none() && json["runs"] == serde_json::json!([]), "{json}");
    assert!(!site.path("warehouse").exists() && !site.path("published").exists());
    site.write("pipeline.toml", "nonsense = 1\n");
    assert_eq!(site.uptake("status", &[]).status.code(), Some(2));
}

#[test]
fn a_run_at_work_a_dead_one_and_a_failed_one_are_told() {
    let site = Site::healthy().run();
    let store = Store::at(&site.path("warehouse"));
    let held = store.lock("process 12 since 2999-01-01T00:00:00Z").unwrap();
    assert!(site.text().contains("A run is at work: process 12 since 2999-01-01T00:00:00Z"));
    assert_eq!(site.json()["attention"], serde_json::json!([]));
    drop(held);
    site.needs("run_died", &["a run ended without a word (process 12 since 2999-01-01T00:00:00Z)"]);
    let failed = site.uptake("run", &["--quiet", "--input", "/nowhere-at-all"]);
    assert_eq!(failed.status.code(), Some(3));
    let json = site.needs("run_failed", &["the last run failed (exit code 3)"]);
    assert_eq!(json["runs"][0]["outcome"], "failed");
}

#[test]
fn tables_that_end_too_early_are_behind() {
    let site = Site::healthy().run();
    site.write("pipeline.toml", &PIPELINE.replace("2026-09-30", "2026-10-02"));
    let json = site.needs("tables_behind", &["the tables end on 2026-09-30, 2 days behind 2026-10-02"]);
    assert_eq!((&json["last_day"], &json["due_day"]), (&"2026-09-30".into(), &"2026-10-02".into()));
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_the_rest_is_shown() {
    let site = Site::healthy().run();
    let file = "warehouse/activity_coverage/day=2026-08-30/part-00.parquet";
    site.write(file, "no table");
    let json = site.json();
    assert_eq!(json["attention"][0]["code"], "files_unreadable");
    assert!(json["unreadable"][0].as_str().unwrap().contains("day=2026-08-30"), "{json}");
    assert_eq!(json["sources"][0]["files"], 40);
}

#[test]
fn the_sample_reads_like_this() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let work = tempfile::tempdir().unwrap();
    let uptake = |command: &str, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg(command)
            .arg(root.join("pipelines/nightly.toml"))
            .arg("--warehouse")
            .arg(work.path().join("warehouse"))
            .arg("--published")
            .arg(work.path().join("published"))
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    uptake("run", &["--quiet"]);
    // When the run was and how long it took is not the same twice.
    let text = uptake("status", &[]);
    let (before, rest) = text.split_once("\nLast runs\n").unwrap();
    let (run, after) = rest.split_once('\n').unwrap();
    assert!(
        run.contains(" run       published ") && run.contains(" s  999 raw files, "),
        "{run}"
    );
    let said = format!("{before}\nLast runs\n{after}");
    let path = root.join("tests/status/sample.txt");
    if std::env::var_os("UPTAKE_WRITE_EXPECTED").is_some() {
        fs::write(&path, &said).unwrap();
    }
    assert_eq!(
        said,
        fs::read_to_string(&path).unwrap(),
        "UPTAKE_WRITE_EXPECTED=1 writes what is said now"
    );
}
