//! The last runs, read from the run log: the command, the outcome, and how much was done.

use serde::Serialize;
use serde_json::Value;

use crate::observe::record::REFUSED;

/// How many runs are searched for the last one that was not refused.
pub const RUNS_LOOKED_AT: usize = 200;

/// The most important fields of a line of the run log.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LastRun {
    pub began: String,
    pub seconds: f64,
    pub command: String,
    /// published, made, idle, refused or failed.
    pub outcome: String,
    pub exit_code: i64,
    pub last_day: Option<String>,
    /// Number of raw files read.
    pub files_read: u64,
    /// Number of files of the warehouse made.
    pub files_made: u64,
    /// Only for a run that failed.
    pub message: Option<String>,
    pub hint: Option<String>,
    pub warnings: Vec<String>,
}

impl LastRun {
    /// Reads a line. A missing key counts as 0 or empty.
    pub fn of(line: &Value) -> LastRun {
        let text = |key: &str| line[key].as_str().map(str::to_owned);
        let sum = |list: &str, key: &str| {
            let entries = line[list].as_array().into_iter().flatten();
            entries.filter_map(|entry| entry[key].as_u64()).sum()
        };
        let warnings = line["warnings"].as_array().into_iter().flatten();
        let exit_code = line["exit_code"].as_i64().unwrap_or(0);
        LastRun {
            began: text("began").unwrap_or_default(),
            seconds: line["seconds"].as_f64().unwrap_or(0.0),
            command: text("command").unwrap_or_default(),
            outcome: match exit_code == i64::from(REFUSED) {
                true => "refused".to_owned(),
                false => text("outcome").unwrap_or_default(),
            },
            exit_code,
            last_day: text("last_day"),
            files_read: sum("sources", "files_read"),
            files_made: sum("tables", "files"),
            message: text("message"),
            hint: text("hint").filter(|hint| !hint.is_empty()),
            warnings: warnings.filter_map(|warning| warning.as_str().map(str::to_owned)).collect(),
        }
    }

    /// Returns whether the run was to do something and could not.
    pub fn failed(&self) -> bool {
        self.outcome == "failed" && !self.was_refused()
    }

    /// Returns whether the run found another one at work and did nothing. Earlier versions recorded
    /// that as a failure.
    pub fn was_refused(&self) -> bool {
        self.exit_code == i64::from(REFUSED)
    }
}

/// Returns whether the last run that took the lock has no line in the run log: it began after the
/// latest run that is `recorded`. Times are compared as instants. A holder without a start time is
/// not one of our runs, and a check leaves no line.
pub fn unrecorded(holder: &str, recorded: Option<&str>) -> bool {
    if holder.starts_with("a check") {
        return false;
    }
    let moment = |text: &str| text.trim().parse::<jiff::Timestamp>().ok();
    let Some(began) = holder.split_once(" since ").and_then(|(_, since)| moment(since)) else {
        return false;
    };
    recorded.and_then(moment).is_none_or(|recorded| recorded < began)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_of_the_log_is_told_in_short() {
        let line = json!({
            "began": "2026-10-01T04:30:00Z", "seconds": 12.3, "command": "run", "outcome": "published", "exit_code": 0,
            "last_day": "2026-09-30", "warnings": ["late"], "sources": [{"files_read": 3}, {"files_read": 4}], "tables": [{"files": 10}],
        });
        let run = LastRun::of(&line);
        assert_eq!((run.files_read, run.files_made, run.failed()), (7, 10, false));
        assert_eq!(
            (run.last_day.as_deref(), run.warnings),
            (Some("2026-09-30"), vec!["late".to_owned()])
        );
        let refused = LastRun::of(&json!({"outcome": "failed", "exit_code": 5}));
        assert!(refused.was_refused() && !refused.failed());
        let failed = LastRun::of(&json!({"outcome": "failed", "exit_code": 3, "message": "too many", "hint": ""}));
        assert_eq!(
            (failed.failed(), failed.message.as_deref(), failed.hint),
            (true, Some("too many"), None)
        );
    }

    #[test]
    fn a_run_without_a_line_in_the_log_died() {
        let holder = "process 12 since 2026-10-01T04:30:00.5Z";
        assert!(unrecorded(holder, None));
        assert!(unrecorded(holder, Some("2026-09-30T04:30:00Z")));
        assert!(!unrecorded(holder, Some("2026-10-01T04:30:00.5Z")), "that is the run itself");
        assert!(
            !unrecorded(holder, Some("2026-10-01T05:00:00Z")),
            "a later run was refused, or made up for it"
        );
        assert!(!unrecorded("", None) && !unrecorded("somebody", None));
    }
}
