//! `[export.delta]`: delta-rs and DuckDB read every version of every table with the rows of the
//! release, also where a run ended between any two steps, and nothing of somebody else is touched.

mod broken_off;
mod foreign;
mod stores;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stores::emulators::installed;

/// Rises when the readers of a virtual environment that is there already do not do any more.
const ENVIRONMENT: &str = "delta-1";
/// DuckDB loads its extension from PyPI for this version only.
const READERS: &[&str] = &[
    "deltalake==1.6.6",
    "duckdb==1.5.5",
    "duckdb-extensions==1.5.5",
    "duckdb-extension-delta==1.5.5",
    "pyarrow",
];

/// The Python of the readers; else why there is none.
fn readers() -> Result<PathBuf, String> {
    installed::python(ENVIRONMENT, READERS)
}

/// The released file of each table, version by version.
type Versions = BTreeMap<String, Vec<PathBuf>>;

/// A small sample with Delta tables beside it.
struct Site {
    folder: TempDir,
    /// The files of the versions so far.
    versions: Versions,
}

impl Site {
    fn new() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("raw");
        let sample = ["sample", "--quiet", "--customers", "3", "--days", "40", "--users", "6", "--out"];
        let written = command().args(sample).arg(&raw).output().unwrap();
        assert!(written.status.success(), "{written:?}");
        let site = Site {
            folder,
            versions: Versions::new(),
        };
        site.export_to("../delta");
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn pipeline(&self) -> PathBuf {
        self.path("raw/pipeline.toml")
    }

    /// Names the folder of the Delta tables.
    fn export_to(&self, folder: &str) {
        let written = fs::read_to_string(self.pipeline()).unwrap();
        let without = written.split("\n[export.delta]").next().unwrap();
        fs::write(self.pipeline(), format!("{without}\n[export.delta]\npath = \"{folder}\"\n")).unwrap();
    }

    fn uptake(&self, what: &str, more: &[&str]) -> Output {
        command().arg(what).arg(self.pipeline()).args(more).output().unwrap()
    }

    /// Runs until a day, and notes the versions that are there by that.
    fn run(&mut self, until: &str) {
        let ran = self.uptake("run", &["--until", until]);
        assert!(ran.status.success(), "{}", said(&ran));
        self.note_release();
    }

    /// Notes the released files of the tables that changed.
    fn note_release(&mut self) {
        for (table, file) in self.released() {
            let versions = self.versions.entry(table).or_default();
            if versions.last().and_then(|last| last.file_name()) != file.file_name() {
                versions.push(file);
            }
        }
    }

    /// The files of the release in force, by table.
    fn released(&self) -> BTreeMap<String, PathBuf> {
        let published = self.path("raw/published");
        let current: Value = serde_json::from_slice(&fs::read(published.join("current.json")).unwrap()).unwrap();
        let files = current["files"].as_object().unwrap().iter();
        let parquet = files.filter_map(|(name, path)| {
            let table = name.strip_suffix(".parquet")?;
            Some((table.to_owned(), published.join(path.as_str()?)))
        });
        parquet.collect()
    }

    /// What the judges are to find in a Delta folder.
    fn expected(&self, delta: &Path) -> Value {
        json!({"folder": delta, "tables": self.versions})
    }
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_uptake"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Lets delta-rs and DuckDB read tables; returns how many versions they looked at.
#[track_caller]
fn judge(python: &Path, expected: &[Value]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("expected.json");
    fs::write(&file, json!(expected).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/delta/judge.py");
    let output = Command::new(python).arg(script).arg(file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", said(&output));
    text.trim().parse().unwrap()
}

/// The names of the data files of a table.
fn data_files(delta: &Path, table: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(delta.join(table)).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| name.into_string().unwrap());
    names.filter(|name| name.ends_with(".parquet")).collect()
}

/// How many commits a table has.
fn commits(delta: &Path, table: &str) -> usize {
    fs::read_dir(delta.join(table).join("_delta_log")).unwrap().count()
}
