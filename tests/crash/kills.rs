//! The real program, killed and interrupted at any moment, read at any moment, and started twice.
//!
//! `UPTAKE_KILLS=200` kills more often; `UPTAKE_SEED` chooses the moments.
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::crash::portfolio::{Delivery, Desk, portfolio, scratch};
use crate::crash::{assert_said, uptake};

fn start(desk: &Desk, delivery: Delivery) -> Child {
    uptake(desk, delivery).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn killed_at_any_moment_and_again_the_next_run_completes() {
    let portfolio = portfolio();
    let (kills, mut chance) = (number_of("UPTAKE_KILLS", 15), number_of("UPTAKE_SEED", 1));
    let mut next = |below: u64| {
        // Knuth's multiplier; the high bits are the random ones.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below.max(1)
    };
    let whole_run = {
        let (folder, begin) = (scratch(), Instant::now());
        let desk = portfolio.desk(Delivery::First, folder.path());
        assert!(start(&desk, Delivery::First).wait().unwrap().success());
        begin.elapsed().as_micros() as u64
    };
    let mut killed = 0;
    while killed < kills {
        let delivery = [Delivery::First, Delivery::Second][next(2) as usize];
        let folder = scratch();
        let desk = portfolio.desk(delivery, folder.path());
        for _ in 0..=next(3) {
            let moment = next(whole_run);
            let what = format!("{delivery:?} delivery, killed after {moment} µs");
            let mut run = start(&desk, delivery);
            std::thread::sleep(Duration::from_micros(moment));
            run.kill().unwrap();
            run.wait().unwrap();
            killed += 1;
            portfolio.assert_whole(&desk, delivery, &what);
        }
        portfolio.assert_mends(&desk, delivery, "after all kills");
    }
}

/// A run that waits, its lock held: nobody reads its messages, and no room is left for one. It goes
/// on when they are read.
struct Waiting {
    run: Child,
    messages: std::io::PipeReader,
}

impl Waiting {
    /// Starts the second delivery and waits until it has the lock.
    fn start(desk: &Desk) -> Waiting {
        let (messages, mut writer) = std::io::pipe().unwrap();
        // As much as a pipe holds.
        writer.write_all(&[b'\n'; 1 << 16]).unwrap();
        let run = uptake(desk, Delivery::Second).stdout(Stdio::null()).stderr(writer).spawn().unwrap();
        let begun = Instant::now();
        let (lock, holder) = (desk.warehouse().join(".uptake/lock"), format!("process {} since", run.id()));
        while !std::fs::read_to_string(&lock).is_ok_and(|text| text.contains(&holder)) {
            assert!(begun.elapsed() < Duration::from_secs(120), "the run does not take the lock");
            std::thread::sleep(Duration::from_millis(5));
        }
        Waiting { run, messages }
    }

    /// Reads the messages to their end.
    fn go_on(mut self) -> Output {
        let mut stderr = Vec::new();
        self.messages.read_to_end(&mut stderr).unwrap();
        let status = self.run.wait().unwrap();
        Output {
            status,
            stdout: Vec::new(),
            stderr,
        }
    }
}

#[test]
fn an_interrupted_run_ends_between_two_files_and_the_next_completes() {
    for name in ["-INT", "-TERM"] {
        let folder = scratch();
        let desk = portfolio().desk(Delivery::Second, folder.path());
        let waiting = Waiting::start(&desk);
        signal(&waiting.run, name);
        // The signal is taken by a thread of its own.
        std::thread::sleep(Duration::from_millis(300));
        assert_said(&waiting.go_on(), 130, &["interrupted", "the next run goes on from here"]);
        portfolio().assert_whole(&desk, Delivery::Second, name);
        portfolio().assert_mends(&desk, Delivery::Second, name);
    }
}

#[test]
fn a_second_run_ends_at_once_and_a_killed_one_holds_nothing() {
    let portfolio = portfolio();
    let folder = scratch();
    let desk = portfolio.desk(Delivery::Second, folder.path());
    let mut waiting = Waiting::start(&desk);
    let holder = format!("process {} since 20", waiting.run.id());
    let second = uptake(&desk, Delivery::Second).output().unwrap();
    assert_said(&second, 5, &[&holder, desk.warehouse().to_str().unwrap(), "hint: "]);
    portfolio.assert_whole(&desk, Delivery::Second, "two runs");
    waiting.run.kill().unwrap();
    waiting.run.wait().unwrap();
    assert_said(&uptake(&desk, Delivery::Second).output().unwrap(), 0, &[]);
    portfolio.assert_mends(&desk, Delivery::Second, "after the holder was killed");
}

/// Reads every Parquet file below a folder to its end, as a BI tool might at this moment; says how
/// many there were.
fn read_all(folder: &Path) -> u64 {
    let mut files = 0;
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|ending| ending == "parquet") {
            let path = entry.path().display();
            let file = File::open(entry.path()).unwrap_or_else(|error| panic!("`{path}`: {error}"));
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap_or_else(|error| panic!("`{path}`: {error}"));
            for frame in reader.build().unwrap() {
                frame.unwrap_or_else(|error| panic!("`{path}`: {error}"));
            }
            files += 1;
        }
    }
    files
}

#[test]
fn whoever_reads_during_a_run_finds_whole_files() {
    let portfolio = portfolio();
    let folder = scratch();
    let (done, read) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                read.fetch_add(read_all(folder.path()), Ordering::Relaxed);
            }
        });
        for round in 0..4 {
            let desk = portfolio.desk(Delivery::First, &folder.path().join(round.to_string()));
            for delivery in [Delivery::First, Delivery::Second] {
                assert_said(&uptake(&desk, delivery).output().unwrap(), 0, &[]);
            }
            if reader.is_finished() {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(read.load(Ordering::Relaxed) > 100, "hardly anything was read");
}
