//! A portfolio with a warehouse of its own, and the processes that work on it.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::stores::place::{Files, are_the_same, files_of, succeeded, that_are_promised};

/// How long claims outlive whoever has put them, in these tests.
pub const EXPIRY_SECONDS: u64 = 2;

/// Several tasks of a kind are there only where there are several shards.
pub const SHARDS: &str = "shards = 3";

pub fn uptake() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
    command.env("UPTAKE_LEASE_SECONDS", EXPIRY_SECONDS.to_string());
    command
}

/// A sample, and what a run on threads makes of it.
pub struct Portfolio {
    folder: tempfile::TempDir,
    warehouse: Files,
    published: Files,
    /// What the run says of the tables that it has made.
    tables: Value,
}

impl Portfolio {
    fn new(options: &[&str]) -> Portfolio {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("sample");
        let sample = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg("sample")
            .args(options)
            .arg("--out")
            .arg(&input)
            .output()
            .unwrap();
        succeeded(&sample);
        let pipeline = input.join("pipeline.toml");
        copy_with(&pipeline, &pipeline, "[warehouse]", &format!("[warehouse]\n{SHARDS}"));
        let mut portfolio = Portfolio {
            folder,
            warehouse: Files::new(),
            published: Files::new(),
            tables: Value::Null,
        };
        let desk = portfolio.desk();
        succeeded(&desk.command("run").output().unwrap());
        let (warehouse, published, tables) = (desk.promised("warehouse"), desk.promised("published"), desk.tables());
        (portfolio.warehouse, portfolio.published, portfolio.tables) = (warehouse, published, tables);
        portfolio
    }

    /// Small, for what is done often.
    pub fn small() -> &'static Portfolio {
        static SMALL: LazyLock<Portfolio> = LazyLock::new(|| Portfolio::new(&["--customers", "4", "--days", "40", "--users", "6"]));
        &SMALL
    }

    /// Of many customers and days.
    pub fn of_many() -> &'static Portfolio {
        static MANY: LazyLock<Portfolio> = LazyLock::new(|| Portfolio::new(&["--customers", "60", "--days", "90", "--users", "2"]));
        &MANY
    }

    pub fn input(&self) -> PathBuf {
        self.folder.path().join("sample")
    }

    pub fn pipeline(&self) -> PathBuf {
        self.input().join("pipeline.toml")
    }

    pub fn files(&self) -> (&Files, &Files) {
        (&self.warehouse, &self.published)
    }

    /// An empty warehouse for it.
    pub fn desk(&self) -> Desk {
        Desk {
            input: self.input(),
            pipeline: self.pipeline(),
            work: tempfile::tempdir().unwrap(),
        }
    }

    /// Asserts that a desk has what threads give.
    #[track_caller]
    pub fn assert_made(&self, desk: &Desk) {
        are_the_same(&desk.promised("warehouse"), &self.warehouse);
        are_the_same(&desk.promised("published"), &self.published);
    }

    /// Asserts that the record of the run tells of tables as that of threads does.
    #[track_caller]
    pub fn assert_told(&self, desk: &Desk) {
        assert_eq!(desk.tables(), self.tables);
    }
}

/// A warehouse and a folder of published files.
pub struct Desk {
    input: PathBuf,
    pipeline: PathBuf,
    work: tempfile::TempDir,
}

impl Desk {
    /// A command over this desk.
    pub fn command(&self, what: &str) -> Command {
        let mut command = uptake();
        self.with_folders(command.arg(what).arg(&self.pipeline));
        command
    }

    pub fn with_folders<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .arg("--input")
            .arg(&self.input)
            .arg("--warehouse")
            .arg(self.warehouse())
            .arg("--published")
            .arg(self.work.path().join("published"))
    }

    pub fn warehouse(&self) -> PathBuf {
        self.work.path().join("warehouse")
    }

    fn promised(&self, folder: &str) -> Files {
        that_are_promised(files_of(&self.work.path().join(folder)))
    }

    fn run_record(&self) -> Value {
        serde_json::from_slice(&fs::read(self.work.path().join("published/run.json")).unwrap()).unwrap()
    }

    fn tables(&self) -> Value {
        self.run_record()["tables"].clone()
    }

    /// A run that leads workers.
    pub fn lead(&self, mode: &str) -> Command {
        let mut command = self.command("run");
        command.args(["--workers", mode, "--shared-folders", "--patience", "30"]);
        command
    }

    pub fn claims_worker(&self) -> Command {
        let mut command = self.command("work");
        command.args(["--claims", "--patience", "60"]);
        command
    }

    /// The claims of the run that leads, by the names of their files.
    pub fn claims(&self) -> Vec<(PathBuf, Value)> {
        let folder = self.warehouse().join(".uptake/claims");
        let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
        let claims = files.filter(|entry| entry.file_type().is_file());
        claims
            .filter_map(|entry| {
                Some((
                    entry.path().to_path_buf(),
                    serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?,
                ))
            })
            .collect()
    }

    /// The list of tasks that is handed out now.
    pub fn open_list(&self) -> Option<Value> {
        let folder = fs::read_dir(self.warehouse().join(".uptake/tasks")).ok()?;
        let task_lists = folder.filter_map(Result::ok).map(|entry| entry.path().join("open.json"));
        task_lists
            .filter_map(|open| serde_json::from_slice(&fs::read(open).ok()?).ok())
            .next()
    }
}

/// Starts a process. What it says goes into files: a pipe that nobody reads would be full at last.
pub fn start(command: &mut Command) -> Running {
    let (said, told) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command.stdout(Stdio::from(said.try_clone().unwrap()));
    command.stderr(Stdio::from(told.try_clone().unwrap()));
    Running {
        child: Some(command.spawn().unwrap()),
        said,
        told,
    }
}

/// A process that does not outlive its test.
pub struct Running {
    child: Option<Child>,
    said: File,
    told: File,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub fn is_over(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    /// What it said, once it has ended.
    pub fn end(mut self) -> Output {
        let status = self.child.take().unwrap().wait().unwrap();
        Output {
            status,
            stdout: all_of(&mut self.said),
            stderr: all_of(&mut self.told),
        }
    }
}

fn all_of(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits for something that is to happen soon.
#[track_caller]
pub fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    let (began, look) = (Instant::now(), Mutex::new(look));
    loop {
        if let Some(found) = look.lock().unwrap()() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{what} does not happen");
        sleep(Duration::from_millis(2));
    }
}

/// The process whose claim is on a task; `None` where it has come to an end.
pub fn worker_of(claim: &Value) -> Option<u32> {
    let worker = claim["worker"].as_str()?.rsplit_once('-')?.1;
    claim["end"].is_null().then(|| worker.parse().ok())?
}

#[track_caller]
pub fn ended_with(output: &Output, code: i32) -> String {
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

/// Copies a file with something of it replaced.
pub fn copy_with(from: &Path, to: &Path, what: &str, by: &str) {
    let text = fs::read_to_string(from).unwrap();
    assert!(text.contains(what), "{text}");
    fs::write(to, text.replace(what, by)).unwrap();
}
