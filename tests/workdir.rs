//! A folder of its own for each test, and ways to run the pipeline in it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use uptake::domain::day::Day;
use uptake::engine::error::EngineError;
use uptake::engine::events::Watch;
use uptake::engine::report::RunReport;
use uptake::engine::request::Request;
use uptake::engine::run;
use uptake::pipeline::catalogue::built_in;
use uptake::pipeline::file;
use uptake::pipeline::settings::Settings;
use uptake::storage::temporary_file::TemporaryFile;
use uptake::warehouse::store::Store;

/// What the pipeline file `text` means, as if it lay in `folder`; with the built-in catalogue
/// unless it names another.
pub fn settings(folder: &Path, text: &str) -> Settings {
    let mut written = file::parse(text, &folder.join("pipeline.toml")).expect("a pipeline file");
    if let Some(key_file) = written.privacy.needed_key_file() {
        written.privacy.key = Some(std::fs::read(&key_file.value).expect("a key"));
    }
    let mut texts = built_in();
    let files: Vec<_> = written
        .catalogue_files()
        .map(|(part, path)| (part, std::fs::read(path).expect("a catalogue file")))
        .collect();
    for (part, bytes) in &files {
        texts.replace(*part, "catalogue", bytes);
    }
    let catalogue = texts.parse().expect("a catalogue").catalogue;
    written.resolve(catalogue).expect("settings")
}

/// The pipeline of a sample in the folder `raw`, which ends on a day and has a warehouse of its own.
pub fn settings_of_sample(folder: &Path, warehouse: &str, last: &str) -> Settings {
    let raw = folder.join("raw");
    let text = std::fs::read_to_string(raw.join("pipeline.toml")).expect("a sample");
    let mut settings = settings(&raw, &text);
    settings.warehouse = folder.join(warehouse);
    settings.published = folder.join(format!("{warehouse}-published"));
    settings.last_day = Day::parse(last);
    settings
}

/// Runs the pipeline in this process, as `uptake run` does, until the settings' last day.
pub fn run_pipeline(settings: &Settings) -> Result<RunReport, EngineError> {
    ask(&Request::new(settings, settings.last_day.expect("tests fix the last day")))
}

/// Does what is asked for, as `uptake run` and `uptake reprocess` do.
pub fn ask(request: &Request<'_>) -> Result<RunReport, EngineError> {
    let store = Store::at(&request.settings.warehouse);
    let lock = store.lock("a test")?;
    let report = run_in(request, &store);
    drop(lock);
    report
}

/// Plans what is asked for, as `uptake plan` does.
pub fn plan(request: &Request<'_>) -> Result<RunReport, EngineError> {
    let overlay = TemporaryFile::new().expect("a temporary file");
    run_in(request, &Store::rehearsal(&request.settings.warehouse, overlay))
}

fn run_in(request: &Request<'_>, store: &Store) -> Result<RunReport, EngineError> {
    let interrupted = AtomicBool::new(false);
    let watch = Watch {
        notify: &|_| {},
        interrupted: &interrupted,
    };
    run::run(request, store, &watch)
}

/// Every Parquet file below a folder, by its path below it, with its bytes.
pub fn parquet_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "parquet"))
        .map(|entry| {
            (
                entry.path().strip_prefix(folder).unwrap().to_path_buf(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

/// What a test needs is not here: another system, no right to mount, no network. On a machine that
/// decides about a change (`UPTAKE_REQUIRE_ALL`, which `.ci/run` sets) that is a failure, since a
/// test that checks nothing passes whatever the code does.
pub fn cannot_run(reason: &str) {
    assert!(
        std::env::var_os("UPTAKE_REQUIRE_ALL").is_none(),
        "this test has to run here: {reason}"
    );
    eprintln!("SKIPPED: {reason}; nothing was checked");
}
