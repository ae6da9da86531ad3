//! Real limits: files that may not grow, and a disk that is full.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};

use crate::crash::portfolio::{Delivery, Desk, portfolio, scratch};
use crate::crash::{Mounted, assert_said, uptake};

/// `uptake run` where no file may have more than so many blocks of 512 or 1024 bytes.
fn limited(desk: &Desk, delivery: Delivery, blocks: u32) -> Output {
    Command::new("sh")
        .args(["-c", "ulimit -f \"$1\"; shift; exec \"$@\"", "sh", &blocks.to_string()])
        .args([env!("CARGO_BIN_EXE_uptake"), "run"])
        .arg(desk.pipeline(delivery))
        .output()
        .unwrap()
}

#[test]
fn files_that_may_not_grow_end_the_run_and_no_file_is_half() {
    let portfolio = portfolio();
    for delivery in [Delivery::First, Delivery::Second] {
        let folder = scratch();
        let desk = portfolio.desk(delivery, folder.path());
        let published = desk.contents().published;
        let mut failed = 0;
        for blocks in [1, 4, 7, 10, 14, 20, 28, 40, 60] {
            let output = limited(&desk, delivery, blocks);
            if output.status.success() {
                break;
            }
            failed += 1;
            assert_said(&output, 6, &[folder.path().to_str().unwrap(), "hint: raise the limit", "run again"]);
            portfolio.assert_whole(&desk, delivery, &format!("{delivery:?} delivery, {blocks} blocks"));
            let found = desk.contents().published;
            assert!(
                found == published || found == portfolio.contents(delivery).published,
                "{blocks} blocks"
            );
        }
        assert!(failed > 3, "the limits hindered nobody");
        portfolio.assert_mends(&desk, delivery, "no limit");
    }
}

#[test]
fn a_disk_that_is_full_ends_the_run_and_the_next_with_room_completes() {
    let portfolio = portfolio();
    for (delivery, sizes) in [
        (Delivery::First, ["64k", "500k", "1m", "1500k"]),
        (Delivery::Second, ["64k", "128k", "512k", "1m"]),
    ] {
        for size in sizes {
            let folder = scratch();
            let place = folder.path().join("disk");
            let Some(disk) = Mounted::of(&place, "100m") else { return };
            let desk = portfolio.copied_desk(delivery, &place);
            let published = desk.contents().published;
            let ballast = fill(&place, size);
            let output = uptake(&desk, delivery).output().unwrap();
            let what = format!("{delivery:?} delivery, {size} free");
            if !output.status.success() {
                assert_said(&output, 6, &[place.to_str().unwrap(), "hint: free some space", "run again"]);
                let found = desk.contents().published;
                assert!(found == published || found == portfolio.contents(delivery).published, "{what}");
            } else {
                assert!(size != sizes[0], "{what}: there was room enough");
            }
            portfolio.assert_whole(&desk, delivery, &what);
            std::fs::remove_file(ballast).unwrap();
            portfolio.assert_mends(&desk, delivery, &what);
            drop(disk);
        }
    }
}

/// Fills a disk of 100 MB until only `free` is left.
fn fill(place: &Path, free: &str) -> std::path::PathBuf {
    let ballast = place.join("ballast");
    let script = "dd if=/dev/zero of=\"$1\" bs=64k 2>/dev/null; truncate -s -\"$2\" \"$1\"";
    let status = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(&ballast)
        .arg(free.to_uppercase())
        .status()
        .unwrap();
    assert!(status.success());
    ballast
}
