//! Storages over any store, for tests, and what happens to leases and bundles whose owner dies.

use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::memory::InMemory;

use crate::storage::error::LeaseFault;
use crate::storage::interface::{Changes, Holder, Put, Staged, Storage};
use crate::storage::remote::fence::Fence;
use crate::storage::remote::objects::Objects;
use crate::storage::remote::remote_storage::RemoteStorage;

/// A prefix of a store as a storage.
pub fn over(store: Arc<dyn ObjectStore>, prefix: &str) -> Arc<dyn Storage> {
    Arc::new(RemoteStorage::over(objects(store, prefix, Duration::from_secs(60))))
}

fn objects(store: Arc<dyn ObjectStore>, prefix: &str, expiry: Duration) -> Objects {
    let fence = Arc::new(Fence::that_expires_after(expiry));
    Objects::new(store, prefix, Path::new("memory://test"), fence)
}

/// Two processes that use one store, whose leases expire after a second.
fn two() -> (Objects, RemoteStorage, RemoteStorage) {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let process = || objects(store.clone(), "w", Duration::from_secs(1));
    (process(), RemoteStorage::over(process()), RemoteStorage::over(process()))
}

const DEAD: &[u8] = br#"{"holder": "a dead run", "token": "1-2", "is_held": true}"#;

fn staged(storage: &dyn Storage, text: &str) -> Staged {
    let mut unfinished = storage.begin().unwrap();
    unfinished.write_all(text.as_bytes()).unwrap();
    unfinished.finish().unwrap()
}

#[test]
fn a_lease_whose_holder_died_is_taken_over_when_it_has_expired() {
    let (objects, one, two) = two();
    objects.put_if("lock", DEAD, None).unwrap().unwrap();
    objects.put_if("other.shared/1-2", DEAD, None).unwrap().unwrap();
    let refused = one.lease("lock", "a run");
    assert!(matches!(refused, Err(LeaseFault::Held(holder)) if holder == "a dead run"));
    assert!(matches!(one.share("lock", "a check"), Err(LeaseFault::Held(_))));
    assert!(matches!(one.lease("other", "a run"), Err(LeaseFault::Held(_))));
    sleep(Duration::from_millis(1_100));
    assert_eq!(one.leaseholder("lock").unwrap(), Holder::Free("a dead run".to_owned()));
    let _lease = one.lease("lock", "a run").unwrap();
    let _other = one.lease("other", "a run").unwrap();
    sleep(Duration::from_millis(1_500));
    assert!(
        matches!(two.lease("lock", "late"), Err(LeaseFault::Held(holder)) if holder == "a run"),
        "it is renewed"
    );
}

#[test]
fn whoever_lost_a_lease_changes_nothing_any_more() {
    let (objects, one, two) = two();
    let lease = one.lease("lock", "slow").unwrap();
    one.put_bytes("table/a", b"before").unwrap();
    objects.delete(&["lock".to_owned()]).unwrap();
    let taken = two.lease("lock", "fast").unwrap();
    sleep(Duration::from_millis(600));
    let put = staged(&one, "late");
    for refused in [
        one.put(&put, "table/a"),
        one.append("log", b"late"),
        one.delete("table/a"),
        one.put_together("g", &Changes::default()).and_then(|()| one.delete_below("table")),
    ] {
        assert!(refused.unwrap_err().to_string().contains("somebody else may have it"));
    }
    two.put_bytes("table/b", b"ours").unwrap();
    drop(lease);
    assert_eq!(two.leaseholder("lock").unwrap(), Holder::Held("fast".to_owned()));
    drop(taken);
    one.put_bytes("table/a", b"allowed again").unwrap();
}

#[test]
fn changes_of_a_dead_process_are_completed_from_their_bundle() {
    let (_, one, two) = two();
    let changes = Changes {
        puts: ["t/a", "t/b"]
            .map(|name| Put {
                staged: staged(&one, name),
                name: name.to_owned(),
            })
            .into(),
        removed: vec!["t/old".to_owned()],
    };
    two.put_bytes("t/old", b"old").unwrap();
    one.put_together("g", &changes).unwrap();
    assert!(two.list(".uptake/commits", None).unwrap().is_none(), "nothing is left to do");
    // The bundle is there again, and what it says is not done.
    let mut list = br#"{"puts":[["t/a",3],["t/c",2]],"removed":["t/b"]}"#.to_vec();
    let mut bundle = (list.len() as u64).to_le_bytes().to_vec();
    bundle.append(&mut list);
    bundle.extend(b"newcc");
    two.put_bytes(".uptake/commits/g", &bundle).unwrap();
    two.put_bytes(".uptake/commits/strange", b"no bundle").unwrap();
    let _lease = two.lease("lock", "the next").unwrap();
    two.recover(&|object| Ok(object.size() > 0)).unwrap();
    assert_eq!(two.read("t/a").unwrap().unwrap(), b"new");
    assert_eq!(two.read("t/c").unwrap().unwrap(), b"cc");
    assert!(two.read("t/b").unwrap().is_none());
    assert!(two.list(".uptake/commits", None).unwrap().is_none());
}

#[test]
fn a_bundle_that_is_read_in_blocks_is_completed_too() {
    let (_, one, two) = two();
    let large = "x".repeat(40 << 20);
    let mut list = format!(r#"{{"puts":[["t/a",1],["t/large",{}]],"removed":[]}}"#, large.len()).into_bytes();
    let mut bundle = (list.len() as u64).to_le_bytes().to_vec();
    bundle.append(&mut list);
    bundle.push(b'a');
    bundle.extend(large.as_bytes());
    one.put_bytes(".uptake/commits/g", &bundle).unwrap();
    let _lease = two.lease("lock", "the next").unwrap();
    two.recover(&|_| Ok(true)).unwrap();
    assert_eq!(two.read("t/a").unwrap().unwrap(), b"a");
    assert!(two.read("t/large").unwrap().unwrap() == large.as_bytes());
}

#[test]
fn what_was_announced_is_opened_as_it_was_and_anything_else_too() {
    let (_, one, two) = two();
    let names: Vec<String> = (0..200).map(|at| format!("raw/{at:03}")).collect();
    for name in &names {
        two.put_bytes(name, name.as_bytes()).unwrap();
    }
    let mut announced = names.iter().step_by(2).chain(&names[..1]).map(|name| (name.as_str(), 7));
    one.will_open(&mut announced);
    one.will_open(&mut [("raw/none", 1)].into_iter());
    for name in names.iter().rev().chain(&names[..2]) {
        let object = one.open_inside(name, None).unwrap();
        assert_eq!(object.read_range(0, 7).unwrap(), name.as_bytes());
    }
    assert!(one.open_inside("raw/none", None).is_err());
}
