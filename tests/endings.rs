//! How commands end: at a signal in whatever they are doing, and where their result cannot be
//! written.
#![cfg(unix)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any command takes to end at a signal on the slowest machine, and shorter than
/// whoever does not end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A small sample of raw files, and a folder for temporary files.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        fs::create_dir(place.path("tmp")).unwrap();
        place
    }

    fn with_sample() -> Place {
        let place = Place::new();
        let out = place.text("raw");
        let output = place
            .command(&["sample", "--out", &out, "--customers", "3", "--days", "40", "--users", "8"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
        command.args(args).env("TMPDIR", self.path("tmp"));
        command
    }

    /// The tenant id of a customer of the sample.
    fn customer(&self) -> String {
        let list = fs::read_to_string(self.path("raw/customers.csv")).unwrap();
        list.lines().nth(1).unwrap().split(',').next().unwrap().to_owned()
    }

    fn pipeline(&self) -> String {
        self.text("raw/pipeline.toml")
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Starts a command, asks it to end after a while, and waits until it has.
fn interrupted(mut command: Command, after: Duration, name: &str) -> Output {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(after);
    if child.try_wait().unwrap().is_none() {
        signal(&child, name);
    }
    let asked = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if asked.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{command:?} does not end at {name}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

#[track_caller]
fn assert_interrupted(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.starts_with("error: interrupted") && told.lines().count() == 1, "{told}");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn a_command_that_waits_for_something_ends_at_a_signal() {
    let place = Place::new();
    // Nobody ever writes into it.
    let pipe = place.text("pipeline.toml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (command, name) in [
        ("run", "-INT"),
        ("plan", "-TERM"),
        ("status", "-INT"),
        ("check", "-TERM"),
        ("explain", "-INT"),
    ] {
        let args = [command, pipe.as_str(), "--quiet"];
        assert_interrupted(&interrupted(place.command(&args), Duration::from_millis(300), name));
    }
    let reprocess = ["reprocess", pipe.as_str(), "--quiet", "--from", "2026-09-01", "--to", "2026-09-02"];
    assert_interrupted(&interrupted(place.command(&reprocess), Duration::from_millis(300), "-INT"));
}

#[test]
fn a_sample_that_would_take_hours_ends_at_a_signal() {
    let place = Place::new();
    let out = place.text("raw");
    for (size, name) in [
        (["--customers", "100000", "--users", "20"], "-TERM"),
        (["--customers", "1", "--users", "900000"], "-INT"),
    ] {
        let args = [
            "sample", "--quiet", "--days", "3660", "--out", &out, size[0], size[1], size[2], size[3],
        ];
        assert_interrupted(&interrupted(place.command(&args), Duration::from_millis(700), name));
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn commands_end_at_a_signal_whatever_they_are_doing_and_leave_no_temporary_folder() {
    let place = Place::with_sample();
    let pipeline = place.pipeline();
    let mut seen = 0;
    for command in ["plan", "run", "check"] {
        for after in [0, 15, 40, 80, 150, 300] {
            let args = [command, pipeline.as_str(), "--quiet"];
            let output = interrupted(place.command(&args), Duration::from_millis(after), "-INT");
            match output.status.code() {
                Some(0) => {}
                // Before the handler is there the system ends it, which may take a while on a busy
                // machine.
                None => {}
                // There may be no table yet to check, or not every one.
                Some(2 | 4) if command == "check" => {}
                _ => {
                    assert_interrupted(&output);
                    seen += 1;
                }
            }
            assert!(is_empty(&place.path("tmp")), "{command} after {after} ms");
        }
    }
    assert!(seen > 0, "all were faster than the signal");
    let whole = place.command(&["run", &pipeline, "--quiet"]).output().unwrap();
    assert_eq!(whole.status.code(), Some(0), "{}", String::from_utf8_lossy(&whole.stderr));
    let log = fs::read_to_string(place.path("raw/published/runs.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert!(last["outcome"] == "published" || last["outcome"] == "idle", "{last}");
}

/// Every way to print a result.
fn results(place: &Place) -> Vec<Vec<String>> {
    let (pipeline, export) = (place.pipeline(), place.text("raw/customers.csv"));
    let lines = [
        format!("run {pipeline}"),
        format!("run {pipeline}"),
        format!("reprocess {pipeline} --from 2026-09-29 --to 2026-09-30"),
        format!("plan {pipeline}"),
        format!("plan {pipeline} --format json"),
        format!("status {pipeline}"),
        format!("status {pipeline} --format json"),
        format!("check {pipeline} --customers 0"),
        format!("explain {pipeline}"),
        format!("explain {pipeline} --customer {}", place.customer()),
        format!("customers {pipeline}"),
        format!("customers {pipeline} --format csv"),
        format!("query SELECT(1) --pipeline {pipeline}"),
        format!("query --list --format csv --pipeline {pipeline}"),
        format!("init {} --out {}", place.text("raw"), place.text("written.toml")),
        format!("inspect {export}"),
        format!("inspect {export} --format json"),
        format!("sample --customers 1 --days 2 --out {}", place.text("another")),
        "describe".to_owned(),
        "describe adoption --format markdown".to_owned(),
        "completions bash".to_owned(),
        "--help".to_owned(),
        "run --help".to_owned(),
        "--version".to_owned(),
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

#[test]
fn a_result_that_cannot_be_written_is_a_fault_of_the_store_for_every_command() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        return;
    };
    let place = Place::with_sample();
    for args in results(&place) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = place.command(&args).stdout(full.try_clone().unwrap()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{args:?}: {told}");
        assert!(told.contains("error: cannot write to standard output: "), "{args:?}: {told}");
        assert!(told.contains("\nhint: "), "{args:?}: {told}");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_fault() {
    let place = Place::with_sample();
    for args in results(&place) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(&args).stdout(writer).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {told}");
    }
}

#[test]
fn a_result_that_is_longer_than_a_file_may_be_is_a_fault_and_no_death() {
    let place = Place::new();
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 8; exec \"$1\" describe --format json > \"$2\"", "sh"])
        .args([env!("CARGO_BIN_EXE_uptake"), &place.text("result")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("hint: raise the limit"), "{told}");
}
