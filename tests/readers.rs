//! What the program writes opens in DuckDB, pyarrow and Polars, as they come from PyPI, with the
//! types of the spec and the meanings of the data dictionary, and Prometheus' own parsers read the
//! metrics. Where Python or PyPI is out of reach, the test is skipped, but not by `.ci/run`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stores::emulators::installed;
use crate::workdir::cannot_run;

/// Rises when the readers of a virtual environment that is there already do not do any more.
const ENVIRONMENT: &str = "readers-2";

const READERS: &[&str] = &["duckdb", "pyarrow", "polars", "prometheus-client"];

#[test]
fn every_file_opens_in_duckdb_pyarrow_and_polars() {
    let python = match environment() {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let work = tempfile::tempdir().unwrap();
    let (warehouse, published) = (work.path().join("warehouse"), work.path().join("published"));
    let run = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["run", "--quiet"])
        .arg(root.join("pipelines/nightly.toml"))
        .arg("--warehouse")
        .arg(&warehouse)
        .arg("--published")
        .arg(&published)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let described = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["describe", "--format", "json"])
        .output()
        .unwrap();
    let dictionary = work.path().join("dictionary.json");
    fs::write(&dictionary, described.stdout).unwrap();
    let output = Command::new(python)
        .arg(root.join("tests/readers.py"))
        .arg(&warehouse)
        .arg(&published)
        .arg(&dictionary)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The Python of a virtual environment with the readers in it, made once; else why there is none.
pub fn environment() -> Result<PathBuf, String> {
    installed::python(ENVIRONMENT, READERS)
}
