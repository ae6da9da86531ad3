//! Releases: what is in them, when there is a new one, and which are kept.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use arrow::datatypes::Int64Type;

use super::*;
use crate::domain::day::Instant;
use crate::reports::manifest::Manifest;
use crate::reports::releases::current::{CURRENT, Current};
use crate::reports::releases::folder::{ids, is_in_force, read};
use crate::reports::releases::release::{RawFilesRead, Release, ReleaseNotes};
use crate::storage::disk::{Disk, Operation};

/// A portfolio that is published with releases.
struct Site {
    world: World,
}

impl Site {
    fn new(keep: usize) -> Site {
        let mut world = World::new();
        world.release = Some(ReleaseNotes {
            pipeline: "test".to_owned(),
            began: Instant(1_790_829_000_000_000),
            fingerprint: Digest(1),
            settings: BTreeMap::new(),
            runs: Vec::new(),
            raw_files: RawFilesRead::default(),
            keep,
        });
        Site { world }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.published().join(name)
    }

    /// Publishes; other `seats` are other content.
    fn publish(&mut self, seats: i64) -> Release {
        self.world.day(1, seats);
        self.world.publish();
        let published = storage::at(&self.world.published());
        Manifest::default().write(&*published, &()).unwrap();
        self.in_force()
    }

    fn in_force(&self) -> Release {
        let published = storage::at(&self.world.published());
        let current = Current::read(&*published).unwrap().unwrap();
        read(&*published, current.release).unwrap().unwrap()
    }

    fn ids(&self) -> Vec<String> {
        let published = storage::at(&self.world.published());
        ids(&*published).unwrap().iter().map(ToString::to_string).collect()
    }

    /// Holds that a release is whole, and that it is what is published.
    #[track_caller]
    fn assert_published(&self, release: &Release) {
        let published = storage::at(&self.world.published());
        assert!(is_in_force(&*published).unwrap());
        let names: Vec<&str> = release.files.iter().map(|file| file.name.as_str()).collect();
        let all: Vec<String> = published_files().iter().map(|table| table.file_name()).collect();
        assert_eq!(names, all);
        for file in &release.files {
            let (released, plain) = (fs::read(self.path(&file.path)).unwrap(), fs::read(self.path(&file.name)).unwrap());
            assert_eq!(
                (Digest::of(&released), released.len() as u64),
                (file.digest, file.bytes),
                "{}",
                file.path
            );
            assert!(released == plain, "{}", file.name);
        }
    }
}

#[cfg(unix)]
fn links(path: PathBuf) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(&fs::metadata(path).unwrap())
}

#[test]
fn a_release_has_the_published_files_by_their_content_and_shares_what_did_not_change() {
    let mut site = Site::new(30);
    let first = site.publish(8);
    assert_eq!(first.release.to_string(), "20261001-043000");
    assert_eq!(
        (first.first_day.as_str(), first.last_day.as_str(), first.before),
        ("2024-10-04", "2024-10-05", None)
    );
    site.assert_published(&first);
    let second = site.publish(9);
    site.assert_published(&second);
    assert_eq!(
        (second.release.to_string().as_str(), second.before),
        ("20261001-043001", Some(first.release))
    );
    let path = |release: &Release, name: &str| release.file(name).unwrap().path.clone();
    let content = |release: &Release, name: &str| path(release, name).rsplit_once('/').unwrap().1.to_owned();
    assert_ne!(content(&first, "adoption.parquet"), content(&second, "adoption.parquet"));
    assert_eq!(content(&first, "calendar.parquet"), content(&second, "calendar.parquet"));
    assert_eq!(
        content(&first, "calendar.parquet"),
        format!(
            "calendar-{}.parquet",
            &first.file("calendar.parquet").unwrap().digest.to_string()[..16]
        )
    );
    #[cfg(unix)]
    for (release, name, expected) in [
        (&first, "calendar.parquet", 3),
        (&first, "adoption.parquet", 1),
        (&second, "adoption.parquet", 2),
    ] {
        assert_eq!(links(site.path(&path(release, name))), expected, "{name}");
    }
}

#[test]
fn a_publication_of_the_same_files_is_the_same_release() {
    let mut site = Site::new(30);
    let first = site.publish(8);
    let current = fs::metadata(site.path(CURRENT)).unwrap().modified().unwrap();
    assert_eq!(site.publish(8), first);
    assert_eq!(site.ids().len(), 1);
    assert_eq!(fs::metadata(site.path(CURRENT)).unwrap().modified().unwrap(), current);
}

