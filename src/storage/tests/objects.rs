//! Of what every storage keeps: what is put, read, appended and deleted.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Open, listed, put, text};
use crate::storage::error::if_there;
use crate::storage::interface::{Holder, Kind};
use crate::storage::version_tag::VersionTag;

pub fn nothing_is_where_nobody_put_anything(open: Open<'_>) {
    let storage = open();
    assert_eq!(text(&*storage, "a/b"), None);
    assert!(storage.look("a/b").unwrap().is_none());
    assert!(storage.list("a", None).unwrap().is_none());
    assert!(if_there(storage.open("a/b")).unwrap().is_none());
    assert_eq!(storage.leaseholder("lock").unwrap(), Holder::Untouched);
    assert!(storage.share("lock", "nobody").unwrap().is_none());
}

pub fn what_is_put_is_there_whole_and_replaces_what_was_there(open: Open<'_>) {
    let (storage, other) = (open(), open());
    for written in ["a long text", "", "short"] {
        put(&*storage, "a/b/c", written);
        assert_eq!(text(&*other, "a/b/c").unwrap(), written);
        let found = other.look("a/b/c").unwrap().unwrap();
        assert_eq!((found.kind, found.version.size()), (Kind::Object, written.len() as u64));
    }
    storage.put_synced("a/b/c", b"synced").unwrap();
    assert_eq!(text(&*other, "a/b/c").unwrap(), "synced");
    assert_eq!(listed(&*storage, "a/b"), [("c".to_owned(), Kind::Object)]);
}

pub fn what_is_begun_is_seen_by_nobody_and_gone_when_it_is_given_up(open: Open<'_>) {
    let (storage, other) = (open(), open());
    put(&*storage, "kept/a", "old");
    let mut unfinished = storage.begin().unwrap();
    unfinished.write_all(b"new").unwrap();
    unfinished.sync().unwrap();
    assert_eq!(listed(&*other, "kept").len(), 1);
    let staged = unfinished.finish().unwrap();
    assert_eq!(text(&*other, "kept/a").unwrap(), "old");
    storage.put(&staged, "kept/a").unwrap();
    storage.sync("kept").unwrap();
    assert_eq!(text(&*other, "kept/a").unwrap(), "new");
    assert!(storage.put(&staged, "kept/b").is_err(), "it is put once");
    let given_up = storage.begin().unwrap();
    let shown = given_up.shown();
    drop(given_up);
    assert!(!shown.exists());
}

pub fn a_reader_has_the_old_object_or_the_new_one_and_never_half_of_one(open: Open<'_>) {
    let (storage, other) = (open(), open());
    let contents = ["a".repeat(50_000), "b".repeat(70_000)];
    put(&*storage, "object", &contents[0]);
    let before = other.open("object").unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0..200 {
                put(&*storage, "object", &contents[turn % 2]);
            }
            is_over.store(true, Ordering::SeqCst);
        });
        while !is_over.load(Ordering::SeqCst) {
            let read = text(&*other, "object").unwrap();
            assert!(contents.contains(&read), "{} bytes", read.len());
        }
    });
    assert_eq!(before.read_range(49_999, 1).unwrap(), b"a", "what is open stays what it is");
    assert!(before.read_range(49_999, 2).is_err());
}

pub fn any_range_of_an_object_can_be_read(open: Open<'_>) {
    let storage = open();
    put(&*storage, "digits", "0123456789");
    let object = storage.open("digits").unwrap();
    assert_eq!(object.size(), 10);
    for (at, length) in [(0, 10), (3, 4), (9, 1), (10, 0)] {
        let expected = &b"0123456789"[at..at + length];
        assert_eq!(object.read_range(at as u64, length).unwrap(), expected);
    }
    assert!(object.read_range(8, 3).is_err(), "it ends before that");
    let mut reader = object.reader_from(4);
    let mut two = [0; 2];
    reader.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"45");
    assert_eq!(reader.seek(SeekFrom::End(-1)).unwrap(), 9);
    assert_eq!(reader.read(&mut two).unwrap(), 1);
    assert_eq!(reader.read(&mut two).unwrap(), 0);
    assert!(reader.seek(SeekFrom::Current(-11)).is_err());
}

