//! Runs that end in the middle while the settings change: the number of shards, the time zone,
//! pseudonyms, applications, sources; with all raw files there, and with some of them gone, when
//! the warehouse is the only place that has their rows.
//!
//! `UPTAKE_CRASH_EVERY=1` takes every change of the disk; by default some eight of each case.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use uptake::storage::disk::Disk;

use crate::crash::portfolio::{Contents, Delivery, Desk, portfolio, scratch};

/// How many changes of the disk are taken of each case by default.
const TAKEN: u64 = 8;

/// What is done to the text of a pipeline file.
type Edit = fn(&str) -> String;

const EDITS: &[(&str, Edit)] = &[
    ("from two shards to three", |text| text.replace("shards = 2", "shards = 3")),
    ("from two shards to one", |text| text.replace("shards = 2", "shards = 1")),
    ("another time zone", |text| format!("time_zone = \"Asia/Tokyo\"\n{text}")),
    ("shards and time zone", |text| {
        format!("time_zone = \"Asia/Tokyo\"\n{}", text.replace("shards = 2", "shards = 5"))
    }),
    ("pseudonyms", |text| {
        format!("{text}\n[privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"key\"\n")
    }),
    ("other applications", |text| format!("{text}\n[catalogue]\napps = \"apps.csv\"\n")),
    ("a source less", |text| {
        let (head, tail) = text.split_once("[[source]]\nfeed = \"license_changes\"").unwrap();
        let rest = tail.split_once("[[source]]").unwrap().1;
        format!("{head}[[source]]{rest}")
    }),
];

/// A desk with raw files of its own that ran once, in a folder that can be copied.
fn desk(folder: &Path) -> Desk {
    let desk = portfolio().desk_with_own_input(Delivery::First, folder);
    fs::write(folder.join("key"), "0123456789abcdef0123").unwrap();
    let apps = "workload,app_id,app_name\nteams,00000002-0000-0ff1-ce00-000000000000,for the test\n";
    fs::write(folder.join("apps.csv"), apps).unwrap();
    desk
}

/// Removes the sign-ins of some days: their rows are nowhere but in the warehouse.
fn prune(folder: &Path) {
    let sign_ins = walkdir::WalkDir::new(folder.join("input/first/insights-logs-signinlogs"));
    let files: Vec<_> = sign_ins
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .collect();
    let (of_days, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.path().to_string_lossy().contains("d=2"));
    assert!(!of_days.is_empty());
    assert!(others.iter().all(|file| file.path().exists()));
    of_days.iter().for_each(|file| fs::remove_file(file.path()).unwrap());
}

/// What comes of a change without any accident, and how many changes of the disk it takes.
fn undisturbed(edit: Edit, pruned: bool) -> (Contents, u64) {
    let folder = scratch();
    let desk = before(folder.path(), edit, pruned);
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    let disk = Disk::watched(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    desk.run(Delivery::First, &disk).unwrap();
    (desk.contents(), count.load(Ordering::SeqCst))
}

/// A desk after its first run, whose pipeline file was edited since.
fn before(folder: &Path, edit: Edit, pruned: bool) -> Desk {
    let desk = desk(folder);
    desk.run(Delivery::First, &Disk::default()).unwrap();
    if pruned {
        prune(folder);
    }
    let file = desk.pipeline(Delivery::First);
    let text = fs::read_to_string(&file).unwrap();
    let edited = edit(&text);
    assert_ne!(text, edited);
    fs::write(file, edited).unwrap();
    desk
}

/// As if the process had died before a change: nothing comes after it.
fn dying_at(at: u64) -> Disk {
    Disk::watched(move |change| match change.number >= at {
        true => Err(io::Error::from_raw_os_error(5)),
        false => Ok(()),
    })
}

fn assert_same(found: &Contents, expected: &Contents, what: &str) {
    for (found, expected) in [(&found.tables, &expected.tables), (&found.published, &expected.published)] {
        assert!(found.keys().eq(expected.keys()), "{what}: other files");
        for (path, bytes) in found {
            assert!(bytes == &expected[path], "{what}: `{}` has other bytes", path.display());
        }
    }
}

fn hold(pruned: bool) {
    for (name, edit) in EDITS {
        let (expected, changes) = undisturbed(*edit, pruned);
        let every = std::env::var("UPTAKE_CRASH_EVERY")
            .ok()
            .map_or(changes / TAKEN, |every| every.parse().unwrap());
        for at in (0..changes).rev().step_by(every.max(1) as usize) {
            let what = format!("{name}, pruned: {pruned}, dead at change {at} of {changes}");
            let folder = scratch();
            let desk = before(folder.path(), *edit, pruned);
            // What a run keeps for the next one depends on the clock, by a file or two.
            if desk.run(Delivery::First, &dying_at(at)).is_ok() {
                continue;
            }
            // Another one dies in the middle of the mending.
            if at % 3 == 0 {
                let _ = desk.run(Delivery::First, &dying_at(at / 2));
            }
            desk.run(Delivery::First, &Disk::default())
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_same(&desk.contents(), &expected, &what);
            let again = desk.run(Delivery::First, &Disk::default()).unwrap();
            assert!(again.is_idle(), "{what}: there was still something to do: {:#?}", again.steps);
        }
    }
}

#[test]
fn a_run_that_dies_while_settings_change_is_completed_by_the_next() {
    hold(false);
}

#[test]
fn a_run_that_dies_while_settings_change_loses_nothing_of_raw_files_that_are_gone() {
    hold(true);
}

#[test]
fn a_change_that_was_half_made_can_be_taken_back() {
    for (name, edit) in EDITS.iter().filter(|(name, _)| *name != "pseudonyms") {
        let (_, changes) = undisturbed(*edit, true);
        let (expected, text) = {
            let folder = scratch();
            let desk = desk(folder.path());
            desk.run(Delivery::First, &Disk::default()).unwrap();
            prune(folder.path());
            (desk.contents(), fs::read_to_string(desk.pipeline(Delivery::First)).unwrap())
        };
        for at in (0..changes).rev().step_by((changes / TAKEN).max(1) as usize) {
            let what = format!("{name}, dead at change {at} of {changes}, and taken back");
            let folder = scratch();
            let desk = before(folder.path(), *edit, true);
            if desk.run(Delivery::First, &dying_at(at)).is_ok() {
                continue;
            }
            let input = format!("root = '{}'", folder.path().join("input/first").display());
            let root = text.lines().find(|line| line.starts_with("root = ")).unwrap();
            fs::write(desk.pipeline(Delivery::First), text.replace(root, &input)).unwrap();
            desk.run(Delivery::First, &Disk::default())
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            // Of the files that are gone nobody knows any more how they were read.
            let tables = |contents: &Contents| {
                let mut contents = contents.clone();
                contents.tables.retain(|path, _| !path.to_string_lossy().contains("received="));
                contents
            };
            assert_same(&tables(&desk.contents()), &tables(&expected), &what);
        }
    }
}
