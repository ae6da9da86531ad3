//! A warehouse that an earlier version wrote is taken over by a run of this one: nothing is lost
//! that raw files said which are gone, and numbers whose definitions are the same stay.
//!
//! `tests/fixtures/warehouse-of-0.1.0` is what version 0.1.0 left of a made-up portfolio of two
//! customers and five days. After its run the sign-ins received on 2026-09-28, an audit log and a
//! list of names were removed from the input.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use uptake::stages::activity::activity_daily::ActivityDaily;
use uptake::stages::licenses::assignments::Assignment;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::people::user_names::UserNameRow;
use uptake::stages::received::activity_events::ActivityEvent;
use uptake::stages::received::license_changes::LicenseChange;
use uptake::stages::received::license_holdings::LicenseHolding;
use uptake::stages::received::raw_files::RawFile;
use uptake::stages::received::rejects::Reject;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

fn taken_over() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/warehouse-of-0.1.0");
    for entry in walkdir::WalkDir::new(&fixture).into_iter().map(Result::unwrap) {
        let target = folder.path().join(entry.path().strip_prefix(&fixture).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    folder
}

fn uptake(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
    command.args(arguments).arg(folder.join("pipeline.toml")).output().unwrap()
}

#[track_caller]
fn assert_done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The rows of a table, as this version reads them, with what follows from where they are.
fn rows<R: Row + Debug>(folder: &Path, is_meant: impl Fn(&R) -> bool) -> BTreeSet<String> {
    let store = Store::at(&folder.join("warehouse"));
    let places = store.places(R::CONTRACT).unwrap();
    let mut all = BTreeSet::new();
    for place in places {
        let rows = store.rows::<R>(place).unwrap();
        all.extend(rows.iter().filter(|row| is_meant(row)).map(|row| format!("{:?} {row:?}", place.0)));
    }
    all
}

#[test]
fn rows_of_raw_files_that_are_gone_are_carried_over_from_an_older_version() {
    let folder = taken_over();
    let at = folder.path();
    let gone = |file: &str| !at.join(file).exists();
    let of_gone = || {
        [
            rows(at, |row: &ActivityEvent| gone(&row.source_file)),
            rows(at, |row: &LicenseChange| gone(&row.source_file)),
            rows(at, |row: &LicenseHolding| gone(&row.source_file)),
            rows(at, |row: &Reject| gone(&row.source_file)),
            rows(at, |row: &UserNameRow| gone(&row.source_file)),
        ]
    };
    let files = || rows(at, |row: &RawFile| gone(&row.source_file)).len();
    let before = (of_gone(), files());
    assert!(!before.0[0].is_empty() && !before.0[4].is_empty() && before.1 > 3, "{before:#?}");
    assert_done(&uptake(at, &["run"]));
    let after = (of_gone(), files());
    assert_eq!(before, after);
    assert!(assert_done(&uptake(at, &["run"])).contains("Nothing to do"));
    assert_done(&uptake(at, &["check", "--customers", "all"]));
}

#[test]
fn numbers_whose_definitions_are_the_same_stay() {
    let folder = taken_over();
    let numbers = || {
        (
            rows(folder.path(), |_: &ActivityDaily| true),
            rows(folder.path(), |_: &Assignment| true),
            rows(folder.path(), |_: &Adoption| true),
        )
    };
    let before = numbers();
    assert_done(&uptake(folder.path(), &["run"]));
    assert_eq!(before, numbers());
}
