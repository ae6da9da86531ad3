//! The input folder as it really is: folders that cannot be read, links, names, files that come, go
//! and cannot be read for a while.

mod empty;
mod links;
mod outside;
mod removed;
mod seen;
mod several;
mod unread;
pub mod zipped;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use uptake::domain::day::Day;
use uptake::engine::error::EngineError;
use uptake::engine::report::RunReport;
use uptake::engine::request::Request;
use uptake::pipeline::settings::Settings;
use uptake::stages::activity::activity_28d::Activity28d;
use uptake::stages::received::raw_files::{RAW_FILES, RawFile};
use uptake::stages::received::rejects::{REJECTS, Reject};
use uptake::storage::local::reads::Reads;
use uptake::warehouse::contract::Contract;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::workdir;

pub const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub const HEADER: &str = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code\n";
/// The last day of the tables.
pub const LAST: &str = "2026-09-05";

/// A folder with raw files, a pipeline file and what becomes of them.
pub struct Site {
    folder: tempfile::TempDir,
}

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Holds the exit code, and whether standard error has all of these.
    #[track_caller]
    pub fn fails(&self, code: i32, messages: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for message in messages {
            assert!(self.err.contains(message), "`{message}` is not in: {}", self.err);
        }
    }

    #[track_caller]
    pub fn succeeds(&self) -> &Said {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Warnings stand in the summary where there is one, else among the messages.
    #[track_caller]
    pub fn warns(&self, messages: &[&str]) {
        self.succeeds();
        let told = format!("{}{}", self.out, self.err);
        for message in messages {
            assert!(told.contains(message), "`{message}` is not in: {told}");
        }
    }
}

impl Site {
    /// With one source of activity.
    pub fn new(glob: &str) -> Site {
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(site.raw("")).unwrap();
        site.pipeline(
            &format!("last_day = \"{LAST}\""),
            &format!("[[source]]\nfeed = \"activity\"\npath = \"{glob}\"\n"),
        );
        site
    }

    pub fn pipeline(&self, head: &str, sources: &str) {
        let folders = "[input]\nroot = \"raw\"\n[warehouse]\npath = \"w/warehouse\"\npublished = \"w/published\"\n";
        fs::write(self.path("pipeline.toml"), format!("name = \"x\"\n{head}\n{folders}{sources}")).unwrap();
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    pub fn raw(&self, below: &str) -> PathBuf {
        self.path("raw").join(below)
    }

    /// A file with one sign-in to Exchange at the day that its path names, else on 1 September.
    pub fn sign_in(&self, path: impl AsRef<Path>, user: &str) {
        let path = self.raw("").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, sign_in(user)).unwrap();
    }

    pub fn command(&self, command: &str) -> Command {
        let mut run = Command::new(env!("CARGO_BIN_EXE_uptake"));
        run.arg(command).arg(self.path("pipeline.toml"));
        run
    }

    pub fn uptake(&self, command: &str, more: &[&str]) -> Said {
        said(self.command(command).args(more))
    }

    #[track_caller]
    pub fn run(&self) -> Said {
        let said = self.uptake("run", &[]);
        said.succeeds();
        said
    }

    #[track_caller]
    pub fn run_fails(&self) {
        self.uptake("run", &[]).fails(3, &["fail_above"]);
    }

    /// The same without the rights of the superuser, who may read everything.
    pub fn without_rights(&self, command: &str, more: &[&str]) -> Said {
        let mut run = self.command(command);
        if fs::metadata(self.folder.path()).unwrap().uid() == 0 {
            // Somewhere below, the program may be where only its owner may look.
            let program = self.path("program");
            if !program.exists() {
                fs::copy(env!("CARGO_BIN_EXE_uptake"), &program).unwrap();
            }
            fs::create_dir_all(self.path("w")).unwrap();
            fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
            assert!(
                Command::new("chown")
                    .args(["-R", "65534"])
                    .arg(self.path("w"))
                    .status()
                    .unwrap()
                    .success()
            );
            run = Command::new(program);
            run.arg(command).arg(self.path("pipeline.toml")).uid(65534).gid(65534);
        }
        said(run.args(more))
    }

    /// Gives or takes the rights to read.
    pub fn allow(&self, path: &str, mode: u32) {
        fs::set_permissions(self.raw(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Lets files look as if they had not changed for an hour: what changed just now is looked at
    /// again in any case.
    pub fn age(&self) {
        let before = SystemTime::now() - Duration::from_secs(3600);
        for entry in walkdir::WalkDir::new(self.raw("")).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                fs::File::options()
                    .append(true)
                    .open(entry.path())
                    .unwrap()
                    .set_modified(before)
                    .unwrap();
            }
        }
    }

    pub fn settings(&self) -> Settings {
        workdir::settings(self.folder.path(), &fs::read_to_string(self.path("pipeline.toml")).unwrap())
    }

    /// Runs in this process, reading the input folder in this way.
    pub fn run_with(&self, reads: Reads) -> Result<RunReport, EngineError> {
        let settings = self.settings();
        workdir::ask(&Request {
            reads,
            ..Request::new(&settings, settings.last_day.unwrap())
        })
    }

    pub fn rows<R: Row>(&self, contract: &Contract) -> Vec<R> {
        let store = Store::at(&self.path("w/warehouse"));
        let places = store.places(contract).unwrap();
        places.into_iter().flat_map(|place| store.rows::<R>(place).unwrap()).collect()
    }

    /// The files that are in the warehouse.
    pub fn files(&self) -> Vec<String> {
        self.rows::<RawFile>(&RAW_FILES).into_iter().map(|row| row.source_file).collect()
    }

    /// File and reason of each reject.
    pub fn rejects(&self) -> Vec<(String, String)> {
        let rejects = self.rows::<Reject>(&REJECTS).into_iter();
        rejects.map(|row| (row.source_file, row.reason)).collect()
    }

    /// Who is active on the last day.
    pub fn users(&self) -> Vec<String> {
        let store = Store::at(&self.path("w/warehouse"));
        let rows = store.rows::<Activity28d>((Day::parse(LAST), 0)).unwrap();
        rows.into_iter().map(|row| row.user_id).collect()
    }
}

/// The text of a file with one sign-in.
pub fn sign_in(user: &str) -> String {
    format!("{HEADER}e-{user},2026-09-01T08:00:00Z,{TENANT},{user},,00000002-0000-0ff1-ce00-000000000000,true,0\n")
}

pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
