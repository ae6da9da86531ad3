//! Of what every storage keeps: what a listing and a walk find, and by which names.

use std::io::ErrorKind;
use std::time::Duration;

use super::{Open, listed, put, text};
use crate::storage::error::OpenFault;
use crate::storage::interface::{Earlier, Kind, Progress, Selection};

pub fn a_prefix_lists_what_is_directly_below_it(open: Open<'_>) {
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

pub fn a_walk_finds_what_is_selected_in_the_order_of_names(open: Open<'_>) {
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

pub fn names_are_kept_as_they_are(open: Open<'_>) {
    are_kept(
        open,
        &[
            "with blank",
            "ümläut",
            "per%20cent",
            "plus+",
            "a=b,c;d",
            "'quotes\"",
            ".hidden",
            "#?&*[]{}",
            "日本",
        ],
    );
}

/// Azure takes a backslash for a slash.
pub fn backslashes_are_kept_as_they_are(open: Open<'_>) {
    are_kept(open, &["back\\slash", "M\\xFCller", "bell\\x07"]);
}

fn are_kept(open: Open<'_>, names: &[&str]) {
    let storage = open();
    for name in names {
        put(&*storage, &format!("odd/{name}"), name);
        put(&*storage, &format!("{name}/in"), name);
    }
    let mut expected: Vec<_> = names.iter().map(|name| ((*name).to_owned(), Kind::Object)).collect();
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(listed(&*storage, "odd"), expected);
    for name in names {
        assert_eq!(text(&*storage, &format!("odd/{name}")).unwrap(), *name);
        assert_eq!(listed(&*storage, name), [("in".to_owned(), Kind::Object)]);
    }
    let walked = storage.walk(&Endings(&["/in"])).unwrap();
    assert_eq!(walked.objects.len(), names.len());
}

pub fn a_listing_that_knows_an_earlier_one_gives_the_same(open: Open<'_>) {
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

pub fn a_name_that_leads_out_is_not_opened(open: Open<'_>) {
    let storage = open();
    put(&*storage, "in/a", "text");
    assert_eq!(storage.open_inside("in/a", None).unwrap().size(), 4);
    for name in ["../a", "in/../../a", "/etc/hostname"] {
        assert!(matches!(storage.open_inside(name, None), Err(OpenFault::LeadsOut)), "{name}");
    }
    let missing = storage.open_inside("in/b", None).map(|_| ());
    assert!(matches!(missing, Err(OpenFault::Unreadable(error)) if error.kind() == ErrorKind::NotFound));
}
