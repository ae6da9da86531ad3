//! What every storage has to keep of what the trait promises. [`conforms`] makes tests of it for one
//! kind of storage: `open` gives one more way to the same objects, as another process would have it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends by panicking")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::storage::error::{LeaseFault, OpenFault, if_there};
use crate::storage::interface::{Changes, Earlier, Holder, Kind, Progress, Put, Selection, Storage};

type Open<'a> = &'a dyn Fn() -> Arc<dyn Storage>;

macro_rules! conforms {
    ($name:ident, $folder:expr, $open:expr, [$($law:ident),+ $(,)?]) => {
        mod $name {
            $(
                #[test]
                fn $law() {
                    let folder = $folder;
                    super::$law(&|| $open(&folder.path().join("root")));
                }
            )+
        }
    };
}

conforms!(
    a_folder,
    tempfile::tempdir().unwrap(),
    crate::storage::at,
    [
        nothing_is_where_nobody_put_anything,
        what_is_put_is_there_whole_and_replaces_what_was_there,
        what_is_begun_is_seen_by_nobody_and_gone_when_it_is_given_up,
        a_reader_has_the_old_object_or_the_new_one_and_never_half_of_one,
        any_range_of_an_object_can_be_read,
        a_prefix_lists_what_is_directly_below_it,
        a_walk_finds_what_is_selected_in_the_order_of_names,
        names_are_kept_as_they_are,
        a_listing_that_knows_an_earlier_one_gives_the_same,
        the_tag_tells_content_of_equal_size_apart,
        a_name_that_leads_out_is_not_opened,
        several_changes_are_made_together,
        what_is_appended_stands_behind_what_was_there,
        what_is_not_there_can_be_deleted,
        only_one_has_a_lease_for_itself,
        many_share_a_lease,
        recovery_keeps_what_others_write,
    ]
);

fn put(storage: &dyn Storage, name: &str, text: &str) {
    storage.put_bytes(name, text.as_bytes()).unwrap();
}

fn text(storage: &dyn Storage, name: &str) -> Option<String> {
    storage.read(name).unwrap().map(|bytes| String::from_utf8(bytes).unwrap())
}

/// Names and kinds directly below a prefix, in order.
fn listed(storage: &dyn Storage, prefix: &str) -> Vec<(String, Kind)> {
    let listing = storage.list(prefix, None).unwrap().unwrap_or_default();
    let mut entries: Vec<_> = listing.entries.into_iter().map(|entry| (entry.name, entry.metadata.kind)).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}

fn nothing_is_where_nobody_put_anything(open: Open<'_>) {
    let storage = open();
    assert_eq!(text(&*storage, "a/b"), None);
    assert!(storage.look("a/b").unwrap().is_none());
    assert!(storage.list("a", None).unwrap().is_none());
    assert!(if_there(storage.open("a/b")).unwrap().is_none());
    assert_eq!(storage.leaseholder("lock").unwrap(), Holder::Untouched);
    assert!(storage.share("lock", "nobody").unwrap().is_none());
}

fn what_is_put_is_there_whole_and_replaces_what_was_there(open: Open<'_>) {
    let (storage, other) = (open(), open());
    for written in ["a long text", "", "short"] {
        put(&*storage, "a/b/c", written);
        assert_eq!(text(&*other, "a/b/c").unwrap(), written);
        let found = other.look("a/b/c").unwrap().unwrap();
        assert_eq!((found.kind, found.version.size()), (Kind::Object, written.len() as u64));
    }
    assert_eq!(listed(&*storage, "a/b"), [("c".to_owned(), Kind::Object)]);
}

