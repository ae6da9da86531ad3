//! Machines whose clocks are ten minutes apart.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::desk::{Portfolio, ended_with, start};
use crate::workdir::cannot_run;

/// A library that moves the clock of a process by the seconds that a variable says.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    const char *by = getenv("CLOCK_MOVED_BY");
    if (clock == CLOCK_REALTIME && by) now->tv_sec += atol(by);
    return result;
}
"#;

/// The library, built in a folder.
pub fn shim(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("clock.c"), folder.join("clock.so"));
    std::fs::write(&source, SHIM).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl")
        .output();
    match built {
        Ok(output) if output.status.success() => Ok(library),
        other => Err(format!("no C compiler: {other:?}")),
    }
}

pub fn moved<'c>(command: &'c mut Command, library: &Path, seconds: &str) -> &'c mut Command {
    command.env("LD_PRELOAD", library).env("CLOCK_MOVED_BY", seconds)
}

#[test]
fn clocks_ten_minutes_apart_do_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let library = match shim(folder.path()) {
        Ok(library) => library,
        Err(why) => return cannot_run(&why),
    };
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let workers = ["600", "-600"].map(|seconds| start(moved(&mut desk.claims_worker(), &library, seconds)));
    let leader = start(&mut desk.lead("claims"));
    let told = ended_with(&leader.end(), 0);
    assert!(!told.contains("rounds") && !told.contains("no worker"), "{told}");
    for worker in workers {
        let told = ended_with(&worker.end(), 0);
        assert!(told.contains("\"outcome\":\"made\""), "{told}");
    }
    portfolio.assert_made(&desk);
}
