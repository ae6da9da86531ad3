//! What a run makes of its `received=` partitions is a list of tasks. Whoever carries them out one
//! by one, and knows nothing but the warehouse, makes the files of the run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use uptake::domain::day::Day;
use uptake::domain::digest::Digest;
use uptake::engine::events::Watch;
use uptake::engine::execute::execute;
use uptake::engine::plan::task::{Outcome, Task, Work};
use uptake::engine::request::Request;
use uptake::pipeline::settings::Settings;
use uptake::sample::{self, Options};
use uptake::stages;
use uptake::warehouse::contract::Partition;
use uptake::warehouse::store::Store;

use crate::workdir;

const LAST: &str = "2026-09-30";

/// Two warehouses of one input folder.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn with_sample() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            customers: 5,
            days: 40,
            last_day: Day::parse(LAST).unwrap(),
            ..Options::small(folder.path().join("raw"))
        };
        sample::write(&options, &mut |_| {}).unwrap();
        Desk { folder }
    }

    /// The pipeline of the sample, which ends on a day and has its warehouse in a folder of its own.
    fn settings(&self, warehouse: &str, last: &str) -> Settings {
        let raw = self.folder.path().join("raw");
        let text = fs::read_to_string(raw.join("pipeline.toml")).unwrap();
        let mut settings = workdir::settings(&raw, &text);
        settings.warehouse = self.folder.path().join(warehouse);
        settings.published = self.folder.path().join(format!("{warehouse}-published"));
        settings.last_day = Day::parse(last);
        settings.shards = 3;
        settings
    }

    fn files(&self, warehouse: &str) -> Vec<(PathBuf, Vec<u8>)> {
        workdir::parquet_files(&self.folder.path().join(warehouse))
    }
}

/// Runs the pipeline; gives the tasks of the run as text, in levels: whatever a task reads is made
/// in a level before its own.
fn run_and_note_tasks(settings: &Settings) -> Vec<Vec<String>> {
    let tasks = Mutex::new(Vec::new());
    let note = |task: &Task| {
        tasks.lock().unwrap().push((level(task), serde_json::to_string(task).unwrap()));
    };
    let request = Request {
        on_task: Some(&note),
        ..Request::new(settings, settings.last_day.unwrap())
    };
    workdir::ask(&request).unwrap();
    let mut levels = vec![Vec::new(); 4];
    for (level, task) in tasks.into_inner().unwrap() {
        levels[level].push(task);
    }
    levels
}

fn level(task: &Task) -> usize {
    match task.work {
        Work::Activity(_) | Work::Assignments(_) => 0,
        Work::FirstActivity { .. } => 1,
        Work::Windows(_) => 2,
        Work::Portfolio { .. } => 3,
    }
}

/// Makes the `received=` partitions only.
fn ingest(settings: &Settings) {
    let received = stages::TABLES.iter().filter(|contract| contract.partition == Partition::Received);
    let tables: BTreeSet<&'static str> = received.map(|contract| contract.name).collect();
    let request = Request {
        tables: Some(tables),
        ..Request::new(settings, settings.last_day.unwrap())
    };
    workdir::ask(&request).unwrap();
}

/// Carries out a task in a warehouse that is opened for it.
fn carry_out(task: &Task, settings: &Settings) -> Outcome {
    let store = Store::at(&settings.warehouse);
    let _lock = store.lock("a test").unwrap();
    let watch = Watch {
        notify: &|_| {},
        interrupted: &AtomicBool::new(false),
    };
    execute(task, settings, &store, &watch).unwrap()
}

/// Carries out the levels of tasks, each task twice, in another order than the run did.
fn carry_out_all(levels: &[Vec<String>], settings: &Settings) {
    for level in levels {
        for text in level.iter().rev() {
            let task: Task = serde_json::from_str(text).unwrap();
            let first = carry_out(&task, settings);
            assert!(matches!(first, Outcome::Made(_)), "{first:?} of {text}");
            let again = carry_out(&task, settings);
            assert!(matches!(again, Outcome::AlreadyMade), "{again:?} of {text}");
        }
    }
}

fn assert_equal(a: &[(PathBuf, Vec<u8>)], b: &[(PathBuf, Vec<u8>)]) {
    let paths = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(a), paths(b));
    let other: Vec<&Path> = a.iter().zip(b).filter(|(a, b)| a.1 != b.1).map(|(a, _)| a.0.as_path()).collect();
    assert!(other.is_empty(), "these have other bytes: {other:?}");
}

#[test]
fn tasks_carried_out_one_by_one_give_the_files_of_a_run() {
    let desk = Desk::with_sample();
    for last in ["2026-09-27", LAST] {
        let (by_run, by_tasks) = (desk.settings("by-run", last), desk.settings("by-tasks", last));
        let levels = run_and_note_tasks(&by_run);
        for level in [0, 1, 2, 3] {
            assert!(!levels[level].is_empty(), "no task of level {level} until {last}");
        }
        ingest(&by_tasks);
        carry_out_all(&levels, &by_tasks);
        assert_equal(&desk.files("by-run"), &desk.files("by-tasks"));
    }
}

#[test]
fn a_task_that_was_planned_from_another_warehouse_makes_nothing() {
    let desk = Desk::with_sample();
    let settings = desk.settings("warehouse", LAST);
    let levels = run_and_note_tasks(&settings);
    let before = desk.files("warehouse");
    let other = Digest(1);
    for text in levels.iter().flatten() {
        let mut task: Task = serde_json::from_str(text).unwrap();
        match &mut task.work {
            Work::Activity(days) => days
                .iter_mut()
                .flat_map(|day| &mut day.sources)
                .for_each(|(_, digest)| *digest = other),
            Work::Assignments(read_from) => *read_from = other,
            Work::FirstActivity { fingerprint, .. } | Work::Portfolio { fingerprint, .. } => fingerprint.inputs = other,
            Work::Windows(files) => files
                .values_mut()
                .flat_map(|days| days.values_mut())
                .for_each(|print| print.inputs = other),
        }
        let has_events = !matches!(&task.work, Work::Activity(days) if days.iter().all(|day| day.sources.is_empty()));
        let outcome = carry_out(&task, &settings);
        assert!(!has_events || matches!(outcome, Outcome::Outdated), "{outcome:?} of {text}");
    }
    assert_equal(&before, &desk.files("warehouse"));
}
