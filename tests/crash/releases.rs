//! What whoever follows `current.json` sees, at any moment: whole releases.

use std::fs;
use std::path::{Path, PathBuf};

use uptake::domain::digest::Digest;

use crate::crash::portfolio::Files;

/// Holds that every release with a manifest has all of its files, and that these are one of the
/// `known` publications and no mixture; gives the files of the release that is in force.
pub fn assert_whole(published: &Path, known: &[&Files], what: &str) -> Option<Files> {
    for entry in fs::read_dir(published.join("releases")).into_iter().flatten().map(Result::unwrap) {
        let manifest = entry.path().join("manifest.json");
        if manifest.exists() {
            let files = files_of(published, &manifest, what);
            assert!(known.contains(&&files), "{what}: `{}` is a mixture", manifest.display());
        }
    }
    let current = read(&published.join("current.json"))?;
    let manifest: PathBuf = current["manifest"].as_str().unwrap().into();
    let files = files_of(published, &published.join(manifest), what);
    for (name, path) in current["files"].as_object().unwrap() {
        let bytes = fs::read(published.join(path.as_str().unwrap())).unwrap();
        assert!(files[Path::new(name)] == bytes, "{what}: `current.json` names another `{name}`");
    }
    Some(files)
}

/// The files that a manifest names, by the names under which they are published.
fn files_of(published: &Path, manifest: &Path, what: &str) -> Files {
    let release = read(manifest).unwrap_or_else(|| panic!("{what}: `{}` is not there", manifest.display()));
    let files = release["files"].as_array().unwrap().iter().map(|file| {
        let path = published.join(file["path"].as_str().unwrap());
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{what}: `{}`: {error}", path.display()));
        assert_eq!(Digest::of(&bytes).to_string(), file["digest"], "{what}: `{}`", path.display());
        (PathBuf::from(file["name"].as_str().unwrap()), bytes)
    });
    files.collect()
}

fn read(path: &Path) -> Option<serde_json::Value> {
    let bytes = fs::read(path).ok()?;
    Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("`{}`: {error}", path.display())))
}
