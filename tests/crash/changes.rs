//! Raw files that change without a trace in their size and time, and what else must not be
//! forgotten when a run dies.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use uptake::cli::exit::{Code, Failure};
use uptake::storage::disk::{Disk, Operation};

use crate::crash::portfolio::{Delivery, Desk, portfolio, scratch};
use crate::crash::{assert_said, uptake};

/// A raw file of sign-ins of a desk with raw files of its own.
fn sign_ins(folder: &Path) -> PathBuf {
    walkdir::WalkDir::new(folder.join("input/first/insights-logs-signinlogs"))
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .find(|path| path.is_file())
        .unwrap()
}

/// Puts bytes into a raw file's place, with a time of change.
fn put(path: &Path, bytes: &[u8], changed: SystemTime) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
    File::options().append(true).open(path).unwrap().set_modified(changed).unwrap();
}

/// The same text with one thing said differently, in as many bytes.
fn said_differently(text: &str, one: &str, other: &str) -> String {
    assert!(one.len() == other.len() && text.contains(one));
    text.replacen(one, other, 1)
}

/// Runs, changes a raw file that keeps its size and its time, and runs again: says whether the
/// change was seen.
fn is_seen(changed: SystemTime) -> bool {
    let folder = scratch();
    let desk = portfolio().desk_with_own_input(Delivery::First, folder.path());
    let path = sign_ins(folder.path());
    let text = fs::read_to_string(&path).unwrap();
    put(&path, text.as_bytes(), changed);
    desk.run(Delivery::First, &Disk::default()).unwrap();
    let failed = said_differently(&text, "\"errorCode\":0", "\"errorCode\":7");
    put(&path, failed.as_bytes(), changed);
    let again = desk.run(Delivery::First, &Disk::default()).unwrap();
    let seen = desk.contents();
    // What a first run over the same raw files gives.
    fs::remove_dir_all(desk.warehouse()).unwrap();
    fs::remove_dir_all(desk.published()).unwrap();
    desk.run(Delivery::First, &Disk::default()).unwrap();
    assert!(again.is_idle() || seen == desk.contents());
    !again.is_idle()
}

#[test]
fn a_raw_file_that_changes_again_in_the_same_instant_is_read_again() {
    assert!(is_seen(SystemTime::now() + Duration::from_millis(1_500)));
}

#[test]
fn a_time_of_change_in_the_future_is_not_believed() {
    assert!(is_seen(SystemTime::now() + Duration::from_secs(3_600)));
}

#[test]
fn a_time_of_change_long_ago_is_believed() {
    // Nobody could tell without reading every byte in every run.
    assert!(!is_seen(SystemTime::now() - Duration::from_secs(3_600)));
}

#[test]
fn a_raw_file_that_changed_just_now_makes_no_work_where_it_stays_as_it_is() {
    let folder = scratch();
    let desk = portfolio().desk_with_own_input(Delivery::First, folder.path());
    let path = sign_ins(folder.path());
    let bytes = fs::read(&path).unwrap();
    put(&path, &bytes, SystemTime::now() + Duration::from_secs(3_600));
    desk.run(Delivery::First, &Disk::default()).unwrap();
    portfolio().assert_mends(&desk, Delivery::First, "just changed");
}

#[test]
fn a_settled_day_is_compared_again_when_one_of_its_raw_files_changes() {
    let folder = scratch();
    let desk = portfolio().desk_with_own_input(Delivery::First, folder.path());
    let long_ago = SystemTime::now() - Duration::from_secs(86_400);
    let files = walkdir::WalkDir::new(folder.path().join("input/first"))
        .into_iter()
        .map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .for_each(|entry| put(entry.path(), &fs::read(entry.path()).unwrap(), long_ago));
    desk.run(Delivery::First, &Disk::default()).unwrap();
    let has_work = || {
        let output = uptake(&desk, Delivery::First)
            .args(["--tables", "activity_daily"])
            .output()
            .unwrap();
        assert_said(&output, 0, &[]);
        !String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).contains("Nothing to do")
    };
    assert!(!has_work());
    let path = sign_ins(folder.path());
    let bytes = fs::read(&path).unwrap();
    let without_last_line = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    put(&path, &bytes[..without_last_line], long_ago + Duration::from_secs(1));
    assert!(has_work() && !has_work(), "another size and time");
    put(&path, &bytes, long_ago);
    assert!(has_work() && !has_work(), "as it was at first");
    fs::remove_file(&path).unwrap();
    assert!(!has_work(), "the rows of a file that is gone stay");
    fs::write(&path, &bytes).unwrap();
    assert!(!has_work(), "it is the file that was read");
    portfolio().assert_mends(&desk, Delivery::First, "settled days");
}

