//! Files and folders as the user names them: what they are, how they are best written, and whether
//! one folder is in another. A URL that stands in the place of a folder is within another one where
//! its container is the same and its prefix begins with the other one's.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf, absolute};

use crate::domain::store_url::StoreUrl;
use crate::storage::interface::Kind;
use crate::storage::local::metadata;
use crate::storage::place::Identity;

/// A path without `.` and `..`, where it leads to the same place: `a/..` does not where `a` is a
/// link.
pub fn tidy(path: &Path) -> PathBuf {
    if let Some(url) = plain_url(path) {
        return url;
    }
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match (part, tidied.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(tidied.pop()),
            _ => tidied.push(part),
        }
    }
    if tidied.as_os_str().is_empty() {
        tidied.push(".");
    }
    if real(&tidied) == real(path) { tidied } else { path.to_path_buf() }
}

/// A URL of a store without what means nothing; `None` for any other path.
fn plain_url(path: &Path) -> Option<PathBuf> {
    let StoreUrl { container, prefix, .. } = StoreUrl::parse(path.to_str()?).ok()?;
    Some(PathBuf::from(if prefix.is_empty() {
        container
    } else {
        format!("{container}/{prefix}")
    }))
}

/// Where a path leads, as far as there is something, and what follows as it is written.
pub fn real(path: &Path) -> PathBuf {
    if let Some(url) = plain_url(path) {
        return url;
    }
    let whole = absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut real = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(real.pop()),
            _ => {
                real.push(part);
                real = fs::canonicalize(&real).unwrap_or(real);
            }
        }
    }
    real
}

/// Whether a folder is another one or in it: by the way there, or by what is there, since one
/// folder can have several names, such as in any case of letters.
pub fn is_within(inner: &Path, outer: &Path) -> bool {
    let (inner, outer) = (real(inner), real(outer));
    let is_outer = Identity::at(&outer);
    inner.starts_with(&outer) || (is_outer.is_some() && inner.ancestors().any(|above| Identity::at(above) == is_outer))
}

/// What is at a path, or at the end of the links there.
pub fn kind(path: &Path) -> io::Result<Kind> {
    Ok(metadata::of(&fs::metadata(path)?).kind)
}

/// The path of something that is there, without links.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}
