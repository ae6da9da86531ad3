//! Exports of releases that are made by hand, over time.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;

use crate::delta::commit::Commit;
use crate::delta::export::DeltaFolder;
use crate::delta::names;
use crate::domain::day::Instant;
use crate::domain::digest::Digest;
use crate::reports::columns::published_tables;
use crate::reports::dimensions::CALENDAR;
use crate::reports::releases::id::ReleaseId;
use crate::reports::releases::release::{Release, ReleaseFile};
use crate::storage;

const DAY: i64 = 24 * 60 * 60 * 1000;
const TABLE: &str = CALENDAR.name;

/// A release of one table with so many rows, of which nothing is known.
fn release(published: &Path, rows: usize) -> Release {
    let calendar = published_tables()
        .into_iter()
        .find(|table| table.name == TABLE)
        .expect("it is published");
    let schema = calendar.schema();
    let fields = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), field.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .map(|field| new_null_array(field.data_type(), rows))
        .collect();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema.clone(), None).expect("a writer");
    writer
        .write(&RecordBatch::try_new(schema, columns).expect("rows"))
        .expect("written");
    writer.close().expect("closed");
    let path = format!("{rows}.parquet");
    fs::write(published.join(&path), &bytes).expect("a file");
    Release {
        release: ReleaseId::after(None, Instant(0)),
        pipeline: "p".to_owned(),
        version: String::new(),
        began: String::new(),
        first_day: String::new(),
        last_day: String::new(),
        before: None,
        fingerprint: Digest::default(),
        settings: Default::default(),
        files: vec![ReleaseFile {
            name: calendar.file_name(),
            path,
            rows: rows as u64,
            bytes: bytes.len() as u64,
            digest: Digest::of(&bytes),
        }],
        runs: Vec::new(),
        raw_files: Default::default(),
    }
}

/// Exports releases with so many rows at these times; returns how many data files and commits are
/// there after each.
fn exported(steps: &[(usize, i64)]) -> Vec<(usize, usize)> {
    let (published, delta) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let count = |path: &Path| fs::read_dir(path).expect("a folder").count();
    let step = |(rows, now): &(usize, i64)| {
        let release = release(published.path(), *rows);
        let storage = storage::at(delta.path());
        let folder = DeltaFolder {
            storage: &*storage,
            pipeline: "p",
        };
        folder.export(&*storage::at(published.path()), &release, *now).expect("an export");
        let table = delta.path().join(TABLE);
        (count(&table) - 1, count(&table.join("_delta_log")))
    };
    steps.iter().map(step).collect()
}

#[test]
fn a_file_stays_for_seven_days_after_the_table_gave_it_up() {
    // The third release comes when the first file was given up 7 days less a moment ago, the fourth a
    // moment later: by then the second file is just given up.
    let steps = [(1, 0), (2, DAY), (3, 8 * DAY - 1), (4, 8 * DAY)];
    assert_eq!(exported(&steps), [(1, 1), (2, 2), (3, 3), (3, 4)]);
}

#[test]
fn the_same_rows_are_no_commit_and_a_way_back_is_one_without_a_new_file() {
    assert_eq!(
        exported(&[(1, 0), (1, 1), (2, 2), (1, 3), (2, 4)]),
        [(1, 1), (1, 1), (2, 2), (2, 3), (2, 4)]
    );
    // A file that is in force again is not what was given up long ago.
    assert_eq!(exported(&[(1, 0), (2, 1), (1, 2), (3, 30 * DAY)]), [(1, 1), (2, 2), (2, 3), (2, 4)]);
}

#[test]
fn a_clock_that_goes_back_makes_no_version_older_than_the_one_before() {
    let (published, delta) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let storage = storage::at(delta.path());
    let folder = DeltaFolder {
        storage: &*storage,
        pipeline: "p",
    };
    for (rows, now) in [(1, 500), (2, 100), (3, 501)] {
        let release = release(published.path(), rows);
        folder.export(&*storage::at(published.path()), &release, now).expect("an export");
    }
    let commit = |version| {
        let bytes = storage.read(&names::commit(TABLE, version)).expect("a file").expect("it is there");
        Commit::parse(&bytes).expect("a commit")
    };
    assert_eq!([0, 1, 2].map(|version| commit(version).timestamp), [500, 501, 502]);
}

#[test]
fn files_of_exports_that_died_go_with_the_next_commit_and_other_files_stay() {
    let (published, delta) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let storage = storage::at(delta.path());
    let folder = DeltaFolder {
        storage: &*storage,
        pipeline: "p",
    };
    let export = |rows| {
        let release = release(published.path(), rows);
        folder
            .export(&*storage::at(published.path()), &release, 0)
            .expect("an export")
            .len()
    };
    export(1);
    let table = delta.path().join(TABLE);
    let orphan = format!("{TABLE}-0123456789abcdef.parquet");
    for name in [&orphan, "notes.txt", "_SUCCESS"] {
        fs::write(table.join(name), "").expect("a file");
    }
    assert_eq!(export(1), 0);
    assert!(table.join(&orphan).exists(), "nothing is changed without a commit");
    assert_eq!(export(2), 1);
    let names: BTreeSet<String> = fs::read_dir(&table)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        !names.contains(&orphan) && names.contains("notes.txt") && names.contains("_SUCCESS"),
        "{names:?}"
    );
    assert_eq!(names.iter().filter(|name| names::is_data_file(TABLE, name)).count(), 2);
}

#[test]
fn of_two_who_put_the_same_version_one_is_told() {
    let delta = tempfile::tempdir().expect("a folder");
    let storage = storage::at(delta.path());
    let name = names::commit(TABLE, 0);
    assert!(storage.put_if(&name, b"{}", None).expect("put"));
    assert!(!storage.put_if(&name, b"{ }", None).expect("asked"));
}
