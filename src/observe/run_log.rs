//! `runs.jsonl`: one line for every run that did or tried something, oldest first. Lines are only
//! appended, each with one write call that is synced to disk. If a run died while it wrote its
//! line, the next run ends that line, and readers skip it.

use serde_json::Value;

use crate::storage::error::{StorageError, if_there};
use crate::storage::interface::Storage;
use crate::storage::object::OpenObject;

/// Name of the run log in the published folder.
pub const RUN_LOG: &str = "runs.jsonl";
/// How much of the end of the log is read at first.
const TAIL_BYTES: u64 = 1 << 16;

/// Appends the line of a run.
pub fn append(published: &dyn Storage, run: &Value) -> Result<(), StorageError> {
    let ends_a_line = if_there(published.open(RUN_LOG))?.map_or(Ok(true), |log| ends_a_line(&log))?;
    let begin = if ends_a_line { "" } else { "\n" };
    published.append(RUN_LOG, format!("{begin}{run}\n").as_bytes())
}

/// Returns whether the last line of the log has its line end. An empty log counts as complete.
fn ends_a_line(log: &OpenObject) -> Result<bool, StorageError> {
    match log.size().checked_sub(1) {
        None => Ok(true),
        Some(last) => Ok(log.read_range(last, 1).map_err(StorageError::of("read", log.shown()))? == b"\n"),
    }
}

/// Returns the last `most` runs, oldest first, or none if there is no log. Lines that are not JSON
/// objects are skipped.
pub fn read(published: &dyn Storage, most: usize) -> Result<Vec<Value>, StorageError> {
    let Some(log) = if_there(published.open(RUN_LOG))? else {
        return Ok(Vec::new());
    };
    let size = log.size();
    let mut tail = TAIL_BYTES;
    loop {
        let start = size.saturating_sub(tail);
        let bytes = log
            .read_range(start, (size - start) as usize)
            .map_err(StorageError::of("read", log.shown()))?;
        // What comes before the first line end may be the end of a longer line.
        let whole = match bytes.iter().position(|byte| *byte == b'\n') {
            _ if start == 0 => 0,
            Some(at) => at + 1,
            None => bytes.len(),
        };
        let lines = bytes[whole..].split(|byte| *byte == b'\n');
        let mut runs: Vec<Value> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        runs.retain(Value::is_object);
        if runs.len() >= most || start == 0 {
            let first = runs.len().saturating_sub(most);
            return Ok(runs.split_off(first));
        }
        tail = tail.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::storage;

    fn numbers(published: &Path, most: usize) -> Vec<i64> {
        read(&*storage::at(published), most)
            .unwrap()
            .iter()
            .map(|run| run["run"].as_i64().unwrap())
            .collect()
    }

    #[test]
    fn the_last_runs_come_back_oldest_first() {
        let folder = tempfile::tempdir().unwrap();
        let published = folder.path().join("published");
        assert_eq!(numbers(&published, 3), [0; 0]);
        for run in 0..5 {
            append(&*storage::at(&published), &json!({"run": run})).unwrap();
        }
        assert_eq!(numbers(&published, 3), [2, 3, 4]);
        assert_eq!(numbers(&published, 9), [0, 1, 2, 3, 4]);
        assert_eq!(numbers(&published, 0), [0; 0]);
    }

    #[test]
    fn a_line_that_a_dead_run_left_unfinished_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(RUN_LOG);
        append(&*storage::at(folder.path()), &json!({"run": 0})).unwrap();
        let mut torn = fs::read(&path).unwrap();
        torn.extend(b"{\"run\": 1, \"outco");
        fs::write(&path, torn).unwrap();
        assert_eq!(numbers(folder.path(), 9), [0]);
        append(&*storage::at(folder.path()), &json!({"run": 2})).unwrap();
        assert_eq!(numbers(folder.path(), 9), [0, 2]);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.ends_with("{\"run\":2}\n"), "{text}");
    }

    #[test]
    fn a_long_log_is_read_from_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(30_000);
        for run in 0..40 {
            append(&*storage::at(folder.path()), &json!({"run": run, "message": long})).unwrap();
        }
        assert_eq!(numbers(folder.path(), 2), [38, 39]);
        assert_eq!(numbers(folder.path(), 30), (10..40).collect::<Vec<i64>>());
    }
}