#[test]
fn files_that_a_release_lost_are_put_there_again() {
    let mut site = Site::new(30);
    let first = site.publish(8);
    fs::remove_file(site.path(&first.files[0].path)).unwrap();
    fs::write(site.path(&first.files[1].path), "cut").unwrap();
    assert!(!is_in_force(&*storage::at(&site.world.published())).unwrap());
    assert_eq!(site.publish(8), first);
    site.assert_published(&first);
}

#[test]
fn the_oldest_releases_go_and_what_is_no_release_goes_with_them() {
    let mut site = Site::new(2);
    for seats in 8..12 {
        site.publish(seats);
    }
    assert_eq!(site.ids(), ["20261001-043002", "20261001-043003"]);
    let unfinished = site.path("releases/20261001-043004");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("adoption-0.parquet"), "half a release").unwrap();
    fs::write(site.path("releases/notes.txt"), "not ours").unwrap();
    let last = site.publish(12);
    assert_eq!(site.ids(), ["20261001-043003", "20261001-043004"]);
    assert!(site.path("releases/notes.txt").exists());
    assert!(!unfinished.join("adoption-0.parquet").exists());
    site.assert_published(&last);
    site.world.release.as_mut().unwrap().keep = 1;
    let last = site.publish(13);
    assert_eq!(site.ids(), [last.release.to_string()]);
    site.assert_published(&last);
}

#[test]
fn where_a_file_can_have_one_name_only_releases_are_copies() {
    let site = Site::new(30);
    let refuse = |change: &crate::storage::disk::Change<'_>| match change.operation {
        Operation::Link => Err(io::ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    };
    let publish = |seats| {
        site.world.day(1, seats);
        site.world.publish_on(&Disk::watched(refuse)).unwrap();
        let release = site.in_force();
        site.assert_published(&release);
        #[cfg(unix)]
        for file in &release.files {
            assert_eq!(links(site.path(&file.path)), 1, "{}", file.path);
        }
    };
    publish(8);
    publish(9);
}

#[test]
fn of_two_that_publish_at_once_one_wins_and_the_other_says_so() {
    let mut site = Site::new(30);
    let before = site.publish(8);
    let published = storage::at(&site.world.published());
    let lease = lease(&*published, "pipeline other since ever").unwrap();
    site.world.day(1, 9);
    let error = site.world.publish_on(&Disk::default()).unwrap_err();
    assert!(matches!(error, ReportError::Publishing { .. }), "{error}");
    assert!(error.to_string().ends_with(": pipeline other since ever"), "{error}");
    site.assert_published(&before);
    drop(lease);
    let after = site.publish(9);
    site.assert_published(&after);
}

/// The seats that a table of a release has on the last day.
fn seats(site: &Site, release: &Release, name: &str, column: &str) -> i64 {
    let rows = site.world.read(&release.file(name).unwrap().path);
    let seats = rows.column_by_name(column).unwrap().as_primitive::<Int64Type>();
    seats.value(rows.num_rows() - 1)
}

#[test]
fn whoever_follows_the_release_in_force_never_sees_two_nights_mixed() {
    let mut site = Site::new(30);
    // In memory, where there is such a place: hundreds of publications would wait for a disk.
    let memory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    site.world.place = memory.path().join("published").to_string_lossy().into_owned().leak();
    site.publish(8);
    let (is_over, read) = (AtomicBool::new(false), AtomicU64::new(0));
    let reader = Site {
        world: World {
            folder: tempfile::tempdir().unwrap(),
            place: site.world.published().to_string_lossy().into_owned().leak(),
            ..World::new()
        },
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let release = reader.in_force();
                    for file in &release.files {
                        let bytes = fs::read(reader.path(&file.path)).unwrap();
                        assert_eq!(Digest::of(&bytes), file.digest, "{}", file.path);
                    }
                    let adoption = seats(&reader, &release, "adoption.parquet", "seats_sold");
                    assert_eq!(adoption, seats(&reader, &release, "subscriptions.parquet", "seats"));
                    read.fetch_add(1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
        }
        for number in 0..200 {
            site.publish(9 + number % 7);
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert!(read.into_inner() > 200, "hardly anything was read");
    assert_eq!(site.ids().len(), 30);
}
