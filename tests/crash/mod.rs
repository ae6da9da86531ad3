//! Crashes, failing disks and broken files: whatever happens at whatever moment, every file is
//! whole, old or new, and the next run gives what it would have given if nothing had happened.

mod broken;
mod changes;
mod faults;
mod kills;
mod limits;
mod portfolio;
mod releases;
mod settings;
mod surroundings;

use std::path::Path;
use std::process::{Command, Output};

use crate::workdir::cannot_run;
use portfolio::{Delivery, Desk};

/// `uptake run` over a delivery, not yet begun.
fn uptake(desk: &Desk, delivery: Delivery) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
    command.arg("run").arg(desk.pipeline(delivery));
    command
}

/// What a command said: warnings stand in the summary where there is one, else among the messages.
fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// Holds the exit code of a command, and that it said all of these.
#[track_caller]
fn assert_said(output: &Output, code: i32, messages: &[&str]) {
    let told = told(output);
    assert_eq!(output.status.code(), Some(code), "{told}");
    for message in messages {
        assert!(told.contains(message), "`{message}` is not in: {told}");
    }
}

/// A file system of its own at a folder, as long as the value lives.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    /// Of this size, in memory; `None` where this user cannot mount and the test may be skipped.
    fn of(folder: &'a Path, size: &str) -> Option<Mounted<'a>> {
        std::fs::create_dir_all(folder).unwrap();
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "uptake-test"])
            .arg(folder)
            .output();
        match output {
            Ok(output) if output.status.success() => Some(Mounted(folder)),
            Ok(output) => {
                cannot_run(&format!("cannot mount: {}", String::from_utf8_lossy(&output.stderr).trim()));
                None
            }
            Err(error) => {
                cannot_run(&format!("cannot mount: {error}"));
                None
            }
        }
    }

    /// Changes its size, or whether it can be written.
    fn remount(&self, options: &str) {
        let status = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.0)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}
