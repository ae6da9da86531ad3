//! `uptake check` through the real binary: it finds each thing that is planted, and nothing on a
//! warehouse that is as it should be.

mod planted;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use uptake::domain::day::Day;
use uptake::domain::subscription::State;
use uptake::stages::activity::activity_28d::Activity28d;
use uptake::stages::activity::activity_daily::ActivityDaily;
use uptake::stages::licenses::subscriptions::Subscription;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::usage::{USAGE, Usage};
use uptake::stages::received::activity_events::ACTIVITY_EVENTS;
use uptake::warehouse::contract::Place;
use uptake::warehouse::file::footer::{DayPart, Footer};
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

/// A copy of the raw files, the warehouse and the published files of the sample portfolio, which is
/// up to date.
pub struct Site {
    folder: TempDir,
}

/// What a check printed as JSON, and its exit code.
pub struct Checked {
    pub code: i32,
    pub report: Value,
    pub said: String,
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let to = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

impl Site {
    /// The sample with these lines at the head of its pipeline file, not run yet.
    pub fn with(head: &str, change: impl Fn(String) -> String) -> Site {
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample"), &site.path("raw"));
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml")).unwrap();
        let text = text
            .replace("../data/sample", "raw")
            .replace("../warehouse", "warehouse")
            .replace("../published", "published");
        fs::write(site.path("pipeline.toml"), format!("{head}\n{}", change(text))).unwrap();
        site
    }