fn what_is_begun_is_seen_by_nobody_and_gone_when_it_is_given_up(open: Open<'_>) {
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

fn a_reader_has_the_old_object_or_the_new_one_and_never_half_of_one(open: Open<'_>) {
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

fn any_range_of_an_object_can_be_read(open: Open<'_>) {
    use std::io::{Read, Seek, SeekFrom};
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

fn a_prefix_lists_what_is_directly_below_it(open: Open<'_>) {
    let storage = open();
    for name in ["t/day=1/part-00", "t/day=1/part-01", "t/day=2/part-00", "t/file", "tt/other"] {
        put(&*storage, name, name);
    }
    let of = |names: &[(&str, Kind)]| names.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect::<Vec<_>>();
    assert_eq!(
        listed(&*storage, "t"),
        of(&[("day=1", Kind::Folder), ("day=2", Kind::Folder), ("file", Kind::Object)])
    );
    assert_eq!(
        listed(&*storage, "t/day=1"),
        of(&[("part-00", Kind::Object), ("part-01", Kind::Object)])
    );
    storage.delete("t/day=2/part-00").unwrap();
    storage.delete_empty("t/day=2").unwrap();
    assert_eq!(listed(&*storage, "t").len(), 2);
    storage.delete_empty("t/day=1").unwrap();
    assert_eq!(listed(&*storage, "t/day=1").len(), 2, "something is in it");
    storage.delete_below("t").unwrap();
    assert!(storage.list("t", None).unwrap().is_none());
    assert_eq!(text(&*storage, "tt/other").unwrap(), "tt/other");
}

/// Readers of everything whose name ends in a letter.
struct Endings(&'static [&'static str]);

impl Selection for Endings {
    fn readers(&self, name: &str) -> Vec<usize> {
        let readers = self.0.iter().enumerate().filter(|(_, ending)| name.ends_with(**ending));
        readers.map(|(at, _)| at).collect()
    }

    fn wants(&self, _name: &str, readers: &[usize]) -> bool {
        !readers.is_empty()
    }

    fn enters(&self, folder: &str) -> bool {
        !folder.ends_with("left-out")
    }

    fn progress(&self, _folder: &str) -> Option<Progress> {
        Some(Progress(vec![vec![0]; self.0.len()]))
    }

    fn goes_on(&self) -> bool {
        true
    }

    fn warn(&self, text: String) {
        panic!("{text}");
    }
}

fn a_walk_finds_what_is_selected_in_the_order_of_names(open: Open<'_>) {
    let storage = open();
    assert!(
        storage.walk(&Endings(&[".json"])).err().unwrap().is_missing(),
        "there is no root yet"
    );
    for name in [
        "b/1.json",
        "b/2.csv",
        "b.json",
        "a/x/y/3.json",
        "a/left-out/4.json",
        "a/5.txt",
        "c.csv",
    ] {
        put(&*storage, name, name);
    }
    let walked = storage.walk(&Endings(&[".json", ".csv", "1.json"])).unwrap();
    assert!(walked.unseen.is_empty());
    let found: Vec<_> = walked
        .objects
        .iter()
        .map(|found| (found.name.as_str(), &found.readers[..]))
        .collect();
    let expected: [(&str, &[usize]); 5] = [
        ("a/x/y/3.json", &[0]),
        ("b.json", &[0]),
        ("b/1.json", &[0, 2]),
        ("b/2.csv", &[1]),
        ("c.csv", &[1]),
    ];
    assert_eq!(found, expected);
    for found in &walked.objects {
        assert_eq!(found.kind, Kind::Object);
        let object = storage.open_inside(&found.name, Some(&found.place)).unwrap();
        assert_eq!(object.read_range(0, found.name.len()).unwrap(), found.name.as_bytes());
        assert_eq!(object.version(), found.version);
    }
}

fn names_are_kept_as_they_are(open: Open<'_>) {
    let storage = open();
    let names = [
        "with blank",
        "ümläut",
        "per%20cent",
        "plus+",
        "a=b,c;d",
        "'quotes\"",
        "back\\slash",
        ".hidden",
        "#?&*[]{}",
        "日本",
        "M\\xFCller",
        "bell\\x07",
    ];
    for name in names {
        put(&*storage, &format!("odd/{name}"), name);
        put(&*storage, &format!("{name}/in"), name);
    }
    let mut expected: Vec<_> = names.iter().map(|name| ((*name).to_owned(), Kind::Object)).collect();
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(listed(&*storage, "odd"), expected);
    for name in names {
        assert_eq!(text(&*storage, &format!("odd/{name}")).unwrap(), name);
        assert_eq!(listed(&*storage, name), [("in".to_owned(), Kind::Object)]);
    }
    let walked = storage.walk(&Endings(&["/in"])).unwrap();
    assert_eq!(walked.objects.len(), names.len());
}

fn a_listing_that_knows_an_earlier_one_gives_the_same(open: Open<'_>) {
    let (storage, other) = (open(), open());
    put(&*storage, "t/a", "1");
    put(&*storage, "t/b", "1");
    std::thread::sleep(Duration::from_millis(2_100));
    let first = storage.list("t", None).unwrap().unwrap();
    let earlier = first.names.map(|names_tag| Earlier {
        names_tag,
        names: first.entries.iter().map(|entry| entry.name.clone()).collect(),
    });
    let look = || {
        let mut names: Vec<_> = storage.list("t", earlier.as_ref()).unwrap().unwrap_or_default().entries;
        names.sort_by(|a, b| a.name.cmp(&b.name));
        names
            .into_iter()
            .map(|entry| (entry.name, entry.metadata.version.size()))
            .collect::<Vec<_>>()
    };
    assert_eq!(look(), [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    put(&*other, "t/b", "other");
    assert_eq!(look(), [("a".to_owned(), 1), ("b".to_owned(), 5)], "an object is another one");
    put(&*other, "t/c", "new");
    assert_eq!(look().len(), 3, "one came");
    other.delete("t/a").unwrap();
    assert_eq!(look(), [("b".to_owned(), 5), ("c".to_owned(), 3)], "one went");
}

fn the_tag_tells_content_of_equal_size_apart(open: Open<'_>) {
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
    let kept: crate::storage::version_tag::VersionTag = postcard::from_bytes(&postcard::to_allocvec(&before).unwrap()).unwrap();
    assert!(kept.is_same_as(&before), "it can be written down");
    put(&*storage, "object", "six");
    assert!(!before.is_same_as(&tag()));
}

fn a_name_that_leads_out_is_not_opened(open: Open<'_>) {
    let storage = open();
    put(&*storage, "in/a", "text");
    assert_eq!(storage.open_inside("in/a", None).unwrap().size(), 4);
    for name in ["../a", "in/../../a", "/etc/hostname"] {
        assert!(matches!(storage.open_inside(name, None), Err(OpenFault::LeadsOut)), "{name}");
    }
    let missing = storage.open_inside("in/b", None).map(|_| ());
    assert!(matches!(missing, Err(OpenFault::Unreadable(error)) if error.kind() == std::io::ErrorKind::NotFound));
}

fn several_changes_are_made_together(open: Open<'_>) {
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

fn what_is_appended_stands_behind_what_was_there(open: Open<'_>) {
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

fn what_is_not_there_can_be_deleted(open: Open<'_>) {
    let storage = open();
    storage.delete("nowhere/a").unwrap();
    storage.delete_empty("nowhere").unwrap();
    storage.delete_below("nowhere").unwrap();
    put(&*storage, "a", "");
    storage.delete("a").unwrap();
    storage.delete("a").unwrap();
    assert!(storage.look("a").unwrap().is_none());
}

fn only_one_has_a_lease_for_itself(open: Open<'_>) {
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

fn many_share_a_lease(open: Open<'_>) {
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

fn recovery_keeps_what_others_write(open: Open<'_>) {
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
