//! Releases on the command line: what was restated and why, the way back, and a hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use uptake::warehouse::store::Store;

use crate::stores::emulators::installed;
use crate::workdir::cannot_run;

/// A small made-up portfolio with its pipeline file.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("demo");
        let sample = [
            "--customers",
            "2",
            "--days",
            "35",
            "--users",
            "5",
            "--seed",
            "3",
            "--record-bytes",
            "1",
        ];
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args(["sample", "--out"])
            .arg(out)
            .args(sample)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Site { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("demo").join(name)
    }

    fn pipeline(&self) -> String {
        self.path("pipeline.toml").display().to_string()
    }

    fn uptake(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_uptake")).args(arguments).output().unwrap()
    }

    /// Runs; gives the words.
    fn run(&self, more: &[&str]) -> String {
        self.says(0, &[&["run", &self.pipeline()], more].concat())
    }

    /// Holds the exit code of a command; gives what it said.
    #[track_caller]
    fn says(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.uptake(arguments);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    }

    fn releases(&self) -> Value {
        let output = self.uptake(&["releases", &self.pipeline(), "--format", "json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn diff(&self) -> Value {
        let output = self.uptake(&["diff", "--pipeline", &self.pipeline(), "--format", "json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The published files under their fixed names are those of the release in force.
    fn assert_published(&self) -> String {
        let current: Value = serde_json::from_slice(&fs::read(self.path("published/current.json")).unwrap()).unwrap();
        for (name, path) in current["files"].as_object().unwrap() {
            let read = |name: &str| fs::read(self.path("published").join(name)).unwrap();
            assert!(read(name) == read(path.as_str().unwrap()), "{name}");
        }
        let run: Value = serde_json::from_slice(&fs::read(self.path("published/run.json")).unwrap()).unwrap();
        assert_eq!(run["release"], current["release"]);
        current["release"].as_str().unwrap().to_owned()
    }

    /// Takes every sign-in of a customer out of the input; gives the customer and the files.
    fn hold_back(&self) -> (String, Vec<PathBuf>) {
        let first = fs::read_dir(self.path("insights-logs-signinlogs"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let tenant = first.file_name().into_string().unwrap().replace("tenantId=", "");
        let mut held = Vec::new();
        for entry in walkdir::WalkDir::new(self.path("")).into_iter().map(Result::unwrap) {
            let path = entry.path();
            if entry.file_type().is_file() && path.to_string_lossy().contains("signinlogs") && path.to_string_lossy().contains(&tenant) {
                let away = self.folder.path().join("held").join(path.strip_prefix(self.path("")).unwrap());
                fs::create_dir_all(away.parent().unwrap()).unwrap();
                fs::rename(path, away).unwrap();
                held.push(path.strip_prefix(self.path("")).unwrap().to_path_buf());
            }
        }
        held.sort();
        (tenant, held)
    }

    fn deliver(&self, file: &Path) {
        fs::rename(self.folder.path().join("held").join(file), self.path("").join(file)).unwrap();
    }
}

/// The file of interactive sign-ins of a day in the middle.
fn late_file(held: &[PathBuf]) -> &PathBuf {
    let of_users: Vec<&PathBuf> = held.iter().filter(|path| path.starts_with("insights-logs-signinlogs")).collect();
    of_users[of_users.len() / 2]
}

#[test]
fn a_late_file_restates_days_of_its_customer_and_is_named_as_the_reason() {
    let site = Site::new();
    let (tenant, held) = site.hold_back();
    site.run(&[]);
    let none = site.says(3, &["diff", "--pipeline", &site.pipeline()]);
    assert!(none.contains("there are no two releases to compare"), "{none}");
    let late = late_file(&held);
    site.deliver(late);
    site.run(&[]);
    let diff = site.diff();
    assert_eq!(diff["restated"]["customers"], serde_json::json!([tenant]));
    assert_eq!((&diff["days"]["added"], &diff["days"]["removed"]), (&0.into(), &0.into()));
    let days = diff["restated"]["days"].as_array().unwrap();
    assert!(!days.is_empty());
    for day in days {
        let why = day["why"].to_string();
        assert!(why.contains(late.to_str().unwrap()), "{why}");
        assert!(day["share"].as_f64().unwrap() > 0.0);
    }
    let rows = diff["tables"]["adoption"].as_array().unwrap();
    let active = rows
        .iter()
        .find(|row| row["values"]["entitlements_active"]["difference"].as_f64() > Some(0.0))
        .unwrap();
    assert_eq!(active["key"]["tenant_id"], tenant);
    let text = site.says(0, &["diff", "--pipeline", &site.pipeline()]);
    assert!(
        text.contains("entitlements_active 0 -> ") && text.contains(late.to_str().unwrap()),
        "{text}"
    );
    let out = site.folder.path().join("diff.parquet");
    site.says(0, &["diff", "--pipeline", &site.pipeline(), "--out", out.to_str().unwrap()]);
    let cells = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&out).unwrap()).unwrap();
    assert!(cells.metadata().file_metadata().num_rows() >= rows.len() as i64);
    let refused = site.says(2, &["diff", "--pipeline", &site.pipeline(), "--format", "parquet"]);
    assert!(refused.contains("--out FILE"), "{refused}");
}

#[test]
fn a_night_in_which_nothing_changed_is_no_new_release() {
    let site = Site::new();
    site.run(&[]);
    let first = site.releases();
    site.run(&["--rescan"]);
    fs::remove_file(site.path("published/run.json")).unwrap();
    site.run(&[]);
    assert_eq!(site.releases(), first);
    assert_eq!(site.assert_published(), first["in_force"]);
}

#[test]
fn after_a_rollback_runs_publish_only_forward_or_with_another_pipeline() {
    let site = Site::new();
    let (_, held) = site.hold_back();
    let pipeline = site.pipeline();
    let text = fs::read_to_string(&pipeline).unwrap() + "\n[report]\nhtml = true\n";
    fs::write(&pipeline, &text).unwrap();
    site.run(&[]);
    let first = site.assert_published();
    let page = fs::read(site.path("published/report.html")).unwrap();
    let later = late_file(&held);
    site.deliver(later);
    site.run(&[]);
    let second = site.assert_published();
    assert!(fs::read(site.path("published/report.html")).unwrap() != page);
    let said = site.says(0, &["rollback", &first, &pipeline]);
    assert!(
        said.contains(&format!("release {first} is in force")) && said.contains("--forward"),
        "{said}"
    );
    assert_eq!(site.assert_published(), first);
    assert!(
        fs::read(site.path("published/report.html")).unwrap() == page,
        "the page is that of the release again"
    );
    for _ in 0..2 {
        let said = site.run(&[]);
        assert!(
            said.contains("nothing was published") && said.contains("since a rollback"),
            "{said}"
        );
        assert_eq!(site.assert_published(), first);
    }
    let checked = site.says(0, &["check", &pipeline, "--customers", "0"]);
    assert!(checked.contains("Nothing is wrong"), "{checked}");
    site.run(&["--forward"]);
    assert_eq!(site.assert_published(), second, "the newest release has these files");
    site.says(0, &["rollback", &first, &pipeline]);
    fs::write(&pipeline, format!("evidence = [\"action\"]\n{text}")).unwrap();
    site.run(&[]);
    let third = site.assert_published();
    assert!(third > second);
    let releases = site.releases();
    assert_eq!(
        (&releases["rolled_back"], &releases["in_force"]),
        (&Value::Null, &Value::String(third))
    );
    let why = site.diff()["restated"]["days"].to_string();
    assert!(why.contains("(`evidence`)"), "{why}");
}

#[test]
fn while_publication_is_held_runs_make_tables_only() {
    let site = Site::new();
    let (_, held) = site.hold_back();
    site.run(&[]);
    let first = site.assert_published();
    let pipeline = site.pipeline();
    let said = site.says(0, &["release", "hold", &pipeline, "--reason", "the board meets"]);
    assert!(said.contains("until `uptake release resume`"), "{said}");
    site.deliver(late_file(&held));
    for _ in 0..2 {
        let said = site.run(&[]);
        assert!(
            said.contains("nothing was published") && said.contains("(the board meets)"),
            "{said}"
        );
        assert_eq!(site.assert_published(), first);
    }
    assert_eq!(site.releases()["hold"]["reason"], "the board meets");
    site.says(0, &["release", "resume", &pipeline]);
    site.run(&[]);
    assert!(site.assert_published() > first);
    let why = site.diff()["restated"]["days"].to_string();
    assert!(
        why.contains(late_file(&held).to_str().unwrap()),
        "the run that read it published nothing: {why}"
    );
    assert!(site.says(0, &["release", "resume", &pipeline]).contains("nothing was held"));
}

#[test]
fn a_release_that_is_not_there_is_refused_with_the_list_and_a_rollback_waits_for_no_run() {
    let site = Site::new();
    let pipeline = site.pipeline();
    let said = site.says(2, &["rollback", "20260101-000000", &pipeline]);
    assert!(
        said.contains("there is no release `20260101-000000`") && said.contains("there is none yet"),
        "{said}"
    );
    site.run(&[]);
    let first = site.assert_published();
    for arguments in [
        &["rollback", "nightly", &pipeline][..],
        &["diff", "nightly", "--pipeline", &pipeline],
    ] {
        let said = site.says(2, arguments);
        assert!(said.contains("there is no release `nightly`") && said.contains(&first), "{said}");
    }
    let before = fs::metadata(site.path("published/current.json")).unwrap().modified().unwrap();
    let store = Store::at(&site.path("warehouse"));
    let lock = store.lock("a run that is at work").unwrap();
    let said = site.says(5, &["rollback", &first, &pipeline]);
    assert!(said.contains("a run that is at work"), "{said}");
    drop(lock);
    assert_eq!(
        fs::metadata(site.path("published/current.json")).unwrap().modified().unwrap(),
        before
    );
    // A file of it that is damaged: nothing changes.
    let current: Value = serde_json::from_slice(&fs::read(site.path("published/current.json")).unwrap()).unwrap();
    let path = site.path("published").join(current["files"]["usage.parquet"].as_str().unwrap());
    fs::remove_file(&path).unwrap();
    fs::write(&path, "other bytes").unwrap();
    let said = site.says(4, &["rollback", &first, &pipeline]);
    assert!(said.contains("is damaged"), "{said}");
}

#[test]
fn a_run_warns_where_more_of_a_released_day_was_restated_than_it_may_be() {
    let site = Site::new();
    let (_, held) = site.hold_back();
    let pipeline = site.pipeline();
    let text = fs::read_to_string(&pipeline).unwrap();
    let alert = |most: &str| fs::write(&pipeline, format!("{text}\n[alert]\nrestated_above = {most}\n")).unwrap();
    alert("7");
    let refused = site.says(2, &["run", &pipeline]);
    assert!(
        refused.contains("`restated_above` in [alert] must be a ratio from 0 to 1"),
        "{refused}"
    );
    alert("0.99");
    assert!(!site.run(&[]).contains("restated"), "nothing was released before");
    site.deliver(late_file(&held));
    assert!(!site.run(&[]).contains("restated"), "a few seats are less than that");
    alert("0.001");
    let rest: Vec<&PathBuf> = held.iter().filter(|file| *file != late_file(&held)).collect();
    rest.iter().for_each(|file| site.deliver(file));
    let said = site.run(&[]);
    assert!(
        said.contains("were restated by more than 0.1 %: 20") && said.contains("`uptake diff 20"),
        "{said}"
    );
}

#[test]
fn a_run_tells_its_lineage_in_the_form_of_openlineage() {
    let site = Site::new();
    let pipeline = site.pipeline();
    let text = fs::read_to_string(&pipeline).unwrap();
    fs::write(&pipeline, format!("{text}\n[observe]\nopenlineage = \"s3://bucket/lineage\"\n")).unwrap();
    let refused = site.says(2, &["run", &pipeline]);
    assert!(refused.contains("it is a file of this machine"), "{refused}");
    fs::write(&pipeline, format!("{text}\n[observe]\nopenlineage = \"lineage.jsonl\"\n")).unwrap();
    site.run(&[]);
    site.run(&[]);
    let lock = Store::at(&site.path("warehouse")).lock("a run that is at work").unwrap();
    site.says(5, &["run", &pipeline]);
    drop(lock);
    let lines = fs::read_to_string(site.path("lineage.jsonl")).unwrap();
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["START", "COMPLETE", "START", "COMPLETE", "START", "FAIL"]);
    let ids: Vec<&Value> = events.iter().map(|event| &event["run"]["runId"]).collect();
    assert!(
        ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2] && ids[2] != ids[4],
        "{ids:?}"
    );
    let outputs = events[1]["outputs"].as_array().unwrap();
    let adoption = outputs
        .iter()
        .find(|of| of["name"].as_str().unwrap().ends_with("published/adoption.parquet"))
        .unwrap();
    let run: Value = serde_json::from_slice(&fs::read(site.path("published/run.json")).unwrap()).unwrap();
    let published = run["published"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["name"] == "adoption.parquet")
        .unwrap();
    assert_eq!(adoption["outputFacets"]["outputStatistics"]["rowCount"], published["rows"]);
    assert_eq!(adoption["facets"]["version"]["datasetVersion"], published["digest"]);
    assert!(
        adoption["facets"]["schema"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .any(|field| field["name"] == "usage_ratio")
    );
    assert!(
        outputs
            .iter()
            .any(|of| of["name"].as_str().unwrap().ends_with("warehouse/activity_daily"))
    );
    let inputs = events[1]["inputs"].as_array().unwrap();
    assert!(
        inputs
            .iter()
            .any(|of| of["inputFacets"]["inputStatistics"]["fileCount"].as_u64() > Some(0))
    );
    assert!(events[3]["outputs"].as_array().unwrap().is_empty(), "nothing was made");
    let python = match installed::python("openlineage-1", &["openlineage-python==1.54.0"]) {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lineage_events.py");
    let output = Command::new(python).arg(script).arg(site.path("lineage.jsonl")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