    /// A copy of one that is up to date.
    pub fn finished() -> Site {
        static FINISHED: OnceLock<Site> = OnceLock::new();
        let finished = FINISHED.get_or_init(|| {
            let site = Site::with("", |text| text);
            site.runs(&[]);
            site
        });
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        copy(finished.folder.path(), site.folder.path());
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn uptake(&self, command: &str, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args([command, "--quiet"])
            .arg(self.path("pipeline.toml"))
            .args(more)
            .output()
            .unwrap()
    }

    #[track_caller]
    pub fn runs(&self, more: &[&str]) {
        let output = self.uptake("run", more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn check(&self, more: &[&str]) -> Checked {
        let output = self.uptake("check", &[&["--format", "json"], more].concat());
        Checked {
            code: output.status.code().unwrap(),
            report: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            said: String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        }
    }

    /// The check finds nothing, every customer computed again.
    #[track_caller]
    pub fn is_healthy(&self) -> Checked {
        let checked = self.check(&["--customers", "all"]);
        assert_eq!(checked.code, 0, "{}", checked.said);
        assert_eq!(checked.report["healthy"], true, "{}", checked.said);
        assert_eq!(checked.report["faults"]["count"], 0, "{}", checked.said);
        let oracle = &checked.report["oracle"];
        assert!(oracle["rows"].as_u64() > Some(1000), "{}", checked.said);
        assert_eq!(
            oracle["customers"].as_array().unwrap().len() as u64,
            oracle["customers_known"].as_u64().unwrap()
        );
        checked
    }

    /// Without computing customers again the check ends with exit code 4, and a fault of this kind
    /// has these words in file or text.
    #[track_caller]
    fn has_fault(&self, kind: &str, words: &[&str]) -> Checked {
        let checked = self.check(&["--customers", "0"]);
        assert_eq!(checked.code, 4, "{}", checked.said);
        assert_eq!(checked.report["healthy"], false);
        let faults = checked.report["faults"]["shown"].as_array().unwrap();
        let has = |fault: &Value| fault["kind"] == kind && words.iter().all(|word| fault.to_string().contains(word));
        assert!(faults.iter().any(has), "no {kind} with {words:?}: {}", checked.said);
        checked
    }

    fn store(&self) -> Store {
        Store::at(&self.path("warehouse"))
    }

    fn footer<R: Row>(&self, place: Place) -> (PathBuf, Footer) {
        let store = self.store();
        let footer = store.footer(R::CONTRACT, place).unwrap().unwrap();
        (store.path(R::CONTRACT, place), footer)
    }

    /// Rewrites the rows of a file, with a footer that says that it is made from what it was made
    /// from.
    fn plant<R: Row>(&self, place: Place, change: impl FnOnce(&mut Vec<R>)) {
        let store = self.store();
        let _lock = store.lock("the test that plants").unwrap();
        let (_, footer) = self.footer::<R>(place);
        let mut rows: Vec<R> = store.rows(place).unwrap();
        change(&mut rows);
        let planted = store.replace_rows(place, &rows, footer.fingerprint).unwrap();
        assert_ne!(planted.digest, footer.digest);
    }
}

fn on(text: &str) -> Place {
    (Some(Day::parse(text).unwrap()), 0)
}

#[test]
fn nothing_is_wrong_with_the_sample_and_nothing_is_changed_by_a_check() {
    let site = Site::finished();
    let before = crate::workdir::parquet_files(site.folder.path());
    let checked = site.is_healthy();
    assert!(checked.report["warnings"].as_array().unwrap().is_empty(), "{}", checked.said);
    assert!(checked.report["oracle"]["raw_files"]["read"].as_u64() > Some(100));
    assert!(before == crate::workdir::parquet_files(site.folder.path()));
    assert!(site.uptake("check", &["--customers", "0"]).status.success());
}

#[test]
fn a_flipped_byte_is_found_wherever_it_stands() {
    let site = Site::finished();
    for (table, place) in [
        ("adoption", "day=2026-09-12"),
        ("activity_events", "received=2026-09-12"),
        ("portfolio", "day=2026-08-20"),
    ] {
        let path = site.path("warehouse").join(table).join(place).join("part-00.parquet");
        let bytes = fs::read(&path).unwrap();
        for part in 1..5 {
            let mut flipped = bytes.clone();
            flipped[bytes.len() * part / 5] ^= 0x10;
            fs::write(&path, &flipped).unwrap();
            site.has_fault("damaged", &[table, place]);
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(site.check(&["--customers", "0"]).code, 0);
}

#[test]
fn a_deleted_file_is_missed_the_first_and_the_last_day_too() {
    for (table, partition) in [
        ("activity_daily", "day=2026-09-10"),
        ("usage", "day=2026-09-30"),
        ("adoption", "day=2026-08-02"),
        ("activity_coverage", "day=2026-09-30"),
        ("license_changes", "received=2026-09-01"),
        ("assignments", ""),
        ("account_states", ""),
    ] {
        let site = Site::finished();
        fs::remove_file(site.path("warehouse").join(table).join(partition).join("part-00.parquet")).unwrap();
        let checked = site.has_fault("missing", &[table, partition.split('=').next_back().unwrap()]);
        assert_eq!(checked.report["faults"]["count"], 1, "nothing follows from it: {}", checked.said);
    }
}

#[test]
fn a_day_that_is_gone_from_every_table_is_missed() {
    let site = Site::finished();
    for table in fs::read_dir(site.path("warehouse")).unwrap().map(Result::unwrap) {
        let folder = table.path().join("day=2026-09-30");
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
    }
    site.has_fault("missing", &["adoption", "2026-09-30"]);

    let site = Site::finished();
    for table in fs::read_dir(site.path("warehouse")).unwrap().map(Result::unwrap) {
        let folder = table.path().join("received=2026-09-12");
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
    }
    site.has_fault("missing", &["activity_events", "files after the last run"]);
}

#[test]
fn a_file_in_the_place_of_another_day_is_found_whole_as_it_is() {
    for (table, one, other) in [
        ("usage", "day=2026-09-10", "day=2026-09-11"),
        ("activity_28d", "day=2026-08-20", "day=2026-09-20"),
        ("activity_daily", "day=2026-09-01", "day=2026-09-02"),
        ("raw_files", "received=2026-09-01", "received=2026-09-02"),
        ("activity_events", "received=2026-09-01", "received=2026-09-02"),
    ] {
        let site = Site::finished();
        let path = |partition: &str| site.path("warehouse").join(table).join(partition).join("part-00.parquet");
        fs::rename(path(one), site.path("kept")).unwrap();
        fs::rename(path(other), path(one)).unwrap();
        fs::rename(site.path("kept"), path(other)).unwrap();
        let checked = site.check(&["--customers", "0"]);
        assert_eq!(checked.code, 4, "{table}: {}", checked.said);
        assert!(checked.said.contains(&format!("{table}/{one}")), "{}", checked.said);
        assert!(checked.said.contains(&format!("{table}/{other}")), "{}", checked.said);
    }
}

#[test]
fn a_wrong_count_under_a_right_footer_is_found_by_computing_it_again() {
    let site = Site::finished();
    // Of a paid subscription that is active nothing is made from this column, and no other table has
    // it: only the raw files can tell.
    let mut key = (String::new(), String::new());
    site.plant(on("2026-09-12"), |rows: &mut Vec<Subscription>| {
        let is_paid = |row: &Subscription| !row.is_trial && row.state == State::Active;
        let row = rows.iter_mut().find(|row| row.ends_on.is_some() && is_paid(row)).unwrap();
        row.ends_on = row.ends_on.map(|day| day.plus(1));
        key = (row.tenant_id.to_string(), row.subscription_id.clone());
    });
    let blind = site.check(&["--customers", "0"]);
    assert_eq!(blind.code, 4, "{}", blind.said);
    assert_eq!(blind.report["faults"]["count"], 1, "{}", blind.said);
    let fault = &blind.report["faults"]["shown"][0];
    assert_eq!(fault["kind"], "published", "all that is seen: the file was made from another row");
    let checked = site.check(&["--customers", "all"]);
    assert_eq!(checked.code, 4, "{}", checked.said);
    assert_eq!(checked.report["oracle"]["differences"]["count"], 1, "{}", checked.said);
    let difference = &checked.report["oracle"]["differences"]["shown"][0];
    assert_eq!(difference["table"], "subscriptions");
    assert_eq!(difference["day"], "2026-09-12");
    assert_eq!(difference["column"], "ends_on");
    assert_eq!(difference["key"]["tenant_id"], key.0.as_str());
    assert_eq!(difference["key"]["subscription_id"], key.1.as_str());
    assert_ne!(difference["stored"], difference["recomputed"]);
}

#[test]
fn wrong_counts_in_facts_and_windows_are_found_each_with_both_values() {
    let site = Site::finished();
    site.plant(on("2026-09-12"), |rows: &mut Vec<Activity28d>| {
        rows[0].active_days += 1;
    });
    site.plant(on("2026-09-20"), |rows: &mut Vec<Adoption>| {
        rows[0].window_days_covered -= 1;
    });
    let checked = site.check(&["--customers", "all"]);
    assert_eq!(checked.code, 4, "{}", checked.said);
    let shown = checked.report["oracle"]["differences"]["shown"].as_array().unwrap();
    let columns: Vec<&str> = shown.iter().map(|one| one["column"].as_str().unwrap_or("row")).collect();
    assert!(
        columns.contains(&"active_days") && columns.contains(&"window_days_covered"),
        "{}",
        checked.said
    );
    assert!(checked.said.contains("\"promise\""), "{}", checked.said);

    let site = Site::finished();
    site.plant(on("2026-09-12"), |rows: &mut Vec<ActivityDaily>| {
        rows[0].interactive_sign_ins += 1;
    });
    site.has_fault("origin", &["activity_28d", "2026-09-12"]);
}

#[test]
fn a_row_that_is_gone_and_a_row_too_many_are_told_as_such() {
    let site = Site::finished();
    site.plant(on("2026-09-12"), |rows: &mut Vec<Subscription>| {
        rows.remove(0);
    });
    let checked = site.check(&["--customers", "all"]);
    assert_eq!(checked.code, 4);
    let difference = &checked.report["oracle"]["differences"]["shown"][0];
    assert_eq!(
        (difference["column"].is_null(), difference["row"].is_null()),
        (true, true),
        "{}",
        checked.said
    );
    let text = String::from_utf8(site.uptake("check", &["--customers", "all"]).stdout).unwrap();
    assert!(text.contains("there is no such row, computed again there is"), "{text}");
}
