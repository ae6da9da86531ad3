//! Folders that are not what they should be: the message says which and what to do, the exit code
//! is the documented one, and nothing that was there is lost.

use std::fs;
use std::process::Command;

use arrow::array::RecordBatch;
use uptake::stages::measures::adoption::ADOPTION;
use uptake::storage;
use uptake::warehouse::contract::Contract;
use uptake::warehouse::file::write;

use crate::crash::portfolio::{Delivery, portfolio, scratch};
use crate::crash::{Mounted, assert_said, uptake};

#[test]
fn a_read_only_file_system_is_named_and_left_as_it_is() {
    let portfolio = portfolio();
    let folder = scratch();
    let place = folder.path().join("disk");
    let Some(disk) = Mounted::of(&place, "100m") else { return };
    let desk = portfolio.copied_desk(Delivery::Second, &place);
    disk.remount("ro");
    let output = uptake(&desk, Delivery::Second).output().unwrap();
    assert_said(
        &output,
        6,
        &[
            desk.warehouse().to_str().unwrap(),
            "hint: choose a folder that this user may write to",
        ],
    );
    disk.remount("rw");
    assert!(desk.contents() == portfolio.first, "something changed");
    portfolio.assert_mends(&desk, Delivery::Second, "writable again");
}

#[test]
fn published_files_on_a_read_only_file_system_stay_as_they_are() {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = portfolio.copied_desk(Delivery::Second, folder.path());
    let place = desk.published();
    let published = desk.contents().published;
    let moved = folder.path().join("moved");
    fs::rename(&place, &moved).unwrap();
    let Some(disk) = Mounted::of(&place, "100m") else { return };
    let copied = Command::new("cp").arg("-a").arg(moved.join(".")).arg(&place).status().unwrap();
    assert!(copied.success());
    disk.remount("ro");
    let output = uptake(&desk, Delivery::Second).output().unwrap();
    let told = [place.to_str().unwrap(), "hint: choose a folder", "published before are still there"];
    assert_said(&output, 6, &told);
    assert!(desk.contents().published == published, "something changed");
    disk.remount("rw");
    portfolio.assert_mends(&desk, Delivery::Second, "writable again");
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named_and_kept() {
    let portfolio = portfolio();
    for name in ["warehouse", "published"] {
        let folder = scratch();
        let desk = portfolio.desk(Delivery::First, folder.path());
        let path = folder.path().join(name);
        fs::write(&path, "a letter").unwrap();
        let output = uptake(&desk, Delivery::First).output().unwrap();
        assert_said(&output, 6, &[path.to_str().unwrap(), "hint: a file is where a folder should be"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "a letter");
        fs::remove_file(&path).unwrap();
        portfolio.assert_mends(&desk, Delivery::First, name);
    }
}

#[test]
fn a_folder_in_the_place_of_a_published_file_is_found_before_anything_is_replaced() {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = portfolio.desk(Delivery::Second, folder.path());
    let path = desk.published().join("portfolio-export.csv");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let before = desk.contents().published;
    let output = uptake(&desk, Delivery::Second).output().unwrap();
    assert_said(&output, 6, &[path.to_str().unwrap(), "hint: a file is where a folder should be"]);
    assert!(desk.contents().published == before, "some of the published files are new");
    fs::remove_dir(&path).unwrap();
    portfolio.assert_mends(&desk, Delivery::Second, "the folder is gone");
}

#[test]
fn a_plan_without_a_temporary_folder_says_so() {
    let folder = scratch();
    let desk = portfolio().desk(Delivery::Second, folder.path());
    let nowhere = folder.path().join("nowhere");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("plan")
        .arg(desk.pipeline(Delivery::Second))
        .env("TMPDIR", &nowhere)
        .output()
        .unwrap();
    assert_said(&output, 6, &[nowhere.to_str().unwrap(), "hint: ", "TMPDIR"]);
    assert!(desk.contents() == portfolio().first);
}

#[test]
fn a_warehouse_of_a_newer_version_is_left_alone() {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = portfolio.desk(Delivery::Second, folder.path());
    let newer = Contract {
        version: ADOPTION.version + 1,
        ..ADOPTION
    };
    let path = desk.warehouse().join("adoption/day=2026-09-28/part-00.parquet");
    let kept = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let warehouse = storage::at(&desk.warehouse());
    let (rows, begun) = (RecordBatch::new_empty(newer.schema()), warehouse.begin().unwrap());
    let (staged, _) = write::write(begun, &newer, &rows, Default::default(), &[]).unwrap();
    warehouse.put(&staged, "adoption/day=2026-09-28/part-00.parquet").unwrap();
    // The test writes no more: a writer that lives keeps a file of its own there.
    drop(warehouse);
    let before = desk.contents();
    for command in ["run", "plan"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg(command)
            .arg(desk.pipeline(Delivery::Second))
            .output()
            .unwrap();
        assert_said(
            &output,
            2,
            &[path.to_str().unwrap(), "newer version of uptake", "hint: use the newer version"],
        );
        assert!(desk.contents() == before, "`{command}` changed something");
    }
    fs::write(&path, kept).unwrap();
    portfolio.assert_mends(&desk, Delivery::Second, "the old file is back");
}
