//! An export that ends between any two changes of the disk: every table is whole at that moment, at
//! the version before or at the new one, and the next export completes what is missing.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use uptake::delta::export::DeltaFolder;
use uptake::reports::releases::current::Current;
use uptake::reports::releases::folder;
use uptake::storage;
use uptake::storage::disk::Disk;

use super::{Site, Versions, commits, data_files, judge, readers};
use crate::workdir::cannot_run;

/// How many moments are taken by default.
const TAKEN: u64 = 12;
/// EIO.
const DISK_FAILED: i32 = 5;
/// When the export is, in milliseconds since 1970.
const NOW: i64 = 1_790_900_000_000;

/// Exports the release in force, over a disk.
fn export(site: &Site, delta: &Path, disk: &Disk) -> Result<usize, String> {
    let published = storage::at(&site.path("raw/published"));
    let current = Current::read(&*published).unwrap().unwrap();
    let release = folder::read(&*published, current.release).unwrap().unwrap();
    let storage = storage::on(delta, disk.clone());
    let folder = DeltaFolder {
        storage: &*storage,
        pipeline: "sample",
    };
    let exported = folder.export(&*published, &release, NOW);
    exported.map(|versions| versions.len()).map_err(|error| error.to_string())
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        match entry.file_type().is_dir() {
            true => fs::create_dir_all(target).unwrap(),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// A site whose Delta tables are one release behind, with the versions before and after.
fn behind() -> (Site, Versions, Versions) {
    let mut site = Site::new();
    site.run("2026-09-29");
    let before = site.versions.clone();
    copy(&site.path("delta"), &site.path("behind"));
    site.run("2026-09-30");
    let after = site.versions.clone();
    (site, before, after)
}

/// The versions that the tables of a folder have, of those that they can have.
fn so_far(delta: &Path, after: &Versions) -> Versions {
    let reached = |(table, files): (&String, &Vec<_>)| {
        let count = commits(delta, table);
        assert!(count <= files.len(), "{table}");
        (table.clone(), files[..count].to_vec())
    };
    after.iter().map(reached).collect()
}

#[test]
fn readers_see_whole_versions_whenever_an_export_ends_and_the_next_one_completes_it() {
    let python = match readers() {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let (site, before, after) = behind();
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    copy(&site.path("behind"), &site.path("counted"));
    let disk = Disk::watched(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    let changed = export(&site, &site.path("counted"), &disk).unwrap();
    let expected: Vec<_> = before.iter().filter(|(table, files)| after[*table].len() > files.len()).collect();
    assert_eq!(changed, expected.len());
    let changes = count.load(Ordering::SeqCst);
    let every = std::env::var("UPTAKE_CRASH_EVERY").ok();
    let every = every.map_or(changes / TAKEN, |every| every.parse().expect("UPTAKE_CRASH_EVERY is a number"));
    let mut broken: Vec<Value> = Vec::new();
    let mut ends = Vec::new();
    for at in (0..changes).step_by(every.max(1) as usize) {
        let delta = site.path(&format!("broken-{at}"));
        copy(&site.path("behind"), &delta);
        let disk = Disk::watched(move |change| match change.number >= at {
            true => Err(io::Error::from_raw_os_error(DISK_FAILED)),
            false => Ok(()),
        });
        let error = export(&site, &delta, &disk).expect_err(&format!("change {at} of {changes}"));
        assert!(error.contains(site.path("").to_str().unwrap()), "{error}");
        broken.push(serde_json::json!({"folder": delta, "tables": so_far(&delta, &after)}));
        ends.push(delta);
    }
    judge(&python, &broken);
    let reached: Vec<usize> = ends
        .iter()
        .map(|delta| so_far(delta, &after).values().map(Vec::len).sum())
        .collect();
    assert!(
        reached.first() < reached.last(),
        "some ends are before the commits and some after: {reached:?}"
    );
    for delta in &ends {
        export(&site, delta, &Disk::default()).unwrap();
        assert_eq!(so_far(delta, &after), after);
        for (table, files) in &after {
            let names = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
            assert_eq!(data_files(delta, table), names.collect(), "{table} in {}", delta.display());
        }
        assert_eq!(export(&site, delta, &Disk::default()).unwrap(), 0);
    }
    let completed: Vec<Value> = ends.iter().map(|delta| site.expected(delta)).collect();
    judge(&python, &completed);
}
