//! `uptake check` finds nothing where nothing is wrong, whatever the history of the warehouse; and
//! `run --verify`.

use std::fs;

use serde_json::Value;
use uptake::domain::day::Day;
use uptake::stages::licenses::subscriptions::Subscription;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::check::Site;

/// The raw files below a folder of the input whose path has these words.
fn raw_files(site: &Site, words: &[&str]) -> Vec<std::path::PathBuf> {
    walkdir::WalkDir::new(site.path("raw"))
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| words.iter().all(|word| path.display().to_string().contains(word)))
        .collect()
}

#[test]
fn nothing_is_wrong_where_raw_files_are_gone() {
    let site = Site::finished();
    // Every kind of file of August, and here and there one of September.
    for path in raw_files(&site, &["/m=08/"]).into_iter().chain(raw_files(&site, &["2026-08"])) {
        fs::remove_file(path).unwrap();
    }
    for path in raw_files(&site, &["=09"])
        .into_iter()
        .chain(raw_files(&site, &["2026-09"]))
        .step_by(5)
    {
        fs::remove_file(path).unwrap();
    }
    let checked = site.is_healthy();
    assert!(
        checked.report["oracle"]["raw_files"]["gone"].as_u64() > Some(100),
        "{}",
        checked.said
    );
    // All of them; the price list beside them is a setting.
    for entry in fs::read_dir(site.path("raw")).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => fs::remove_dir_all(path).unwrap(),
            false if path.ends_with("prices.csv") => {}
            false => fs::remove_file(path).unwrap(),
        }
    }
    let checked = site.is_healthy();
    assert_eq!(checked.report["oracle"]["raw_files"]["read"], 0);
}

#[test]
fn raw_files_that_the_warehouse_does_not_know_are_no_difference() {
    let site = Site::finished();
    let logs = raw_files(&site, &["noninteractiveusersigninlogs", "/m=09/d=2"]);
    fs::copy(&logs[0], logs[0].with_file_name("PT1H.json.late.json.gz")).unwrap();
    fs::write(&logs[1], fs::read(&logs[2]).unwrap()).unwrap();
    let new = logs[3].parent().unwrap().parent().unwrap().join("m=30");
    fs::create_dir_all(&new).unwrap();
    fs::copy(&logs[4], new.join("PT1H.json.gz")).unwrap();
    let checked = site.is_healthy();
    let raw = &checked.report["oracle"]["raw_files"];
    assert_eq!(raw["changed"], 1, "{}", checked.said);
    assert!(raw["new"].as_u64() >= Some(1), "{}", checked.said);
    assert!(checked.said.contains("new since the last run"), "{}", checked.said);
    site.runs(&[]);
    assert_eq!(site.is_healthy().report["oracle"]["raw_files"]["new"], 0);
}

#[test]
fn nothing_is_wrong_under_other_settings() {
    let zone = Site::with("", |text| {
        text.replace("time_zone = \"UTC\"", "time_zone = \"America/Los_Angeles\"")
    });
    zone.runs(&[]);
    zone.is_healthy();
    let shards = Site::with("", |text| text.replace("shards = 1", "shards = 3"));
    shards.runs(&[]);
    shards.is_healthy();
    let users = Site::with("", |text| text + "\n[privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"key\"\n");
    fs::write(users.path("key"), "a key of more than sixteen bytes").unwrap();
    users.runs(&[]);
    let checked = users.is_healthy();
    assert!(checked.report["oracle"]["raw_files"]["read"].as_u64() > Some(100));
}

#[test]
fn other_settings_than_those_of_the_last_run_are_told_and_are_no_fault() {
    let site = Site::finished();
    let path = site.path("pipeline.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("evidence = [\"interactive\"]\n{}", text.replace("evidence = ", "# evidence = ")),
    )
    .unwrap();
    let checked = site.check(&["--customers", "all"]);
    assert!(checked.said.contains("`usage`: 60 files of other settings"), "{}", checked.said);
    assert_eq!(checked.report["oracle"]["differences"]["count"], 0, "{}", checked.said);
    site.runs(&[]);
    site.is_healthy();
}

