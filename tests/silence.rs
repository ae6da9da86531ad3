//! Sources that fall silent, and files that do not say whose they are, as a person and a monitor
//! learn of it: in the summary and in `run.json`.

use std::fs;
use std::process::Command;

use serde_json::Value;
use uptake::sample::{self, Options};

/// Runs the pipeline of a folder; what it printed, and the warnings of `run.json`.
fn run(folder: &std::path::Path) -> (String, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("run")
        .arg(folder.join("raw/pipeline.toml"))
        .arg("--warehouse")
        .arg(folder.join("warehouse"))
        .arg("--published")
        .arg(folder.join("published"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let record: Value = serde_json::from_slice(&fs::read(folder.join("published/run.json")).unwrap()).unwrap();
    let text = |warning: &Value| warning.as_str().unwrap().to_owned();
    let warnings = record["warnings"].as_array().unwrap().iter().map(text).collect();
    (String::from_utf8(output.stdout).unwrap(), warnings)
}

#[test]
fn days_without_files_and_a_last_day_with_few_rows_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::small(folder.path().join("raw"));
    (options.customers, options.days, options.gzip) = (3, 24, false);
    sample::write(&options, &mut |_| {}).unwrap();
    let mut last_day = Vec::new();
    for entry in walkdir::WalkDir::new(folder.path().join("raw")) {
        let entry = entry.unwrap();
        let path = entry.path().to_string_lossy().into_owned();
        if !path.contains("signinlogs") || !entry.file_type().is_file() {
            continue;
        }
        if path.contains("/m=09/d=20/") || path.contains("/m=09/d=21/") {
            fs::remove_file(entry.path()).unwrap();
        } else if path.contains("/m=09/d=30/") {
            last_day.push(entry.path().to_path_buf());
        }
    }
    // One line is left of the last day.
    last_day.sort();
    for (number, path) in last_day.iter().enumerate() {
        let text = fs::read_to_string(path).unwrap();
        let first = text
            .split_inclusive('\n')
            .find(|line| line.contains("\"userId\""))
            .unwrap_or_default();
        fs::write(path, if number == 0 { first } else { "" }).unwrap();
    }
    fs::remove_dir_all(folder.path().join("raw/graph-users")).unwrap();
    let (said, warnings) = run(folder.path());
    let source = "source `activity:insights-logs-*signinlogs/**/PT1H.json*`";
    let told = |words: &[&str]| {
        let found = warnings.iter().find(|warning| words.iter().all(|word| warning.contains(word)));
        let found = found.unwrap_or_else(|| panic!("{words:?} is not in {warnings:#?}"));
        assert!(said.contains(found.as_str()), "the summary has it too: {said}");
    };
    told(&[
        source,
        "has no files of 2026-09-20..2026-09-21, though it has some before and after",
    ]);
    told(&[source, " of 2026-09-30, and usually ", "on that weekday: something may be missing"]);
    told(&["source `license_holdings:", "has no file below"]);
}

#[test]
fn downloads_that_do_not_say_whose_they_are_are_told_once_for_each_source() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    fs::create_dir_all(raw.join("downloads")).unwrap();
    let tenants = ["8a4de8b5-095c-47d0-a96f-a75130c61d53", "0f0f0f0f-0000-4000-8000-000000000001"];
    let row = |home: &str, resource: &str| format!("2026-09-01T08:02:31Z,{home}{resource},u,Member,{resource},{home},Success");
    let header = "Date (UTC),Request ID,User ID,User type,Resource tenant ID,Home tenant ID,Status";
    let write =
        |name: &str, rows: &[String]| fs::write(raw.join("downloads").join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let both = [row(tenants[0], tenants[0]), row(tenants[1], tenants[1])];
    write("InteractiveSignIns_2026-09-01.csv", &both);
    write("NonInteractiveSignIns_2026-09-01.csv", &both);
    write(
        "outbound_2026-09-01.csv",
        &[row(tenants[0], tenants[0]), row(tenants[0], tenants[1])],
    );
    fs::write(
        raw.join("pipeline.toml"),
        "name = \"downloads\"\nlast_day = \"2026-09-01\"\n[input]\nroot = \".\"\n[[source]]\nfeed = \"activity\"\npath = \"downloads/*.csv\"\n",
    )
    .unwrap();
    let (_, warnings) = run(folder.path());
    let told: Vec<&String> = warnings.iter().filter(|warning| warning.contains("tenantId=<GUID>/")).collect();
    assert_eq!(
        told,
        [
            "`downloads/InteractiveSignIns_2026-09-01.csv` of source `activity:downloads/*.csv` has sign-ins of 2 tenants; a download is of one: put it below tenantId=<GUID>/ (and 1 more file like it)"
        ]
    );
}
