//! How far the log of a table is, and whose it is. Nothing is changed that somebody else has written.

use crate::delta::commit::Commit;
use crate::delta::error::DeltaError;
use crate::delta::names;
use crate::storage::interface::Storage;

/// The last commit of a table, with its version; `None` where the table has none yet. Fails where
/// the last word is not this pipeline's.
pub fn last_commit(delta: &dyn Storage, table: &str, pipeline: &str) -> Result<Option<(u64, Commit)>, DeltaError> {
    let foreign = |why: String| {
        Err(DeltaError::Foreign {
            path: delta.shown(table),
            why,
        })
    };
    let folder = names::log_folder(table);
    let Some(log) = delta.list(&folder, None)? else {
        let entries = delta.list(table, None)?.unwrap_or_default().entries;
        return match entries.into_iter().find(|entry| !names::is_ours(table, &entry.name)) {
            Some(other) => foreign(format!("has something else in it: `{}`", other.name)),
            None => Ok(None),
        };
    };
    let Some(version) = log.entries.iter().filter_map(|entry| names::version_of(&entry.name)).max() else {
        return match log.entries.first() {
            Some(other) => foreign(format!("has a log without a commit: `{}`", other.name)),
            None => Ok(None),
        };
    };
    let commit = delta.read(&names::commit(table, version))?.unwrap_or_default();
    match Commit::parse(&commit) {
        None => foreign(format!("is a Delta table whose version {version} uptake has not written")),
        Some(commit) if commit.notes.pipeline != pipeline => {
            foreign(format!("is a Delta table of the pipeline `{}`", commit.notes.pipeline))
        }
        Some(commit) => Ok(Some((version, commit))),
    }
}
