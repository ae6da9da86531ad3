//! What a second publication changes, and one without days or with a day too many.

use super::*;

#[test]
fn publishing_again_changes_no_byte_and_no_time_but_those_of_files_that_differ() {
    let world = World::new();
    let before = world.publish();
    assert!(before.iter().all(|file| file.changed));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for file in &before {
        fs::File::options()
            .write(true)
            .open(world.published().join(&file.name))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    world.day(0, 9);
    let after = world.publish();
    let changed: Vec<&str> = after.iter().filter(|file| file.changed).map(|file| file.name.as_str()).collect();
    assert_eq!(changed, ["adoption.parquet", "portfolio.parquet"]);
    for file in &after {
        let path = world.published().join(&file.name);
        let bytes = fs::read(&path).unwrap();
        assert_eq!((file.bytes, file.digest), (bytes.len() as u64, Digest::of(&bytes)));
        assert_eq!(
            fs::metadata(&path).unwrap().modified().unwrap() == long_ago,
            !file.changed,
            "{}",
            file.name
        );
    }
}

#[test]
fn no_days_are_files_without_rows() {
    let mut world = World::new();
    world.days = 0;
    let files = world.publish();
    assert_eq!(
        files.iter().map(|file| file.rows).collect::<Vec<_>>(),
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]
    );
}

#[test]
fn a_day_without_a_file_changes_nothing_that_is_published() {
    let mut world = World::new();
    let before = world.publish();
    world.days = 3;
    let (store, published) = (world.store(), storage::at(&world.published()));
    let (rules, last) = (&world.rules, FIRST.plus(2));
    let publication = Publication {
        store: &store,
        published: &*published,
        rules,
        shards: 2,
        first: FIRST,
        last,
        customers: Vec::new(),
        seen_tenants: BTreeSet::new(),
        made_from: BTreeMap::new(),
        names_made_from: Digest::default(),
        earlier: BTreeMap::new(),
        release: None,
        pages: None,
    };
    let error = publish(&publication, &|_| {}).unwrap_err();
    assert!(
        error.disk_error().is_some() && error.to_string().contains("day=2024-10-06"),
        "{error}"
    );
    drop(publication);
    drop(published);
    let published = world.published();
    for file in before {
        assert_eq!(Digest::of(&fs::read(published.join(&file.name)).unwrap()), file.digest);
    }
    assert_eq!(
        fs::read_dir(&published).unwrap().count(),
        published_files().len() + 1,
        "the files, and what says that there is no run.json yet"
    );
}
