//! `run.json`: what the last run did that made anything, and which files are published.
//!
//! Most of the file is for people and monitors; `observe` gives it as one value. What decisions
//! rest on has types here: the published files with their digests ([`Manifest`]), and what the run
//! left to the next one ([`RunRecord`]). A file that is not there, or that cannot be read, is as if
//! nothing were published: the next run publishes again.

use std::collections::BTreeSet;
use std::io::Write;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::reports::error::ReportError;
use crate::reports::publish::remove_pages;
use crate::reports::releases::release::Release;
use crate::reports::staging::{PublishedFile, Staging, close, is_unfinished};
use crate::storage::interface::{Kind, Storage};

/// The file's name.
const NAME: &str = "run.json";

/// What is published: by the last run, or by the last one that published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of what the files were made from; `None` where only tables were made so far.
    pub fingerprint: Option<Digest>,
    pub published: Vec<PublishedFile>,
}

/// The last run that made anything.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RunRecord {
    #[serde(default)]
    pub command: String,
    #[serde(default)]
    pub arguments: Arguments,
    /// When it began; earlier versions did not say.
    #[serde(default)]
    pub began: Option<String>,
    /// Days that it left to the next run.
    #[serde(default)]
    pub days_left: u64,
    /// What the warehouse held after it.
    #[serde(default)]
    pub warehouse: Vec<TableRecord>,
    #[serde(default)]
    pub alert: Option<AlertRecord>,
    #[serde(flatten)]
    pub manifest: Manifest,
}

/// What became of telling a command of new next steps.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AlertRecord {
    /// The steps that it was not told.
    #[serde(default)]
    pub undelivered: BTreeSet<String>,
}

/// What a run was asked for, as far as it limits the tables or days that were made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Arguments {
    #[serde(deserialize_with = "day")]
    pub from: Option<Day>,
    #[serde(deserialize_with = "day")]
    pub until: Option<Day>,
    pub tables: Option<Vec<String>>,
}

/// What a table held.
#[derive(Clone, Debug, Deserialize)]
pub struct TableRecord {
    pub table: String,
    pub files: u64,
    #[serde(default, deserialize_with = "day")]
    pub last_day: Option<Day>,
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.as_deref().and_then(Day::parse))
}

impl RunRecord {
    /// What `run.json` of a published folder says; `None` where nothing can be read there.
    pub fn read(published: &dyn Storage) -> Option<RunRecord> {
        serde_json::from_slice(&published.read(NAME).ok()??).ok()
    }

    /// Whether it was a run of some tables only.
    pub fn is_of_some_tables(&self) -> bool {
        self.command == "run" && self.arguments.tables.is_some()
    }

    /// Whether it left files to the next run: it was a short one, or one of some days or tables.
    pub fn has_left_work(&self) -> bool {
        let is_of_some_days = self.command == "run" && self.arguments.from.is_some();
        self.days_left > 0 || is_of_some_days || self.is_of_some_tables()
    }
}

impl Manifest {
    /// The manifest of a published folder whose publication was finished and whose files are all
    /// there with the sizes that it says; `None` of any other.
    pub fn of_whole(published: &dyn Storage) -> Option<Manifest> {
        if is_unfinished(published) {
            return None;
        }
        let manifest = RunRecord::read(published)?.manifest;
        let is_there = |file: &PublishedFile| {
            let found = published.look(&file.name).ok().flatten();
            found.is_some_and(|found| found.kind == Kind::Object && found.version.size() == file.bytes)
        };
        manifest.published.iter().all(is_there).then_some(manifest)
    }

    /// When the files were changed last, nanoseconds since 1970; 0 where there are none.
    pub fn last_change(&self, published: &dyn Storage) -> u64 {
        let changed = |file: &PublishedFile| published.look(&file.name).ok()??.changed;
        self.published.iter().filter_map(changed).max().unwrap_or(0)
    }

