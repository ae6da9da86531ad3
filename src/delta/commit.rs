//! The lines of a commit. Beside what Delta asks for, `commitInfo` says what uptake needs to go on:
//! which pipeline it is, which columns the metadata has, and which files are no longer of the table
//! and still there for readers of earlier versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::digest::Digest;

/// What a commit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The release that the version is.
    pub release: String,
    /// The file that is the table from now on.
    pub file: DataFile,
    pub notes: Notes,
}

/// A file of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    pub name: String,
    pub bytes: u64,
}

/// What uptake needs to go on from a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    pub pipeline: String,
    /// Of what the metadata says of the table.
    pub schema: Digest,
    /// Files that earlier versions have and that are still there, with the time at which the table
    /// gave them up, in milliseconds since 1970.
    pub removed: BTreeMap<String, i64>,
}

/// What else a commit is made of.
pub struct Parts<'a> {
    /// The file that goes.
    pub before: Option<&'a DataFile>,
    /// The statistics of the file that comes.
    pub stats: &'a str,
    pub rows: u64,
    /// Where the columns are new, or the table is.
    pub metadata: Option<Value>,
    pub is_first: bool,
}

impl Commit {
    /// The text of the commit: an action a line.
    pub fn text(&self, parts: &Parts<'_>) -> String {
        let mut lines = vec![json!({"commitInfo": {
            "timestamp": self.timestamp,
            "operation": "WRITE",
            "operationParameters": {"mode": "Overwrite", "partitionBy": "[]"},
            "operationMetrics": {"numFiles": "1", "numOutputRows": parts.rows.to_string(), "numOutputBytes": self.file.bytes.to_string()},
            "isBlindAppend": false,
            "engineInfo": concat!("uptake/", env!("CARGO_PKG_VERSION")),
            "release": self.release,
            "uptake": self.notes,
        }})];
        if parts.is_first {
            lines.push(json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}));
        }
        lines.extend(parts.metadata.as_ref().map(|metadata| json!({"metaData": metadata})));
        lines.push(json!({"txn": {
            "appId": format!("uptake/{}", self.notes.pipeline),
            "version": number_of(&self.release),
            "lastUpdated": self.timestamp,
        }}));
        // A file whose table has new metadata and the same rows stays, and is added again.
        let gone = parts.before.filter(|before| before.name != self.file.name);
        lines.extend(gone.map(|before| {
            json!({"remove": {
                "path": before.name,
                "deletionTimestamp": self.timestamp,
                "dataChange": true,
                "extendedFileMetadata": true,
                "partitionValues": {},
                "size": before.bytes,
            }})
        }));
        lines.push(json!({"add": {
            "path": self.file.name,
            "partitionValues": {},
            "size": self.file.bytes,
            "modificationTime": self.timestamp,
            "dataChange": true,
            "stats": parts.stats,
        }}));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Reads a commit that uptake wrote; `None` for any other one.
    pub fn parse(text: &[u8]) -> Option<Commit> {
        let lines: Vec<Value> = serde_json::Deserializer::from_slice(text)
            .into_iter()
            .collect::<Result<_, _>>()
            .ok()?;
        let action = |name: &str| {
            let mut found = lines.iter().filter_map(|line| line.get(name));
            found.next().filter(|_| found.next().is_none())
        };
        let (info, add) = (action("commitInfo")?, action("add")?);
        Some(Commit {
            timestamp: info["timestamp"].as_i64()?,
            release: info["release"].as_str()?.to_owned(),
            file: DataFile {
                name: add["path"].as_str()?.to_owned(),
                bytes: add["size"].as_u64()?,
            },
            notes: serde_json::from_value(info["uptake"].clone()).ok()?,
        })
    }
}

/// The digits of a release's id: later releases have greater numbers.
fn number_of(release: &str) -> i64 {
    let digits = release.bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |number: i64, digit| {
        number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit() -> Commit {
        Commit {
            timestamp: 1_790_829_000_000,
            release: "20261001-043000".to_owned(),
            file: DataFile {
                name: "usage-0123456789abcdef.parquet".to_owned(),
                bytes: 5,
            },
            notes: Notes {
                pipeline: "nightly".to_owned(),
                schema: Digest(7),
                removed: BTreeMap::from([("usage-fedcba9876543210.parquet".to_owned(), 1_790_742_600_000)]),
            },
        }
    }

    fn parts(before: Option<&DataFile>) -> Parts<'_> {
        Parts {
            before,
            stats: "{}",
            rows: 2,
            metadata: None,
            is_first: false,
        }
    }

    fn actions(text: &str) -> Vec<String> {
        let keys = |line: &str| {
            serde_json::from_str::<BTreeMap<String, Value>>(line)
                .expect("JSON")
                .into_keys()
                .next()
        };
        text.lines().filter_map(keys).collect()
    }

    #[test]
    fn a_commit_is_read_as_it_was_written() {
        let text = commit().text(&parts(None));
        assert_eq!(Commit::parse(text.as_bytes()), Some(commit()));
        assert_eq!(actions(&text), ["commitInfo", "txn", "add"]);
        assert!(text.contains(r#""version":20261001043000"#), "{text}");
    }

    #[test]
    fn a_file_that_stays_is_not_removed() {
        let other = DataFile {
            name: "usage-fedcba9876543210.parquet".to_owned(),
            bytes: 3,
        };
        assert_eq!(
            actions(&commit().text(&parts(Some(&other)))),
            ["commitInfo", "txn", "remove", "add"]
        );
        let same = commit().file;
        assert_eq!(actions(&commit().text(&parts(Some(&same)))), ["commitInfo", "txn", "add"]);
    }

    #[test]
    fn what_somebody_else_committed_is_none_of_ours() {
        let ours = commit().text(&parts(None));
        for text in [
            "",
            "{}",
            "not JSON",
            &ours.replace("uptake\":{", "other\":{"),
            &ours.replace("{\"add\"", "{\"cdc\""),
            &format!("{ours}{ours}"),
            &ours[..ours.len() - 10],
        ] {
            assert_eq!(Commit::parse(text.as_bytes()), None, "{text}");
        }
    }
}
