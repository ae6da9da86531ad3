//! A release as its manifest describes it. The manifest is put last: where it is, every file that
//! it names is there.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::reports::releases::id::ReleaseId;

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
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFile {
    /// The name under which it is published.
    pub name: String,
    /// Where it is, below the published folder.
    pub path: String,
    /// Rows without the header.
    pub rows: u64,
    pub bytes: u64,
    /// Of the file's bytes.
    pub digest: Digest,
}

/// What is known of a release before its files are written.
#[derive(Clone, Debug)]
pub struct ReleaseNotes {
    pub pipeline: String,
    pub began: crate::domain::day::Instant,
    pub fingerprint: Digest,
    pub settings: BTreeMap<String, Digest>,
    /// How many releases are kept.
    pub keep: usize,
}

impl Release {
    pub fn file(&self, name: &str) -> Option<&ReleaseFile> {
        self.files.iter().find(|file| file.name == name)
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
