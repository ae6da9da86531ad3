//! `runs.jsonl`: one line for every run that did or tried something, oldest first. Lines are only
//! appended, each with one write call that is synced to disk. If a run died while it wrote its
//! line, the next run ends that line, and readers skip it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::Value;

use crate::storage::disk::Disk;

/// Name of the run log in the published folder.
pub const RUN_LOG: &str = "runs.jsonl";
/// How much of the end of the log is read at first.
const TAIL_BYTES: u64 = 1 << 16;

/// Appends the line of a run.
pub fn append(disk: &Disk, published: &Path, run: &Value) -> io::Result<()> {
    disk.create_folder(published)?;
    let mut file = disk.open_to_append(&published.join(RUN_LOG))?;
    let mut line = String::new();
    if !ends_a_line(file.as_file())? {
        line.push('\n');
    }
    line.push_str(&run.to_string());
    line.push('\n');
    file.write_all(line.as_bytes())?;
    file.sync()
}

/// Returns whether the last line of the log has its line end. An empty log counts as complete.
fn ends_a_line(mut file: &File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Returns the last `most` runs, oldest first, or none if there is no log. Lines that are not JSON
/// objects are skipped.
pub fn read(published: &Path, most: usize) -> io::Result<Vec<Value>> {
    let mut file = match File::open(published.join(RUN_LOG)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let size = file.seek(SeekFrom::End(0))?;
    let mut tail = TAIL_BYTES;
    loop {
        let start = size.saturating_sub(tail);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(size - start).read_to_end(&mut bytes)?;
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
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]
    #![allow(clippy::disallowed_methods, reason = "tests put files where they want")]

    use std::fs;

    use serde_json::json;

    use super::*;

    fn numbers(published: &Path, most: usize) -> Vec<i64> {
        read(published, most)
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
            append(&Disk::default(), &published, &json!({"run": run})).unwrap();
        }
        assert_eq!(numbers(&published, 3), [2, 3, 4]);
        assert_eq!(numbers(&published, 9), [0, 1, 2, 3, 4]);
        assert_eq!(numbers(&published, 0), [0; 0]);
    }

    #[test]
    fn a_line_that_a_dead_run_left_unfinished_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(RUN_LOG);
        append(&Disk::default(), folder.path(), &json!({"run": 0})).unwrap();
        let mut torn = fs::read(&path).unwrap();
        torn.extend(b"{\"run\": 1, \"outco");
        fs::write(&path, torn).unwrap();
        assert_eq!(numbers(folder.path(), 9), [0]);
        append(&Disk::default(), folder.path(), &json!({"run": 2})).unwrap();
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
            append(&Disk::default(), folder.path(), &json!({"run": run, "message": long})).unwrap();
        }
        assert_eq!(numbers(folder.path(), 2), [38, 39]);
        assert_eq!(numbers(folder.path(), 30), (10..40).collect::<Vec<i64>>());
    }
}
