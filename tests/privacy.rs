//! User ids under `[privacy]`: the same numbers, no id of the logs anywhere, the same pseudonyms
//! wherever the key is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;
use uptake::domain::guid::Guid;
use uptake::domain::user_ids::is_pseudonym;
use uptake::sample::{self, Options};

use crate::workdir::parquet_files;

/// Tables in which no user has a row: they are the same whatever users are called.
const WITHOUT_USERS: &[&str] = &[
    "adoption",
    "usage",
    "workload_adoption",
    "customer_adoption",
    "spend",
    "next_steps",
    "portfolio",
    "subscriptions",
    "subscription_snapshots",
    "snapshots",
    "customers",
];

const KEY: &str = "a key of more than sixteen bytes";

/// The raw logs of a few customers, and pipelines over them.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::small(folder.path().join("raw"));
        (options.customers, options.days) = (4, 34);
        sample::write(&options, &mut |_| {}).unwrap();
        Desk { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the pipeline into folders of that name; with a key under pseudonyms.
    fn run(&self, name: &str, key: Option<&str>) -> String {
        let output = self.try_run(name, key);
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        said
    }

    fn try_run(&self, name: &str, key: Option<&str>) -> std::process::Output {
        let mut text = fs::read_to_string(self.path("raw/pipeline.toml")).unwrap();
        if let Some(key) = key {
            fs::write(self.path("raw/key"), key).unwrap();
            text.push_str("\n[privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"key\"\n");
        }
        let pipeline = self.path("raw/this.toml");
        fs::write(&pipeline, text).unwrap();
        Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg("run")
            .arg(&pipeline)
            .arg("--warehouse")
            .arg(self.path(name).join("warehouse"))
            .arg("--published")
            .arg(self.path(name).join("published"))
            .output()
            .unwrap()
    }

    fn texts(&self, name: &str) -> BTreeSet<String> {
        texts(&self.path(name))
    }
}

/// Every text in every Parquet file below a folder.
fn texts(folder: &Path) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (path, _) in parquet_files(folder) {
        let file = File::open(folder.join(path)).unwrap();
        for frame in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
            for column in frame
                .unwrap()
                .columns()
                .iter()
                .filter(|column| column.data_type() == &DataType::Utf8)
            {
                texts.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
    }
    texts
}

/// The GUIDs in some bytes, wherever they stand.
fn guids(bytes: &[u8]) -> impl Iterator<Item = Guid> {
    bytes.windows(36).filter_map(Guid::parse)
}

/// The users of the tables that name them.
fn users(warehouse: &Path) -> BTreeSet<String> {
    let mut users = BTreeSet::new();
    for table in [
        "activity_events",
        "license_changes",
        "license_holdings",
        "assignments",
        "account_states",
        "activity_28d",
    ] {
        for (path, _) in parquet_files(&warehouse.join(table)) {
            let file = File::open(warehouse.join(table).join(path)).unwrap();
            for frame in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
                let frame = frame.unwrap();
                let column = frame.column_by_name("user_id").unwrap();
                users.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
    }
    users.remove("");
    users
}

/// The digest of the rows of each file of a table.
fn digests(warehouse: &Path, table: &str) -> BTreeMap<PathBuf, String> {
    let folder = warehouse.join(table);
    let digest = |path: &Path| {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(folder.join(path)).unwrap()).unwrap();
        let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
        pairs.into_iter().find(|pair| pair.key == "uptake.digest").unwrap().value.unwrap()
    };
    parquet_files(&folder)
        .into_iter()
        .map(|(path, _)| (path.clone(), digest(&path)))
        .collect()
}

/// Whether any of these ids is anywhere below a folder: in a text of a Parquet file, in its footer,
/// or in any other file.
#[track_caller]
fn assert_none_of(ids: &BTreeSet<Guid>, folder: &Path) {
    for text in texts(folder) {
        assert!(guids(text.as_bytes()).all(|id| !ids.contains(&id)), "{text}");
    }
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            assert!(guids(&bytes).all(|id| !ids.contains(&id)), "{}", entry.path().display());
        }
    }
}

fn as_guids(users: &BTreeSet<String>) -> BTreeSet<Guid> {
    users.iter().filter_map(|user| Guid::parse(user.as_bytes())).collect()
}

