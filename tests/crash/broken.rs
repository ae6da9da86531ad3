//! Files of the warehouse that are not what they were: the next run finds each and makes it again,
//! and touches nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use crate::crash::portfolio::{Delivery, Desk, portfolio, scratch};
use crate::crash::{assert_said, uptake};

/// A finished desk whose files are its own, so that they can be spoiled.
fn finished(folder: &Path) -> Desk {
    let desk = portfolio().desk(Delivery::First, folder);
    assert_said(&uptake(&desk, Delivery::First).output().unwrap(), 0, &[]);
    desk
}

/// The same, so long ago that the times of its folders are believed, and looked at once since.
fn finished_long_ago(folder: &Path) -> Desk {
    let desk = finished(folder);
    let folders = WalkDir::new(desk.warehouse())
        .min_depth(2)
        .max_depth(2)
        .into_iter()
        .map(Result::unwrap);
    folders
        .filter(|entry| entry.file_type().is_dir())
        .for_each(|entry| set_changed(entry.path(), SystemTime::now() - Duration::from_secs(60)));
    let all = ["--tables", "portfolio,next_steps,usage,activity_28d"];
    assert_said(&uptake(&desk, Delivery::First).args(all).output().unwrap(), 0, &[]);
    desk
}

fn set_changed(folder: &Path, time: SystemTime) {
    fs::File::open(folder).unwrap().set_modified(time).unwrap();
}

/// One file of each table: that of the last day but three.
fn one_of_each(desk: &Desk) -> Vec<PathBuf> {
    let mut tables: Vec<PathBuf> = fs::read_dir(desk.warehouse()).unwrap().map(|entry| entry.unwrap().path()).collect();
    tables.retain(|path| path.is_dir() && !path.ends_with(".uptake"));
    let file_of = |table: PathBuf| {
        let mut days: Vec<PathBuf> = fs::read_dir(table).unwrap().map(|entry| entry.unwrap().path()).collect();
        days.sort();
        let place = days.len().saturating_sub(4);
        let day = days.swap_remove(place);
        if day.is_dir() { day.join("part-00.parquet") } else { day }
    };
    tables.into_iter().map(file_of).collect()
}

/// Spoils one file of each table and holds that the next run makes them as they were.
fn spoil(what: &str, told: &str, damage: impl Fn(&Path, Vec<u8>)) {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = finished_long_ago(folder.path());
    let spoiled = one_of_each(&desk);
    assert!(spoiled.len() > 15, "{spoiled:?}");
    for path in &spoiled {
        damage(path, fs::read(path).unwrap());
    }
    let output = uptake(&desk, Delivery::First).output().unwrap();
    for path in &spoiled {
        assert_said(&output, 0, &[path.to_str().unwrap(), told]);
    }
    portfolio.assert_is(&desk, Delivery::First, what);
    portfolio.assert_mends(&desk, Delivery::First, what);
}

const DAMAGED: &str = "is cut short or damaged";

#[test]
fn bytes_that_are_missing_in_the_middle_are_found() {
    spoil("missing bytes", DAMAGED, |path, mut bytes| {
        let middle = bytes.len() / 4;
        bytes.drain(middle..middle + 10);
        fs::write(path, bytes).unwrap();
    });
}

#[test]
fn bytes_that_are_too_many_are_found() {
    spoil("bytes in the middle", DAMAGED, |path, mut bytes| {
        let middle = bytes.len() / 4;
        bytes.splice(middle..middle, [0; 10]);
        fs::write(path, bytes).unwrap();
    });
    spoil("bytes at the end", DAMAGED, |path, mut bytes| {
        bytes.extend(b"PAR1");
        fs::write(path, bytes).unwrap();
    });
}

