//! A release as its manifest describes it. The manifest is put last: where it is, every file that
//! it names is there.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::domain::day::{Day, Instant};
use crate::domain::digest::Digest;
use crate::reports::releases::id::ReleaseId;
pub use crate::reports::staging::ReleaseFile;

/// The folder of all releases, below the published folder.
pub const FOLDER: &str = "releases";
/// The manifest of a release.
const MANIFEST: &str = "manifest.json";

/// A set of published files that belong together and never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub release: ReleaseId,
    pub pipeline: String,
    /// Of the program.
    pub version: String,
    /// When the run began that made it.
    pub began: String,
    /// The first and the last published day.
    pub first_day: String,
    pub last_day: String,
    /// The release that was in force before; `None` where there was none.
    pub before: Option<ReleaseId>,
    /// Of what the files were made from.
    pub fingerprint: Digest,
    /// A digest of each group of settings that decides numbers or names, by the name of the group.
    pub settings: BTreeMap<String, Digest>,
    pub files: Vec<ReleaseFile>,
    /// Why days of the published tables were made, by each run since the release before.
    #[serde(default)]
    pub runs: Vec<RunNote>,
    /// The raw files that were read since then.
    #[serde(default)]
    pub raw_files: RawFilesRead,
}

/// Why a run made days of published tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNote {
    /// When it began.
    pub began: String,
    pub made: Vec<MadeDays>,
}

/// Consecutive days of a table that were made for the same causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeDays {
    pub table: String,
    pub first: String,
    pub last: String,
    /// As in `run.json`.
    pub causes: Vec<String>,
    pub why: String,
}

/// Raw files that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawFilesRead {
    pub count: u64,
    /// The first of them, by name.
    pub first: Vec<String>,
}

/// What is known of a release before its files are written.
#[derive(Clone, Debug)]
pub struct ReleaseNotes {
    pub pipeline: String,
    pub began: Instant,
    pub fingerprint: Digest,
    pub settings: BTreeMap<String, Digest>,
    pub runs: Vec<RunNote>,
    pub raw_files: RawFilesRead,
    /// How many releases are kept.
    pub keep: usize,
}

impl Release {
    pub fn file(&self, name: &str) -> Option<&ReleaseFile> {
        self.files.iter().find(|file| file.name == name)
    }

    /// The first and the last published day.
    pub fn days(&self) -> Option<(Day, Day)> {
        Day::parse(&self.first_day).zip(Day::parse(&self.last_day))
    }

    /// Whether it has just these files.
    pub fn has_same_files(&self, files: &[ReleaseFile]) -> bool {
        let key = |file: &ReleaseFile| (file.name.clone(), file.digest, file.bytes);
        self.files.iter().map(key).eq(files.iter().map(key))
    }
}

/// The folder of a release, below the published folder.
pub fn folder_of(release: ReleaseId) -> String {
    format!("{FOLDER}/{release}")
}

/// Where the manifest of a release is, below the published folder.
pub fn manifest_of(release: ReleaseId) -> String {
    format!("{FOLDER}/{release}/{MANIFEST}")
}

/// The name of a file with this content: the half of its digest tells contents of one table apart.
pub fn content_name(name: &str, digest: Digest) -> String {
    let (path, half) = (Path::new(name), (digest.0 >> 64) as u64);
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    format!("{}-{half:016x}.{}", part(path.file_stem()), part(path.extension()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_content() {
        let digest = Digest(0x0123_4567_89ab_cdef_0000_0000_0000_0001);
        assert_eq!(content_name("adoption.parquet", digest), "adoption-0123456789abcdef.parquet");
        assert!(digest.to_string().starts_with("0123456789abcdef"));
    }
}
