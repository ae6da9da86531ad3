//! The folder of releases: which there are, how a new one is made, and how old ones go.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::reports::error::ReportError;
use crate::reports::releases::current::Current;
use crate::reports::releases::id::ReleaseId;
use crate::reports::releases::release::{FOLDER, Release, ReleaseFile, ReleaseNotes, content_name, folder_of, manifest_of};
use crate::reports::staging::{Compared, Staging};
use crate::storage::interface::{Entry, Storage};

/// The releases that are there, each with whether it is whole: a run that died may have left others.
fn found(published: &dyn Storage) -> Result<BTreeMap<ReleaseId, bool>, ReportError> {
    let mut releases = BTreeMap::new();
    if let Some(entries) = published.list_below(FOLDER)? {
        for Entry { name, .. } in entries {
            let Some((folder, file)) = name.split_once('/') else { continue };
            if let Some(id) = ReleaseId::parse(folder) {
                *releases.entry(id).or_default() |= manifest_of(id).ends_with(&format!("/{file}"));
            }
        }
        return Ok(releases);
    }
    for Entry { name, .. } in published.list(FOLDER, None)?.unwrap_or_default().entries {
        if let Some(id) = ReleaseId::parse(&name) {
            releases.insert(id, published.look(&manifest_of(id))?.is_some());
        }
    }
    Ok(releases)
}

/// The ids of all releases, oldest first.
pub fn ids(published: &dyn Storage) -> Result<Vec<ReleaseId>, ReportError> {
    Ok(whole(&found(published)?).collect())
}

fn whole(found: &BTreeMap<ReleaseId, bool>) -> impl DoubleEndedIterator<Item = ReleaseId> {
    found.iter().filter(|(_, is_whole)| **is_whole).map(|(id, _)| *id)
}

/// The manifest of a release; `None` where there is no such release, or none that can be read.
pub fn read(published: &dyn Storage, id: ReleaseId) -> Result<Option<Release>, ReportError> {
    let bytes = published.read(&manifest_of(id))?;
    let release: Option<Release> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(release.filter(|release| release.release == id))
}

/// Whether a release is in force and all of its files are there.
pub fn is_in_force(published: &dyn Storage) -> Result<bool, ReportError> {
    let Some(current) = Current::read(published)? else {
        return Ok(false);
    };
    let Some(release) = read(published, current.release)? else {
        return Ok(false);
    };
    let there = sizes(published, release.release)?;
    Ok(release.files.iter().all(|file| there.get(&file.path) == Some(&file.bytes)))
}

/// The sizes of the files of a release, by their paths below the published folder.
fn sizes(published: &dyn Storage, id: ReleaseId) -> Result<BTreeMap<String, u64>, ReportError> {
    let folder = folder_of(id);
    let entries = published.list(&folder, None)?.unwrap_or_default().entries;
    let size = |entry: Entry| (format!("{folder}/{}", entry.name), entry.metadata.version.size());
    Ok(entries.into_iter().map(size).collect())
}

/// Makes a release of files that are finished, or finds the newest one, where it has just these.
/// Nothing is in force by that. The caller keeps others from doing the same.
pub(in crate::reports) fn put(
    published: &dyn Storage,
    staging: &Staging<'_>,
    files: &mut [Compared],
    (notes, (first, last)): (&ReleaseNotes, (Day, Day)),
) -> Result<Release, ReportError> {
    let found = found(published)?;
    for (id, _) in found.iter().filter(|(_, is_whole)| !**is_whole) {
        published.delete_below(&folder_of(*id))?;
    }
    let newest = whole(&found).next_back();
    let id = ReleaseId::after(newest, notes.began);
    let newest = newest.map(|newest| read(published, newest)).transpose()?.flatten();
    let list = |id| files.iter().map(|file| file_of(id, file)).collect::<Vec<_>>();
    let (release, is_new) = match newest.filter(|newest| newest.has_same_files(&list(newest.release))) {
        Some(newest) => (newest, false),
        None => {
            let release = Release {
                release: id,
                pipeline: notes.pipeline.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                began: notes.began.to_string(),
                first_day: first.to_string(),
                last_day: last.to_string(),
                before: Current::read(published)?.map(|current| current.release),
                fingerprint: notes.fingerprint,
                settings: notes.settings.clone(),
                files: list(id),
                runs: notes.runs.clone(),
                raw_files: notes.raw_files.clone(),
            };
            (release, true)
        }
    };
    let there = if is_new {
        BTreeMap::new()
    } else {
        sizes(published, release.release)?
    };
    let puts = files.par_iter_mut().zip(&release.files);
    puts.try_for_each(|(file, as_released)| {
        let is_there = there.get(&as_released.path) == Some(&as_released.bytes);
        staging.put_in_release(file, &as_released.path, is_there)
    })?;
    if is_new {
        write_manifest(published, &release)?;
    }
    Ok(release)
}

fn file_of(id: ReleaseId, file: &Compared) -> ReleaseFile {
    let staged = &file.staged;
    ReleaseFile {
        name: staged.name.clone(),
        path: format!("{}/{}", folder_of(id), content_name(&staged.name, staged.digest)),
        rows: staged.rows,
        bytes: staged.bytes,
        digest: staged.digest,
    }
}

/// Puts the manifest, after everything that it names is on the disk.
fn write_manifest(published: &dyn Storage, release: &Release) -> Result<(), ReportError> {
    let (folder, name) = (folder_of(release.release), manifest_of(release.release));
    let failed = |error| ReportError::Json {
        path: published.shown(&name),
        error,
    };
    let text = serde_json::to_string_pretty(release).map_err(failed)? + "\n";
    published.sync(&folder)?;
    published.put_synced(&name, text.as_bytes())?;
    for prefix in [folder.as_str(), FOLDER, ""] {
        published.sync(prefix)?;
    }
    Ok(())
}

/// Removes the oldest releases, so that `keep` are left. The one in force stays.
pub(in crate::reports) fn remove_old(published: &dyn Storage, keep: usize, in_force: ReleaseId) -> Result<(), ReportError> {
    let all = ids(published)?;
    let old = all.len().saturating_sub(keep);
    for id in all.into_iter().take(old).filter(|id| *id != in_force) {
        // Without its manifest it is no release any more, whatever becomes of this process.
        published.delete(&manifest_of(id))?;
        published.delete_below(&folder_of(id))?;
    }
    Ok(())
}
