//! Whole runs on stores.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::place::{Files, Place, are_the_same, files_of, succeeded, that_are_promised};
use crate::workdir::cannot_run;

/// A small portfolio of the sample with its pipeline file, in a folder of its own.
pub fn small_portfolio() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sample = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["sample", "--customers", "4", "--days", "40", "--users", "6", "--out"])
        .arg(folder.path().join("sample"))
        .output()
        .unwrap();
    succeeded(&sample);
    folder
}

/// Warehouse and published files of a run on folders.
pub fn on_folders(pipeline: &Path, input: &Path) -> (Files, Files) {
    let work = tempfile::tempdir().unwrap();
    let (warehouse, published) = (work.path().join("warehouse"), work.path().join("published"));
    let run = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("run")
        .arg(pipeline)
        .arg("--input")
        .arg(input)
        .arg("--warehouse")
        .arg(&warehouse)
        .arg("--published")
        .arg(&published)
        .output()
        .unwrap();
    succeeded(&run);
    (that_are_promised(files_of(&warehouse)), that_are_promised(files_of(&published)))
}

/// Adds the arguments by which a command finds everything in a place.
pub fn in_place<'c>(command: &'c mut Command, what: &str, pipeline: &Path, place: &Place) -> &'c mut Command {
    command
        .arg(what)
        .arg(pipeline)
        .args(["--input", &place.url("raw")])
        .args(["--warehouse", &place.url("warehouse")])
        .args(["--published", &place.url("published")])
}

#[test]
fn the_sample_gives_the_same_bytes_on_stores_as_on_folders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (pipeline, input) = (root.join("pipelines/nightly.toml"), root.join("data/sample"));
    let (warehouse, published) = on_folders(&pipeline, &input);
    for place in Place::all() {
        place.put_folder(&input, "raw");
        let run = in_place(&mut place.uptake(), "run", &pipeline, &place).output().unwrap();
        let told = succeeded(&run);
        assert!(!told.contains("warning"), "{told}");
        are_the_same(&that_are_promised(place.files("warehouse")), &warehouse);
        are_the_same(&that_are_promised(place.files("published")), &published);
        the_release_in_force_is_whole(&place.files("published"));
        let left = place.files("warehouse/.uptake");
        assert!(
            left.keys().all(|name| !name.contains('/') && !name.contains(".clock")),
            "{:?}",
            left.keys()
        );
        // A second run has nothing to do, and every other command reads what is there.
        let log = place.files("published")["runs.jsonl"].clone();
        succeeded(&in_place(&mut place.uptake(), "run", &pipeline, &place).output().unwrap());
        let logged = place.files("published")["runs.jsonl"].clone();
        assert!(logged.starts_with(&log));
        are_the_same(&that_are_promised(place.files("warehouse")), &warehouse);
        for command in ["plan", "status", "check", "customers"] {
            succeeded(&in_place(&mut place.uptake(), command, &pipeline, &place).output().unwrap());
        }
    }
}

/// What `current.json` names is what stands under fixed names.
fn the_release_in_force_is_whole(published: &Files) {
    let current: serde_json::Value = serde_json::from_slice(&published["current.json"]).unwrap();
    let files = current["files"].as_object().unwrap();
    assert!(files.contains_key("adoption.parquet"));
    for (name, path) in files {
        assert!(published[path.as_str().unwrap()] == published[name], "{name}");
    }
}

#[test]
fn a_raw_file_on_a_store_is_inspected_by_its_url() {
    let raw = tempfile::tempdir().unwrap();
    let text = "userPrincipalName,id\na@contoso.com,1\n";
    fs::write(raw.path().join("users.csv"), text).unwrap();
    for place in Place::all() {
        place.put_folder(raw.path(), "raw");
        let inspect = |name: &str| place.uptake().arg("inspect").arg(place.url(name)).output().unwrap();
        let told = inspect("raw/users.csv");
        assert!(String::from_utf8_lossy(&told.stdout).contains("users.csv"), "{told:?}");
        let missing = inspect("raw/none.csv");
        assert!(!missing.status.success());
        assert!(String::from_utf8_lossy(&missing.stderr).contains("raw/none.csv"), "{missing:?}");
    }
}

#[test]
fn of_two_runs_at_once_one_wins_and_the_other_is_told_who_has_the_lock() {
    let portfolio = small_portfolio();
    let (pipeline, input) = (portfolio.path().join("sample/pipeline.toml"), portfolio.path().join("sample"));
    let (warehouse, published) = on_folders(&pipeline, &input);
    for place in Place::all() {
        place.put_folder(&input, "raw");
        let start = || {
            let mut command = place.uptake();
            let command = in_place(&mut command, "run", &pipeline, &place);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let ended = [start(), start()].map(|run| run.wait_with_output().unwrap());
        let codes: Vec<_> = ended.iter().map(|output| output.status.code().unwrap()).collect();
        assert!(codes.contains(&0), "{ended:?}");
        // The second may have begun when the first was over.
        for output in ended.iter().filter(|output| !output.status.success()) {
            assert_eq!(output.status.code(), Some(5), "{output:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("process "), "{output:?}");
        }
        are_the_same(&that_are_promised(place.files("warehouse")), &warehouse);
        are_the_same(&that_are_promised(place.files("published")), &published);
    }
}

#[test]
fn polars_reads_published_files_by_their_url() {
    let python = match crate::readers::environment() {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let portfolio = small_portfolio();
    let (pipeline, input) = (portfolio.path().join("sample/pipeline.toml"), portfolio.path().join("sample"));
    for place in Place::all().into_iter().filter(Place::is_s3) {
        place.put_folder(&input, "raw");
        succeeded(&in_place(&mut place.uptake(), "run", &pipeline, &place).output().unwrap());
        let script = "import polars, sys\n\
                      options = dict(aws_endpoint_url=sys.argv[1], aws_access_key_id='any', aws_secret_access_key='any', \
                      aws_region='us-east-1', aws_allow_http='true')\n\
                      print(len(polars.read_parquet(sys.argv[2], storage_options=options)))";
        let read = Command::new(&python)
            .args(["-c", script, place.endpoint(), &place.url("published/adoption.parquet")])
            .output()
            .unwrap();
        succeeded(&read);
        let rows: u64 = String::from_utf8_lossy(&read.stdout).trim().parse().unwrap();
        assert!(rows > 0);
    }
}
