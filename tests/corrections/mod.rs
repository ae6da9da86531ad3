//! Right after every correction: what comes in late, again or changed, or is asked for again,
//! through the real binary on 60 days of the sample portfolio. Whatever happened, the warehouse is
//! that of one run from scratch, byte for byte, and what the change does not reach keeps its bytes
//! and its time of change.

mod again;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use uptake::domain::day::Day;

/// A file's bytes and the time of its last change.
type Content = (Vec<u8>, SystemTime);

/// Files by their path with their bytes.
type Bytes = BTreeMap<PathBuf, Vec<u8>>;

/// A copy of the sample's raw files with a pipeline file beside them.
struct Site {
    folder: tempfile::TempDir,
}

/// What a command printed.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Site {
    /// With more lines at the head of the pipeline file.
    fn with(head: &str) -> Site {
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
        for entry in walkdir::WalkDir::new(&sample).into_iter().map(Result::unwrap) {
            let to = site.raw().join(entry.path().strip_prefix(&sample).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(to).unwrap();
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
        site.write_pipeline(head, &nightly());
        site
    }

    fn new() -> Site {
        Site::with("")
    }

    fn write_pipeline(&self, head: &str, text: &str) {
        let text = text
            .replace("../data/sample", "raw")
            .replace("../warehouse", "warehouse")
            .replace("../published", "published");
        fs::write(self.path("pipeline.toml"), format!("{head}\n{text}")).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn raw(&self) -> PathBuf {
        self.path("raw")
    }

    fn uptake(&self, command: &str, more: &[&str]) -> Said {
        let pipeline = self.path("pipeline.toml").display().to_string();
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args([command, pipeline.as_str()])
            .args(more)
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs, and expects nothing to go wrong.
    #[track_caller]
    fn runs(&self, more: &[&str]) -> Said {
        let said = self.uptake("run", more);
        assert_eq!(said.code, 0, "{}", said.err);
        said
    }

    /// Every Parquet file of the warehouse by its path below it.
    fn tables(&self) -> BTreeMap<PathBuf, Content> {
        contents(&self.path("warehouse"))
    }

    /// Rows of a published table, each with its day, as texts.
    fn published(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        // Releases tell when they were made.
        contents(&self.path("published"))
            .into_iter()
            .filter(|(path, _)| !path.starts_with("releases"))
            .map(|(path, (bytes, _))| (path, bytes))
            .collect()
    }

    /// The plan of a command.
    #[track_caller]
    fn plan(&self, more: &[&str]) -> serde_json::Value {
        let mut args = vec!["--format", "json"];
        args.extend(more);
        let said = self.uptake("plan", &args);
        assert_eq!(said.code, 0, "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    }

    fn run_json(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path("published/run.json")).unwrap()).unwrap()
    }

    /// Takes a raw file away, to be delivered later.
    fn hold_back(&self, path: &str) -> Vec<u8> {
        let bytes = fs::read(self.raw().join(path)).unwrap();
        fs::remove_file(self.raw().join(path)).unwrap();
        bytes
    }
}

fn nightly() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml")).unwrap()
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Content> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    files
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "parquet"))
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_path_buf();
            (
                path,
                (fs::read(entry.path()).unwrap(), entry.metadata().unwrap().modified().unwrap()),
            )
        })
        .collect()
}

/// The warehouse that one run from scratch gives.
fn from_scratch() -> &'static (Bytes, Bytes) {
    static SCRATCH: OnceLock<(Bytes, Bytes)> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let site = Site::new();
        site.runs(&[]);
        (bytes(site.tables()), site.published())
    })
}

