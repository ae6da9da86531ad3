//! What a run makes is a list of tasks. Whoever carries them out one by one, and knows nothing but
//! the input and the warehouse, makes the files of the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use uptake::domain::day::Day;
use uptake::domain::digest::Digest;
use uptake::engine::error::EngineError;
use uptake::engine::events::Watch;
use uptake::engine::execute::execute;
use uptake::engine::plan::received_task::{Fate, ReceivedTask};
use uptake::engine::plan::task::{Outcome, Task, Work};
use uptake::engine::request::Request;
use uptake::pipeline::settings::Settings;
use uptake::sample::{self, Options};
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
        let mut settings = workdir::settings_of_sample(self.folder.path(), warehouse, last);
        settings.shards = 3;
        // A test may damage files.
        settings.sources.iter_mut().for_each(|source| source.fail_above = 1.0);
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
    let mut levels = vec![Vec::new(); LEVELS];
    for (level, task) in tasks.into_inner().unwrap() {
        levels[level].push(task);
    }
    levels
}

/// How many levels there are, and the last one.
const LEVELS: usize = 5;
const PORTFOLIO: usize = 4;

fn level(task: &Task) -> usize {
    match task {
        Task::Received(_) => 0,
        Task::Tables(task) => match task.work {
            Work::Activity(_) | Work::Assignments(_) => 1,
            Work::FirstActivity { .. } => 2,
            Work::Windows(_) => 3,
            Work::Portfolio { .. } => PORTFOLIO,
        },
    }
}

/// Carries out a task in a warehouse that is opened for it.
fn carry_out(task: &Task, settings: &Settings) -> Outcome {
    try_to_carry_out(task, settings).unwrap()
}

fn try_to_carry_out(task: &Task, settings: &Settings) -> Result<Outcome, EngineError> {
    let store = Store::at(&settings.warehouse);
    let _lock = store.lock("a test").unwrap();
    let watch = Watch {
        notify: &|_| {},
        interrupted: &AtomicBool::new(false),
    };
    execute(task, settings, &store, &watch)
}

