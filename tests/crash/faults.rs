//! A disk that fails or is full, and a process that dies, at every single change of the file
//! system.
//!
//! `UPTAKE_CRASH_EVERY=1` takes every change; by default some sixteen of each kind are taken.

use std::io;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use uptake::cli::exit::{Code, Failure};
use uptake::engine::error::EngineError;
use uptake::storage::disk::Disk;

use crate::crash::portfolio::{Delivery, Desk, Portfolio, portfolio, scratch};

/// How many changes of each kind of fault are taken by default.
const TAKEN: u64 = 16;
/// ENOSPC and EIO: the same numbers on every Unix that matters.
const DISK_FULL: i32 = 28;
const DISK_FAILED: i32 = 5;

/// How many changes a delivery makes.
fn changes(portfolio: &Arc<Portfolio>, delivery: Delivery) -> u64 {
    let folder = scratch();
    let desk = portfolio.desk(delivery, folder.path());
    let count = Arc::new(AtomicU64::new(0));
    let counted = count.clone();
    let disk = Disk::watched(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    desk.run(delivery, &disk).unwrap();
    portfolio.assert_is(&desk, delivery, "counted");
    count.load(Ordering::SeqCst)
}

/// The changes that are taken: every k-th, counted from the last one, with which most can go wrong.
fn taken(changes: u64) -> impl Iterator<Item = u64> {
    let every = std::env::var("UPTAKE_CRASH_EVERY")
        .ok()
        .map_or(changes / TAKEN, |every| every.parse().expect("UPTAKE_CRASH_EVERY is a number"));
    (0..changes).rev().step_by(every.max(1) as usize)
}

/// Holds what has to be true of a disk on which the changes that `fails` names fail.
fn hold(delivery: Delivery, code: i32, fails: fn(u64, u64) -> bool) {
    let portfolio = portfolio();
    let changes = changes(&portfolio, delivery);
    for at in taken(changes) {
        let what = format!("{delivery:?} delivery, error {code} at change {at} of {changes}");
        let folder = scratch();
        let desk = portfolio.desk(delivery, folder.path());
        let disk = Disk::watched(move |change| match fails(change.number, at) {
            true => Err(io::Error::from_raw_os_error(code)),
            false => Ok(()),
        });
        let error: EngineError = desk.run(delivery, &disk).expect_err(&what);
        let failure = Failure::from(error);
        assert_eq!(failure.code, Code::Store, "{what}: {}", failure.message);
        assert!(!failure.hint.is_empty(), "{what}: {}", failure.message);
        assert!(
            failure.message.contains(folder.path().to_str().unwrap()),
            "{what}: {}",
            failure.message
        );
        portfolio.assert_whole(&desk, delivery, &what);
        portfolio.assert_mends(&desk, delivery, &what);
    }
}

#[test]
fn a_disk_that_is_full_from_any_moment_on_costs_nothing_but_the_run() {
    for delivery in [Delivery::First, Delivery::Second] {
        hold(delivery, DISK_FULL, |number, at| number >= at);
    }
}

#[test]
fn a_single_change_that_fails_costs_nothing_but_the_run() {
    for delivery in [Delivery::First, Delivery::Second] {
        hold(delivery, DISK_FAILED, |number, at| number == at);
    }
}

/// Says to [`dies_where_it_is_told`] what to do: a delivery, a folder and the number of a change.
const TOLD: &str = "UPTAKE_CRASH_TOLD";

/// No test of its own: the process that [`a_process_that_dies_at_any_moment_leaves_whole_files`]
/// starts and lets die.
#[test]
fn dies_where_it_is_told() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let mut parts = told.splitn(3, ' ');
    let mut next = || parts.next().unwrap();
    let delivery = if next() == "second" { Delivery::Second } else { Delivery::First };
    let at: u64 = next().parse().unwrap();
    let disk = Disk::watched(move |change| {
        if change.number == at {
            std::process::abort();
        }
        Ok(())
    });
    let desk = Desk::open(next().as_ref());
    desk.run(delivery, &disk).unwrap();
}

#[test]
fn a_process_that_dies_at_any_moment_leaves_whole_files() {
    let portfolio = portfolio();
    for (delivery, name) in [(Delivery::First, "first"), (Delivery::Second, "second")] {
        let changes = changes(&portfolio, delivery);
        for at in taken(changes) {
            let what = format!("{delivery:?} delivery, death before change {at} of {changes}");
            let folder = scratch();
            let desk = portfolio.desk(delivery, folder.path());
            let died = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "crash::faults::dies_where_it_is_told", "--nocapture"])
                .env(TOLD, format!("{name} {at} {}", folder.path().display()))
                .output()
                .unwrap();
            assert_eq!(died.status.code(), None, "{what}: {}", String::from_utf8_lossy(&died.stderr));
            portfolio.assert_whole(&desk, delivery, &what);
            portfolio.assert_mends(&desk, delivery, &what);
        }
    }
}