fn bytes(tables: BTreeMap<PathBuf, Content>) -> BTreeMap<PathBuf, Vec<u8>> {
    tables.into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

/// The days of which some final table is not what it is from scratch.
fn wrong_days(site: &Site) -> BTreeSet<String> {
    let (ours, theirs) = (bytes(site.tables()), &from_scratch().0);
    let differ = ours.keys().chain(theirs.keys()).filter(|path| ours.get(*path) != theirs.get(*path));
    differ.map(|path| day_of(path)).collect()
}

/// The day in a path, or the path of a table without days.
fn day_of(path: &Path) -> String {
    let text = path.to_str().unwrap();
    match text.split_once("day=") {
        Some((_, rest)) => rest[..10].to_owned(),
        None => text.to_owned(),
    }
}

/// A raw file of sign-ins of a day in the middle of the sample.
const CORRECTED: &str = "insights-logs-signinlogs/tenantId=7a86873e-cc97-475d-af59-47b980e7ebd2/y=2026/m=08/d=21/h=23/m=00/PT1H.json.gz";

#[test]
fn after_the_correction_of_one_of_sixty_days_no_day_is_wrong() {
    let site = Site::new();
    let corrected = site.hold_back(CORRECTED);
    site.runs(&[]);
    let before = site.tables();
    assert!(wrong_days(&site).len() > 20, "the correction is to matter");
    fs::write(site.raw().join(CORRECTED), corrected).unwrap();

    let text = site.uptake("plan", &[]).out;
    let expected = "activity_28d: 2026-08-21..2026-09-17 (28 days), because activity_daily 2026-08-21 changed: ";
    let line = text.lines().find(|line| line.starts_with("activity_28d: ")).unwrap();
    assert!(line.starts_with(expected), "{text}");
    assert!(line.ends_with(&format!("late events in `{CORRECTED}`")), "{text}");
    let plan = site.plan(&[]);
    site.runs(&[]);

    assert_eq!(wrong_days(&site), BTreeSet::new());
    assert_eq!(site.published(), from_scratch().1);
    let mut reached: BTreeSet<String> = Day::parse("2026-08-21")
        .unwrap()
        .to(Day::parse("2026-09-17").unwrap())
        .map(|day| day.to_string())
        .collect();
    // The one table besides without days says what it was made from.
    reached.insert("first_activity/part-00.parquet".to_owned());
    let after = site.tables();
    for (path, content) in &after {
        if !path.to_str().unwrap().contains("received=") && !reached.contains(&day_of(path)) {
            assert_eq!(before.get(path), Some(content), "{} was touched", path.display());
        }
    }
    let made = |steps: &serde_json::Value| -> Vec<_> {
        let steps = steps.as_array().unwrap().iter();
        steps
            .map(|step| {
                (
                    step["table"].clone(),
                    step["days"].clone(),
                    step["files"].clone(),
                    step["because"].clone(),
                )
            })
            .collect()
    };
    assert_eq!(
        made(&plan["steps"]),
        made(&site.run_json()["tables"]),
        "run did not do what plan printed"
    );
    assert!(site.uptake("plan", &[]).out.starts_with("Nothing to do"));
}

#[test]
fn a_license_change_that_comes_late_reaches_exactly_the_days_on_which_assignments_differ() {
    let site = Site::new();
    let audit = "insights-logs-auditlogs/tenantId=294029f2-5c6a-4753-bf12-6a6df101093f/y=2026/m=09/d=18/h=23/m=00/PT1H.json.gz";
    let late = site.hold_back(audit);
    site.runs(&[]);
    let before = site.tables();
    fs::write(site.raw().join(audit), late).unwrap();
    let plan = site.plan(&[]);
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
    let tables: Vec<&str> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["table"].as_str().unwrap())
        .collect();
    assert!(tables.contains(&"assignments") && tables.contains(&"adoption"), "{tables:?}");
    assert!(
        !tables.contains(&"activity_28d") && !tables.contains(&"activity_daily"),
        "{tables:?}"
    );
    let after = site.tables();
    let activity =
        |path: &&PathBuf| path.starts_with("activity_28d") || path.starts_with("activity_daily") || path.starts_with("subscriptions");
    for path in after.keys().filter(activity) {
        assert_eq!(before.get(path), after.get(path), "{} was touched", path.display());
    }
}

#[test]
fn a_changed_setting_makes_only_the_tables_that_read_it() {
    let site = Site::new();
    site.runs(&[]);
    let before = site.tables();
    site.write_pipeline("unlicensed_use = [\"yammer\", \"teams\"]", &nightly());
    let plan = site.plan(&[]);
    let tables: Vec<&str> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["table"].as_str().unwrap())
        .collect();
    assert_eq!(tables, ["workload_adoption", "next_steps", "portfolio"]);
    assert_eq!(plan["steps"][0]["because"][0]["causes"], serde_json::json!(["settings"]));
    site.runs(&[]);
    let after = site.tables();
    let is_reader = |path: &PathBuf| tables.iter().any(|table| path.starts_with(table));
    for path in after.keys().filter(|path| !is_reader(path)) {
        assert_eq!(before.get(path), after.get(path), "{} was touched", path.display());
    }
    site.write_pipeline("", &nightly());
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

#[test]
fn limits_and_language_change_next_steps_and_nothing_else() {
    let site = Site::new();
    site.runs(&[]);
    for (head, low_usage, words) in [
        ("language = \"de\"", "low_usage = 0.5", "Die wertvollsten nächsten Schritte"),
        ("", "low_usage = 0.9", "Most valuable next steps"),
    ] {
        let before = site.tables();
        site.write_pipeline(head, &nightly().replace("low_usage = 0.5", low_usage));
        let plan = site.plan(&[]);
        let steps = plan["steps"].as_array().unwrap();
        assert_eq!((steps.len(), &steps[0]["table"]), (1, &"next_steps".into()), "{plan:#}");
        assert_eq!(steps[0]["because"][0]["causes"], serde_json::json!(["settings"]));
        let said = site.runs(&[]);
        assert!(said.out.contains(words), "{}", said.out);
        let after = site.tables();
        let changed = after.keys().filter(|path| before.get(*path) != after.get(*path));
        assert!(changed.clone().count() >= 60 && changed.clone().all(|path| path.starts_with("next_steps")));
    }
    site.write_pipeline("", &nightly());
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

#[test]
fn nights_that_did_not_run_are_caught_up_and_long_archives_go_in_portions() {
    let site = Site::new();
    site.runs(&["--until", "2026-08-20"]);
    site.runs(&["--until", "2026-08-21"]);
    let said = site.runs(&["--max-days", "15"]);
    assert!(said.out.contains("left for the next run"), "{}", said.out);
    assert_eq!(site.run_json()["last_day"], "2026-09-05");
    let mut runs = 1;
    while !site.runs(&["--max-days", "15"]).out.starts_with("Nothing to do") {
        runs += 1;
        assert!(runs < 20, "it does not come to an end");
    }
    assert_eq!(wrong_days(&site), BTreeSet::new());
    assert_eq!(site.published(), from_scratch().1);
}
