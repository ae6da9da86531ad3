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
use uptake::storage;

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
        contents(&self.path("published"))
            .into_iter()
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

#[test]
fn days_are_made_again_from_raw_files_and_recorded_with_the_reason() {
    let site = Site::new();
    site.runs(&[]);
    // Wrong rows with right footers: only making the days again mends them.
    let (from, to) = ("day=2026-09-10", "day=2026-09-11");
    for table in ["activity_28d", "usage"] {
        let folder = site.path("warehouse").join(table);
        let (one, other) = (folder.join(from).join("part-00.parquet"), folder.join(to).join("part-00.parquet"));
        replace_rows_keeping_the_fingerprint(&one, &other);
    }
    let plan = site.plan(&[]);
    let unseen = |step: &serde_json::Value| step["table"] != "activity_28d" && step["table"] != "usage";
    assert!(plan["steps"].as_array().unwrap().iter().all(unseen), "{plan:#}");
    assert_eq!(wrong_days(&site), BTreeSet::from(["2026-09-10".to_owned()]));
    let said = site.uptake(
        "reprocess",
        &["--from", "2026-09-10", "--to", "2026-09-10", "--reason", "a disk went bad"],
    );
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(wrong_days(&site), BTreeSet::new());
    assert_eq!(site.published(), from_scratch().1);
    let run = site.run_json();
    assert_eq!(
        (&run["command"], &run["arguments"]["reason"]),
        (&"reprocess".into(), &"a disk went bad".into())
    );
    let log = fs::read_to_string(site.path("published/runs.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(last["arguments"], run["arguments"]);
}

/// Gives a file the rows of another one, and leaves what it says it was made from.
fn replace_rows_keeping_the_fingerprint(path: &Path, rows_of: &Path) {
    use uptake::warehouse::file::footer::{Described, describe};
    use uptake::warehouse::file::read::read;
    use uptake::warehouse::file::write::write;
    let below = |path: &Path| {
        (
            storage::at(path.parent().unwrap()),
            path.file_name().unwrap().to_str().unwrap().to_owned(),
        )
    };
    let ((storage, name), (other, other_name)) = (below(path), below(rows_of));
    let Described { table, footer, .. } = describe(&storage.open(&name).unwrap()).unwrap().unwrap();
    let contract = uptake::stages::table(&table).unwrap();
    let frame = read(&other.open(&other_name).unwrap(), contract, &[]).unwrap();
    let (staged, _) = write(storage.begin().unwrap(), contract, &frame, footer.fingerprint, &[]).unwrap();
    storage.put(&staged, &name).unwrap();
}

#[test]
fn days_whose_raw_files_are_gone_are_refused_unless_the_warehouse_is_to_do() {
    let site = Site::new();
    site.runs(&[]);
    site.hold_back(CORRECTED);
    let before = site.tables();
    let again = ["--from", "2026-08-01", "--to", "2026-08-31"];
    let refused = site.uptake("reprocess", &again);
    assert_eq!((refused.code, refused.out.as_str()), (3, ""), "{}", refused.err);
    for words in ["received 2026-08-21: 1 file", CORRECTED, "--from-facts"] {
        assert!(refused.err.contains(words), "`{words}` is not in: {}", refused.err);
    }
    assert!(site.tables() == before, "a refusal changed the warehouse");
    let plan = site.uptake("plan", &again);
    assert_eq!((plan.code, &plan.err), (3, &refused.err), "plan refuses likewise");
    // Other days, and another customer's, are there.
    assert_eq!(site.uptake("reprocess", &["--from", "2026-09-20", "--to", "2026-09-21"]).code, 0);
    let other = ["--customer", "294029f2-5c6a-4753-bf12-6a6df101093f"];
    assert_eq!(site.uptake("reprocess", &[again.as_slice(), &other].concat()).code, 0);
    let from_facts = site.uptake("reprocess", &[again.as_slice(), &["--from-facts"]].concat());
    assert_eq!(from_facts.code, 0, "{}", from_facts.err);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

#[test]
fn what_makes_no_sense_is_refused_with_what_would() {
    let site = Site::new();
    site.runs(&[]);
    let cases: &[(&[&str], &str)] = &[
        (
            &["--from", "2026-09-12", "--to", "2026-09-10"],
            "`--from 2026-09-12` is after `--to 2026-09-10`",
        ),
        (
            &["--from", "2026-09-10", "--to", "2999-01-01"],
            "is after the last day of the tables",
        ),
        (&["--from", "2020-01-01", "--to", "2020-01-31"], "the tables begin on 2026-08-02"),
        (
            &["--from", "2026-09-10", "--to", "2026-09-10", "--tables", "adoptoin"],
            "did you mean `adoption`?",
        ),
        (
            &["--from", "2026-09-10", "--to", "2026-09-10", "--customer", "Contosso"],
            "there is no customer `Contosso`",
        ),
    ];
    for (args, message) in cases {
        for command in ["reprocess", "plan"] {
            let said = site.uptake(command, args);
            assert_eq!(said.code, 2, "{command} {args:?}: {}", said.err);
            assert!(said.err.contains(message), "{command} {args:?}: {}", said.err);
        }
    }
    let said = site.uptake("plan", &["--customer", "Contoso"]);
    assert!(said.code == 2 && said.err.contains("`--from` and `--to`"), "{}", said.err);
}

#[test]
fn old_raw_files_are_looked_at_only_on_demand_where_the_pipeline_says_so() {
    let site = Site::with("rescan_days = 5");
    let late = site.hold_back(CORRECTED);
    site.runs(&[]);
    fs::write(site.raw().join(CORRECTED), late).unwrap();
    assert!(site.runs(&[]).out.starts_with("Nothing to do"), "an old folder was looked at");
    let found = |site: &Site| -> u64 {
        let plan = site.uptake("plan", &["--rescan"]);
        plan.out.matches(CORRECTED).count() as u64
    };
    assert!(found(&site) > 0, "--rescan finds it");
    // A file of the warehouse is missing that only old raw files can give: they are looked at
    // without being asked.
    let folder = site.path("warehouse/activity_events/received=2026-08-21");
    fs::remove_dir_all(&folder).unwrap();
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

#[test]
fn missing_files_of_every_table_are_made_again() {
    let site = Site::new();
    site.runs(&[]);
    for table in fs::read_dir(site.path("warehouse")).unwrap().map(|entry| entry.unwrap().path()) {
        if table.file_name().is_some_and(|name| name != ".uptake") {
            let mut files: Vec<PathBuf> = contents(&table).into_keys().collect();
            files.sort();
            fs::remove_file(table.join(&files[files.len() / 2])).unwrap();
        }
    }
    assert!(!wrong_days(&site).is_empty());
    let plan = site.plan(&[]);
    let missing = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["because"].to_string().contains("missing"));
    // What came in on one day is missing whole there, and is read as new.
    assert!(missing.count() >= 7, "{plan:#}");
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

/// The tables of the warehouse that have a file.
fn tables_of(site: &Site) -> BTreeSet<String> {
    let first = |path: &PathBuf| path.iter().next().unwrap().to_str().unwrap().to_owned();
    site.tables().keys().map(first).collect()
}

#[test]
fn steps_in_between_that_no_source_can_fill_have_no_files_until_one_can() {
    let steps = ["snapshots", "subscription_snapshots", "customers", "support_requests", "user_names"].map(str::to_owned);
    let site = Site::new();
    let nightly = nightly();
    // Only the sign-ins.
    let source = |number: usize| nightly.match_indices("[[source]]").nth(number).unwrap().0;
    let sign_ins = format!("{}{}", &nightly[..source(1)], &nightly[nightly.find("[thresholds]").unwrap()..]);
    site.write_pipeline("", &sign_ins);
    site.runs(&[]);
    let found = tables_of(&site);
    assert!(steps.iter().all(|step| !found.contains(step)), "{found:?}");
    // What readers look for is there, with no rows.
    assert!(
        ["license_changes", "license_holdings", "rejects"]
            .iter()
            .all(|table| found.contains(*table))
    );
    let checked = site.uptake("check", &[]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    assert!(site.uptake("plan", &[]).out.starts_with("Nothing to do"));

    // With sources they are made, also of the days that came in before; nobody says that something
    // was lost.
    site.write_pipeline("", &nightly);
    let plan = site.uptake("plan", &[]);
    let said = plan.out + &plan.err;
    assert!(said.contains("snapshots: ") && !said.contains("missing"), "{said}");
    site.runs(&[]);
    assert_eq!(bytes(site.tables()), from_scratch().0);
    assert_eq!(site.published(), from_scratch().1);

    // A lost one is missed and made again.
    let lost = site.path("warehouse/snapshots/received=2026-08-16/part-00.parquet");
    fs::remove_file(&lost).unwrap();
    assert_eq!(site.uptake("check", &[]).code, 4);
    assert!(
        site.uptake("plan", &[])
            .out
            .contains("snapshots: 2026-08-16 (1 day), because the file was missing")
    );
    site.runs(&[]);
    assert!(lost.exists());
    assert_eq!(site.uptake("check", &[]).code, 0);

    // Without sources what is there stays, and is held to be right.
    site.write_pipeline("", &sign_ins);
    site.runs(&[]);
    assert!(tables_of(&site).contains("snapshots"));
    let checked = site.uptake("check", &[]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
}