/// Replaces a text in the pipeline file of the first delivery.
fn set(desk: &Desk, one: &str, other: &str) {
    let pipeline = desk.pipeline(Delivery::First);
    let text = fs::read_to_string(&pipeline).unwrap();
    assert!(text.contains(one));
    fs::write(&pipeline, text.replace(one, other)).unwrap();
}

#[test]
fn rejects_that_a_dead_run_has_read_still_count() {
    let prepare = |folder: &Path| {
        let desk = portfolio().desk_with_own_input(Delivery::First, folder);
        set(&desk, "fail_above = 1.0", "fail_above = 0.5");
        let path = sign_ins(folder);
        let text = fs::read_to_string(&path).unwrap();
        put(
            &path,
            (text + &"{\"not\": a sign-in\n".repeat(3_000)).as_bytes(),
            SystemTime::UNIX_EPOCH,
        );
        desk
    };
    let refused = |desk: &Desk, disk: &Disk| Failure::from(desk.run(Delivery::First, disk).unwrap_err());
    let folder = scratch();
    let undisturbed = refused(&prepare(folder.path()), &Disk::default());
    assert_eq!(undisturbed.code, Code::Input, "{}", undisturbed.message);
    for last in (0..600).step_by(40) {
        let folder = scratch();
        let desk = prepare(folder.path());
        let full = Disk::watched(move |change| match change.number >= last {
            true => Err(io::Error::from_raw_os_error(28)),
            false => Ok(()),
        });
        desk.run(Delivery::First, &full).unwrap_err();
        let after = refused(&desk, &Disk::default());
        assert_eq!(after.message, undisturbed.message, "the disk was full from change {last} on");
        assert!(desk.contents().published.is_empty());
    }
}

#[test]
fn a_publication_that_lacks_only_its_run_json_is_done_again() {
    let folder = scratch();
    let desk = portfolio().desk_with_own_input(Delivery::First, folder.path());
    desk.run(Delivery::First, &Disk::default()).unwrap();
    let run_json = || fs::read_to_string(desk.published().join("run.json")).unwrap();
    let before = run_json();
    let customers = folder.path().join("input/first/customers.csv");
    let text = fs::read_to_string(&customers).unwrap();
    // A name of the same length: the published files may well keep their sizes.
    put(
        &customers,
        said_differently(&text, "Nordwind", "Nordwand").as_bytes(),
        SystemTime::UNIX_EPOCH,
    );
    let failing = Disk::watched(
        |change| match change.operation == Operation::Rename && change.path.ends_with("run.json") {
            true => Err(io::Error::from_raw_os_error(5)),
            false => Ok(()),
        },
    );
    assert_eq!(Failure::from(desk.run(Delivery::First, &failing).unwrap_err()).code, Code::Store);
    assert_eq!(run_json(), before);
    desk.run(Delivery::First, &Disk::default()).unwrap();
    assert!(run_json() != before, "run.json tells of files that are no more");
    assert!(!desk.published().join(".uptake-unfinished").exists());
    assert!(desk.run(Delivery::First, &Disk::default()).unwrap().is_idle());
}

#[test]
fn what_dead_runs_left_beside_the_published_files_goes_with_the_next_run_that_publishes_or_not() {
    let folder = scratch();
    let desk = portfolio().desk(Delivery::First, folder.path());
    let staging = desk.published().join(".uptake/staging");
    for is_first in [true, false] {
        fs::create_dir_all(&staging).unwrap();
        for name in ["7-00ff-000000.unfinished", "7-00ff.writer"] {
            fs::write(staging.join(name), "half").unwrap();
        }
        let report = desk.run(Delivery::First, &Disk::default()).unwrap();
        assert_eq!(report.published, is_first);
        assert_eq!(fs::read_dir(&staging).into_iter().flatten().count(), 0);
    }
}
