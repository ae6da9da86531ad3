//! Of what every storage keeps: changes that are made together, leases, and what others leave unfinished.

use std::io::Write;

use super::{Open, listed, put, text};
use crate::storage::error::LeaseFault;
use crate::storage::interface::{Changes, Holder, Put};

pub fn several_changes_are_made_together(open: Open<'_>) {
    let storage = open();
    put(&*storage, "t/old", "old");
    put(&*storage, "t/a", "old");
    let staged = |text: &str| {
        let mut unfinished = storage.begin().unwrap();
        unfinished.write_all(text.as_bytes()).unwrap();
        unfinished.finish().unwrap()
    };
    let changes = Changes {
        puts: ["t/a", "t/b"]
            .map(|name| Put {
                staged: staged(name),
                name: name.to_owned(),
            })
            .into(),
        removed: vec!["t/old".to_owned(), "t/never-was".to_owned()],
    };
    storage.put_together("a-group", &changes).unwrap();
    assert_eq!(listed(&*storage, "t").len(), 2);
    assert_eq!(
        (text(&*storage, "t/a").unwrap(), text(&*storage, "t/b").unwrap()),
        ("t/a".into(), "t/b".into())
    );
    let _lease = storage.lease("lock", "a test").unwrap();
    storage.recover(&|_| Ok(true)).unwrap();
    assert_eq!(listed(&*storage, "t").len(), 2, "nothing is left to be done");
}

pub fn only_one_has_a_lease_for_itself(open: Open<'_>) {
    let (storage, other) = (open(), open());
    let lease = storage.lease("locks/lock", "the first").unwrap();
    assert_eq!(other.leaseholder("locks/lock").unwrap(), Holder::Held("the first".to_owned()));
    for refused in [
        other.lease("locks/lock", "the second").map(Some),
        other.share("locks/lock", "the second"),
    ] {
        assert!(matches!(refused, Err(LeaseFault::Held(holder)) if holder == "the first"));
    }
    let _another = other.lease("locks/another", "the second").unwrap();
    drop(lease);
    assert_eq!(other.leaseholder("locks/lock").unwrap(), Holder::Free("the first".to_owned()));
    let _lease = other.lease("locks/lock", "it").unwrap();
    assert_eq!(storage.leaseholder("locks/lock").unwrap(), Holder::Held("it".to_owned()));
}

pub fn many_share_a_lease(open: Open<'_>) {
    let (storage, other) = (open(), open());
    drop(storage.lease("lock", "a run").unwrap());
    let first = storage.share("lock", "a reader").unwrap().unwrap();
    let second = other.share("lock", "another reader").unwrap().unwrap();
    drop(first);
    assert!(
        matches!(storage.lease("lock", "a run"), Err(LeaseFault::Held(_))),
        "one is still there"
    );
    drop(second);
    storage.lease("lock", "a run").unwrap();
}

pub fn recovery_keeps_what_others_write(open: Open<'_>) {
    let (storage, other) = (open(), open());
    let mut unfinished = other.begin().unwrap();
    unfinished.write_all(b"half").unwrap();
    let staged = other.begin().unwrap().finish().unwrap();
    let _lease = storage.lease("lock", "a test").unwrap();
    storage.recover(&|_| Ok(true)).unwrap();
    unfinished.write_all(b" and half").unwrap();
    other.put(&unfinished.finish().unwrap(), "whole").unwrap();
    other.put(&staged, "empty").unwrap();
    assert_eq!(text(&*storage, "whole").unwrap(), "half and half");
    assert_eq!(text(&*storage, "empty").unwrap(), "");
}