/// Carries out the levels of tasks, each task twice, in another order than the run did. Files of one
/// level may be there already.
fn carry_out_all(levels: &[Vec<String>], there_already: Option<usize>, settings: &Settings) {
    for (number, level) in levels.iter().enumerate() {
        for text in level.iter().rev() {
            let task: Task = serde_json::from_str(text).unwrap();
            let first = carry_out(&task, settings);
            let is_there = there_already == Some(number) && matches!(first, Outcome::AlreadyMade);
            assert!(is_there || matches!(first, Outcome::Made(_)), "{first:?} of {text}");
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

/// The raw files of a partition's task that were read, as they are on the disk.
fn read_by(task: &ReceivedTask, settings: &Settings) -> Vec<PathBuf> {
    let read = task.files.iter().filter(|file| matches!(file.fate, Fate::Read { .. }));
    read.map(|file| settings.inputs[0].root.join(&file.name)).collect()
}

fn received(text: &str) -> Option<ReceivedTask> {
    match serde_json::from_str(text).unwrap() {
        Task::Received(task) => Some(task),
        Task::Tables(_) => None,
    }
}

/// Appends what a compressed log has to it once more.
fn append_again(file: &Path) {
    let bytes = fs::read(file).unwrap();
    fs::write(file, [bytes.as_slice(), bytes.as_slice()].concat()).unwrap();
}

/// The tasks of partitions that read several hourly logs, with these.
fn hourly_logs(levels: &[Vec<String>], settings: &Settings) -> Vec<(ReceivedTask, Vec<PathBuf>)> {
    let tasks = levels[0].iter().filter_map(|text| received(text));
    let logs = |task: &ReceivedTask| -> Vec<PathBuf> {
        let files = read_by(task, settings).into_iter();
        files.filter(|file| file.ends_with("PT1H.json.gz")).collect()
    };
    let with_logs = |task: ReceivedTask| {
        let logs = logs(&task);
        (logs.len() > 2).then_some((task, logs))
    };
    let mut logs: Vec<_> = tasks.filter_map(with_logs).collect();
    // The latest first: those days have logs of every kind that the tests look at.
    logs.reverse();
    logs
}

/// Where there are links.
fn replace_by_link_out_of_the_input(file: &Path, desk: &Desk) {
    fs::remove_file(file).unwrap();
    let outside = desk.folder.path().join("outside");
    fs::write(&outside, "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, file).unwrap();
}

#[test]
fn tasks_carried_out_one_by_one_give_the_files_of_a_run() {
    let desk = Desk::with_sample();
    for last in ["2026-09-27", LAST] {
        let (by_run, by_tasks) = (desk.settings("by-run", last), desk.settings("by-tasks", last));
        let levels = run_and_note_tasks(&by_run);
        for (level, tasks) in levels.iter().enumerate() {
            // All raw files came in on the first run.
            assert!(
                !tasks.is_empty() || (level == 0 && last == LAST),
                "no task of level {level} until {last}"
            );
        }
        carry_out_all(&levels, None, &by_tasks);
        assert_equal(&desk.files("by-run"), &desk.files("by-tasks"));
    }
}

#[test]
fn tasks_of_a_run_that_found_files_changed_moved_and_gone_give_its_files_too() {
    let desk = Desk::with_sample();
    let (by_run, by_tasks) = (desk.settings("by-run", LAST), desk.settings("by-tasks", LAST));
    let first = run_and_note_tasks(&by_run);
    carry_out_all(&first, None, &by_tasks);
    let logs = hourly_logs(&first, &by_run);
    let (changed, gone, other) = (&logs[0].1, &logs[1].1, &logs[2].1);
    append_again(&changed[0]);
    fs::remove_file(&changed[1]).unwrap();
    fs::remove_file(&gone[0]).unwrap();
    fs::copy(&gone[1], gone[1].with_file_name("PT1H.json.2.gz")).unwrap();
    replace_by_link_out_of_the_input(&other[0], &desk);
    // No source reads those of August any more.
    let pipeline = desk.folder.path().join("raw/pipeline.toml");
    let text = fs::read_to_string(&pipeline).unwrap();
    let audit_logs = "insights-logs-auditlogs/**/PT1H.json*";
    assert!(text.contains(audit_logs));
    fs::write(
        &pipeline,
        text.replace(audit_logs, "insights-logs-auditlogs/*/y=2026/m=09/**/PT1H.json*"),
    )
    .unwrap();
    let (by_run, by_tasks) = (desk.settings("by-run", LAST), desk.settings("by-tasks", LAST));
    let second = run_and_note_tasks(&by_run);
    let fates = second[0]
        .iter()
        .filter_map(|text| received(text))
        .flat_map(|task| task.files)
        .map(|file| file.fate);
    let fates: Vec<Fate> = fates.collect();
    assert!(fates.iter().any(|fate| matches!(fate, Fate::Read { .. })), "{fates:?}");
    assert!(fates.contains(&Fate::Gone) && fates.contains(&Fate::Moved), "{fates:?}");
    assert!(
        !cfg!(unix) || fates.iter().any(|fate| matches!(fate, Fate::Refused { .. })),
        "{fates:?}"
    );
    // A portfolio whose customers come out as they were is made from what it was made from before.
    carry_out_all(&second, Some(PORTFOLIO), &by_tasks);
    assert_equal(&desk.files("by-run"), &desk.files("by-tasks"));
}

#[test]
fn a_raw_file_that_changed_since_the_plan_is_not_read() {
    let desk = Desk::with_sample();
    let (by_run, by_tasks) = (desk.settings("by-run", LAST), desk.settings("by-tasks", LAST));
    let logs = hourly_logs(&run_and_note_tasks(&by_run), &by_run);
    append_again(&logs[0].1[0]);
    fs::remove_file(&logs[1].1[0]).unwrap();
    for (task, _) in &logs[..2] {
        let outcome = carry_out(&Task::Received(task.clone()), &by_tasks);
        assert!(matches!(outcome, Outcome::Outdated), "{outcome:?} of {}", task.received);
    }
    fs::remove_file(&logs[2].1[0]).unwrap();
    fs::create_dir(&logs[2].1[0]).unwrap();
    let refused = try_to_carry_out(&Task::Received(logs[2].0.clone()), &by_tasks);
    assert!(matches!(refused, Err(EngineError::Unseen(_))), "{refused:?}");
    assert_equal(&[], &desk.files("by-tasks"));
    let untouched = carry_out(&Task::Received(logs[3].0.clone()), &by_tasks);
    assert!(matches!(untouched, Outcome::Made(_)), "{untouched:?}");
}

#[test]
fn a_partition_that_changed_since_the_plan_is_left_alone() {
    let desk = Desk::with_sample();
    let (by_run, by_tasks) = (desk.settings("by-run", LAST), desk.settings("by-tasks", LAST));
    let first = run_and_note_tasks(&by_run);
    let logs = hourly_logs(&first, &by_run);
    append_again(&logs[0].1[0]);
    let second = run_and_note_tasks(&by_run);
    let text = second[0]
        .iter()
        .find(|text| received(text).unwrap().received == logs[0].0.received)
        .unwrap();
    let task: Task = serde_json::from_str(text).unwrap();
    // There is no such partition yet, though one was there when the task was planned.
    let outcome = carry_out(&task, &by_tasks);
    assert!(matches!(outcome, Outcome::Outdated), "{outcome:?}");
    assert_equal(&[], &desk.files("by-tasks"));
    // Another run has brought it further.
    append_again(&logs[0].1[1]);
    run_and_note_tasks(&by_run);
    let before = desk.files("by-run");
    for task in [task, Task::Received(logs[0].0.clone())] {
        let outcome = carry_out(&task, &by_run);
        assert!(matches!(outcome, Outcome::Outdated), "{outcome:?}");
    }
    assert_equal(&before, &desk.files("by-run"));
}

#[test]
fn a_partition_is_not_made_with_settings_other_than_those_of_its_plan() {
    let desk = Desk::with_sample();
    let (by_run, mut by_tasks) = (desk.settings("by-run", LAST), desk.settings("by-tasks", LAST));
    let levels = run_and_note_tasks(&by_run);
    by_tasks.shards = 4;
    for text in &levels[0] {
        let outcome = carry_out(&serde_json::from_str(text).unwrap(), &by_tasks);
        assert!(matches!(outcome, Outcome::Outdated), "{outcome:?} of {text}");
    }
    assert_equal(&[], &desk.files("by-tasks"));
}

#[test]
fn a_task_that_was_planned_from_another_warehouse_makes_nothing() {
    let desk = Desk::with_sample();
    let settings = desk.settings("warehouse", LAST);
    let levels = run_and_note_tasks(&settings);
    let before = desk.files("warehouse");
    for text in levels.iter().flatten() {
        let mut task: Task = serde_json::from_str(text).unwrap();
        plan_from_another(&mut task);
        let has_events = |task: &Task| match task {
            Task::Tables(task) => !matches!(&task.work, Work::Activity(days) if days.iter().all(|day| day.sources.is_empty())),
            Task::Received(_) => true,
        };
        let outcome = carry_out(&task, &settings);
        assert!(!has_events(&task) || matches!(outcome, Outcome::Outdated), "{outcome:?} of {text}");
    }
    assert_equal(&before, &desk.files("warehouse"));
}

/// Makes a task one of a warehouse that has something else.
fn plan_from_another(task: &mut Task) {
    let other = Digest(1);
    let task = match task {
        Task::Received(task) => {
            task.footers = other;
            task.kept = other;
            return;
        }
        Task::Tables(task) => task,
    };
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
}