#[test]
fn a_file_that_is_cut_or_empty_is_found() {
    for part in [0, 1, 3, 7, 9] {
        spoil("cut", DAMAGED, |path, bytes| {
            fs::write(path, &bytes[..bytes.len() * part / 10]).unwrap()
        });
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_set_aside_with_what_is_in_it() {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = finished(folder.path());
    let spoiled = one_of_each(&desk);
    for path in &spoiled {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
        fs::write(path.join("letter"), path.to_str().unwrap()).unwrap();
    }
    let output = uptake(&desk, Delivery::First).output().unwrap();
    assert_said(&output, 0, &["is a folder in the place of a file", ".uptake/set-aside"]);
    portfolio.assert_mends(&desk, Delivery::First, "folders");
    let aside = fs::read_dir(desk.warehouse().join(".uptake/set-aside")).unwrap();
    let mut letters: Vec<String> = aside
        .map(|entry| fs::read_to_string(entry.unwrap().path().join("letter")).unwrap())
        .collect();
    letters.sort();
    let mut written: Vec<&str> = spoiled.iter().map(|path| path.to_str().unwrap()).collect();
    written.sort();
    assert_eq!(letters, written, "nothing of somebody else's is lost");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_replaced_and_what_it_leads_to_is_left_alone() {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = finished(folder.path());
    let elsewhere = scratch();
    let mut led_to = Vec::new();
    for (number, path) in one_of_each(&desk).into_iter().enumerate() {
        let target = elsewhere.path().join(format!("{number}.parquet"));
        fs::copy(&path, &target).unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        led_to.push((fs::read(&target).unwrap(), target, path));
    }
    let output = uptake(&desk, Delivery::First).output().unwrap();
    for (bytes, target, path) in &led_to {
        assert_said(&output, 0, &[path.to_str().unwrap(), "is a symbolic link"]);
        assert!(
            fs::symlink_metadata(path).unwrap().is_file(),
            "`{}` is still a link",
            path.display()
        );
        assert!(
            fs::read(target).unwrap() == *bytes,
            "`{}` was written through a link",
            target.display()
        );
    }
    portfolio.assert_mends(&desk, Delivery::First, "links");
}

#[test]
fn a_foreign_file_is_told_of_and_left_alone() {
    let folder = scratch();
    let desk = finished(folder.path());
    let strange: Vec<PathBuf> = ["adoption/notes.txt", "adoption/day=2026-09-27/_SUCCESS", "usage/day=soon"]
        .map(|path| desk.warehouse().join(path))
        .into();
    for path in &strange {
        fs::write(path, "somebody else's").unwrap();
    }
    let output = uptake(&desk, Delivery::Second).output().unwrap();
    for path in &strange {
        assert_said(&output, 0, &[path.to_str().unwrap(), "is not a file of uptake"]);
        assert_eq!(fs::read_to_string(path).unwrap(), "somebody else's");
        fs::remove_file(path).unwrap();
    }
    portfolio().assert_mends(&desk, Delivery::Second, "foreign files");
}

#[test]
fn a_folder_is_gone_through_again_when_something_came_into_it_or_went() {
    let folder = scratch();
    let desk = finished_long_ago(folder.path());
    let day = desk.warehouse().join("adoption/day=2026-09-27");
    let before = fs::metadata(&day).unwrap().modified().unwrap();
    let strange = day.join("_SUCCESS");
    fs::write(&strange, "somebody else's").unwrap();
    let told = || {
        let output = uptake(&desk, Delivery::Second).args(["--tables", "adoption"]).output().unwrap();
        assert_said(&output, 0, &[]);
        crate::crash::told(&output).contains(strange.to_str().unwrap())
    };
    set_changed(&day, before);
    assert!(!told(), "the folder says that nothing came");
    set_changed(&day, SystemTime::now());
    assert!(told() && told(), "a folder with a foreign file is gone through every time");
    fs::remove_file(&strange).unwrap();
    assert!(!told());
    fs::remove_dir_all(&day).unwrap();
    portfolio().assert_mends(&desk, Delivery::Second, "a folder that is gone");
}

#[test]
fn a_run_of_some_tables_leaves_the_others_to_the_next_run_of_all() {
    let folder = scratch();
    let desk = finished(folder.path());
    let table = |path: &Path, name: &str| path.starts_with(desk.warehouse().join(name));
    let spoiled: Vec<PathBuf> = one_of_each(&desk)
        .into_iter()
        .filter(|path| table(path, "usage") || table(path, "portfolio"))
        .collect();
    let [first, second] = spoiled.as_slice() else {
        panic!("{spoiled:?}");
    };
    fs::remove_file(first).unwrap();
    fs::write(second, "cut").unwrap();

    let output = uptake(&desk, Delivery::Second).args(["--tables", "activity_28d"]).output().unwrap();
    assert_said(&output, 0, &[]);
    let told = crate::crash::told(&output);
    assert!(
        !told.contains(first.to_str().unwrap()) && !told.contains(second.to_str().unwrap()),
        "{told}"
    );
    assert!(!first.exists() && fs::read(second).unwrap() == b"cut", "nobody asked for them");

    portfolio().assert_mends(&desk, Delivery::Second, "tables that were not looked at");
}