    /// Writes `run.json`, the last file of a run: what `run` says, then the manifest.
    pub fn write(&self, published: &dyn Storage, run: &impl Serialize) -> Result<(), ReportError> {
        #[derive(Serialize)]
        struct RunJson<'a, R> {
            #[serde(flatten)]
            run: &'a R,
            #[serde(flatten)]
            manifest: &'a Manifest,
        }
        let staging = Staging::open(published)?;
        let mut file = staging.create(NAME)?;
        let path = file.path.clone();
        let whole = RunJson { run, manifest: self };
        let text = serde_json::to_string_pretty(&whole).map_err(|error| ReportError::Json { path: path.clone(), error })?;
        writeln!(file, "{text}").map_err(ReportError::disk("write", &path))?;
        let staged = file.finish(1)?;
        let compared = staging.compare(vec![staged])?;
        staging.mark()?;
        staging.commit(compared)?;
        close(published)
    }
}

/// `run.json` after a release was put into force that is there: what the last run did, and the files
/// of the release.
pub fn put_release(published: &dyn Storage, release: &Release, files: Vec<PublishedFile>) -> Result<(), ReportError> {
    let earlier = RunRecord::read(published).unwrap_or_default().manifest.published;
    remove_pages(published, earlier.iter().map(|file| &file.name), &files)?;
    let bytes = published.read(NAME)?.unwrap_or_default();
    let mut run: Map<String, Value> = serde_json::from_slice(&bytes).unwrap_or_default();
    ["fingerprint", "published"].iter().for_each(|key| drop(run.remove(*key)));
    run.insert("release".to_owned(), Value::String(release.release.to_string()));
    let manifest = Manifest {
        fingerprint: Some(release.fingerprint),
        published: files,
    };
    manifest.write(published, &run)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::storage;

    fn manifest() -> Manifest {
        Manifest {
            fingerprint: Some(Digest(7)),
            published: vec![PublishedFile {
                name: "adoption.parquet".to_owned(),
                rows: 2,
                bytes: 3,
                digest: Digest::of(b"abc"),
                changed: true,
            }],
        }
    }

    #[test]
    fn what_a_run_wrote_down_is_read_again_and_the_manifest_stands_last() {
        let folder = tempfile::tempdir().unwrap();
        let run = json!({
            "command": "run", "arguments": {"until": "2026-09-30", "max_days": 2}, "began": "2026-10-01T04:30:00Z",
            "warehouse": [{"table": "usage", "files": 4, "rows": 9, "first_day": null, "last_day": "2026-09-30"}], "days_left": 3,
        });
        manifest().write(&*storage::at(folder.path()), &run).unwrap();
        let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "command",
                "arguments",
                "began",
                "warehouse",
                "days_left",
                "fingerprint",
                "published"
            ]
        );
        assert_eq!(value["published"][0]["digest"], Digest::of(b"abc").to_string());
        let record = RunRecord::read(&*storage::at(folder.path())).unwrap();
        assert_eq!(record.manifest, manifest());
        assert_eq!((record.arguments.until, record.days_left), (Day::parse("2026-09-30"), 3));
        assert_eq!(
            record.warehouse.iter().map(|table| table.last_day).collect::<Vec<_>>(),
            [Day::parse("2026-09-30")]
        );
        assert!(record.has_left_work() && !record.is_of_some_tables());
    }

    #[test]
    fn a_folder_is_whole_when_every_file_has_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let published = storage::at(folder.path());
        assert_eq!(Manifest::of_whole(&*published), None);
        fs::write(folder.path().join("adoption.parquet"), "abc").unwrap();
        manifest().write(&*published, &json!({})).unwrap();
        assert_eq!(Manifest::of_whole(&*published), Some(manifest()));
        assert!(manifest().last_change(&*published) > 0);
        fs::write(folder.path().join("adoption.parquet"), "ab").unwrap();
        assert_eq!(Manifest::of_whole(&*published), None);
    }

    #[test]
    fn a_record_that_says_nothing_of_published_files_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let published = storage::at(folder.path());
        for text in ["", "[]", "{}", r#"{"published": 1}"#] {
            fs::write(folder.path().join(NAME), text).unwrap();
            assert!(RunRecord::read(&*published).is_none(), "{text}");
        }
        fs::write(folder.path().join(NAME), r#"{"published": []}"#).unwrap();
        assert!(RunRecord::read(&*published).is_some());
    }
}
