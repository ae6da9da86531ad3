//! Files of a partition that take their places together.

use std::fs;
use std::io;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::record_batch::RecordBatch;

use super::*;
use crate::storage::disk::Operation;
use crate::warehouse::contract::{Column, Kind, MadeFrom, Partition};

const CALLS: Contract = Contract {
    name: "calls",
    version: 1,
    oldest: 1,
    partition: Partition::Received,
    sharded: true,
    made_from: MadeFrom::NOTHING,
    about: "calls",
    columns: &[Column {
        name: "number",
        kind: Kind::Count,
        nullable: false,
        key: true,
        since: 1,
        about: "which",
    }],
};
const DAY: Day = Day(20_000);

fn frame(numbers: &[i64]) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
    RecordBatch::try_new(CALLS.schema(), vec![numbers]).unwrap()
}

/// From two parts to one: dies when the new part is to take its place.
fn dies_before_the_first_rename(root: &Path) {
    let store = Store::at(root);
    let lock = store.lock("a test").unwrap();
    for (shard, numbers) in [(0, [1, 2]), (1, [3, 4])] {
        let place = (Some(DAY), shard);
        store.replace(&CALLS, place, &frame(&numbers), Default::default(), &[]).unwrap();
    }
    drop(lock);
    let store = Store::at(root).on(Disk::watched(|change| {
        let is_part = change.operation == Operation::Rename && change.path.ends_with("part-00.parquet");
        if is_part { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
    }));
    let _lock = store.lock("a test").unwrap();
    let mut commit = Commit::default();
    let all = frame(&[1, 2, 3, 4]);
    commit.put(store.stage(&CALLS, (Some(DAY), 0), &all, Default::default(), &[]).unwrap().0);
    commit.remove(&CALLS, (Some(DAY), 1));
    assert!(store.commit(DAY, &commit).is_err());
}

fn rows(root: &Path) -> Vec<usize> {
    let store = Store::at(root);
    let _lock = store.lock("a test").unwrap();
    assert!(
        fs::read_dir(store.root().join(".uptake/commits")).unwrap().next().is_none(),
        "the list is done with"
    );
    let places = store.places(&CALLS).unwrap();
    places
        .into_iter()
        .map(|place| store.read(&CALLS, place, &[]).unwrap().num_rows())
        .collect()
}

#[test]
fn who_comes_next_completes_what_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    dies_before_the_first_rename(folder.path());
    assert_eq!(rows(folder.path()), [4]);
}

#[test]
fn where_a_new_file_has_lost_its_bytes_the_old_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    dies_before_the_first_rename(folder.path());
    for entry in fs::read_dir(folder.path().join(".uptake/staging")).unwrap() {
        fs::write(entry.unwrap().path(), "cut").unwrap();
    }
    assert_eq!(rows(folder.path()), [2, 2]);
}
