//! What a person, a shell and a scheduler meet: the real binary, its exit codes, what it prints and
//! what it leaves on the disk.

mod alert;
mod faults;
mod money;
mod threads;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use uptake::warehouse::store::Store;

use crate::workdir::parquet_files;

/// A small portfolio for commands that need some input.
pub const SCENARIO: &str = "portfolio-ratios-are-sums-over-sums";

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Holds the exit code, and whether standard error has all of these.
    #[track_caller]
    pub fn fails(&self, code: i32, messages: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        for message in messages {
            assert!(self.err.contains(message), "`{message}` is not in: {}", self.err);
        }
        assert_eq!(self.out, "", "a failure is told on standard error");
    }

    #[track_caller]
    pub fn succeeds(&self) -> &Said {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }
}

/// A folder with a pipeline file, and where its warehouse and published files go.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// A pipeline over the input of a golden scenario. `head` stands before everything else, `rest`
    /// after it.
    pub fn with(scenario: &str, head: &str, sources: &str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let input = root().join("tests/golden").join(scenario).join("input");
        let text = format!(
            "{head}\n{sources}\n[input]\nroot = '{}'\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\n",
            input.display()
        );
        fs::write(folder.path().join("pipeline.toml"), text).unwrap();
        Desk { folder }
    }

    pub fn small() -> Desk {
        Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &standard_sources())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn pipeline(&self) -> String {
        self.path("pipeline.toml").display().to_string()
    }

    /// A command on this desk's pipeline file, with more arguments.
    pub fn uptake(&self, command: &str, more: &[&str]) -> Said {
        let pipeline = self.pipeline();
        let mut args = vec![command, pipeline.as_str()];
        args.extend(more);
        uptake(&args)
    }

    /// Every published file by name, without what every run writes down of itself.
    fn published(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("published")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "runs.jsonl" && name != "metrics.prom");
        names.sort();
        names
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn standard_sources() -> String {
    fs::read_to_string(root().join("tests/golden/standard.toml")).unwrap()
}

