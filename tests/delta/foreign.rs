//! What is not this pipeline's: clear errors, and nothing is touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Site, readers, said};
use crate::workdir::cannot_run;

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| (entry.path().to_path_buf(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// A run that is refused with these words before it did anything.
#[track_caller]
fn is_refused(site: &Site, words: &str) {
    let before = files(&site.path("delta"));
    let ran = site.uptake("run", &[]);
    assert_eq!(ran.status.code(), Some(2), "{}", said(&ran));
    assert!(said(&ran).contains(words), "{}", said(&ran));
    assert_eq!(files(&site.path("delta")), before);
    assert!(!site.path("raw/published/adoption.parquet").exists() && !site.path("raw/warehouse/adoption").exists());
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let site = Site::new();
    let table = site.path("delta/usage");
    fs::create_dir_all(&table).unwrap();
    fs::write(table.join("part-00000-1234.snappy.parquet"), "of somebody").unwrap();
    is_refused(&site, "has something else in it: `part-00000-1234.snappy.parquet`");
}

#[test]
fn a_delta_table_that_somebody_else_wrote_is_left_alone() {
    let site = Site::new();
    let log = site.path("delta/customers/_delta_log");
    fs::create_dir_all(&log).unwrap();
    let commit = log.join("00000000000000000000.json");
    fs::write(
        &commit,
        "{\"commitInfo\":{\"timestamp\":1,\"operation\":\"CREATE TABLE\",\"engineInfo\":\"Spark\"}}\n",
    )
    .unwrap();
    is_refused(&site, "is a Delta table whose version 0 uptake has not written");
    fs::rename(&commit, log.join("00000000000000000010.checkpoint.parquet")).unwrap();
    is_refused(&site, "has a log without a commit");
}

#[test]
fn a_folder_that_cannot_be_one_ends_the_run_before_it_does_anything() {
    let site = Site::new();
    fs::write(site.path("delta"), "a file").unwrap();
    let ran = site.uptake("run", &[]);
    assert_eq!(ran.status.code(), Some(6), "{}", said(&ran));
    assert!(said(&ran).contains("a file is where a folder should be"), "{}", said(&ran));
    assert!(!site.path("raw/published/adoption.parquet").exists());
}

#[test]
fn a_table_of_another_pipeline_is_left_alone() {
    let mut first = Site::new();
    first.run("2026-09-30");
    let second = Site::new();
    let text = fs::read_to_string(second.pipeline()).unwrap();
    let name = text.lines().find(|line| line.starts_with("name =")).unwrap().to_owned();
    fs::write(second.pipeline(), text.replace(&name, "name = \"other\"")).unwrap();
    second.export_to(first.path("delta").to_str().unwrap());
    let ran = second.uptake("run", &[]);
    assert_eq!(ran.status.code(), Some(2), "{}", said(&ran));
    assert!(said(&ran).contains("is a Delta table of the pipeline `sample`"), "{}", said(&ran));
}

#[test]
fn a_table_that_another_program_went_on_with_is_left_alone() {
    let python = match readers() {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let mut site = Site::new();
    site.run("2026-09-29");
    let table = site.path("delta/calendar");
    let script = "import sys; from deltalake import DeltaTable; DeltaTable(sys.argv[1]).delete('is_last')";
    let deleted = Command::new(python).args(["-c", script]).arg(&table).output().unwrap();
    assert!(deleted.status.success(), "{}", said(&deleted));
    let before = files(&site.path("delta"));
    let ran = site.uptake("run", &["--until", "2026-09-30"]);
    assert_eq!(ran.status.code(), Some(2), "{}", said(&ran));
    assert!(said(&ran).contains("whose version 1 uptake has not written"), "{}", said(&ran));
    assert_eq!(files(&site.path("delta")), before);
}

#[test]
fn folders_that_are_in_each_others_way_and_keys_that_are_wrong_are_refused() {
    let site = Site::new();
    for (folder, words) in [
        ("published", "are both"),
        ("published/delta", "one is in the other"),
        ("warehouse/delta", "one is in the other"),
        ("graph-users/delta", "where source"),
        ("..", "the input folder"),
        ("s3://user:secret@bucket/delta", "a name or a password"),
    ] {
        site.export_to(folder);
        let ran = site.uptake("run", &[]);
        assert_eq!(ran.status.code(), Some(2), "{folder}: {}", said(&ran));
        assert!(said(&ran).contains(words), "{folder}: {}", said(&ran));
        assert!(!said(&ran).contains("user:"), "{}", said(&ran));
    }
    assert!(!site.path("raw/warehouse").exists());
}
