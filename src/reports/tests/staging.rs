//! Publications into small folders.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::*;
use crate::storage;

fn put(published: &Path, files: &[(&str, &str)]) -> Vec<PublishedFile> {
    let published = storage::at(published);
    let staging = Staging::open(&*published).unwrap();
    let staged = files.iter().map(|(name, text)| {
        let mut file = staging.create(name).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.finish(1).unwrap()
    });
    let staged = staged.collect();
    let compared = staging.compare(staged).unwrap();
    staging.mark().unwrap();
    staging.commit(compared).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_does_not_change_keeps_its_time_and_what_changes_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let published = folder.path().join("published");
    let files = put(&published, &[("same.csv", "one"), ("other.csv", "one")]);
    assert!(
        files
            .iter()
            .all(|file| file.changed && file.bytes == 3 && file.digest == Digest::of(b"one"))
    );
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for name in ["same.csv", "other.csv"] {
        File::options()
            .write(true)
            .open(published.join(name))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    let files = put(&published, &[("same.csv", "one"), ("other.csv", "two")]);
    assert_eq!(files.iter().map(|file| file.changed).collect::<Vec<_>>(), [false, true]);
    assert_eq!(fs::metadata(published.join("same.csv")).unwrap().modified().unwrap(), long_ago);
    assert_eq!(fs::read_to_string(published.join("other.csv")).unwrap(), "two");
    let storage = storage::at(&published);
    assert!(is_unfinished(&*storage));
    close(&*storage).unwrap();
    assert!(!is_unfinished(&*storage));
    assert_eq!(names(&published), ["other.csv", "same.csv"]);
}

#[test]
fn what_is_staged_and_not_committed_leaves_the_published_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &[("a.csv", "old")]);
    let published = storage::at(folder.path());
    close(&*published).unwrap();
    let staging = Staging::open(&*published).unwrap();
    staging.create("a.csv").unwrap().write_all(b"new").unwrap();
    let mut finished = staging.create("b.csv").unwrap();
    finished.write_all(b"new").unwrap();
    finished.finish(1).unwrap();
    assert!(!is_unfinished(&*published), "nothing was put yet");
    drop(published);
    assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "old");
    assert_eq!(names(folder.path()), ["a.csv"]);
}

#[test]
fn a_publication_that_broke_off_stays_marked_until_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &[("a.csv", "old")]);
    let published = storage::at(folder.path());
    Staging::open(&*published).unwrap().create("a.csv").unwrap();
    assert!(is_unfinished(&*published), "giving up the second does not finish the first");
    close(&*published).unwrap();
    assert!(!is_unfinished(&*published));
}

#[test]
fn what_an_earlier_version_left_unfinished_is_a_mark_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let marks = folder.path().join(MARKS);
    let published = storage::at(folder.path());
    fs::create_dir(&marks).unwrap();
    assert!(is_unfinished(&*published), "before it wrote anything");
    fs::write(marks.join("adoption.parquet.unfinished"), "half").unwrap();
    Staging::open(&*published).unwrap();
    assert_eq!(names(&marks), [""; 0]);
    assert!(is_unfinished(&*published), "nothing is published since");
    put(folder.path(), &[("a.csv", "new")]);
    close(&*published).unwrap();
    assert_eq!(names(folder.path()), ["a.csv"]);
}

#[test]
fn two_that_publish_at_once_have_no_unfinished_name_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (storage::at(folder.path()), storage::at(folder.path()));
    let (first, second) = (Staging::open(&*one).unwrap(), Staging::open(&*other).unwrap());
    let mut files = [first.create("a.csv").unwrap(), second.create("a.csv").unwrap()];
    assert_ne!(files[0].path, files[1].path);
    for (file, text) in files.iter_mut().zip(["one", "other"]) {
        file.write_all(text.as_bytes()).unwrap();
    }
    let [of_one, of_other] = files.map(|file| file.finish(1).unwrap());
    for (staging, file) in [(second, of_other), (first, of_one)] {
        let compared = staging.compare(vec![file]).unwrap();
        staging.commit(compared).unwrap();
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "one");
}

#[cfg(unix)]
#[test]
fn a_file_takes_the_place_of_a_link_and_is_not_written_through_it() {
    let folder = tempfile::tempdir().unwrap();
    let published = folder.path().join("published");
    fs::create_dir(&published).unwrap();
    fs::write(folder.path().join("elsewhere"), "one").unwrap();
    std::os::unix::fs::symlink("../elsewhere", published.join("a.csv")).unwrap();
    assert!(put(&published, &[("a.csv", "one")])[0].changed);
    assert!(fs::symlink_metadata(published.join("a.csv")).unwrap().is_file());
}

#[test]
fn a_folder_that_cannot_be_made_is_the_disks_fault_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    let published = storage::at(&file);
    let error = Staging::open(&*published)
        .and_then(|staging| staging.create("a.csv"))
        .map(|_| ())
        .unwrap_err();
    assert!(error.disk_error().is_some());
    assert!(error.to_string().contains("a-file"), "{error}");
}
