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
use uptake::domain::subscription::Renewal;
use uptake::stages::activity::activity_daily::ActivityDaily;
use uptake::stages::licenses::account_states::AccountSpan;
use uptake::stages::licenses::assignments::Assignment;
use uptake::stages::measures::adoption::ADOPTION;
use uptake::stages::people::user_names::UserNameRow;
use uptake::stages::received::activity_events::ActivityEvent;
use uptake::stages::received::license_changes::LicenseChange;
use uptake::stages::received::license_holdings::LicenseHolding;
use uptake::stages::received::raw_files::RawFile;
use uptake::stages::received::rejects::Reject;
use uptake::stages::received::subscription_snapshots::SnapshotSubscription;
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

/// What `adoption` says of seats and active users, as far as version 0.1.0 had it.
fn adoption(folder: &Path) -> BTreeSet<String> {
    const COLUMNS: [&str; 8] = [
        "tenant_id",
        "sku_id",
        "seats_sold",
        "seats_lapsed",
        "seats_assigned",
        "entitlements_active",
        "window_days_covered",
        "seats_snapshot_day",
    ];
    let store = Store::at(&folder.join("warehouse"));
    let of_place = |place| format!("{place:?} {:?}", store.read(&ADOPTION, place, &COLUMNS).unwrap().columns());
    store.places(&ADOPTION).unwrap().into_iter().map(of_place).collect()
}

#[test]
fn numbers_whose_definitions_are_the_same_stay() {
    let folder = taken_over();
    let numbers = || {
        (
            rows(folder.path(), |_: &ActivityDaily| true),
            rows(folder.path(), |_: &Assignment| true),
            adoption(folder.path()),
        )
    };
    let before = numbers();
    assert_done(&uptake(folder.path(), &["run"]));
    assert_eq!(before, numbers());
}

#[test]
fn columns_that_came_are_filled_from_raw_files_that_are_there_and_are_empty_for_those_that_are_gone() {
    let folder = taken_over();
    let at = folder.path();
    let list = "graph-subscriptions/tenantId=920a2fcf-8519-4896-aa1d-32bf56154e38/2026-09-26.json.gz";
    fs::remove_file(at.join(list)).unwrap();
    let says_nothing = |row: &SnapshotSubscription| row.renewal() == Renewal::default();
    let before = rows(at, says_nothing);
    assert_eq!(
        before,
        rows(at, |_: &SnapshotSubscription| true),
        "version 0.1.0 knew of no renewals"
    );
    let planned = assert_done(&uptake(at, &["plan", "--format", "json"]));
    let planned: serde_json::Value = serde_json::from_str(&planned).unwrap();
    let steps = planned["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["table"] == "subscription_snapshots").unwrap();
    for because in step["because"].as_array().unwrap() {
        assert_eq!(
            because["causes"],
            serde_json::json!(["settings"]),
            "the raw files are what they were: {because}"
        );
    }
    assert_done(&uptake(at, &["run"]));
    let of = |is_gone: bool| rows(at, |row: &SnapshotSubscription| (row.source_file == list) == is_gone);
    assert_eq!(of(true), rows(at, says_nothing));
    assert!(!of(true).is_empty() && of(true).is_subset(&before), "{before:#?}");
    let is_filled = |row: &SnapshotSubscription| row.source_file != list && row.renews_on.is_some() && row.created_on.is_some();
    assert_eq!(of(false), rows(at, is_filled));
    assert!(!of(false).is_empty());
}

#[test]
fn lists_of_users_say_more_from_now_on_and_what_earlier_ones_said_stays() {
    let folder = taken_over();
    let at = folder.path();
    let before = rows(at, |_: &LicenseHolding| true);
    let is_as_it_was = |row: &LicenseHolding| row.account_enabled.is_none() && !row.waiting;
    assert_eq!(before, rows(at, is_as_it_was), "version 0.1.0 knew of no accounts");
    assert_done(&uptake(at, &["run"]));
    assert!(before.is_subset(&rows(at, is_as_it_was)), "{before:#?}");
    assert_eq!(
        rows(at, |_: &AccountSpan| true),
        BTreeSet::new(),
        "no list says anything about accounts"
    );
}