#[test]
fn nothing_is_wrong_after_late_and_repeated_days() {
    let site = Site::with("", |text| text);
    let late = raw_files(&site, &["/m=09/d=1"]);
    let aside = site.path("aside");
    fs::create_dir_all(&aside).unwrap();
    for (number, path) in late.iter().enumerate() {
        fs::rename(path, aside.join(number.to_string())).unwrap();
    }
    site.runs(&["--until", "2026-09-20"]);
    site.is_healthy();
    for (number, path) in late.iter().enumerate() {
        fs::rename(aside.join(number.to_string()), path).unwrap();
    }
    site.runs(&["--max-days", "5"]);
    let between = site.check(&["--customers", "all"]);
    assert_eq!(
        between.report["oracle"]["differences"]["count"].as_u64().unwrap_or(0),
        0,
        "{}",
        between.said
    );
    site.runs(&[]);
    site.is_healthy();
    let again = site.uptake("reprocess", &["--from", "2026-09-10", "--to", "2026-09-12", "--verify", "2"]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    site.is_healthy();
}

#[test]
fn the_same_seed_chooses_the_same_customers_and_says_which() {
    let site = Site::finished();
    let chosen = |seed: &str| site.check(&["--customers", "2", "--seed", seed]).report["oracle"]["customers"].clone();
    assert_eq!(chosen("1"), chosen("1"));
    assert_ne!(chosen("1"), chosen("2"));
    let text = String::from_utf8(site.uptake("check", &["--customers", "2"]).stdout).unwrap();
    assert!(
        text.contains("2 of 8 customers") || text.contains("Customers  2 of 8 computed again (--seed "),
        "{text}"
    );
}

#[test]
fn a_check_waits_for_no_run_and_a_missing_warehouse_is_no_warehouse() {
    let site = Site::finished();
    let store = Store::at(&site.path("warehouse"));
    let lock = store.lock("somebody else").unwrap();
    let checked = site.check(&[]);
    assert_eq!(checked.code, 5, "{}", checked.said);
    assert!(checked.said.contains("somebody else"));
    drop(lock);
    let shared = store.share("a check").unwrap();
    assert_eq!(site.check(&["--customers", "0"]).code, 0, "any number of checks");
    assert_eq!(site.uptake("run", &[]).status.code(), Some(5));
    drop(shared);
    fs::remove_dir_all(site.path("warehouse")).unwrap();
    let checked = site.check(&[]);
    assert_eq!(checked.code, 2, "{}", checked.said);
    assert!(checked.said.contains("no tables yet"), "{}", checked.said);
    assert!(!site.path("warehouse").exists(), "a check makes no folder");
}

#[test]
fn a_run_that_verifies_publishes_nothing_where_customers_differ() {
    let site = Site::finished();
    site.runs(&["--verify", "all"]);
    let run = |site: &Site| -> Value { serde_json::from_slice(&fs::read(site.path("published/run.json")).unwrap()).unwrap() };
    let last_line = |site: &Site| -> Value {
        let log = fs::read_to_string(site.path("published/runs.jsonl")).unwrap();
        serde_json::from_str(log.lines().last().unwrap()).unwrap()
    };
    assert_eq!(last_line(&site)["verified"]["customers"], 8);
    assert_eq!(last_line(&site)["outcome"], "idle");
    let place = (Day::parse("2026-09-12"), 0);
    {
        let store = Store::at(&site.path("warehouse"));
        let _lock = store.lock("the test that plants").unwrap();
        let footer = store.footer(Subscription::CONTRACT, place).unwrap().unwrap();
        let mut rows: Vec<Subscription> = store.rows(place).unwrap();
        rows[0].ends_on = Day::parse("2030-01-01");
        store.replace_rows(place, &rows, footer.fingerprint).unwrap();
    }
    // Something else is to be published.
    let path = site.path("pipeline.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("evidence = [\"interactive\"]\n{}", text.replace("evidence = ", "# evidence = ")),
    )
    .unwrap();
    let before = run(&site)["fingerprint"].clone();
    let output = site.uptake("run", &["--verify", "all"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains("so nothing is published"), "{message}");
    assert!(
        message.contains("`subscriptions` of 2026-09-12") && message.contains("`ends_on` is `2030-01-01`"),
        "{message}"
    );
    assert_eq!(run(&site)["fingerprint"], before);
    assert_eq!(last_line(&site)["outcome"], "failed");
    fs::remove_file(Store::at(&site.path("warehouse")).path(Subscription::CONTRACT, place)).unwrap();
    site.runs(&["--verify", "3"]);
    assert_ne!(run(&site)["fingerprint"], before);
    assert_eq!(run(&site)["verified"]["customers"], 3);
    site.is_healthy();
}
