//! Unfinished files of processes that live and of processes that died.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::storage;
use crate::storage::error::LeaseFault;
use crate::storage::interface::Holder;

/// Says to [`holds_and_writes_until_it_is_killed`] where.
const WHERE: &str = "UPTAKE_STORAGE_WHERE";

/// No test of its own: the other process.
#[test]
fn holds_and_writes_until_it_is_killed() {
    let Ok(root) = std::env::var(WHERE) else { return };
    let storage = storage::at(root.as_ref());
    let _lease = storage.lease("lock", "the other process").unwrap();
    let mut unfinished = storage.begin().unwrap();
    unfinished.write_all(b"half").unwrap();
    storage.put_bytes("ready", b"").unwrap();
    loop {
        std::thread::park();
    }
}

fn other_process(root: &Path) -> Child {
    let other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "storage::local::staging::tests::holds_and_writes_until_it_is_killed"])
        .env(WHERE, root)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !root.join("ready").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the other process does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    other
}

fn left_in(root: &Path) -> Vec<String> {
    let names = names(&root.join(".uptake/staging")).unwrap();
    names.into_values().flatten().collect()
}

#[test]
fn what_another_process_writes_stays_until_it_is_dead() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = other_process(folder.path());
    let storage = storage::at(folder.path());
    assert!(matches!(storage.lease("lock", "a test"), Err(LeaseFault::Held(holder)) if holder == "the other process"));
    storage.recover(&|_| Ok(true)).unwrap();
    assert_eq!(left_in(folder.path()).len(), 2, "its lock and its file");
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(storage.leaseholder("lock").unwrap(), Holder::Free("the other process".to_owned()));
    let _lease = storage.lease("lock", "a test").unwrap();
    storage.recover(&|_| Ok(true)).unwrap();
    assert_eq!(left_in(folder.path()), [""; 0]);
}

#[test]
fn nothing_is_left_of_who_ends_and_what_earlier_versions_left_goes() {
    let folder = tempfile::tempdir().unwrap();
    let staging = folder.path().join(".uptake/staging");
    fs::create_dir_all(staging.join("a-folder")).unwrap();
    for name in ["000007.unfinished", "12-00ff-000001.unfinished", "a-folder/file", "12-0abc.writer"] {
        fs::write(staging.join(name), "left").unwrap();
    }
    let storage = storage::at(folder.path());
    storage.put_bytes("a", b"whole").unwrap();
    storage.recover(&|_| Ok(true)).unwrap();
    let left = left_in(folder.path());
    assert!(matches!(&left[..], [own] if own.ends_with(WRITER)), "{left:?}");
    let unput = storage.begin().unwrap().finish().unwrap();
    assert!(staging.join(unput.0).exists());
    drop(storage);
    assert!(!folder.path().join(".uptake").exists(), "who ends takes what is of no use along");
}

#[test]
fn no_two_writers_have_a_name_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (storage::at(folder.path()), storage::at(folder.path()));
    let mut all = BTreeSet::new();
    for storage in [&one, &other] {
        for _ in 0..3 {
            all.insert(storage.begin().unwrap().finish().unwrap().0);
        }
    }
    assert_eq!(all.len(), 6, "{all:?}");
}
