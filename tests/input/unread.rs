//! Files that cannot be read for a while: nothing is concluded from that, and every run tries
//! again.

use std::fs;
use std::io;
use std::path::Path;

use uptake::stages::received::raw_files::{RAW_FILES, RawFile};
use uptake::storage::local::reads::{Access, Reads};

use super::{Said, Site, sign_in};

const ACTIVITY: &str = "[[source]]\nfeed = \"activity\"\npath = \"act/*.csv\"\nfail_above = 1.0\n";
/// EIO.
const FAILED: i32 = 5;

/// Three users on one day, each in a file.
fn site() -> Site {
    let site = Site::new("act/*.csv");
    site.pipeline(&format!("last_day = \"{}\"", super::LAST), ACTIVITY);
    for user in ["u1", "u2"] {
        site.sign_in(format!("act/2026-09-01-{user}.csv"), user);
    }
    site.age();
    site
}

/// Some accesses to the file of a user fail.
fn failing(user: &'static str, of: Access) -> Reads {
    Reads::watched(
        move |access, path: &Path| match access == of && path.to_string_lossy().ends_with(&format!("{user}.csv")) {
            true => Err(io::Error::from_raw_os_error(FAILED)),
            false => Ok(()),
        },
    )
}

/// What `status` says that the last run could not read.
fn unread(site: &Site) -> Vec<String> {
    let said = site.uptake("status", &["--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&said.succeeds().out).unwrap();
    let codes: Vec<&str> = status["attention"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    let unread: Vec<String> = status["unread"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(codes.contains(&"raw_files_unread"), !unread.is_empty());
    unread
}

fn finds_nothing_to_do(said: &Said) -> bool {
    said.succeeds().out.starts_with("Nothing to do")
}

#[test]
fn a_read_that_failed_once_is_made_up_for_in_the_next_run() {
    for access in [Access::Open, Access::Read] {
        let site = site();
        let report = site.run_with(failing("u2", access)).unwrap();
        assert_eq!((report.sources[0].files_read, report.sources[0].files_unread), (1, 1));
        assert_eq!(site.rejects(), [("act/2026-09-01-u2.csv".to_owned(), "unreadable_file".to_owned())]);
        assert_eq!(site.rows::<RawFile>(&RAW_FILES)[1].content, "");
        assert_eq!(unread(&site), ["act/2026-09-01-u2.csv"]);
        assert_eq!(site.users(), ["u1"]);
        site.run();
        assert_eq!(site.users(), ["u1", "u2"], "{access:?}");
        assert_eq!((site.rejects(), unread(&site)), (vec![], vec![]));
        assert!(finds_nothing_to_do(&site.run()));
    }
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_gives_no_rows_at_all() {
    let site = site();
    fs::write(site.raw("act/2026-09-01-u3.csv"), sign_in("u3").repeat(100_000)).unwrap();
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let fails_late = Reads::watched(move |access, path| {
        let is_late = || reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 20;
        match access == Access::Read && path.to_string_lossy().ends_with("u3.csv") && is_late() {
            true => Err(io::Error::from_raw_os_error(FAILED)),
            false => Ok(()),
        }
    });
    site.run_with(fails_late).unwrap();
    assert_eq!(site.users(), ["u1", "u2"]);
    let row = site
        .rows::<RawFile>(&RAW_FILES)
        .into_iter()
        .find(|row| row.source_file.ends_with("u3.csv"))
        .unwrap();
    assert_eq!((row.records, row.rejected, row.rows), (1, 1, 0));
    site.run();
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
}

#[test]
fn what_a_file_gave_stays_while_it_cannot_be_read() {
    let site = site();
    site.run();
    // Another file of the partition changes, so that all of them are read again.
    site.sign_in("act/2026-09-01-u1.csv", "another");
    site.run_with(failing("u2", Access::Read)).unwrap();
    assert_eq!(site.users(), ["another", "u2"]);
    assert_eq!((site.rejects(), unread(&site)), (vec![], vec!["act/2026-09-01-u2.csv".to_owned()]));

    // It changes itself.
    site.sign_in("act/2026-09-01-u2.csv", "changed");
    site.age();
    for _ in 0..2 {
        let report = site.run_with(failing("u2", Access::Open)).unwrap();
        assert_eq!((report.unread, report.sources[0].files_read), (1, 0));
        assert_eq!(site.users(), ["another", "u2"]);
    }
    site.run();
    assert_eq!(site.users(), ["another", "changed"]);
    assert!(finds_nothing_to_do(&site.run()));
    site.uptake("check", &["--customers", "all"]).succeeds();
}

#[test]
fn a_file_is_read_once_its_rights_are_back_whatever_its_time_says() {
    let site = site();
    site.allow("act/2026-09-01-u2.csv", 0o000);
    for _ in 0..2 {
        let said = site.without_rights("run", &[]);
        said.warns(&["a raw file could not be read", "`act/2026-09-01-u2.csv` (Permission denied"]);
        assert!(!finds_nothing_to_do(&said), "{}", said.out);
    }
    site.allow("act/2026-09-01-u2.csv", 0o644);
    site.without_rights("run", &[]).succeeds();
    assert_eq!(site.users(), ["u1", "u2"]);
    assert!(finds_nothing_to_do(&site.without_rights("run", &[])));
}

#[test]
fn an_undated_file_that_cannot_be_read_finds_its_day_once_it_can_be() {
    let site = site();
    site.sign_in("act/u3.csv", "u3");
    site.age();
    site.run_with(failing("u3", Access::Open)).unwrap();
    assert_eq!(site.users(), ["u1", "u2"]);
    site.run();
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
    assert_eq!(site.rejects(), []);
    site.sign_in("act/u3.csv", "other");
    site.age();
    site.run_with(failing("u3", Access::Open)).unwrap();
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
    site.run();
    assert_eq!(site.users(), ["other", "u1", "u2"]);
}

#[test]
fn other_bytes_of_the_same_size_and_time_are_found_by_a_rescan_and_by_reprocess() {
    for again in [
        &["run", "--rescan"][..],
        &["reprocess", "--from", "2026-09-01", "--to", "2026-09-01"],
    ] {
        let site = site();
        site.run();
        site.sign_in("act/2026-09-01-u2.csv", "u9");
        let time = fs::metadata(site.raw("act/2026-09-01-u1.csv")).unwrap().modified().unwrap();
        let file = fs::File::options().append(true).open(site.raw("act/2026-09-01-u2.csv")).unwrap();
        file.set_modified(time).unwrap();
        assert!(finds_nothing_to_do(&site.run()), "a night believes size and time");
        site.uptake(again[0], &again[1..]).succeeds();
        assert_eq!(site.users(), ["u1", "u9"], "{again:?}");
        site.uptake("check", &["--customers", "all"]).succeeds();
    }
}
