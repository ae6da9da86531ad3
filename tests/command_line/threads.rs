//! `--threads` is for every thread that works: ours and those of Polars.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// How many threads of Polars a process has at this moment.
fn of_polars(process: u32) -> usize {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return 0;
    };
    let name = |path: &Path| fs::read_to_string(path.join("comm")).unwrap_or_default();
    threads
        .filter_map(Result::ok)
        .filter(|thread| name(&thread.path()).starts_with("polars"))
        .count()
}

/// The most threads of Polars at any moment of a run on the sample.
fn most(threads: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml");
    let mut run = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("run")
        .arg(pipeline)
        .args(["--quiet", "--threads", threads, "--warehouse"])
        .arg(folder.path().join("warehouse"))
        .arg("--published")
        .arg(folder.path().join("published"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    let status = loop {
        most = most.max(of_polars(run.id()));
        if let Some(status) = run.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    };
    assert!(status.success());
    most
}

#[test]
fn polars_has_as_many_threads_as_the_call_says() {
    assert_eq!((most("1"), most("3")), (1, 3));
}