pub fn the_tag_tells_content_of_equal_size_apart(open: Open<'_>) {
    let storage = open();
    let tag = || storage.look("object").unwrap().unwrap().version;
    put(&*storage, "object", "one");
    // However fast the changes follow each other: a tag that cannot tell is not settled.
    for turn in 0..50 {
        let before = tag();
        put(&*storage, "object", ["two", "one"][turn % 2]);
        assert!(!before.is_same_as(&tag()) || !before.is_settled());
    }
    std::thread::sleep(Duration::from_millis(2_100));
    let (before, again) = (tag(), tag());
    assert!(before.is_settled() && before.is_same_as(&again));
    let kept: VersionTag = postcard::from_bytes(&postcard::to_allocvec(&before).unwrap()).unwrap();
    assert!(kept.is_same_as(&before), "it can be written down");
    put(&*storage, "object", "six");
    assert!(!before.is_same_as(&tag()));
}

pub fn what_is_appended_stands_behind_what_was_there(open: Open<'_>) {
    let (storage, other) = (open(), open());
    std::thread::scope(|scope| {
        for (writer, line) in [(&storage, "one\n"), (&other, "two\n")] {
            scope.spawn(move || (0..20).for_each(|_| writer.append("logs/log", line.as_bytes()).unwrap()));
        }
    });
    let log = text(&*storage, "logs/log").unwrap();
    assert_eq!(log.lines().filter(|line| *line == "one").count(), 20);
    assert_eq!(log.lines().filter(|line| *line == "two").count(), 20);
    assert_eq!(log.lines().count(), 40);
}

pub fn what_is_not_there_can_be_deleted(open: Open<'_>) {
    let storage = open();
    storage.delete("nowhere/a").unwrap();
    storage.delete_empty("nowhere").unwrap();
    storage.delete_below("nowhere").unwrap();
    put(&*storage, "a", "");
    storage.delete("a").unwrap();
    storage.delete("a").unwrap();
    assert!(storage.look("a").unwrap().is_none());
}

pub fn a_second_name_has_the_bytes_and_neither_changes_with_the_other(open: Open<'_>) {
    let (storage, other) = (open(), open());
    put(&*storage, "a/one", "first");
    put(&*storage, "b/two", "replaced");
    for name in ["b/two", "b/two", "c/three"] {
        storage.copy("a/one", name).unwrap();
        assert_eq!(text(&*other, name).unwrap(), "first");
    }
    assert_eq!(listed(&*other, "b"), [("two".to_owned(), Kind::Object)]);
    put(&*storage, "a/one", "second");
    assert_eq!(text(&*other, "b/two").unwrap(), "first");
    storage.delete("b/two").unwrap();
    assert_eq!(text(&*other, "c/three").unwrap(), "first");
    assert_eq!(text(&*other, "a/one").unwrap(), "second");
    assert!(storage.copy("nowhere", "d").unwrap_err().is_missing());
    assert!(storage.look("d").unwrap().is_none());
}

pub fn of_those_who_replace_the_same_object_one_succeeds(open: Open<'_>) {
    let (storage, other) = (open(), open());
    assert!(!storage.put_if("a/one", b"x", Some(b"y")).unwrap(), "nothing is there");
    let won = std::thread::scope(|scope| {
        let tries = [(&storage, "one"), (&other, "two")]
            .map(|(storage, text)| scope.spawn(move || storage.put_if("a/one", text.as_bytes(), None).unwrap().then_some(text)));
        tries.into_iter().filter_map(|tried| tried.join().unwrap()).collect::<Vec<_>>()
    });
    // Both can meet each other and give up, but never both succeed.
    assert!(won.len() <= 1, "{won:?}");
    let before = text(&*storage, "a/one");
    assert_eq!(before.as_deref(), won.first().copied());
    let before = before.as_deref().map(str::as_bytes);
    assert!(!storage.put_if("a/one", b"late", Some(b"another")).unwrap());
    assert!(storage.put_if("a/one", b"next", before).unwrap());
    assert!(!other.put_if("a/one", b"late", before).unwrap() && !other.put_if("a/one", b"late", None).unwrap());
    assert_eq!(text(&*other, "a/one").unwrap(), "next");
}