pub fn uptake(args: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_uptake")).args(args).output().unwrap();
    Said {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn run_on_the_sample_prints_a_summary_and_then_finds_nothing_to_do() {
    let work = tempfile::tempdir().unwrap();
    let place = |name: &str| work.path().join(name).display().to_string();
    let pipeline = root().join("pipelines/nightly.toml").display().to_string();
    let args = [
        "run",
        &pipeline,
        "--warehouse",
        &place("warehouse"),
        "--published",
        &place("published"),
    ];
    let first = uptake(&args);
    first.succeeds();
    for words in [
        "nightly",
        "2026-09-30",
        "rejects",
        "Most valuable next steps",
        &place("warehouse"),
        &place("published"),
    ] {
        assert!(first.out.contains(words), "`{words}` is not in: {}", first.out);
    }
    let published = [
        "adoption.parquet",
        "usage.parquet",
        "workload_adoption.parquet",
        "customer_adoption.parquet",
        "portfolio.parquet",
        "spend.parquet",
        "next_steps.parquet",
        "customers.parquet",
    ];
    for file in published
        .iter()
        .chain(&["products.parquet", "calendar.parquet", "portfolio-export.csv", "run.json"])
    {
        assert!(work.path().join("published").join(file).is_file(), "{file}");
    }
    let again = uptake(&args);
    assert!(again.succeeds().out.starts_with("Nothing to do"), "{}", again.out);
    let planned = uptake(&[
        "plan",
        &pipeline,
        "--warehouse",
        &place("warehouse"),
        "--published",
        &place("published"),
    ]);
    assert!(planned.succeeds().out.starts_with("Nothing to do"), "{}", planned.out);
}

#[test]
fn plan_lists_what_run_would_make_and_changes_nothing() {
    let desk = Desk::small();
    let planned = desk.uptake("plan", &[]);
    for table in [
        "activity_daily",
        "activity_28d",
        "assignments",
        "subscriptions",
        "usage",
        "adoption",
        "first_activity",
        "workload_adoption",
        "customer_adoption",
        "spend",
        "next_steps",
        "portfolio",
    ] {
        assert!(
            planned.succeeds().out.lines().any(|line| line.starts_with(&format!("{table}: "))),
            "{table}: {}",
            planned.out
        );
    }
    assert!(planned.out.contains("2026-09-10..2026-09-12 (3 days)"), "{}", planned.out);
    assert!(!desk.path("warehouse").exists() && !desk.path("published").exists());

    desk.uptake("run", &[]).succeeds();
    let before = parquet_files(&desk.path("warehouse"));
    let idle = desk.uptake("plan", &[]);
    assert_eq!(idle.succeeds().out.lines().count(), 1, "{}", idle.out);
    let later = desk.uptake("plan", &["--until", "2026-09-14"]);
    assert!(
        later.succeeds().out.contains("adoption: 2026-09-13..2026-09-14 (2 days)"),
        "{}",
        later.out
    );
    assert!(parquet_files(&desk.path("warehouse")) == before, "a plan changed the warehouse");
}

#[test]
fn plan_is_readable_by_programs() {
    let desk = Desk::small();
    let planned = desk.uptake("plan", &["--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&planned.succeeds().out).unwrap();
    assert_eq!(plan["last_day"], "2026-09-12");
    let tables: Vec<&str> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["table"].as_str().unwrap())
        .collect();
    assert!(tables.contains(&"adoption"), "{tables:?}");
}

#[test]
fn some_tables_alone_publish_nothing() {
    let desk = Desk::small();
    desk.uptake("run", &["--tables", "activity_28d", "--threads", "1"]).succeeds();
    assert!(desk.path("warehouse/activity_28d/day=2026-09-12/part-00.parquet").is_file());
    assert!(!desk.path("warehouse/portfolio").exists());
    assert_eq!(desk.published(), ["run.json"], "what the run did, and nothing else");
}

#[test]
fn quiet_prints_nothing_unless_it_fails() {
    let desk = Desk::small();
    let said = desk.uptake("run", &["--quiet"]);
    assert_eq!((said.succeeds().out.as_str(), said.err.as_str()), ("", ""));
    desk.uptake("run", &["--quiet", "--until", "2999-01-01"]).fails(2, &["2999-01-01"]);
}

#[test]
fn messages_can_be_json_lines() {
    let desk = Desk::small();
    let empty = desk.path("empty").display().to_string();
    fs::create_dir(&empty).unwrap();
    let runs = [
        desk.uptake("run", &["--log-format", "json"]),
        desk.uptake("run", &["--log-format", "json", "--allow-empty", "--input", &empty]),
        desk.uptake("run", &["--log-format", "json", "--until", "2999-01-01"]),
    ];
    let levels: Vec<Vec<String>> = runs.iter().map(|said| said.err.lines().map(level).collect()).collect();
    assert!(levels[0].contains(&"info".to_owned()), "{}", runs[0].err);
    assert!(!levels[0].contains(&"error".to_owned()), "{}", runs[0].err);
    assert!(levels[1].contains(&"warning".to_owned()), "{}", runs[1].err);
    assert_eq!(levels[2], ["error"]);
    let failure: serde_json::Value = serde_json::from_str(runs[2].err.trim()).unwrap();
    assert_eq!(failure["code"], 2);
    assert_eq!(failure["event"], "error");
    assert!(failure["message"].as_str().unwrap().contains("2999-01-01"));
}

/// The level of a JSON line.
fn level(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert!(line["message"].is_string() && line["event"].is_string(), "{line}");
    assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
    line["level"].as_str().unwrap().to_owned()
}

#[test]
fn completions_and_the_data_dictionary_go_to_standard_output() {
    let bash = uptake(&["completions", "bash"]);
    assert!(bash.succeeds().out.contains("_uptake()") && bash.out.contains("--warehouse"));
    for command in ["customers", "init", "query"] {
        assert!(
            bash.out.contains(&format!("uptake__subcmd__{command}")),
            "`{command}` is not completed"
        );
        let help = uptake(&[command, "--help"]);
        assert!(
            help.succeeds().out.contains("Examples:\n") && help.out.contains(&format!("uptake {command} ")),
            "{}",
            help.out
        );
    }
    let adoption = uptake(&["describe", "adoption"]);
    for words in ["seats_sold", "deployment_ratio", "float64", "tenant_id", "partitioned by `day`"] {
        assert!(adoption.succeeds().out.contains(words), "`{words}` is not in: {}", adoption.out);
    }
    let all = uptake(&["describe", "--format", "json"]);
    let tables: Vec<serde_json::Value> = serde_json::from_str(&all.succeeds().out).unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table["name"].as_str().unwrap()).collect();
    for table in [
        "activity_events",
        "license_changes",
        "license_holdings",
        "rejects",
        "activity_daily",
        "activity_28d",
        "assignments",
    ] {
        assert!(names.contains(&table), "{names:?}");
    }
    assert_eq!(
        uptake(&["--version"]).succeeds().out.trim(),
        format!("uptake {}", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(uptake(&["frobnicate"]).code, 2);
}

#[test]
fn the_sample_is_the_same_for_a_seed_and_another_for_another() {
    let work = tempfile::tempdir().unwrap();
    let sample = |name: &str, seed: &str| {
        let out = work.path().join(name);
        let size = ["--customers", "3", "--days", "35", "--users", "6"];
        uptake(&[&["sample", "--out", &out.display().to_string(), "--seed", seed], &size[..]].concat()).succeeds();
        files(&out)
    };
    let (one, same, other) = (sample("one", "5"), sample("same", "5"), sample("other", "6"));
    assert!(one.len() > 10);
    assert!(one == same, "the same seed gave other files");
    assert!(one != other, "another seed gave the same files");
    let pipeline = work.path().join("one/pipeline.toml").display().to_string();
    uptake(&["run", "--quiet", &pipeline]).succeeds();
}

/// Every file below a folder, by its path below it, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            (
                entry.path().strip_prefix(folder).unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

#[cfg(unix)]
#[test]
fn everything_that_a_run_leaves_is_for_its_owner_and_its_group() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::small();
    desk.uptake("run", &[]).succeeds();
    let mut files = 0;
    for place in ["warehouse", "published"] {
        for entry in walkdir::WalkDir::new(desk.path(place)) {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let most = if entry.file_type().is_dir() { 0o750 } else { 0o640 };
            assert_eq!(mode & !most, 0, "{mode:o} {}", entry.path().display());
            files += usize::from(entry.file_type().is_file());
        }
    }
    assert!(files > 10, "{files}");
}