#[test]
fn pseudonyms_change_no_number_and_leave_no_id_of_the_logs() {
    let desk = Desk::new();
    desk.run("plain", None);
    let said = desk.run("keyed", Some(KEY));
    let (plain, keyed) = (desk.path("plain/warehouse"), desk.path("keyed/warehouse"));
    let (of_logs, stored) = (users(&plain), users(&keyed));
    assert!(of_logs.len() > 20 && as_guids(&of_logs).len() == of_logs.len());
    assert_eq!(stored.len(), of_logs.len(), "one pseudonym a user, in every feed");
    assert!(stored.iter().all(|user| is_pseudonym(user)));
    assert_none_of(&as_guids(&of_logs), &desk.path("keyed"));
    for table in WITHOUT_USERS {
        assert_eq!(digests(&keyed, table), digests(&plain, table), "{table}");
    }
    // The footer of what became of seats has a digest of who held them, for the next publication.
    let outcomes = Path::new("seat_outcomes.parquet");
    let published = |folder: &str| {
        let mut files: BTreeMap<PathBuf, Vec<u8>> = parquet_files(&desk.path(folder)).into_iter().collect();
        assert!(files.remove(outcomes).is_some());
        // The same files once more, under names that tell when they were made.
        files.retain(|path, _| !path.starts_with("releases"));
        files
    };
    assert!(published("keyed/published") == published("plain/published"));
    let rows = |folder: &str| {
        let file = File::open(desk.path(folder).join(outcomes)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        reader.map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(rows("keyed/published"), rows("plain/published"));
    let export = |name: &str| fs::read(desk.path(name).join("published/portfolio-export.csv")).unwrap();
    assert_eq!(export("keyed"), export("plain"));
    assert!(!said.contains(KEY) && desk.texts("keyed").iter().all(|text| !text.contains(KEY)));
    for name in ["run.json", "runs.jsonl"] {
        assert!(!fs::read_to_string(desk.path("keyed/published").join(name)).unwrap().contains(KEY));
    }
}

#[test]
fn the_same_key_gives_the_same_files_and_another_key_reads_everything_again() {
    let desk = Desk::new();
    desk.run("first", Some(KEY));
    // Whether the key has a line end does not matter, nor on which machine it is.
    desk.run("second", Some(&format!("{KEY}\n")));
    assert_eq!(
        parquet_files(&desk.path("second/warehouse")),
        parquet_files(&desk.path("first/warehouse"))
    );
    assert!(desk.run("first", Some(KEY)).contains("up to date"));
    let before = users(&desk.path("first/warehouse"));
    desk.run("first", Some("another key, long enough"));
    let after = users(&desk.path("first/warehouse"));
    assert_eq!(after.len(), before.len());
    assert!(before.is_disjoint(&after), "nothing is left of the other key");
}

#[test]
fn ids_of_raw_files_that_are_gone_become_pseudonyms_too() {
    let desk = Desk::new();
    desk.run("site", None);
    let of_logs = users(&desk.path("site/warehouse"));
    // All sign-ins of half of the days, and one feed as a whole.
    for entry in walkdir::WalkDir::new(desk.path("raw/insights-logs-signinlogs")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() && entry.path().components().any(|part| part.as_os_str() == "m=08") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    fs::remove_dir_all(desk.path("raw/graph-users")).unwrap();
    desk.run("site", Some(KEY));
    let stored = users(&desk.path("site/warehouse"));
    assert_eq!(stored.len(), of_logs.len());
    assert_none_of(&as_guids(&of_logs), &desk.path("site"));
    // Back to plain ids: whom nobody can lead back, the run counts.
    let said = desk.run("site", None);
    let masked = users(&desk.path("site/warehouse"))
        .into_iter()
        .filter(|user| is_pseudonym(user))
        .count();
    assert!(masked > 0);
    assert!(said.contains(&format!("{masked} users stay under pseudonyms")), "{masked}: {said}");
}

#[test]
fn a_key_that_is_short_or_missing_is_refused_with_its_line() {
    let desk = Desk::new();
    let refused = |output: std::process::Output, words: &[&str]| {
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
        said
    };
    let said = refused(
        desk.try_run("site", Some("short key")),
        &["this.toml:", "has 9 bytes", "at least 16"],
    );
    assert!(!said.contains("short key"));
    let text = fs::read_to_string(desk.path("raw/this.toml")).unwrap();
    fs::remove_file(desk.path("raw/key")).unwrap();
    let pipeline = desk.path("raw/this.toml");
    fs::write(&pipeline, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("run")
        .arg(&pipeline)
        .output()
        .unwrap();
    refused(output, &["this.toml:", "cannot read the key file", "raw/key"]);
    assert!(!desk.path("site").exists());
}
